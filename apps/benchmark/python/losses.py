"""PyTorch's side of `npm run bench -- losses`: the losses as people write them, forward and backward, and the sum of squares of the gradient, over the protocol of src/harness/contestant.ts.
usage: losses.py <case of src/losses/loss-cases.ts>"""

import torch
import torch.nn.functional as F
from contestant import serve

SAMPLES, CLASSES, ROUNDS = 1024, 1000, 3
LAMBDA = 0.3


def spread(rows, shift):
    """The logits of src/losses/loss-inputs.ts."""
    i, k = torch.arange(rows)[:, None], torch.arange(CLASSES)[None]
    return ((7919 * i + 613 * k + shift) % 1009).float() / 1008 * 6 - 3


def labels(rows, factor, shift):
    return (factor * torch.arange(rows) + shift) % CLASSES


z = spread(SAMPLES, 0).requires_grad_()
zt = spread(ROUNDS * SAMPLES, 11).requires_grad_()
a, b, c, partners = labels(SAMPLES, 7, 3), labels(SAMPLES, 13, 5), labels(SAMPLES, 17, 8), labels(ROUNDS * SAMPLES, 13, 5)
targets = LAMBDA * F.one_hot(a, CLASSES).float() + (1 - LAMBDA) * F.one_hot(b, CLASSES).float()
lambdas = torch.tensor([0.8, 0.4, 0.65])
shares = (31 * torch.arange(SAMPLES) % 101).float() / 100
edges, gammas = torch.tensor([0, 0.0001, 0.0005, 0.001, 0.005, 1]), torch.tensor([1, 2, -0.5, 0.5, 3])


def log_p(y):
    return F.log_softmax(z, 1).gather(1, y[:, None])[:, 0]


def focal(y, gamma):
    logp = log_p(y)
    return -(1 - logp.exp()) ** gamma * logp


def flsd():
    logp = log_p(a)
    p = logp.exp().detach()
    gamma = torch.where(p < 0.2, 5.0, 3.0)
    return (-(1 - logp.exp()) ** gamma * logp).mean()


def adafocal():
    logp = log_p(a)
    p = logp.exp()
    gamma = gammas[torch.bucketize(p.detach(), edges[1:-1], right=True)]
    return torch.where(gamma > 0, -(1 - p) ** gamma * logp, -(1 + p) ** gamma.abs() * logp).mean()


def entropy_penalty():
    logp = F.log_softmax(z, 1)
    return F.nll_loss(logp, a) + 0.1 * (logp.exp() * logp).sum(1).mean()


def mbls():
    distance = z.max(1, keepdim=True).values - z
    return F.cross_entropy(z, a) + 0.1 * F.relu(distance - 1).mean()


def kernel(r):
    return torch.exp(-(r[:, None] - r[None]).abs() / 0.4)


def mmce():
    r, predicted = F.softmax(z, 1).max(1)
    u = (predicted == a).float() - r
    return F.cross_entropy(z, a) + torch.sqrt((u[:, None] * u[None] * kernel(r)).sum() / SAMPLES ** 2 + 1e-10)


def mmce_weighted():
    r, predicted = F.softmax(z, 1).max(1)
    correct = predicted == a
    right, wrong = r[correct], r[~correct]
    if len(right) == 0 or len(wrong) == 0:
        return F.cross_entropy(z, a)
    k = kernel(r)
    rr, ww, rw = k[correct][:, correct], k[~correct][:, ~correct], k[correct][:, ~correct]
    first = ((1 - right)[:, None] * (1 - right)[None] * rr).mean()
    second = (wrong[:, None] * wrong[None] * ww).mean()
    third = ((1 - right)[:, None] * wrong[None] * rw).mean()
    return F.cross_entropy(z, a) + 2 * torch.sqrt(first + second - 2 * third + 1e-10)


def mdca():
    share = torch.bincount(a, minlength=CLASSES).float() / SAMPLES
    return F.cross_entropy(z, a) + (F.softmax(z, 1).mean(0) - share).abs().mean()


def crl():
    confidence = F.softmax(z, 1).max(1).values
    other, share = confidence.roll(-1), shares.roll(-1)
    target, margin = torch.sign(shares - share), (shares - share).abs()
    nonzero = torch.where(target == 0, 1.0, target)
    return F.cross_entropy(z, a) + F.margin_ranking_loss(confidence, other + margin / nonzero, target)


def without(keep, drop):
    return F.cross_entropy(z.masked_fill(F.one_hot(drop, CLASSES).bool(), -1e30), keep, reduction='none')


