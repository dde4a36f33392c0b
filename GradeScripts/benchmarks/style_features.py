"""Paints with the kit and judges by SqueezeNet 1.1; called by compare-default-features."""
import math
import os
import subprocess
import sys

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file

studio, weights_file, folder, *pictures = sys.argv[1:]
pairs = list(zip(pictures[::2], pictures[1::2]))
os.makedirs(folder, exist_ok=True)
SIDE, STEPS = 160, 150


def random_filters():
    """In the shape of the learned ones, 3×3 at four scales, so that only learning differs."""
    torch.manual_seed(0)
    filters = {}
    for number, inputs, outputs in [(0, 3, 32), (3, 32, 64), (6, 64, 128), (9, 128, 128)]:
        filters[f"features.{number}.weight"] = (
            torch.randn(outputs, inputs, 3, 3) * math.sqrt(2 / (9 * inputs)))
        filters[f"features.{number}.bias"] = torch.zeros(outputs)
    return filters


def scene_filters():
    """Of the encoder that the kit trains on scenes that it draws itself."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    encoder = load_file(os.path.join(
        root, "Sources/SceneEncoding/Resources/scene-encoder.safetensors"))
    return {name: values for name, values in encoder.items() if name.startswith("features.")}


def written(name, filters):
    path = os.path.join(folder, name + ".safetensors")
    save_file(filters, path)
    return path


# Options, and content weights that span the distances.
CANDIDATES = {
    "SqueezeNet 1.1, real weights": (
        ["--weights", weights_file, "--preset", "starry-night"], [1.5e-3, 6e-3, 3e-2, 2e-1]),
    "filters learned from the pictures": ([], [1.6e2, 6.4e2, 2.5e3, 1e4]),
    "random filters at four scales": (
        ["--weights", written("random", random_filters())], [50, 600, 6e3, 1e5]),
    "filters trained on drawn scenes": (
        ["--weights", written("scenes", scene_filters())], [50, 600, 6e3, 1e5]),
    "SqueezeNet 1.1, random weights": (["--weights", "random"], [5e2, 5e3, 5e4, 5e5]),
}
# Distances from the content, as shares of the variance of its features.
DISTANCES = [0.4, 0.5, 0.6]
CONTENT, STYLE = 3, {1: 3e5, 4: 1e3, 6: 15.0, 7: 3.0}
weights = {k: v.float() for k, v in load_file(weights_file).items()}
mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
deviation = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def layer(name, x, **options):
    return F.relu(F.conv2d(x, weights[name + ".weight"], weights[name + ".bias"], **options))


def features(path, size=None):
    image = Image.open(path).convert("RGB")
    if size:
        image = image.resize(size, Image.BICUBIC)
    x = torch.tensor(np.array(image)).permute(2, 0, 1)[None].float() / 255
    x = layer("features.0", (x - mean) / deviation, stride=2)
    found = {1: x}
    x = F.max_pool2d(x, 3, 2, ceil_mode=True)
    for number in (3, 4, 5, 6, 7):
        if number == 5:
            x = F.max_pool2d(x, 3, 2, ceil_mode=True)
        else:
            name = f"features.{number}."
            x = layer(name + "squeeze", x)
            x = torch.cat([layer(name + "expand1x1", x),
                           layer(name + "expand3x3", x, padding=1)], 1)
        found[number] = x
    return found


def size(path):
    width, height = Image.open(path).size
    scale = SIDE / min(width, height)
    return round(width * scale), round(height * scale)


def gram(x):
    x = x.flatten(2)[0]
    return x @ x.t() / x.numel()


def judge(found, content, style):
    distance = ((found[CONTENT] - content[CONTENT]) ** 2).sum()
    spread = content[CONTENT] - content[CONTENT].mean((2, 3), keepdim=True)
    loss = sum(w * ((gram(found[n]) - gram(style[n])) ** 2).sum() for n, w in STYLE.items())
    return (distance / (spread ** 2).sum()).item(), loss.item()


table = {}
for name, (options, contents) in CANDIDATES.items():
    shares = []
    for index, (content_file, style_file) in enumerate(pairs):
        content, style = features(content_file, size(content_file)), features(
            style_file, size(style_file))
        unpainted = judge(content, content, style)[1]
        curve = []
        for weight in contents:
            output = os.path.join(folder, f"{name.replace(' ', '-')}-{index}-{weight:g}.png")
            subprocess.run(
                [studio, "style", content_file, style_file, "--output", output, "--size", str(SIDE),
                 "--style-size", str(SIDE), "--iterations", str(STEPS), "--optimizer", "lbfgs",
                 "--content-weight", str(weight), *options],
                check=True, capture_output=True)
            distance, loss = judge(features(output), content, style)
            curve.append((math.log(distance), math.log(loss / unpainted)))
        curve.sort()
        print(f"{name}, pair {index}: " + ", ".join(
            f"{math.exp(x):.2f}→{math.exp(y):.3f}" for x, y in curve), file=sys.stderr, flush=True)
        x, y = zip(*curve)
        # Not a number where no painting came as near, or as far.
        shares.append([
            np.interp(math.log(d), x, y, left=math.nan, right=math.nan) for d in DISTANCES])
    table[name] = np.exp(np.mean(shares, 0))
print("| features | " + " | ".join(f"at distance {d:g}" for d in DISTANCES) + " |")
print("|---|" + "--:|" * len(DISTANCES))
for name, row in table.items():
    cells = ["—" if math.isnan(value) else f"{value:.3f}" for value in row]
    print(f"| {name} | " + " | ".join(cells) + " |")
