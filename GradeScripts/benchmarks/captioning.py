"""The training step of captioning.swift in PyTorch, printed alike."""
import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(2)
torch.manual_seed(1)
STEPS, FEATURES, EMBEDDING, HIDDEN = 16, 512, 256, 512


class Captioner(nn.Module):
    def __init__(self, cell, words):
        super().__init__()
        self.project = nn.Linear(FEATURES, HIDDEN)
        self.embedding = nn.Embedding(words, EMBEDDING)
        self.recurrence = (nn.LSTM if cell == "lstm" else nn.RNN)(
            EMBEDDING, HIDDEN, batch_first=True)
        self.scores = nn.Linear(HIDDEN, words)

    def forward(self, features, captions):
        h = self.project(features)[None]
        start = (h, torch.zeros_like(h)) if isinstance(self.recurrence, nn.LSTM) else h
        states, _ = self.recurrence(self.embedding(captions[:, :-1]), start)
        scores = self.scores(states)
        return F.cross_entropy(
            scores.flatten(0, 1), captions[:, 1:].flatten(), reduction="sum") / len(features)


cell, batch, words, runs = sys.argv[1], *map(int, sys.argv[2:])
model = Captioner(cell, words)
adam = torch.optim.Adam(model.parameters(), lr=1e-3)
features = torch.randn(batch, FEATURES)
captions = torch.randint(4, words, (batch, STEPS + 1))
times = []
for run in range(runs + 2):
    start = time.perf_counter()
    adam.zero_grad()
    model(features, captions).backward()
    adam.step()
    if run >= 2:
        times.append((time.perf_counter() - start) * 1000)
print(cell, batch, words, statistics.median(times))
