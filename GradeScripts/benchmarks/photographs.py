"""What GradeScripts/photograph-report needs besides studio.

    photographs.py split DATA FOLDER            the training photographs -> train.json, dev.json
    photographs.py pictures DATA                the paths of the photographs that are reported
    photographs.py baselines FOLDER             captions that need no training, as results
    photographs.py report FOLDER IMAGES SEED…   all scores -> report.md, report.html
"""

import array
import base64
import collections
import html
import json
import math
import random
import re
import shutil
import statistics
import struct
import sys

HELD_OUT = 100
SHOWN = 20
METEOR = "METEOR 2005 (exact, stem)"
SCORES = ["BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", METEOR, "ROUGE-L", "CIDEr-D"]


def read(path):
    with open(path) as file:
        return json.load(file)


def write(path, value):
    with open(path, "w") as file:
        json.dump(value, file)


def split(data, folder):
    """Holds some of the training photographs out, by a fixed seed, to choose the best epoch by."""
    training = read(f"{data}/captions_train.json")
    images = training["images"]
    held = set(random.Random(231).sample([i["id"] for i in images], HELD_OUT))
    for part, is_held in (("train", False), ("dev", True)):
        chosen = [i for i in images if (i["id"] in held) == is_held]
        captions = [a for a in training["annotations"] if (a["image_id"] in held) == is_held]
        write(f"{folder}/{part}.json", dict(training, images=chosen, annotations=captions))
    shutil.copyfile(f"{data}/captions_val.json", f"{folder}/val.json")


def pictures(data):
    for image in read(f"{data}/captions_val.json")["images"]:
        print(f"{data}/images/{image['file_name']}")


def captions_of(path):
    """The captions of every photograph, by its number."""
    captions = collections.defaultdict(list)
    for annotation in read(path)["annotations"]:
        captions[annotation["image_id"]].append(annotation["caption"].strip())
    return captions


