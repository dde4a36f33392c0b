"""Writes the golden values of A1 beside this script, from PyTorch in float64.

    python3 generate.py        (needs torch; the files in the repository were made with 2.13)

Layers are PyTorch's own, and all gradients are autograd's.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def random(*shape, scale=1.0):
    """Two decimals, so that the files stay readable."""
    return (scale * torch.randn(*shape)).round(decimals=2)


def write(name, **values):
    lines = []
    for key, value in values.items():
        value = torch.as_tensor(value).detach()
        flat = json.dumps(value.flatten().tolist())
        lines.append(f'"{key}": {{"shape": {list(value.shape)}, "values": {flat}}}')
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (pathlib.Path(__file__).parent / f"{name}.json").write_text(text)


def layer(name, forward, **inputs):
    """Writes a layer's inputs, its output, an upstream gradient, and the gradient by each input,
    named `grad_…`."""
    torch.manual_seed(231)
    inputs = {key: value.requires_grad_() for key, value in inputs.items()}
    output = forward(**inputs)
    upstream = random(*output.shape)
    gradients = torch.autograd.grad(output, list(inputs.values()), upstream)
    write(
        name, **inputs, output=output, upstream=upstream,
        **{f"grad_{key}": gradient for key, gradient in zip(inputs, gradients)})


torch.manual_seed(1)
layer(
    "affine", lambda x, weight, bias: F.linear(x.flatten(1), weight.T, bias),
    x=random(3, 2, 4), weight=random(8, 5), bias=random(5))

torch.manual_seed(2)
layer("relu", lambda x: F.relu(x), x=random(3, 4, 2))
