"""Writes metrics.json beside this file: scores of made-up captions, computed from the papers' formulas
as plainly as can be, and the stems of some words by NLTK's Porter stemmer.

Run by hand: python3 metrics.py (needs nltk; the file in the repository was made with 3.9).
"""
import itertools
import json
import math
import pathlib
import random
from collections import Counter

from nltk.stem import PorterStemmer

random.seed(5)
porter = PorterStemmer(mode=PorterStemmer.ORIGINAL_ALGORITHM).stem
WORDS = "a the dog dogs runs running on beach sandy ball plays with red small two happily quickly".split()


def stem(word):
    # As in Porter's own program.
    return word if len(word) <= 2 else porter(word)


def grams(words, n):
    return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))


def bleu(candidates, references):
    scores, product = [], 1
    length = sum(map(len, candidates))
    closest = sum(min((abs(len(r) - len(c)), len(r)) for r in rs)[1]
                  for c, rs in zip(candidates, references))
    penalty = min(1, math.exp(1 - closest / length))
    for n in range(1, 5):
        possible = correct = 0
        for c, rs in zip(candidates, references):
            own = grams(c, n)
            possible += sum(own.values())
            correct += sum(min(k, max(grams(r, n)[g] for r in rs)) for g, k in own.items())
        product *= correct / possible
        scores.append(penalty * product ** (1 / n))
    return scores


def subsequence(a, b):
    if not a or not b:
        return 0
    if a[-1] == b[-1]:
        return 1 + subsequence(a[:-1], b[:-1])
    return max(subsequence(a[:-1], b), subsequence(a, b[:-1]))


def rouge(c, rs):
    p = max(subsequence(c, r) / len(c) for r in rs)
    r = max(subsequence(c, r) / len(r) for r in rs)
    return (1 + 1.44) * p * r / (r + 1.44 * p) if p and r else 0


def cider(candidates, references):
    scores = []
    for c, rs in zip(candidates, references):
        total = 0
        for r in rs:
            penalty = math.exp(-(max(len(c) - 1, 0) - max(len(r) - 1, 0)) ** 2 / 72)
            for n in range(1, 5):
                def weights(words):
                    return {g: k * (math.log(len(references)) - math.log(max(1, sum(
                        any(g in grams(o, n) for o in others) for others in references))))
                        for g, k in grams(words, n).items()}
                a, b = weights(c), weights(r)
                norm = math.sqrt(sum(v * v for v in a.values()) * sum(v * v for v in b.values()))
                if norm:
                    total += penalty / 4 * sum(
                        min(v, b[g]) * b[g] for g, v in a.items() if g in b) / norm
        scores.append(10 * total / len(rs))
    return scores


def meteor(c, r):
    c, r = [stem(w) for w in c], [stem(w) for w in r]
    best = (0, 0)
    # Every alignment there is.
    choices = [[None] + [j for j, w in enumerate(r) if w == word] for word in c]
    for pick in itertools.product(*choices):
        used = [j for j in pick if j is not None]
        if len(set(used)) < len(used):
            continue
        chunks = sum(1 for i, j in enumerate(pick) if j is not None
                     and not (i and pick[i - 1] is not None and pick[i - 1] + 1 == j))
        best = max(best, (len(used), -chunks))
    matches, chunks = best[0], -best[1]
    if not matches:
        return 0
    p, q = matches / len(c), matches / len(r)
    return 10 * p * q / (q + 9 * p) * (1 - 0.5 * (chunks / matches) ** 3)


candidates = [random.choices(WORDS, k=random.randint(4, 7)) for _ in range(12)]
references = []
for candidate in candidates:
    near = [w if random.random() < 0.7 else random.choice(WORDS) for w in candidate]
    references.append([near + ["today"], random.choices(WORDS, k=6), near[::-1]])
# Nothing in common, and all in common.
references[3] = [["nothing", "of", "it", "here"]]
references[4] = [candidates[4]]
words = sorted(set("""caresses ponies ties caress cats feed agreed plastered bled motoring sing
conflated troubled sized hopping tanned falling hissing fizzed failing filing happy sky relational
conditional rational valenci hesitanci digitizer conformabli radicalli differentli vileli analogousli
vietnamization predication operator feudalism decisiveness hopefulness callousness formaliti
sensitiviti sensibiliti triplicate formative formalize electriciti electrical hopeful goodness revival
allowance inference airliner gyroscopic adjustable defensible irritant replacement adjustment
dependent adoption homologou communism activate angulariti homologous effective bowdlerize probate
rate cease controll roll running plays quickly skateboarding grass grasses trees flying dies lying
as is by yes eyed y oriented crowding sandwiches""".split()))
result = {
    "candidates": candidates, "references": references,
    "bleu": bleu(candidates, references),
    "rougeL": [rouge(c, rs) for c, rs in zip(candidates, references)],
    "ciderD": cider(candidates, references),
    "meteor": [max(meteor(c, r) for r in rs) for c, rs in zip(candidates, references)],
    "stems": {word: stem(word) for word in words},
}
pathlib.Path(__file__).with_name("metrics.json").write_text(json.dumps(result, indent=1) + "\n")
