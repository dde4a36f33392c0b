"""Writes style.json beside it: the losses of style transfer and their gradients by PyTorch's
autograd in double precision, on small fixed inputs."""

import json
from pathlib import Path

import torch

torch.manual_seed(4)
torch.set_default_dtype(torch.float64)


def leaf(*shape):
    return torch.randn(*shape).requires_grad_()


def gram(features, normalized):
    n, c, h, w = features.shape
    matrix = features.reshape(n, c, h * w)
    product = torch.einsum("nap,nbp->nab", matrix, matrix)
    return product / (c * h * w) if normalized else product


def style_loss(features, targets, weights):
    pairs = zip(features, targets, weights)
    return sum(weight * ((gram(f, True) - a) ** 2).sum() for f, a, weight in pairs)


def tv_loss(image, weight):
    rows = (image[:, :, 1:, :] - image[:, :, :-1, :]).pow(2).sum()
    columns = (image[:, :, :, 1:] - image[:, :, :, :-1]).pow(2).sum()
    return weight * (rows + columns)


golden = {}


def keep(name, value):
    value = value.detach()
    golden[name] = {"shape": list(value.shape), "values": value.flatten().tolist()}


f, p = leaf(2, 3, 4, 5), leaf(2, 3, 4, 5)
loss = 0.7 * ((f - p) ** 2).sum()
loss.backward()
keep("content.features", f), keep("content.target", p)
keep("content.loss", loss), keep("content.gradient", f.grad)

f, upstream = leaf(2, 3, 4, 5), torch.randn(2, 3, 3)
keep("gram.features", f), keep("gram.upstream", upstream)
for name, normalized in [("gram.raw", False), ("gram.normalized", True)]:
    f.grad = None
    value = gram(f, normalized)
    (value * upstream).sum().backward()
    keep(name, value), keep(name + ".gradient", f.grad)

layers = [leaf(1, 3, 4, 5), leaf(1, 2, 3, 4)]
targets = [gram(torch.randn(1, 3, 2, 6), True), gram(torch.randn(1, 2, 5, 3), True)]
loss = style_loss(layers, targets, [300.0, 2.0])
loss.backward()
keep("style.loss", loss)
for index in range(2):
    keep(f"style.features{index}", layers[index]), keep(f"style.target{index}", targets[index])
    keep(f"style.gradient{index}", layers[index].grad)

image = leaf(2, 3, 4, 5)
loss = tv_loss(image, 0.3)
loss.backward()
keep("tv.image", image), keep("tv.loss", loss), keep("tv.gradient", image.grad)

# A whole step with the suite's network, whose layer l gives (l + 1)·x²; layer 1 serves both
# content and style.
image = leaf(1, 3, 4, 5)
content = torch.randn(1, 3, 4, 5)
targets = [gram(torch.randn(1, 3, 4, 5), True) for _ in range(2)]
layer = {number: (number + 1) * image**2 for number in (0, 1)}
terms = {
    "content": 0.5 * ((layer[1] - content) ** 2).sum(),
    "style": style_loss([layer[0], layer[1]], targets, [3.0, 4.0]),
    "tv": tv_loss(image, 0.1),
}
sum(terms.values()).backward()
keep("step.image", image), keep("step.content", content), keep("step.gradient", image.grad)
for index in range(2):
    keep(f"step.target{index}", targets[index])
for name, value in terms.items():
    keep(f"step.loss.{name}", value)

(Path(__file__).parent / "style.json").write_text(json.dumps(golden) + "\n")
