"""Writes the golden values of A3 beside this script, from PyTorch in float64.

    python3 generate.py        (needs torch)

The LSTM is PyTorch's own (LSTMCell, LSTM), the gradients are autograd's, the best captions come from
trying all captions there are. PyTorch keeps weights transposed, its gates in the order i, f, g, o
(here: i, f, o, g), and has two biases; the second is zero.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

NULL, START, END = 0, 1, 2
torch.set_default_dtype(torch.float64)


def random(*shape, scale=1.0):
    """Two decimals, so that the files stay readable."""
    return (scale * torch.randn(*shape)).round(decimals=2).requires_grad_()


def write(name, values):
    lines = []
    for key, value in values.items():
        value = torch.as_tensor(value).detach()
        flat = json.dumps(value.flatten().tolist())
        lines.append(f'"{key}": {{"shape": {list(value.shape)}, "values": {flat}}}')
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (pathlib.Path(__file__).parent / f"{name}.json").write_text(text)


def with_gradients(inputs, loss):
    """The inputs, and the gradient of the loss by each, named `grad_…`."""
    gradients = torch.autograd.grad(loss, list(inputs.values()))
    return inputs | {f"grad_{name}": g for name, g in zip(inputs, gradients)}


def load(module, suffix, input_weight, hidden_weight, bias):
    """A PyTorch LSTM that calculates with the given tensors (so that autograd reaches them)."""

    def gates(blocks):
        i, f, o, g = blocks.chunk(4, dim=-1)
        return torch.cat([i, f, g, o], dim=-1)

    weights = {
        f"weight_ih{suffix}": gates(input_weight).T,
        f"weight_hh{suffix}": gates(hidden_weight).T,
        f"bias_ih{suffix}": gates(bias),
        f"bias_hh{suffix}": torch.zeros_like(bias),
    }
    return lambda *x: torch.func.functional_call(module, weights, x)


def lstm_step():
    n, d, h = 3, 4, 5
    inputs = {
        "x": random(n, d), "previousHidden": random(n, h, scale=0.5),
        "previousCell": random(n, h), "inputWeight": random(d, 4 * h, scale=0.5),
        "hiddenWeight": random(h, 4 * h, scale=0.5), "bias": random(4 * h, scale=0.5),
    }
    cell = load(torch.nn.LSTMCell(d, h), "", *list(inputs.values())[3:])
    next_hidden, next_cell = cell(inputs["x"], (inputs["previousHidden"], inputs["previousCell"]))
    upstream, cell_upstream = random(n, h), random(n, h)
    loss = (next_hidden * upstream).sum() + (next_cell * cell_upstream).sum()
    write("LSTMStep", with_gradients(inputs, loss)
          | {"hidden": next_hidden, "cell": next_cell, "upstream": upstream,
             "cellUpstream": cell_upstream})


def lstm():
    n, t, d, h = 2, 3, 4, 5
    inputs = {
        "x": random(n, t, d), "initialHidden": random(n, h, scale=0.5),
        "inputWeight": random(d, 4 * h, scale=0.5),
        "hiddenWeight": random(h, 4 * h, scale=0.5), "bias": random(4 * h, scale=0.5),
    }
    network = load(torch.nn.LSTM(d, h, batch_first=True), "_l0", *list(inputs.values())[2:])
    start = (inputs["initialHidden"][None], torch.zeros(1, n, h))
    hidden, _ = network(inputs["x"], start)
    cells = [network(inputs["x"][:, : k + 1], start)[1][1][0] for k in range(t)]
    upstream = random(n, t, h)
    write("LSTM", with_gradients(inputs, (hidden * upstream).sum())
          | {"hidden": hidden, "cell": torch.stack(cells, 1), "upstream": upstream})


def captioner_parameters(d, w, h, v, scale):
    return {
        "projectionWeight": random(d, h, scale=scale), "projectionBias": random(h, scale=scale),
        "embedding": random(v, w, scale=scale), "inputWeight": random(w, 4 * h, scale=scale),
        "hiddenWeight": random(h, 4 * h, scale=scale), "bias": random(4 * h, scale=scale),
        "vocabularyWeight": random(h, v, scale=scale), "vocabularyBias": random(v, scale=scale),
    }


def captioner():
    n, d, w, h, v = 3, 4, 5, 6, 7
    p = captioner_parameters(d, w, h, v, 0.5)
    features = random(n, d)
    captions = torch.tensor([[1, 4, 3, 5, 2], [1, 6, 2, 0, 0], [1, 5, 4, 2, 0]])
    initial = features @ p["projectionWeight"] + p["projectionBias"]
    network = load(
        torch.nn.LSTM(w, h, batch_first=True), "_l0", p["inputWeight"], p["hiddenWeight"], p["bias"])
    hidden, _ = network(
        F.embedding(captions[:, :-1], p["embedding"]), (initial[None], torch.zeros(1, n, h)))
    scores = hidden @ p["vocabularyWeight"] + p["vocabularyBias"]
    loss = F.cross_entropy(
        scores.reshape(-1, v), captions[:, 1:].flatten(), ignore_index=NULL, reduction="sum") / n
    write("Captioner", with_gradients(p, loss)
          | {"features": features, "captions": captions, "loss": loss})


class Speaker:
    """An LSTM captioner that says how likely each next word is, for one photograph's features."""

    def __init__(self, p, features):
        w, h = p["inputWeight"].shape[0], p["hiddenWeight"].shape[0]
        self.p = p
        self.cell = load(
            torch.nn.LSTMCell(w, h), "", p["inputWeight"], p["hiddenWeight"], p["bias"])
        hidden = features[None] @ p["projectionWeight"] + p["projectionBias"]
        self.start = (hidden, torch.zeros_like(hidden))

    def scores(self, beginning):
        state = self.start
        for word in (START, *beginning):
            state = self.cell(self.p["embedding"][word][None], state)
        return (state[0] @ self.p["vocabularyWeight"] + self.p["vocabularyBias"])[0]

    def log_probabilities(self, beginning):
        return torch.log_softmax(self.scores(beginning), 0).tolist()


