"""Writes numpy.json beside it: what NumPy answers to every tensor operation on random inputs of
many shapes. Each case is {operation, inputs, arguments, expected}; a tensor is {shape, values},
values in row-major order with null for NaN.

    python generate.py
"""

import json
import math
from pathlib import Path

import numpy as np

random = np.random.default_rng(231)
cases = []


def pack(array):
    array = np.asarray(array)
    values = [
        None if isinstance(v, float) and math.isnan(v) else v
        for v in array.astype(float).ravel().tolist()
    ]
    return {"shape": list(array.shape), "values": values}


def case(operation, inputs, expected, arguments=()):
    cases.append(
        {
            "operation": operation,
            "inputs": [pack(x) for x in inputs],
            "arguments": [int(a) for a in arguments],
            "expected": pack(expected),
        }
    )


def normal(*shape):
    return np.round(random.standard_normal(shape) * 2, 3)


shapes = [(), (1,), (7,), (3, 4), (1, 5), (4, 1), (2, 3, 4), (3, 1, 2), (2, 3, 1, 5), (0, 3)]
broadcasts = [
    ((3, 4), (4,)), ((3, 4), (3, 1)), ((2, 3, 4), (3, 1)), ((5,), ()), ((), (2, 2)),
    ((2, 1, 4), (3, 1)), ((1, 3), (4, 1)), ((2, 3, 4), (2, 3, 4)), ((0, 3), (3,)), ((1,), (6,)),
]
elementwise = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "maximum": np.maximum,
    "minimum": np.minimum, ".<": np.less, ".<=": np.less_equal, ".>": np.greater,
    ".>=": np.greater_equal, ".==": np.equal, ".!=": np.not_equal,
}
for name, function in elementwise.items():
    for a, b in broadcasts:
        x, y = normal(*a), normal(*b)
        if name in (".==", ".!="):
            x, y = np.sign(x), np.sign(y)
        case(name, [x, y], function(x, y))
for a, b in broadcasts:
    x, y = normal(*a), normal(*b)
    mask = random.integers(0, 2, np.broadcast_shapes(a, b))
    case("where", [mask, x, y], np.where(mask > 0, x, y))

unary = {
    "exp": np.exp, "log": lambda x: np.log(np.abs(x) + 0.5), "tanh": np.tanh,
    "squareRoot": lambda x: np.sqrt(np.abs(x)), "negate": np.negative, "squared": np.square,
    "absolute": np.abs, "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "clamped": lambda x: np.clip(x, -1, 1.5), "power": lambda x: np.abs(x) ** 1.7,
}
for name, function in unary.items():
    for shape in shapes:
        x = normal(*shape)
        case(name, [x], function(x))

reductions = {
    "sum": np.sum, "mean": np.mean, "variance": np.var, "max": np.max, "min": np.min,
}
for name, function in reductions.items():
    for shape in [(7,), (3, 4), (2, 3, 4), (2, 1, 3, 5), (4, 2, 3, 2)]:
        x = normal(*shape)
        for _ in range(3):
            count = int(random.integers(1, len(shape) + 1))
            axes = random.choice(len(shape), count, replace=False)
            signed = [int(a) - (len(shape) if random.integers(2) else 0) for a in axes]
            for keep in (0, 1):
                expected = function(x, axis=tuple(int(a) for a in axes), keepdims=bool(keep))
                case(name, [x], expected, [keep, *signed])
for shape in [(7,), (3, 4), (2, 3, 4)]:
    x = np.round(normal(*shape), 1)
    for axis in range(len(shape)):
        case("argmax", [x], np.argmax(x, axis=axis), [axis])
        for scale in (1, 400):
            large = x * scale
            top = large.max(axis=axis, keepdims=True)
            total = np.log(np.exp(large - top).sum(axis=axis, keepdims=True)) + top
            case("logSumExp", [large], total.squeeze(axis), [axis])

products = [
    ((3, 4), (4, 5)), ((1, 4), (4, 1)), ((2, 3, 4), (4, 5)), ((2, 3, 4), (2, 4, 5)),
    ((3, 4), (2, 4, 5)), ((2, 1, 3, 4), (5, 4, 2)), ((3, 0), (0, 2)),
]
for a, b in products:
    x, y = normal(*a), normal(*b)
    expected = x @ y
    case("matrixMultiplied", [x, y], expected, [0, 0])
    case("matrixMultiplied", [np.swapaxes(x, -1, -2), y], expected, [1, 0])
    case("matrixMultiplied", [x, np.swapaxes(y, -1, -2)], expected, [0, 1])
    case("matrixMultiplied", [np.swapaxes(x, -1, -2), np.swapaxes(y, -1, -2)], expected, [1, 1])

for shape, new in [((6,), (2, 3)), ((2, 3, 4), (4, 6)), ((2, 3), (6,)), ((1,), ()), ((3, 4), (2, -1))]:
    x = normal(*shape)
    case("reshaped", [x], x.reshape(new), new)
for shape in [(4,), (3, 4), (2, 3, 4), (2, 3, 4, 5)]:
    x = normal(*shape)
    case("transposed", [x], x.T)
    for _ in range(3):
        axes = random.permutation(len(shape))
        case("permuted", [x], x.transpose(axes), axes)
for shape in [(2, 3), (1, 3), (2, 2, 3)]:
    x, y, z = normal(*shape), normal(*shape), normal(*shape)
    for axis in range(len(shape)):
        case("concatenating", [x, y, z], np.concatenate([x, y, z], axis), [axis])
    for axis in range(len(shape) + 1):
        case("stacking", [x, y, z], np.stack([x, y, z], axis), [axis])
for shape, sizes in [((3,), [(1, 2)]), ((2, 3), [(0, 1), (2, 0)]), ((2, 1, 3), [(1, 1), (0, 0), (0, 2)])]:
    x = normal(*shape)
    case("padded", [x], np.pad(x, sizes, constant_values=-7), [n for pair in sizes for n in pair])

x = normal(4, 5, 6)
case("slice index all range", [x], x[2, :, 1:4])
case("slice range", [x], x[1:3])
case("slice all index", [x], x[:, 3])
case("slice from upto", [x], x[2:, :2, -1])
case("slice empty", [x], x[2:2])
for operation, index, shape in [
    ("assign index", np.s_[2], (5, 6)),
    ("assign all range", np.s_[:, 1:3], (6,)),
    ("assign index all index", np.s_[1, :, 4], (5,)),
]:
    value, changed = normal(*shape), x.copy()
    changed[index] = value
    case(operation, [x, value], changed)

table, words = normal(6, 3, 2), random.integers(0, 6, (4, 5))
case("gathering", [table, words], table[words])
rows, summed = normal(4, 5, 3), np.zeros((6, 3))
np.add.at(summed, words, rows)
case("scatterAdding", [rows, words], summed, [6])
scores, picks = normal(4, 5, 7), random.integers(0, 7, (4, 5))
case("gatheringLastAxis", [scores, picks], np.take_along_axis(scores, picks[..., None], 2)[..., 0])
case("oneHot", [picks], np.eye(7)[picks], [7])
case("linspace", [], np.linspace(-1, 2, 7), [7])
case("arange", [], np.arange(5), [5])
case("identity", [], np.eye(4), [4])

(Path(__file__).parent / "numpy.json").write_text(json.dumps(cases) + "\n")
print(len(cases), "cases")
