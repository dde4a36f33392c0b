"""Writes optimizers.json and lbfgs.json beside this file: where PyTorch's optimizers move a
parameter.

Run by hand: python3 generate.py (needs torch; the file in the repository was made with 2.13).
"""
import json
import pathlib

import torch

torch.manual_seed(231)
STEPS = 5
start = torch.randn(3, 4, dtype=torch.float64)
gradients = torch.randn(STEPS, 3, 4, dtype=torch.float64)

optimizers = {
    "momentum": lambda p: torch.optim.SGD([p], lr=0.03, momentum=0.8),
    "rmsProp": lambda p: torch.optim.RMSprop([p], lr=0.02, alpha=0.95, eps=1e-7),
    "adam": lambda p: torch.optim.Adam([p], lr=0.05, betas=(0.85, 0.99), eps=1e-7),
}


def entry(tensor):
    return {"shape": list(tensor.shape), "values": tensor.flatten().tolist()}


result = {"start": entry(start), "gradients": entry(gradients)}
for name, make in optimizers.items():
    parameter = torch.nn.Parameter(start.clone())
    optimizer = make(parameter)
    path = []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimizer.step()
        path.append(parameter.detach().clone())
    result[name] = entry(torch.stack(path))

file = pathlib.Path(__file__).with_name("optimizers.json")
file.write_text(json.dumps(result) + "\n")

# L-BFGS on Rosenbrock's function, whose gradient the test computes itself.
parameter = torch.nn.Parameter(torch.tensor([-1.2, 1.0, 0.3, -0.7, 1.5, 0.2], dtype=torch.float64))
optimizer = torch.optim.LBFGS(
    [parameter], lr=0.3, max_iter=1, history_size=4, tolerance_change=-1e9, tolerance_grad=-1)


def rosenbrock():
    optimizer.zero_grad()
    x = parameter
    loss = (10 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
    loss.backward()
    return loss


path = [parameter.detach().clone()]
for _ in range(25):
    optimizer.step(rosenbrock)
    path.append(parameter.detach().clone())
file = pathlib.Path(__file__).with_name("lbfgs.json")
file.write_text(json.dumps({"path": entry(torch.stack(path))}) + "\n")
