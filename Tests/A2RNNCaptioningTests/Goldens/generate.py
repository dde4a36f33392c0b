"""Writes the golden values of A2 beside this script, from PyTorch in float64.

    python3 generate.py        (needs torch)

Layers are PyTorch's own where it has them (RNNCell, RNN, embedding, linear, cross_entropy), and all
gradients are autograd's. PyTorch keeps weights transposed and has two biases; the second is zero.
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
    """A PyTorch module that calculates with the given tensors (so that autograd reaches them)."""
    weights = {
        f"weight_ih{suffix}": input_weight.T,
        f"weight_hh{suffix}": hidden_weight.T,
        f"bias_ih{suffix}": bias,
        f"bias_hh{suffix}": torch.zeros_like(bias),
    }
    return lambda *x: torch.func.functional_call(module, weights, x)


def rnn_step():
    n, d, h = 3, 4, 5
    inputs = {
        "x": random(n, d), "previousHidden": random(n, h, scale=0.5),
        "inputWeight": random(d, h, scale=0.5), "hiddenWeight": random(h, h, scale=0.5),
        "bias": random(h, scale=0.5),
    }
    cell = load(torch.nn.RNNCell(d, h), "", *list(inputs.values())[2:])
    hidden = cell(inputs["x"], inputs["previousHidden"])
    upstream = random(n, h)
    write("RNNStep", with_gradients(inputs, (hidden * upstream).sum())
          | {"hidden": hidden, "upstream": upstream})


def rnn():
    n, t, d, h = 2, 3, 4, 5
    inputs = {
        "x": random(n, t, d), "initialHidden": random(n, h, scale=0.5),
        "inputWeight": random(d, h, scale=0.5), "hiddenWeight": random(h, h, scale=0.5),
        "bias": random(h, scale=0.5),
    }
    network = load(torch.nn.RNN(d, h, batch_first=True), "_l0", *list(inputs.values())[2:])
    hidden, _ = network(inputs["x"], inputs["initialHidden"][None])
    upstream = random(n, t, h)
    write("RNN", with_gradients(inputs, (hidden * upstream).sum())
          | {"hidden": hidden, "upstream": upstream})


def word_embedding():
    words = torch.tensor([[1, 4, 1, 0], [4, 4, 2, 1]])
    inputs = {"table": random(6, 3)}
    output = F.embedding(words, inputs["table"])
    upstream = random(2, 4, 3)
    write("WordEmbedding", with_gradients(inputs, (output * upstream).sum())
          | {"words": words, "output": output, "upstream": upstream})


def temporal_affine():
    inputs = {"x": random(2, 3, 4), "weight": random(4, 5), "bias": random(5)}
    output = F.linear(inputs["x"], inputs["weight"].T, inputs["bias"])
    upstream = random(2, 3, 5)
    write("TemporalAffine", with_gradients(inputs, (output * upstream).sum())
          | {"output": output, "upstream": upstream})


def temporal_softmax_loss():
    n, t, v = 2, 4, 5
    inputs = {"logits": random(n, t, v, scale=2)}
    targets = torch.tensor([[3, 1, 4, 2], [4, 2, 0, 0]])
    loss = F.cross_entropy(
        inputs["logits"].reshape(n * t, v), targets.flatten(), ignore_index=NULL,
        reduction="sum") / n
    write("TemporalSoftmaxLoss", with_gradients(inputs, loss)
          | {"targets": targets, "mask": (targets != NULL).long(), "loss": loss})


def captioner_parameters(d, w, h, v, scale):
    return {
        "projectionWeight": random(d, h, scale=scale), "projectionBias": random(h, scale=scale),
        "embedding": random(v, w, scale=scale), "inputWeight": random(w, h, scale=scale),
        "hiddenWeight": random(h, h, scale=scale), "bias": random(h, scale=scale),
        "vocabularyWeight": random(h, v, scale=scale), "vocabularyBias": random(v, scale=scale),
    }


def captioner():
    n, d, w, h, v = 3, 4, 5, 6, 7
    p = captioner_parameters(d, w, h, v, 0.5)
    features = random(n, d)
    captions = torch.tensor([[1, 4, 3, 5, 2], [1, 6, 2, 0, 0], [1, 5, 4, 2, 0]])
    initial = features @ p["projectionWeight"] + p["projectionBias"]
    network = load(
        torch.nn.RNN(w, h, batch_first=True), "_l0", p["inputWeight"], p["hiddenWeight"], p["bias"])
    hidden, _ = network(F.embedding(captions[:, :-1], p["embedding"]), initial[None])
    scores = hidden @ p["vocabularyWeight"] + p["vocabularyBias"]
    loss = F.cross_entropy(
        scores.reshape(-1, v), captions[:, 1:].flatten(), ignore_index=NULL, reduction="sum") / n
    write("Captioner", with_gradients(p, loss)
          | {"features": features, "captions": captions, "loss": loss})


def greedy_captions():
    """Captions by PyTorch's RNNCell, one photograph at a time."""
    n, d, w, h, v, length = 4, 3, 5, 6, 8, 7
    p = captioner_parameters(d, w, h, v, 1.0)
    features = random(n, d)
    cell = load(torch.nn.RNNCell(w, h), "", p["inputWeight"], p["hiddenWeight"], p["bias"])
    captions = torch.full((n, length), NULL)
    for i in range(n):
        hidden = features[i : i + 1] @ p["projectionWeight"] + p["projectionBias"]
        word = START
        for t in range(length):
            hidden = cell(p["embedding"][word][None], hidden)
            word = int((hidden @ p["vocabularyWeight"] + p["vocabularyBias"]).argmax())
            captions[i, t] = word
            if word == END:
                break
    lengths = (captions != NULL).sum(1)
    assert (captions == END).any() and lengths.max() == length and lengths.min() < length, captions
    write("GreedyCaptions", p | {"features": features, "captions": captions})


if __name__ == "__main__":
    for number, golden in enumerate(
        [rnn_step, rnn, word_embedding, temporal_affine, temporal_softmax_loss, captioner]
    ):
        torch.manual_seed(231 + number)
        golden()
    torch.manual_seed(35)  # captions of four different lengths
    greedy_captions()
