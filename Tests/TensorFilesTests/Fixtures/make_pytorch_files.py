"""Makes PyTorch files with torch itself, and hostile ones by hand, and writes pytorch_files.json beside
it: their bytes in base64 by name, since no file of weights has a place in the repository."""

import base64
import io
import json
import os
import pickle
import struct
import tempfile
import zipfile
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file

temporary = tempfile.TemporaryDirectory()
folder = Path(temporary.name)
torch.manual_seed(1)

# Every element type, and views that share a storage with each other.
base = torch.arange(12, dtype=torch.float32).reshape(3, 4) / 4
values = OrderedDict(
    matrix=base,
    transposed=base.t(),
    corner=base[1:, 1:3],
    column=base[:, 2],
    expanded=torch.tensor([2.5]).expand(4),
    channelsLast=torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
    scalar=torch.tensor(7.0),
    empty=torch.zeros(0, 4),
    parameter=torch.nn.Parameter(torch.tensor([1.5, -2.5])),
    double=torch.tensor([0.1, -1e300, 3], dtype=torch.float64),
    half=torch.tensor([0.1, -65504, 6e-8, float("inf")]).half(),
    halfTransposed=torch.randn(2, 3).half().t(),
    bfloat16=torch.tensor([0.1, -3e38, 1e-40]).bfloat16(),
    int64=torch.tensor([-(2**40), 16777217]),
    int32=torch.tensor([-5, 2**30], dtype=torch.int32),
    int16=torch.tensor([-300, 300], dtype=torch.int16),
    int8=torch.tensor([-128, 127], dtype=torch.int8),
    uint8=torch.tensor([0, 255], dtype=torch.uint8),
    bool=torch.tensor([True, False]),
)
values["bn.num_batches_tracked"] = torch.tensor(41)
expected = {name: value.detach().float().contiguous().clone() for name, value in values.items()}
save_file(expected, folder / "expected.safetensors")


def write(name, value, legacy=False, protocol=2):
    torch.save(
        value,
        folder / name,
        pickle_protocol=protocol,
        _use_new_zipfile_serialization=not legacy,
    )


write("zip.pth", values)
write("legacy.pth", values, legacy=True)
for protocol in (3, 4, 5):
    write(f"zip-protocol{protocol}.pth", {"double": values["double"]}, protocol=protocol)
write("legacy-protocol4.pth", {"double": values["double"]}, legacy=True, protocol=4)
small = {name: values[name] for name in ("transposed", "parameter", "half")}
write("small.pth", small)
write("small-legacy.pth", small, legacy=True)
model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
write("module.pth", model.state_dict())  # with _metadata, which is set as an attribute
save_file(
    {name: value.float() for name, value in model.state_dict().items()},
    folder / "module.safetensors",
)
parallel = torch.nn.DataParallel(model).state_dict()
assert all(name.startswith("module.") for name in parallel)
extras = {"epoch": 3, "best": 0.5, "arch": "net", "seed": 2**70, "device": torch.device("cpu")}
write("wrapped-state_dict.pth", {**extras, "state_dict": parallel})
write("wrapped-model.pth", {**extras, "model": model.state_dict()}, legacy=True)
optimizer = {"state": {0: {"exp_avg": torch.zeros(2)}}, "sizes": torch.Size([2])}
write(
    "wrapped-model_state_dict.pth",
    {"optimizer": optimizer, "model_state_dict": model.state_dict(), **extras},
)


# Files by hand: pickles that torch.save does not write, or not on this machine.
def text(value):
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def tensor(count=4, offset=b"K\0", shape=b"K\4\x85", strides=b"K\1\x85", key="0", part=b""):
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(key) + text("cpu")
    storage += b"J" + struct.pack("<i", count) + part + b"tQ"
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        + storage + offset + shape + strides + b"\x89ccollections\nOrderedDict\n)RtR"
    )


def pickled(body):
    return b"\x80\2" + body + b"."


def dictionary(body):
    return pickled(b"}" + text("w") + body + b"s")


numbers = struct.pack("<4f", 1, 2, 3, 4)


