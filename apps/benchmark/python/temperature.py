"""PyTorch's side of the temperature cases of `npm run bench -- calibration`, over the protocol of src/harness/contestant.ts.
usage: temperature.py <rows> <classes> <step>
L-BFGS with a strong Wolfe line search on T, from 1.5 and with at most 50 iterations as in the usual recipe, whose step is 0.01; with a step of 1 it is at its best"""

import torch
import torch.nn.functional as F
from contestant import serve

BLOCK, CHECKED = 4096, 10_000


def made_logits(rows, classes):
    """The logits of src/calibration/temperature-cases.ts."""
    logits = torch.empty(rows, classes)
    index = torch.arange(rows)
    labels = (31 * index + 7 * (index % 13)) % classes
    k = torch.arange(classes)
    for n in index.split(BLOCK):
        block = (15 * ((7919 * n[:, None] + 10_007 * k + 131 * ((n[:, None] * k) % 97)) % 1009)).double().div(1008).float()
        sure = n[n % 3 > 0] - n[0]
        block[sure, labels[n[0] + sure]] += 10
        logits[n[0]:n[0] + len(n)] = block
    return logits, labels


def fit(logits, labels, step):
    temperature = torch.full((1,), 1.5, requires_grad=True)
    optimizer = torch.optim.LBFGS([temperature], lr=step, max_iter=50, line_search_fn='strong_wolfe')

    def loss():
        optimizer.zero_grad()
        value = F.cross_entropy(logits / temperature, labels)
        value.backward()
        return value

    optimizer.step(loss)
    return temperature.detach()


def prepare(rows, classes, step):
    logits, labels = made_logits(int(rows), int(classes))

    def check(temperature):
        return F.cross_entropy(logits[:CHECKED].double() / temperature.double(), labels[:CHECKED]).item()

    return f'PyTorch {torch.__version__}, {torch.get_num_threads()} threads', lambda: fit(logits, labels, float(step)), check


if __name__ == '__main__':
    serve(prepare)
