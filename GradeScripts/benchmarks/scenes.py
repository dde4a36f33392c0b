"""The table of GradeScripts/scenes-report: how many captions are true, in Markdown.

    scenes.py FOLDER    what `studio caption` printed, FOLDER/CELL-PART.txt -> a table
"""

import re
import sys

LONG = 12


def verdicts(path):
    """Whether each caption is true, and how many words it has."""
    result, words = [], 0
    for line in open(path):
        if match := re.match(r"\S+\.png: (.*)", line):
            words = len(match[1].split())
        elif match := re.match(r"\s*→ (right|wrong)", line):
            result.append((match[1] == "right", words))
    return result


def percent(chosen):
    return f"{100 * sum(chosen) / len(chosen):.1f} % of {len(chosen)}" if chosen else "none"


folder = sys.argv[1]
long = f"of {LONG} words or more"
print(f"| | trained | validation | {long} | novel | {long} |")
print("|---|---|---|---|---|---|")
for cell in ("rnn", "lstm"):
    cells = [open(f"{folder}/{cell}.seconds").read().strip() + " s"]
    for part in ("val", "novel"):
        found = verdicts(f"{folder}/{cell}-{part}.txt")
        cells.append(percent([right for right, _ in found]))
        cells.append(percent([right for right, words in found if words >= LONG]))
    print(f"| {cell.upper()} | " + " | ".join(cells) + " |")
