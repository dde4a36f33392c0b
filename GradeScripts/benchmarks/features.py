"""Features of pictures by PyTorch: decoded and resized by Pillow, SqueezeNet 1.1, two threads.

Usage: features.py WEIGHTS FOLDER BATCH. Prints pictures a second, model and libraries loaded, and
writes the features to the file that the environment's FEATURES names."""
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
import torch
import torch.nn as nn
from PIL import Image
from safetensors.torch import load_file

torch.set_num_threads(2)


class Fire(nn.Module):
    def __init__(self, channels, squeezed, expanded):
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.expand1x1 = nn.Conv2d(squeezed, expanded, 1)
        self.expand3x3 = nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, x):
        x = torch.relu(self.squeeze(x))
        return torch.cat([torch.relu(self.expand1x1(x)), torch.relu(self.expand3x3(x))], 1)


def pool():
    return nn.MaxPool2d(3, 2, ceil_mode=True)


model = nn.Module()
model.features = nn.Sequential(
    nn.Conv2d(3, 64, 3, stride=2), nn.ReLU(inplace=True), pool(), Fire(64, 16, 64),
    Fire(128, 16, 64), pool(), Fire(128, 32, 128), Fire(256, 32, 128), pool(),
    Fire(256, 48, 192), Fire(384, 48, 192), Fire(384, 64, 256), Fire(512, 64, 256))
model.load_state_dict(
    {name: value for name, value in load_file(sys.argv[1]).items()
     if name.startswith("features")})
model.eval()
mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
deviation = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


def read(path):
    image = Image.open(path).convert("RGB")
    scale = 224 / min(image.size)
    width, height = (224 if side == min(image.size) else int(side * scale) for side in image.size)
    left, top = (width - 224) // 2, (height - 224) // 2
    square = image.resize((width, height), Image.BILINEAR).crop((left, top, left + 224, top + 224))
    return (torch.from_numpy(numpy.array(square)).permute(2, 0, 1) / 255 - mean) / deviation


paths = sorted(Path(sys.argv[2]).iterdir())
batch = int(sys.argv[3])
rows = []
with torch.inference_mode(), ThreadPoolExecutor(2) as pool_of_threads:
    model.features(torch.zeros(batch, 3, 224, 224))
    start = time.perf_counter()
    # The next batch is decoded while the network is at work.
    batches = [paths[i:i + batch] for i in range(0, len(paths), batch)]
    coming = [pool_of_threads.submit(read, path) for path in batches[0]]
    for number in range(len(batches)):
        images = torch.stack([future.result() for future in coming])
        following = batches[number + 1] if number + 1 < len(batches) else []
        coming = [pool_of_threads.submit(read, path) for path in following]
        rows.append(model.features(images).mean((2, 3)))
    print(len(paths) / (time.perf_counter() - start))
if "FEATURES" in os.environ:
    numpy.save(os.environ["FEATURES"], torch.cat(rows).numpy())
