"""Writes the fixtures beside it with the reference implementations (numpy, torch, safetensors)."""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

here = Path(__file__).parent
values = {
    "matrix": torch.tensor([[-1.5, 0, 0.25], [3, 1024, -0.0078125]]),
    "scalar": torch.tensor(7.0),
    "empty": torch.zeros(0, 4),
}
types = {
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F32": torch.float32,
    "F64": torch.float64,
}
for name, dtype in types.items():
    tensors = {key: value.to(dtype) for key, value in values.items()}
    save_file(tensors, here / f"{name}.safetensors", metadata={"format": "pt"})

arrays = {
    "matrix": values["matrix"].numpy().astype(np.float32),
    "scalar": np.float64(7),
    "integers": np.array([1, -2, 3], dtype=np.int64),
}
np.savez(here / "stored.npz", **arrays)
np.savez_compressed(here / "deflated.npz", **arrays)
np.save(here / "matrix.npy", arrays["matrix"])

np.savez(
    here / "kinds.npz",
    int8=np.array([-128, 127], dtype=np.int8),
    int16=np.array([-300, 300], dtype=np.int16),
    uint8=np.array([0, 255], dtype=np.uint8),
    uint16=np.array([0, 65535], dtype=np.uint16),
    bool=np.array([True, False]),
    fortran=np.asfortranarray(np.arange(24, dtype=np.float32).reshape(2, 3, 4)),
    words=np.array(["<NULL>", "naïve", "a 𝄞", ""]),
    objects=np.array({"a": 1}, dtype=object),
)
