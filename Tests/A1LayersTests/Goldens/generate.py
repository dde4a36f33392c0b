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

torch.manual_seed(4)
# The last two rows are far outside of what exp can represent.
logits = torch.cat([random(3, 4, scale=2), torch.tensor(
    [[1000.0, -1000.0, 998.5, 0.0], [-90000.0, -90001.0, -90003.5, -90000.5]])]).requires_grad_()
labels = torch.tensor([2, 0, 3, 2, 1])
loss = F.cross_entropy(logits, labels)
write("softmaxLoss", logits=logits, labels=labels, loss=loss,
      gradient=torch.autograd.grad(loss, logits)[0])

torch.manual_seed(5)
x, scale, shift = 2 * random(5, 3) + 1, random(3) + 1, random(3)
# The running averages as the assignment defines them: momentum is the old one's share, and the
# variance is divided by N. (PyTorch's own have it the other way round, and divide by N − 1.)
running_mean, running_variance = random(3), random(3).abs() + 0.5
layer(
    "batchNorm", lambda x, scale, shift: F.batch_norm(
        x, None, None, scale, shift, training=True, eps=1e-3),
    x=x, scale=scale, shift=shift)
write(
    "batchNormRunning", mean=running_mean, variance=running_variance,
    new_mean=0.8 * running_mean + 0.2 * x.mean(0),
    new_variance=0.8 * running_variance + 0.2 * x.var(0, unbiased=False),
    inference=F.batch_norm(x, running_mean, running_variance, scale, shift, eps=1e-3))

torch.manual_seed(7)
layer(
    "layerNorm", lambda x, scale, shift: F.layer_norm(x, scale.shape, scale, shift, eps=1e-3),
    x=2 * random(3, 5) - 1, scale=random(5) + 1, shift=random(5))


def kept(seed, count, probability):
    """The mask that SplitMix64 (Steele, Lea, Flood, 2014) draws: 53 bits of each number, in 0..<1."""
    state, mask, bits = seed, [], 2**64 - 1
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & bits
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & bits
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & bits
        mask.append(((z ^ (z >> 31)) >> 11) * 2.0**-53 < probability)
    return torch.tensor(mask, dtype=torch.float64)


torch.manual_seed(8)
mask = kept(seed=231, count=24, probability=0.7).reshape(2, 3, 4) / 0.7
layer("dropout", lambda x: x * mask, x=random(2, 3, 4))

for name, stride, padding in [("convolution", 1, 0), ("convolutionStridedPadded", 2, 1)]:
    torch.manual_seed(9)
    layer(
        name, lambda x, weight, bias: F.conv2d(x, weight, bias, stride=stride, padding=padding),
        x=random(2, 3, 6, 5), weight=random(4, 3, 3, 2), bias=random(4))

# Windows that overlap and whose last ones do not fit; small whole numbers, so that some are equal.
# PyTorch, too, gives a window's gradient to the first of several equal ones.
torch.manual_seed(11)
layer(
    "maxPool", lambda x: F.max_pool2d(x, (3, 2), stride=2),
    x=torch.randint(0, 5, (2, 3, 6, 7)).double())

torch.manual_seed(13)
start, gradients = random(3, 4), random(5, 3, 4)
rules = {
    "momentum": lambda p: torch.optim.SGD([p], lr=0.03, momentum=0.8),
    "rmsProp": lambda p: torch.optim.RMSprop([p], lr=0.02, alpha=0.95, eps=1e-7),
    "adam": lambda p: torch.optim.Adam([p], lr=0.05, betas=(0.85, 0.99), eps=1e-7),
}
paths = {}
for name, make in rules.items():
    parameter = torch.nn.Parameter(start.clone())
    optimizer = make(parameter)
    path = []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimizer.step()
        path.append(parameter.detach().clone())
    paths[name] = torch.stack(path)
write("updateRules", start=start, gradients=gradients, **paths)

torch.manual_seed(16)
sizes = [3, 5, 4, 6]
x, labels = random(2, sizes[0]), torch.tensor([5, 2])
parameters = {}
for index, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
    parameters[f"weight{index}"] = random(inputs, outputs).requires_grad_()
    parameters[f"bias{index}"] = random(outputs).requires_grad_()
output, penalty = x, 0
for index in range(3):
    weight = parameters[f"weight{index}"]
    output = F.linear(output, weight.T, parameters[f"bias{index}"])
    output = F.relu(output) if index < 2 else output
    penalty = penalty + 0.5 * 0.3 * (weight**2).sum()
loss = F.cross_entropy(output, labels) + penalty
gradients = torch.autograd.grad(loss, list(parameters.values()))
write("fullyConnected", x=x, labels=labels, loss=loss, **parameters,
      **{f"grad_{key}": gradient for key, gradient in zip(parameters, gradients)})
