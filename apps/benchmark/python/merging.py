"""PyTorch's side of `npm run bench -- merging`: merges of whole models as the papers' code does them, over the protocol of src/harness/contestant.ts. A step reads all checkpoints, merges, writes one.
usage: merging.py <pcb|ties|dare|linear> <folder> <models> <out>"""

import torch
from safetensors.torch import load_file, save_file
from contestant import serve

RATIO, CLAMP, KEEP, DENSITY = 0.1, 1e-4, 0.2, 0.2


def flat(state):
    return torch.cat([state[name].reshape(-1) for name in sorted(state)])


def unflat(vector, like):
    out, at = {}, 0
    for name in sorted(like):
        size = like[name].numel()
        out[name] = vector[at:at + size].reshape(like[name].shape)
        at += size
    return out


def rescaled(x):
    low, high = x.min(dim=1, keepdim=True).values, x.max(dim=1, keepdim=True).values
    return (x - low) / (high - low)


def clamped(x, share):
    ordered = torch.sort(x, dim=1).values
    size = x.shape[1]
    low, high = ordered[:, int(size * share)], ordered[:, int(size * (1 - share) - 1)]
    return torch.clamp(x, low[:, None], high[:, None])


def pcb(base, taus):
    n, size = taus.shape
    magnitude = clamped(taus.abs(), CLAMP)
    clipped = torch.sign(taus) * magnitude
    intra = torch.exp(n * rescaled(magnitude) ** 2)
    inter = torch.tanh(taus * taus.sum(dim=0))
    balance = intra * inter
    threshold = torch.sort(balance, dim=1).values[:, int(size * (1 - RATIO))]
    weights = rescaled(torch.maximum(balance, threshold[:, None]))
    return base + (weights * clipped).sum(dim=0) / torch.clamp(weights.sum(dim=0), min=1e-12)


def ties(base, taus):
    n, size = taus.shape
    magnitude = taus.abs()
    threshold = magnitude.kthvalue(size - int(size * KEEP), dim=1, keepdim=True).values
    trimmed = taus * (magnitude >= threshold)
    signs = torch.sign(trimmed.sum(dim=0))
    signs[signs == 0] = torch.sign(signs.sum())
    agreeing = torch.where(signs > 0, trimmed > 0, trimmed < 0) * trimmed
    return base + agreeing.sum(dim=0) / torch.clamp((agreeing != 0).sum(dim=0).float(), min=1)


def dare(base, taus):
    merged = base.clone()
    for tau in taus:
        mask = torch.bernoulli(torch.full_like(tau, DENSITY))
        merged += tau * mask / DENSITY
    return merged


def merge(method, base, models):
    if method == 'linear':
        return {name: sum(model[name] for model in models) / len(models) for name in base}
    origin = flat(base)
    taus = torch.vstack([flat(model) for model in models]) - origin
    return unflat({'pcb': pcb, 'ties': ties, 'dare': dare}[method](origin, taus), base)


def prepare(method, folder, count, out):
    def step():
        models = [load_file(f'{folder}/model-{i}.safetensors') for i in range(int(count))]
        base = models[0] if method == 'linear' else load_file(f'{folder}/base.safetensors')
        merged = merge(method, base, models)
        save_file({name: tensor.contiguous() for name, tensor in merged.items()}, out)
        return merged

    def check(merged):
        return sum(tensor.double().square().sum().item() for tensor in merged.values())

    # the masks of DARE are drawn by other random numbers
    return f'PyTorch {torch.__version__}, {torch.get_num_threads()} threads', step, None if method == 'dare' else check


if __name__ == '__main__':
    serve(prepare)
