"""The iteration of networks.swift in PyTorch, printed alike."""
import resource
import statistics
import sys
import time

import torch
import torch.nn as nn

torch.set_num_threads(2)
torch.manual_seed(1)


def vgg19():
    layers, channels = [], 3
    for count, filters in zip([2, 2, 4, 4, 1], [64, 128, 256, 512, 512]):
        for _ in range(count):
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(inplace=True)]
            channels = filters
        layers.append(nn.MaxPool2d(2))
    return nn.ModuleList(layers[:29 + 1])


class Fire(nn.Module):
    def __init__(self, channels, squeezed, expanded):
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.expand1 = nn.Conv2d(squeezed, expanded, 1)
        self.expand3 = nn.Conv2d(squeezed, expanded, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        x = self.relu(self.squeeze(x))
        return torch.cat([self.relu(self.expand1(x)), self.relu(self.expand3(x))], 1)


def squeezenet():
    def pool():
        return nn.MaxPool2d(3, 2, ceil_mode=True)
    return nn.ModuleList([
        nn.Conv2d(3, 64, 3, stride=2), nn.ReLU(inplace=True), pool(), Fire(64, 16, 64),
        Fire(128, 16, 64), pool(), Fire(128, 32, 128), Fire(256, 32, 128)])


def iteration(layers, image, content, style):
    x, loss = image, 0
    for number, layer in enumerate(layers):
        x = layer(x)
        # In place, ReLU shows at its own number what torchvision shows at the convolution's too.
        if number in style:
            flat = x.reshape(x.shape[1], -1)
            gram = flat @ flat.t() / flat.numel()
            loss = loss + (gram * gram).sum()
        if number == content:
            loss = loss + (x * x).sum()
    return torch.autograd.grad(loss, image)[0]


name, size, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
layers = vgg19() if name == "vgg19" else squeezenet()
for parameter in layers.parameters():
    parameter.requires_grad_(False)
style = {1, 6, 11, 20, 29} if name == "vgg19" else {1, 4, 6, 7}
content = 22 if name == "vgg19" else 3
image = torch.randn(1, 3, size, size, requires_grad=True)
times = []
for run in range(runs + 2):
    start = time.perf_counter()
    iteration(layers, image, content, style)
    if run >= 2:
        times.append((time.perf_counter() - start) * 1000)
print(name, size, statistics.median(times))
print(name, f"{size}-memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
