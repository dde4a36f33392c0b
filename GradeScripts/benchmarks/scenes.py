"""What GradeScripts/scenes-report needs beside `studio`: the parts of the scenes, and the table.

    scenes.py split FOLDER    FOLDER/scenes -> train.json, val.json, novel.json, val/ and novel/
    scenes.py table FOLDER    the captions of both networks -> a table in Markdown
"""

import json
import os
import re
import shutil
import sys

LIMIT = 300


def held_back(images):
    """The pairs that the encoder was not trained on either: `Scene.isNovel`."""
    values = {"shape": [], "hue": []}
    for image in images:
        for thing in image["scene"]["objects"]:
            for kind, known in values.items():
                if thing[kind] not in known:
                    known.append(thing[kind])
    shapes, hues = sorted(values["shape"]), sorted(values["hue"])
    count = min(len(shapes), len(hues))
    return {(shapes[i], hues[i]) for i in range(count)}


def part(data, chosen):
    images = [image for image in data["images"] if chosen(image)]
    known = {image["id"] for image in images}
    return dict(
        data,
        images=images,
        annotations=[a for a in data["annotations"] if a["image_id"] in known],
    )


def split(folder):
    drawn = os.path.join(folder, "scenes")
    train, val = (json.load(open(f"{drawn}/{name}.json")) for name in ("train", "val"))
    pairs = held_back(train["images"])

    def is_novel(image):
        return any((o["shape"], o["hue"]) in pairs for o in image["scene"]["objects"])

    parts = {
        "train": part(train, lambda image: not is_novel(image)),
        "val": part(val, lambda image: not is_novel(image)),
        "novel": part(val, is_novel),
    }
    for name, data in parts.items():
        if name != "train":
            chosen = {image["id"] for image in data["images"][:LIMIT]}
            data = part(data, lambda image: image["id"] in chosen)
            shutil.rmtree(f"{folder}/{name}", ignore_errors=True)
            os.makedirs(f"{folder}/{name}")
            for image in data["images"]:
                shutil.copy(f"{drawn}/val/{image['file_name']}", f"{folder}/{name}")
        with open(f"{folder}/{name}.json", "w") as file:
            json.dump(data, file)
    print("held back: " + ", ".join(f"{hue} {shape}" for shape, hue in sorted(pairs)))


def verdicts(folder, cell, name):
    """Whether each caption is true, and how many words it has."""
    result, words = [], 0
    for line in open(f"{folder}/{cell}-{name}.txt"):
        if match := re.match(r"\S+\.png: (.*)", line):
            words = len(match[1].split())
        elif match := re.match(r"\s*→ (right|wrong)", line):
            result.append((match[1] == "right", words))
    return result


def percent(chosen):
    return f"{100 * sum(chosen) / len(chosen):.1f} % of {len(chosen)}" if chosen else "none"


def table(folder):
    print("| | trained | validation | 8 words or more | novel | 8 words or more |")
    print("|---|---|---|---|---|---|")
    for cell in ("rnn", "lstm"):
        start, end = map(float, open(f"{folder}/{cell}.time").read().split())
        cells = []
        for name in ("val", "novel"):
            found = verdicts(folder, cell, name)
            cells.append(percent([right for right, _ in found]))
            cells.append(percent([right for right, words in found if words >= 8]))
        print(f"| {cell.upper()} | {end - start:.0f} s | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    {"split": split, "table": table}[sys.argv[1]](sys.argv[2])
