"""What GradeScripts/photograph-report needs besides studio: the baselines, BLEU and CIDEr-D.

BLEU: Papineni et al., ACL 2002, with the closest reference length. CIDEr-D: Vedantam et al., CVPR
2015. Both as the reference COCO evaluation computes them.
"""

import array
import collections
import json
import math
import random
import re
import struct
import sys


def words(caption):
    return re.sub(r"[^a-z0-9' -]", " ", caption.lower()).split()


def ngrams(caption, n):
    return collections.Counter(tuple(caption[i : i + n]) for i in range(len(caption) - n + 1))


class CIDErD:
    def __init__(self, references):
        self.pictures = math.log(len(references))
        self.occurrences = collections.Counter()
        for captions in references:
            self.occurrences.update(
                {g for c in captions for n in range(1, 5) for g in ngrams(c, n)}
            )

    def describe(self, caption):
        weights = [
            {
                g: count * (self.pictures - math.log(max(1, self.occurrences[g])))
                for g, count in ngrams(caption, n).items()
            }
            for n in range(1, 5)
        ]
        norms = [math.sqrt(sum(x * x for x in w.values())) for w in weights]
        return weights, norms, len(caption)

    def similarity(self, candidate, reference):
        total = 0
        for own, other, a, b in zip(candidate[0], reference[0], candidate[1], reference[1]):
            if a and b:
                common = sum(min(x, other.get(g, 0)) * other.get(g, 0) for g, x in own.items())
                total += common / (a * b)
        return 10 * total / 4 * math.exp(-((candidate[2] - reference[2]) ** 2) / 72)

    def score(self, candidate, references):
        own = self.describe(candidate)
        return sum(self.similarity(own, self.describe(r)) for r in references) / len(references)


def bleu(candidates, references):
    matches, totals, length, closest = [0] * 4, [0] * 4, 0, 0
    for candidate, captions in zip(candidates, references):
        length += len(candidate)
        closest += min((abs(len(c) - len(candidate)), len(c)) for c in captions)[1]
        for n in range(4):
            own, most = ngrams(candidate, n + 1), collections.Counter()
            for caption in captions:
                most |= ngrams(caption, n + 1)
            matches[n] += sum((own & most).values())
            totals[n] += sum(own.values())
    penalty = 1 if length > closest else math.exp(1 - closest / length)
    scores, product = [], 1
    for n in range(4):
        product *= matches[n] / max(1, totals[n])
        scores.append(penalty * product ** (1 / (n + 1)))
    return scores


def captions_of(path):
    data = json.load(open(path))
    pictures = {image["id"]: (image["file_name"], []) for image in data["images"]}
    for annotation in data["annotations"]:
        pictures[annotation["image_id"]][1].append(words(annotation["caption"]))
    return list(pictures.values())


def features_of(path):
    """The rows of the only tensor of a safetensors file, each of length 1."""
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    entry = header["features"]
    first, last = entry["data_offsets"]
    numbers = array.array("f", data[8 + size + first : 8 + size + last])
    width = entry["shape"][1]
    rows = [numbers[i : i + width] for i in range(0, len(numbers), width)]
    return [[x / (math.hypot(*row) or 1) for x in row] for row in rows]


def consensus(captions, metric):
    """The caption that the others agree with most."""
    described = [metric.describe(c) for c in captions]
    scores = [sum(metric.similarity(own, other) for other in described) for own in described]
    return captions[scores.index(max(scores))]


def report(data, folder):
    training = captions_of(f"{data}/captions_train.json")
    validation = captions_of(f"{data}/captions_val.json")
    references = [captions for _, captions in validation]
    everything = [caption for _, captions in training for caption in captions]
    of_training = CIDErD([captions for _, captions in training])
    said = {}
    for line in open(f"{folder}/captions.txt"):
        path, caption = line.rstrip("\n").rsplit(": ", 1)
        said[path.split("/")[-1]] = words(caption)

    common = list(collections.Counter(map(tuple, everything)).most_common(1)[0][0])
    draw = random.Random(231)
    agreed = consensus(draw.sample(everything, 600), of_training)
    known = features_of(f"{folder}/train/features.safetensors")
    seen = features_of(f"{folder}/val/features.safetensors")
    nearest = []
    for row in seen:
        products = [sum(map(lambda a, b: a * b, row, other)) for other in known]
        nearest.append(training[products.index(max(products))][1])
    rows = {
        "the trained captioner": [said[name] for name, _ in validation],
        f"always “{' '.join(common)}”, the most frequent": [common] * len(validation),
        f"always “{' '.join(agreed)}”, the consensus of 600": [agreed] * len(validation),
        "the first caption of the nearest photograph": [captions[0] for captions in nearest],
        "the consensus of the nearest photograph's five": [
            consensus(captions, of_training) for captions in nearest
        ],
    }
    metric = CIDErD(references)
    print("| 100 photographs | BLEU-1 | BLEU-2 | BLEU-3 | BLEU-4 | CIDEr-D | different captions |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, captions in rows.items():
        score = sum(map(metric.score, captions, references)) / len(references)
        numbers = " | ".join(f"{x:.3f}" for x in bleu(captions, references) + [score])
        print(f"| {name} | {numbers} | {len(set(map(tuple, captions)))} |")
    print("\nTwenty of them, drawn by a fixed seed:\n")
    print("| photograph | the captioner | one of the true captions |\n|---|---|---|")
    for index in sorted(draw.sample(range(len(validation)), 20)):
        name, captions = validation[index]
        print(f"| ![]({data}/images/{name}) | {' '.join(said[name])} | {' '.join(captions[0])} |")


if sys.argv[1] == "pictures":
    for name, _ in captions_of(f"{sys.argv[2]}/captions_val.json"):
        print(f"{sys.argv[2]}/images/{name}")
else:
    report(sys.argv[2], sys.argv[3])