def first_word():
    """Probabilities of the first word at three temperatures."""
    d, w, h, v = 3, 4, 5, 6
    p = captioner_parameters(d, w, h, v, 1.0)
    features = random(2, d)
    values = {}
    for name, temperature in [("half", 0.5), ("one", 1.0), ("two", 2.0)]:
        values[name] = torch.stack(
            [torch.softmax(Speaker(p, f).scores(()) / temperature, 0) for f in features])
    write("FirstWord", p | {"features": features} | values)


def all_captions(speaker, v, length, beginning=(), total=0.0):
    if beginning and (beginning[-1] == END or len(beginning) == length):
        yield beginning, total
        return
    for word, p in enumerate(speaker.log_probabilities(beginning)):
        yield from all_captions(speaker, v, length, (*beginning, word), total + p)


def beam_search(speaker, width, length, exponent):
    beams = [((), 0.0)]
    for _ in range(length):
        candidates = []
        for words, total in beams:
            if words and words[-1] == END:
                candidates.append((words, total))
            else:
                nexts = enumerate(speaker.log_probabilities(words))
                candidates += [((*words, word), total + p) for word, p in nexts]
        candidates.sort(key=lambda c: c[1] / len(c[0]) ** exponent, reverse=True)
        beams = candidates[:width]
    return beams[0]


def beam_captions():
    n, d, w, h, v, length = 3, 3, 4, 5, 6, 5
    p = captioner_parameters(d, w, h, v, 1.0)
    features = random(n, d)
    values = {}

    def keep(name, found):
        filled = [list(words) + [NULL] * (length - len(words)) for words, _ in found]
        values[name] = torch.tensor(filled)
        values[f"{name}LogProbability"] = torch.tensor([total for _, total in found])

    speakers = [Speaker(p, f) for f in features]
    for name, exponent in [("", 0.0), ("Normalized", 0.5)]:
        for width in (1, 2, 3):
            keep(f"beam{width}{name}", [beam_search(s, width, length, exponent) for s in speakers])
        keep(f"best{name}", [
            max(all_captions(s, v, length), key=lambda c: c[1] / len(c[0]) ** exponent)
            for s in speakers])
    write("BeamSearch", p | {"features": features} | values)
    return values


if __name__ == "__main__":
    for number, golden in enumerate([lstm_step, lstm, captioner, first_word]):
        torch.manual_seed(331 + number)
        golden()
    # A seed for which widths 1, 2 and 3 find different captions.
    torch.manual_seed(13)
    beam_captions()
