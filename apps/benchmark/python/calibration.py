"""The peers of `npm run bench -- calibration`, over the protocol of src/harness/contestant.ts.
usage: calibration.py <metrics|ece> <torchmetrics|pytorch|pytorch-blocked>
torchmetrics: its functions, one call a class where it has no classwise error; pytorch: the usual form, bins by bincount, class by class;
pytorch-blocked: the same sums in blocks of rows that fit into the cache, all classes in one bincount, both threads: the fastest form we found"""

import importlib.metadata

import torch
import torch.nn.functional as F
from contestant import serve

ROWS, CLASSES, BINS, BLOCK = 1_000_000, 100, 15, 16_384


def made_logits():
    """The logits of src/calibration/metric-cases.ts."""
    logits = torch.empty(ROWS, CLASSES)
    rows = torch.arange(ROWS)
    labels = (31 * rows + 7 * (rows % 13)) % CLASSES
    k = torch.arange(CLASSES)
    for n in rows.split(BLOCK):
        block = (6 * ((7919 * n[:, None] + 10_007 * k + 131 * ((n[:, None] * k) % 97)) % 1009)).double().div(1008).float()
        sure = n[n % 3 > 0] - n[0]
        block[sure, labels[n[0] + sure]] += 4
        logits[n[0]:n[0] + len(n)] = block
    return logits, labels


def made_events():
    n = torch.arange(ROWS)
    confidence = ((0.5 + ((7919 * n) % 1_000_003)) / 1_000_003).double().float()
    outcome = (((104_729 * n) % 1009).double() / 1009 < confidence.double() ** 2).long()
    return confidence, outcome


def binned_error(confidence, outcome, bins=BINS):
    index = (confidence * bins).ceil().long().sub_(1).clamp_(0, bins - 1)
    gaps = torch.bincount(index, weights=(confidence - outcome).double(), minlength=bins)
    return gaps.abs().sum() / len(confidence)


def metrics_as_usual(logits, labels):
    p = logits.softmax(1)
    confidence, best = p.max(1)
    ece = binned_error(confidence, (best == labels).float())
    target = F.one_hot(labels, CLASSES)
    classwise = sum(binned_error(p[:, k], target[:, k].float()) for k in range(CLASSES)) / CLASSES
    brier = (p - target).square().sum(1).mean(dtype=torch.double)
    return (ece + classwise + F.cross_entropy(logits, labels) + brier).item()


def metrics_in_blocks(logits, labels):
    top, classwise = torch.zeros(BINS, dtype=torch.double), torch.zeros(CLASSES * BINS, dtype=torch.double)
    nll = brier = 0.0
    columns = BINS * torch.arange(CLASSES)
    for z, y in zip(logits.split(BLOCK), labels.split(BLOCK)):
        log_p = F.log_softmax(z, 1)
        nll += F.nll_loss(log_p, y, reduction='sum').item()
        p = log_p.exp_()
        confidence, best = p.max(1)
        top += torch.bincount((confidence * BINS).ceil().long().sub_(1).clamp_(0, BINS - 1), weights=(confidence - (best == y).float()).double(), minlength=BINS)
        index = (p * BINS).ceil_().long().sub_(1).clamp_(0, BINS - 1).add_(columns)
        p[torch.arange(len(y)), y] -= 1
        brier += p.square().sum(1).sum(dtype=torch.double).item()
        classwise += torch.bincount(index.view(-1), weights=p.view(-1), minlength=CLASSES * BINS)
    return (top.abs().sum().item() + classwise.abs().sum().item() / CLASSES + nll + brier) / ROWS


def metrics_by_torchmetrics(logits, labels):
    from torchmetrics.functional.classification import binary_calibration_error, multiclass_calibration_error
    p = logits.softmax(1)
    ece = multiclass_calibration_error(p, labels, num_classes=CLASSES, n_bins=BINS, norm='l1').item()
    classwise = sum(binary_calibration_error(p[:, k], (labels == k).long(), n_bins=BINS, norm='l1').item() for k in range(CLASSES)) / CLASSES
    nll = F.cross_entropy(logits, labels).item()
    p[torch.arange(ROWS), labels] -= 1
    return ece + classwise + nll + p.square().sum(1).mean(dtype=torch.double).item()


def steps(case, peer):
    if case == 'metrics':
        logits, labels = made_logits()
        measure = {'torchmetrics': metrics_by_torchmetrics, 'pytorch': metrics_as_usual, 'pytorch-blocked': metrics_in_blocks}[peer]
        return lambda: measure(logits, labels)
    confidence, outcome = made_events()
    if peer == 'pytorch':
        return lambda: binned_error(confidence, outcome).item()
    from torchmetrics.functional.classification import binary_calibration_error
    return lambda: binary_calibration_error(confidence, outcome, n_bins=BINS, norm='l1').item()


def prepare(case, peer):
    torch.set_grad_enabled(False)
    also = f', torchmetrics {importlib.metadata.version("torchmetrics")}' if peer == 'torchmetrics' else ''
    return f'PyTorch {torch.__version__}{also}, {torch.get_num_threads()} threads', steps(case, peer), float


if __name__ == '__main__':
    serve(prepare)