def mixup_ce():
    return LAMBDA * F.cross_entropy(z, a) + (1 - LAMBDA) * F.cross_entropy(z, b)


def decoupled():
    active = (a != b).float()
    return mixup_ce() + 0.1 * (LAMBDA * active * without(a, b) + (1 - LAMBDA) * active * without(b, a)).mean()


def decoupled_k_way():
    loss = 0.5 * F.cross_entropy(z, a) + 0.3 * F.cross_entropy(z, b) + 0.2 * F.cross_entropy(z, c)
    one, two, three = (F.one_hot(y, CLASSES).bool() for y in (a, b, c))
    for keep, other, another, own in ((a, two, three, one), (b, one, three, two), (c, one, two, three)):
        # a class that two images share stays in; that none has all three apart is not asked for
        loss = loss + 0.1 * F.cross_entropy(z.masked_fill((other | another) & ~own, -1e30), keep)
    return loss


def decoupled_bce():
    target = torch.clamp(LAMBDA / 0.8 * F.one_hot(a, CLASSES).float() + 0.7 / 0.8 * F.one_hot(b, CLASSES).float(), max=1)
    return F.binary_cross_entropy_with_logits(z, target, reduction='sum') / SAMPLES


def asymmetric():
    keep = (shares >= 0.95).float()
    both = LAMBDA * F.cross_entropy(z, a, reduction='none') + (1 - LAMBDA) * F.cross_entropy(z, b, reduction='none')
    return (keep * (both + 0.1 * (a != b).float() * without(a, b))).mean()


def mrl():
    above = zt.max(1).values.reshape(ROUNDS, SAMPLES) - z.max(1).values
    active = (partners.reshape(ROUNDS, SAMPLES) != a).float()
    return F.cross_entropy(z, a) + 0.1 * (active * F.relu(above + 2)).mean()


def m_ndcg():
    relevance = torch.where(partners.reshape(ROUNDS, SAMPLES) != a, torch.maximum(lambdas, 1 - lambdas)[:, None], torch.ones(1))
    order = torch.argsort(relevance, dim=0, descending=True, stable=True)
    discount = torch.log2(torch.arange(1, ROUNDS + 2) + 1.0)[:, None]
    raw, copies = F.softmax(z, 1).max(1).values, F.softmax(zt, 1).max(1).values.reshape(ROUNDS, SAMPLES)
    dcg = (torch.cat([raw[None], copies.gather(0, order)]) / discount).sum(0)
    idcg = (torch.cat([torch.ones(1, SAMPLES), relevance.gather(0, order)]) / discount).sum(0)
    return F.cross_entropy(z, a) + 0.1 * (1 - torch.where(idcg > dcg, dcg / idcg, idcg / dcg)).mean()


CASES = {
    'cross-entropy': lambda: F.cross_entropy(z, a),
    'label-smoothing': lambda: F.cross_entropy(z, a, label_smoothing=0.1),
    'soft-cross-entropy': lambda: F.cross_entropy(z, targets),
    'mixup-cross-entropy': mixup_ce,
    'binary-cross-entropy': lambda: F.binary_cross_entropy_with_logits(z, targets),
    'brier': lambda: ((F.softmax(z, 1) - F.one_hot(a, CLASSES)) ** 2).sum(1).mean(),
    'focal': lambda: focal(a, 3).mean(),
    'flsd': flsd,
    'adafocal': adafocal,
    'entropy-penalty': entropy_penalty,
    'l1-uniform': lambda: F.cross_entropy(z, a) + 0.01 * (F.softmax(z, 1) - 1 / CLASSES).abs().sum(1).mean(),
    'mbls': mbls,
    'mmce': mmce,
    'mmce-weighted': mmce_weighted,
    'mdca': mdca,
    'crl': crl,
    'mixup-focal': lambda: (LAMBDA * focal(a, 3) + (1 - LAMBDA) * focal(b, 3)).mean(),
    'dm-ce': decoupled,
    'dm-ce-k-way': decoupled_k_way,
    'dm-bce': decoupled_bce,
    'dm-asymmetric': asymmetric,
    'mrl': mrl,
    'm-ndcg': m_ndcg,
}


def prepare(name):
    loss = CASES[name]

    def step():
        z.grad = zt.grad = None
        value = loss()
        value.backward()
        return [value.detach()] + [x.grad.square().sum() for x in (z, zt) if x.grad is not None]

    def check(result):
        value, *squares = result
        return value.item() + SAMPLES * sum(x.item() for x in squares)

    return f'PyTorch {torch.__version__}, {torch.get_num_threads()} threads', step, check


if __name__ == '__main__':
    serve(prepare)
