# SPDX-License-Identifier: Apache-2.0
"""Training with PyTorch, the same way on every run, and what comes of it as an ONNX file."""

import argparse
import json

import torch
from torch import nn

OPERATOR_SET = 13


def repeatable(seed, threads=1):
    """The same weights on every run: so many threads add in one order."""
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)


def seed_argument(description):
    """The command line of a training script."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seed", type=int, default=0, help="other first weights; default: 0")
    return parser.parse_args().seed


def as_they_are(x):
    return x


class Mean:
    """The mean of a network's states: it depends less on chance than the last one."""

    def __init__(self, net):
        self._net, self._count, self._sum = net, 0, {}

    def add(self):
        self._count += 1
        for name, value in self._net.state_dict().items():
            self._sum[name] = self._sum.get(name, 0) + value.double()

    def apply(self):
        """To the network; if no state has been added, it stays as it is."""
        for name, total in self._sum.items():
            self._net.state_dict()[name].copy_(total / self._count)


def fit(net, x, y, loss, epochs, rate=1e-2, batch=64, decay=1e-4, prepare=as_they_are, averaged=0):
    """Trains by one cycle of learning rates; `prepare` makes inputs of a batch of `x`. The weights
    are the mean of those after each step of the last `averaged` epochs."""
    batches, mean = len(x) // batch, Mean(net)
    optimizer = torch.optim.Adam(net.train().parameters(), rate, weight_decay=decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs * batches)
    for epoch in range(epochs):
        total = 0
        for picked in torch.randperm(len(x))[:batches * batch].split(batch):
            optimizer.zero_grad()
            error = loss(net(prepare(x[picked])), y[picked])
            error.backward()
            optimizer.step()
            schedule.step()
            if epoch >= epochs - averaged:
                mean.add()
            total += error.item()
        print(f"epoch {epoch + 1} of {epochs}: loss {total / batches:.4f}", flush=True)
    mean.apply()
    return net.eval()


def predict(net, x, prepare=as_they_are):
    with torch.no_grad():
        parts = [net(prepare(part)) for part in torch.as_tensor(x).split(250)]
    return torch.cat(parts).numpy()


def parameters(net):
    return sum(weights.numel() for weights in net.parameters())


def export(net, shape, path, output="output"):
    """Writes the network for one input of `shape`, batch normalizations as layers of their own."""
    torch.onnx.export(net.eval(), torch.zeros(1, *shape), str(path), opset_version=OPERATOR_SET,
                      input_names=["input"], output_names=[output],
                      training=torch.onnx.TrainingMode.PRESERVE)
    print(f"{path.name}: {path.stat().st_size:,} B, {parameters(net):,} parameters")


def state(folder, figures):
    """Writes how good each model of the folder is, for common/evaluate.py to hold it to."""
    for name, figure in figures.items():
        print(f"{name}: {figure:.4f}")
    (folder / "stated.json").write_text(json.dumps(figures, indent=2) + "\n")
