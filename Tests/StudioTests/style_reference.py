"""The same painting by PyTorch, to compare `studio style` with: same network, losses and schedule,
written from the description of the CS231n exercise. Prints a line for the first step and for the
finished picture.

    python style_reference.py WEIGHTS.safetensors CONTENT.png STYLE.png
"""

import sys

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file
from torch.nn.functional import conv2d, max_pool2d, relu

weights = load_file(sys.argv[1])
mean = torch.tensor([0.485, 0.456, 0.406]).reshape(3, 1, 1)
std = torch.tensor([0.229, 0.224, 0.225]).reshape(3, 1, 1)


def picture(path):
    pixels = np.asarray(Image.open(path).convert("RGB"), dtype=np.float32) / 255
    return ((torch.from_numpy(pixels).permute(2, 0, 1) - mean) / std)[None]


def convolve(x, name, **options):
    return relu(conv2d(x, weights[name + ".weight"], weights[name + ".bias"], **options))


def fire(x, name):
    x = convolve(x, name + ".squeeze")
    wide = convolve(x, name + ".expand3x3", padding=1)
    return torch.cat([convolve(x, name + ".expand1x1"), wide], 1)


def features(x):
    outputs = []
    for number in range(8):
        if number == 0:
            x = convolve(x, "features.0", stride=2)
        elif number in (2, 5):
            x = max_pool2d(x, 3, 2, ceil_mode=True)
        elif number != 1:
            x = fire(x, f"features.{number}")
        outputs.append(x)
    return outputs


def gram(x):
    _, c, h, w = x.shape
    return x.reshape(c, h * w) @ x.reshape(c, h * w).T / (c * h * w)


layers, style_weights = [1, 4, 6, 7], [300000, 1000, 15, 3]
with torch.no_grad():
    content = features(picture(sys.argv[2]))[3]
    targets = [gram(features(picture(sys.argv[3]))[layer]) for layer in layers]


def losses(image):
    f = features(image)
    style = sum(
        weight * ((gram(f[layer]) - target) ** 2).sum()
        for layer, target, weight in zip(layers, targets, style_weights)
    )
    rows = (image[:, :, 1:] - image[:, :, :-1]).pow(2).sum()
    columns = (image[..., 1:] - image[..., :-1]).pow(2).sum()
    return 6e-2 * ((f[3] - content) ** 2).sum(), style, 2e-2 * (rows + columns)


def report(iteration, terms):
    content, style, tv = (float(term) for term in terms)
    print(f"{iteration}: content {content:.3f} style {style:.3f} tv {tv:.3f} "
          f"total {content + style + tv:.3f}")


image = picture(sys.argv[2]).requires_grad_()
adam = torch.optim.Adam([image], lr=3.0)
for iteration in range(200):
    if iteration < 190:
        image.data.clamp_(-1.5, 1.5)
    adam.zero_grad()
    terms = losses(image)
    if iteration == 0:
        report(0, terms)
    sum(terms).backward()
    if iteration == 180:
        adam = torch.optim.Adam([image], lr=0.1)
    adam.step()
report(200, losses(image))
