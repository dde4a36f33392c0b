"""Draws the tiny pictures beside this file and writes what Pillow reads in them to expected.json.

Run by hand with Python 3, NumPy and Pillow: python3 generate.py
"""

import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = Path(__file__).parent
rng = np.random.default_rng(231)
expected = {}


def keep(name, rgb):
    rgb = np.asarray(rgb)
    expected[name] = {"shape": list(rgb.shape), "values": rgb.reshape(-1).tolist()}


def over_white(image):
    rgba = np.asarray(image.convert("RGBA")).astype(int)
    alpha = rgba[..., 3:]
    return (rgba[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255


def png(name, width, height, depth, color, rows, interlaced=False, extra=b""):
    """Writes a PNG by hand: rows of packed bytes, unfiltered. Pillow writes no such kind."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    data = b"".join(b"\0" + row for row in rows)
    (FOLDER / name).write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(data))
        + chunk(b"IEND", b""))


def save(name, image, **options):
    image.save(FOLDER / name, **options)
    keep(name, over_white(Image.open(FOLDER / name)))


rgb = rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)
grey = rng.integers(0, 256, (5, 7), dtype=np.uint8)
alpha = rng.integers(0, 256, (5, 7), dtype=np.uint8)

save("rgb8.png", Image.fromarray(rgb))
save("grey8.png", Image.fromarray(grey))
save("rgba8.png", Image.fromarray(np.dstack([rgb, alpha])))
save("greyAlpha8.png", Image.fromarray(np.dstack([grey, alpha]), "LA"))
save("onePixel.png", Image.fromarray(rgb[:1, :1]))
save("oneBit.png", Image.fromarray(((grey > 127) * 255).astype(np.uint8)).convert("1"))

palette = Image.fromarray((grey % 6).astype(np.uint8), "P")
palette.putpalette(rng.integers(0, 256, 18, dtype=np.uint8).tolist())
save("palette.png", palette)
save("paletteTransparent.png", palette, transparency=bytes([0, 255, 128, 255, 37, 255]))

# 16 bits: all high bytes as in the 8-bit picture, the low byte equal, so that the reduction to 8
# bits has one right answer however it rounds.
png("rgb16.png", 7, 5, 16, 2, [np.repeat(row.reshape(-1), 2).tobytes() for row in rgb])
keep("rgb16.png", rgb)
png("grey16.png", 7, 5, 16, 0, [np.repeat(row, 2).tobytes() for row in grey])
keep("grey16.png", np.dstack([grey] * 3))

# Adam7: the seven passes, each a small picture of its own (first column and row, distances).
passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
rows = [
    row.tobytes() for x, y, dx, dy in passes for row in rgb[y::dy, x::dx] if row.size
]
png("interlaced.png", 7, 5, 8, 2, rows, interlaced=True)
keep("interlaced.png", np.asarray(Image.open(FOLDER / "interlaced.png").convert("RGB")))
assert (np.asarray(Image.open(FOLDER / "interlaced.png").convert("RGB")) == rgb).all()

# Smooth pictures for JPEG.
y, x = np.mgrid[0:19, 0:23]
smooth = np.dstack([x * 11, y * 13, 255 - x * 5 - y * 6]).astype(np.uint8)
save("rgb.jpg", Image.fromarray(smooth), quality=90)
save("progressive.jpg", Image.fromarray(smooth), quality=90, progressive=True)
save("grey.jpg", Image.fromarray(smooth[..., 0]), quality=90)
Image.fromarray(smooth).convert("CMYK").save(FOLDER / "cmyk.jpg")

# An honest header of an absurd size, and nothing that fills it.
png("absurd.png", 1 << 30, 1 << 30, 8, 2, [b"\0" * 64])

png("tooLarge.png", 20000, 20000, 8, 2, [b"\0" * 64])

# Resizing.
source = rng.integers(0, 256, (13, 17, 3), dtype=np.uint8)
save("resizing.png", Image.fromarray(source))
for width, height in [(17, 13), (8, 6), (5, 11), (31, 29), (3, 2), (1, 1), (17, 40), (60, 13), (16, 12)]:
    keep(
        f"resized {width}x{height}",
        np.asarray(Image.fromarray(source).resize((width, height), Image.Resampling.BILINEAR)))

(FOLDER / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