def legacy(object, storages):
    with io.BytesIO() as out:
        for header in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
            pickle.dump(header, out, protocol=2)
        out.write(object)
        pickle.dump(list(storages), out, protocol=2)
        for data in storages.values():
            out.write(struct.pack("<q", len(data) // 4) + data)
        return out.getvalue()


def archive(object, data=numbers, method=zipfile.ZIP_STORED, order=b"little"):
    with io.BytesIO() as out:
        with zipfile.ZipFile(out, "w", method) as file:
            members = {"data.pkl": object, "byteorder": order, "data/0": data, "version": b"3\n"}
            for name, content in members.items():
                file.writestr(zipfile.ZipInfo("net/" + name), content, method)
        return out.getvalue()


def zip64(data):
    """The archive with a directory of 64-bit numbers, as one of more than 4 GiB has it."""
    end = data.rindex(b"PK\5\6")
    count, size, entry = struct.unpack_from("<HII", data, end + 10)
    result, start = data[:entry], entry
    for _ in range(count):
        packed, unpacked, name, extra, comment = struct.unpack_from("<IIHHH", data, entry + 20)
        local = struct.unpack_from("<I", data, entry + 42)
        field = struct.pack("<HHIHHQQQ", 0x5455, 4, 0, 1, 24, unpacked, packed, *local)
        result += data[entry : entry + 20] + b"\xff" * 8
        result += struct.pack("<HHH", name, len(field), 0) + data[entry + 34 : entry + 42]
        result += b"\xff" * 4 + data[entry + 46 : entry + 46 + name] + field
        entry += 46 + name + extra + comment
    place = len(result)
    sizes = (count, count, place - start, start)
    result += b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, *sizes)
    result += b"PK\6\7" + struct.pack("<IQI", 0, place, 1)
    return result + b"PK\5\6\0\0\0\0" + b"\xff" * 12 + b"\0\0"


class Call:
    def __init__(self, function, *arguments):
        self.parts = (function, arguments)

    def __reduce__(self):
        return self.parts


def calls(function, *arguments, protocol=2):
    return pickle.dumps({"w": Call(function, *arguments)}, protocol=protocol)


one, one_tuple = b"K\1", b"K\1\x85"
huge = b"\x8a\x08" + struct.pack("<q", 2**62)
itself = pickled(b"}q\0" + text("state_dict") + b"h\0s")
files = {
    "deflated.pth": archive(dictionary(tensor()), method=zipfile.ZIP_DEFLATED),
    "zip64.pth": zip64(archive(dictionary(tensor()))),
    # An OrderedDict of pairs, text as bytes: what Python 2 wrote.
    "python2.pth": legacy(
        pickled(b"ccollections\nOrderedDict\n(](](U\1w" + tensor(part=b"N") + b"eetR"), {"0": numbers},
    ),
    # A storage that is a part of another.
    "part.pth": legacy(
        dictionary(tensor(shape=b"K\2\x85", part=b"(" + text("9") + b"K\1K\3t")), {"0": numbers}
    ),
    "hostile-system.pth": archive(calls(os.system, "echo harm")),
    "hostile-system-legacy.pth": legacy(calls(os.system, "echo harm"), {}),
    "hostile-eval.pth": archive(calls(eval, "1", protocol=4)),
    "hostile-name.pth": archive(pickled(text("a\n\x1b[31mb") + text("c\nd") + b"\x93")),
    "hostile-instance.pth": archive(pickled(b"(ios\nsystem\n")),
    "hostile-larger.pth": archive(dictionary(tensor(shape=b"K\5\x85"))),
    "hostile-offset.pth": archive(dictionary(tensor(offset=one))),
    "hostile-negative-offset.pth": archive(dictionary(tensor(offset=b"J\xff\xff\xff\xff"))),
    "hostile-stride.pth": archive(dictionary(tensor(shape=b"K\2\x85", strides=b"K\4\x85"))),
    "hostile-negative-stride.pth": archive(dictionary(tensor(strides=b"J\xff\xff\xff\xff\x85"))),
    "hostile-overflow.pth": archive(
        dictionary(tensor(shape=huge + b"K\4\x86", strides=huge + b"K\4\x86"))
    ),
    "hostile-empty-overflow.pth": archive(
        dictionary(tensor(shape=b"K\0" + huge + huge + b"\x87", strides=b"K\1K\1K\1\x87"))
    ),
    "hostile-expanded.pth": archive(dictionary(tensor(shape=huge + b"\x85", strides=b"K\0\x85"))),
    "hostile-storage.pth": archive(dictionary(tensor(count=5))),
    "hostile-no-storage.pth": archive(dictionary(tensor(key="../data.pkl"))),
    "hostile-legacy-count.pth": legacy(dictionary(tensor(part=b"N")), {"0": numbers})[:-24]
    + struct.pack("<q", 2**61 + 4) + numbers,
    "hostile-part.pth": legacy(
        dictionary(tensor(part=b"(" + text("9") + b"K\3" + huge + b"t")), {"0": numbers}
    ),
    "hostile-itself.pth": archive(itself),
    "hostile-nested.pth": archive(
        pickled(b"}" + b")" + b"\x85" * 1_000_000 + b"0"), method=zipfile.ZIP_DEFLATED
    ),
    "hostile-nested-lists.pth": archive(
        pickled(b"]" * 300_000 + b"a" * 299_999), method=zipfile.ZIP_DEFLATED
    ),
    "hostile-laughs.pth": archive(pickled(b")" + b"q\0h\0\x86" * 10_000), method=8),
    "hostile-steps.pth": archive(pickled(b"N" * 10_000_001), method=8),
    "hostile-big-endian.pth": archive(dictionary(tensor()), order=b"big"),
}
for name, data in files.items():
    (folder / name).write_bytes(data)
# torch reads the same from those that are well formed.
expected_by_hand = {"zip64": [1, 2, 3, 4], "python2": [1, 2, 3, 4], "part": [2, 3]}
for name, elements in expected_by_hand.items():
    assert torch.load(folder / f"{name}.pth")["w"].tolist() == elements, name
contents = {
    path.name: base64.b64encode(path.read_bytes()).decode() for path in sorted(folder.iterdir())
}
with open(Path(__file__).with_name("pytorch_files.json"), "w") as file:
    json.dump(contents, file, indent=0)
    file.write("\n")