def features_of(folder):
    """What `studio prepare` saw in every photograph, of length 1, by the photograph's number."""
    with open(f"{folder}/features.safetensors", "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    entry = json.loads(data[8 : 8 + size])["features"]
    first, last = entry["data_offsets"]
    numbers = array.array("f", data[8 + size + first : 8 + size + last])
    width = entry["shape"][1]
    rows = (numbers[i : i + width] for i in range(0, len(numbers), width))
    ids = [image["id"] for image in read(f"{folder}/captions.json")["images"]]
    return {i: [x / (math.hypot(*row) or 1) for x in row] for i, row in zip(ids, rows)}


def most_frequent(captions):
    """The most frequent caption of all pictures, and how often it was said."""
    said = collections.Counter(
        " ".join(re.sub(r"[^a-z0-9' -]", " ", caption.lower()).split())
        for several in captions.values()
        for caption in several
    )
    return said.most_common(1)[0]


def baselines(folder):
    """Both know all the training photographs, also those that choose the networks' best epoch."""
    known, features = {}, {}
    for part in ("train", "dev"):
        known |= captions_of(f"{folder}/{part}.json")
        features |= features_of(f"{folder}/{part}")
    common, _ = most_frequent(known)
    seen = features_of(f"{folder}/val")
    write(f"{folder}/frequent.json", [{"image_id": i, "caption": common} for i in seen])
    nearest = {
        i: max(features, key=lambda other: sum(map(lambda a, b: a * b, row, features[other])))
        for i, row in seen.items()
    }
    for number in range(5):
        results = [
            {"image_id": i, "caption": known[other][number % len(known[other])]}
            for i, other in nearest.items()
        ]
        write(f"{folder}/nearest-{number + 1}.json", results)


def said_by(folder, name):
    return {result["image_id"]: result["caption"] for result in read(f"{folder}/{name}.json")}


class Row:
    """A line of the table: several results of one kind."""

    def __init__(self, title, folder, names):
        scores = [read(f"{folder}/{name}.scores") for name in names]
        self.title = title
        self.values = {key: [score[key] for score in scores] for key in SCORES}
        self.different = [len(set(said_by(folder, name).values())) for name in names]
        order = sorted(range(len(names)), key=lambda i: scores[i]["CIDEr-D"])
        self.middle = names[order[len(order) // 2]]

    @staticmethod
    def cell(values, form):
        text = form.format(statistics.median(values))
        if len(values) == 1:
            return text, ""
        return text, f"{form.format(min(values))}–{form.format(max(values))}"

    def cells(self):
        columns = [self.cell(self.values[key], "{:.3f}") for key in SCORES]
        return columns + [self.cell(self.different, "{:.0f}")]


def lead(folder, first, second):
    """By how much one is ahead of another in CIDEr-D, and the standard error of that over the
    photographs."""
    scores = [
        {p["image_id"]: p["CIDEr-D"] for p in read(f"{folder}/{name}.pictures")}
        for name in (first, second)
    ]
    differences = [scores[0][i] - scores[1][i] for i in scores[0]]
    error = statistics.stdev(differences) / math.sqrt(len(differences))
    return f"{statistics.mean(differences):+.3f} ± {error:.3f}"


def notes(folder, rows, seeds):
    frequent, nearest, rnn, lstm = rows
    count = len(captions_of(f"{folder}/val.json"))
    training = len(read(f"{folder}/train.json")["images"])
    return [
        f"{count} photographs, five true captions each. Networks: trained on {training} "
        f"photographs with the seeds {', '.join(seeds)}, best epoch by {HELD_OUT} further ones; "
        "median (range). Nearest photograph: among all training photographs, by the cosine of the "
        "features; median (range) over its five captions. METEOR is the exact-and-stem part of "
        "that of 2005, the mean over the photographs.",
        "CIDEr-D of the middle LSTM less the nearest photograph's, with its standard error over "
        f"the photographs: {lead(folder, lstm.middle, nearest.middle)}; less the middle RNN's: "
        f"{lead(folder, lstm.middle, rnn.middle)}.",
    ]


def report(folder, images, seeds):
    rows = [
        Row("always the most frequent caption", folder, ["frequent"]),
        Row("a caption of the nearest photograph", folder, [f"nearest-{i + 1}" for i in range(5)]),
        Row("RNN", folder, [f"rnn-{seed}" for seed in seeds]),
        Row("LSTM", folder, [f"lstm-{seed}" for seed in seeds]),
    ]
    truth = captions_of(f"{folder}/val.json")
    files = {i["id"]: i["file_name"] for i in read(f"{folder}/val.json")["images"]}
    said = {
        "LSTM": said_by(folder, f"lstm-{seeds[0]}"),
        "RNN": said_by(folder, f"rnn-{seeds[0]}"),
        "nearest": said_by(folder, "nearest-1"),
    }
    shown = sorted(random.Random(231).sample(sorted(files), SHOWN))
    known = captions_of(f"{folder}/train.json") | captions_of(f"{folder}/dev.json")
    frequent, times = most_frequent(known)
    texts = notes(folder, rows, seeds) + [
        f"The most frequent caption, {times} of {sum(map(len, known.values()))}: “{frequent}”.",
        f"Below, {SHOWN} of the photographs, drawn by a fixed seed, with what the networks of seed "
        f"{seeds[0]} say, the first caption of the nearest photograph, and the true captions.",
    ]
    table = markdown_table(rows)
    with open(f"{folder}/report.md", "w") as file:
        print("# Captions of photographs\n\n" + table, *texts, sep="\n\n", file=file)
        for i in shown:
            lines = [f"- {who}: **{captions[i]}**" for who, captions in said.items()]
            lines += [f"- true: {caption}" for caption in truth[i]]
            print(f"\n{files[i]}\n\n" + "\n".join(lines), file=file)
    with open(f"{folder}/lstm-{seeds[0]}.html") as file:
        style = re.search(r"<style>(.*?)</style>", file.read(), re.DOTALL)[1]
    figures = [
        figure(f"{images}/{files[i]}", {who: c[i] for who, c in said.items()}, truth[i])
        for i in shown
    ]
    with open(f"{folder}/report.html", "w") as file:
        file.write(page(style, html_table(rows), texts, figures))
    print(table)
    print("\n" + texts[1], file=sys.stderr)
    print(f"wrote {folder}/report.md and {folder}/report.html", file=sys.stderr)


def markdown_table(rows):
    lines = ["| | " + " | ".join(SCORES + ["different"]) + " |"]
    lines.append("|---|" + "--:|" * (len(SCORES) + 1))
    for row in rows:
        cells = [f"{middle} ({spread})" if spread else middle for middle, spread in row.cells()]
        lines.append(f"| {row.title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def html_table(rows):
    head = "".join(f"<th>{name}</th>" for name in [""] + SCORES + ["different captions"])
    lines = []
    for row in rows:
        cells = "".join(f"<td>{a}<small>{b}</small></td>" for a, b in row.cells())
        lines.append(f"<tr><th>{row.title}</th>{cells}</tr>")
    return f"<table>\n<tr>{head}</tr>\n" + "\n".join(lines) + "\n</table>"


def figure(path, said, truth):
    with open(path, "rb") as file:
        picture = base64.b64encode(file.read()).decode()
    lines = "".join(
        f"<tr><th>{who}</th><td>{html.escape(caption)}</td></tr>" for who, caption in said.items()
    )
    true = "".join(f"<li>{html.escape(caption)}</li>" for caption in truth)
    name = html.escape(path.split("/")[-1])
    return (
        f'<figure><img src="data:image/jpeg;base64,{picture}" alt="{name}">'
        f'<figcaption><table class="said">{lines}</table><ul>{true}</ul></figcaption></figure>'
    )


def page(style, table, texts, figures):
    """The look of `studio caption --html`, and what the tables need besides."""
    paragraphs = "\n".join(f"<p>{html.escape(text)}</p>" for text in texts)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Captions of photographs</title>
<style>{style}
table {{ border-collapse: collapse }} p {{ max-width: 75ch }}
body > table {{ background: white; box-shadow: 0 1px 4px #0003; border-radius: 6px;
  display: block; overflow-x: auto; width: fit-content; max-width: 100% }}
body > table th, body > table td {{ padding: .45rem .9rem; text-align: right;
  border-bottom: 1px solid #eee; font-variant-numeric: tabular-nums }}
body > table tr > th:first-child {{ text-align: left; white-space: nowrap }}
body > table tr:first-child th {{ color: #666; font-size: .9em }}
td small {{ display: block; white-space: nowrap }}
.said th, .said td {{ padding: .1rem .6rem .1rem 0; text-align: left; vertical-align: top }}
.said th {{ color: #888 }} .said tr:first-child td {{ font-weight: bold }}
</style>
<h1>Captions of photographs</h1>
{table}
{paragraphs}
<main>
{chr(10).join(figures)}
</main></html>
"""


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "report":
        report(arguments[0], arguments[1], arguments[2:])
    else:
        {"split": split, "pictures": pictures, "baselines": baselines}[command](*arguments)
