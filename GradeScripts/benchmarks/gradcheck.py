"""Times torch.autograd.gradcheck on the layers of gradients.swift, and prints a
`layer mode milliseconds` line for each run, in double precision, of all inputs."""
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(2)
torch.manual_seed(231)


def tensor(*shape, scale=1.0):
    return (scale * torch.randn(*shape, dtype=torch.double)).requires_grad_()


def convolution(x, weight, bias):
    return F.conv2d(x, weight, bias, padding=1)


lstm_layer = torch.nn.LSTM(5, 6, batch_first=True, dtype=torch.double)
names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0"]


def lstm(x, hidden, cell, *weights):
    parameters = dict(zip(names, weights))
    parameters["bias_hh_l0"] = torch.zeros(24, dtype=torch.double)
    output, _ = torch.func.functional_call(
        lstm_layer, parameters, (x, (hidden.unsqueeze(0), cell.unsqueeze(0))))
    return output


def batch_norm(x, scale, shift):
    return F.batch_norm(x, None, None, scale, shift, training=True)


layers = {
    "Convolution": (convolution, (tensor(2, 3, 8, 8), tensor(4, 3, 3, 3), tensor(4))),
    "LSTM": (lstm, (tensor(2, 10, 5, scale=0.5), tensor(2, 6, scale=0.5),
                    tensor(2, 6, scale=0.5), tensor(24, 5, scale=0.5),
                    tensor(24, 6, scale=0.5), tensor(24, scale=0.5))),
    "BatchNorm": (batch_norm, (tensor(8, 6), tensor(6), tensor(6))),
}

for mode in ("slow", "fast"):
    for name, (function, inputs) in layers.items():
        for run in range(4):
            start = time.perf_counter()
            assert torch.autograd.gradcheck(function, inputs, fast_mode=mode == "fast")
            if run > 0:
                print(name, mode, (time.perf_counter() - start) * 1000, flush=True)
