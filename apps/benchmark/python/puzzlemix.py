"""The CPU path of PuzzleMix's reference for `npm run bench -- mixing`, over the protocol of src/harness/contestant.ts: costs and transport in PyTorch, one graph cut after the
other by gco's alpha-beta swap (package gco-wrapper), or, where that is not installed, one maximum flow of SciPy for each image.
usage: puzzlemix.py <solve|plan> <batch> <side> <blocks> <tile>; 'solve' times graph cuts and transport of costs that are known, 'plan' the costs too"""

import numpy as np
import torch
import torch.nn.functional as F
from contestant import serve

try:
    import gco
except ImportError:
    gco = None

LABELS, BETA, GAMMA, ETA, EPS, NEIGH, LAMBDA = 3, 1.2, 0.5, 0.2, 0.8, 4, 0.4
LABEL_COST = np.array([[(i - j) ** 2 / (LABELS - 1) ** 2 for j in range(LABELS)] for i in range(LABELS)], dtype=np.float32)


def borders(first, second, k):
    """Colour distances across the borders of blocks, [rows, blocks - 1, blocks] and [rows, blocks, blocks - 1]."""
    down = (first[:, :, :-1] - second[:, :, 1:])[:, :, k - 1::k].abs().mean(1)
    across = (first[:, :, :, :-1] - second[:, :, :, 1:])[:, :, :, k - 1::k].abs().mean(1)
    return F.avg_pool2d(down, (1, k)), F.avg_pool2d(across, (k, 1))


def costs(images, saliency, partner, blocks):
    """Whole numbers for the solver: unary [rows, blocks, blocks, labels], weights of vertical and horizontal edges."""
    rows, _, side, _ = images.shape
    size = side // blocks
    neigh = min(NEIGH, size)
    beta = BETA / blocks / 16
    one = F.avg_pool2d(saliency, size)
    one = one / one.reshape(rows, -1).sum(1).reshape(rows, 1, 1)
    two = one[partner]
    colours = F.avg_pool2d(images, neigh)
    other = colours[partner]
    k = size // neigh
    scale = beta * GAMMA
    terms = [[(scale * v, scale * h) for v, h in [borders(a, b, k) for b in (colours, other)]] for a in (colours, other)]
    show_one, show_two = two.clone(), one.clone()
    weights = []
    for axis in (0, 1):
        c11, c12, c21, c22 = (terms[i][j][axis] for i in (0, 1) for j in (0, 1))
        before = (slice(None), slice(None, -1)) if axis == 0 else (slice(None), slice(None), slice(None, -1))
        after = (slice(None), slice(1, None)) if axis == 0 else (slice(None), slice(None), slice(1, None))
        show_one[before] += (c12 + c11) / 2
        show_two[before] += (c21 + c22) / 2
        show_one[after] += (c21 + c11) / 2
        show_two[after] += (c12 + c22) / 2
        weights.append((c12 + c21 - c11 - c22) / 2 + beta)
    large = 1000 * blocks ** 2
    ways = [1, 2, 1]
    prior = [-ETA / blocks ** 2 * np.log(ways[i] * LAMBDA ** (2 - i) * (1 - LAMBDA) ** i + 1e-8) for i in range(LABELS)]
    unary = np.stack([(1 - t) * show_one.numpy() + t * show_two.numpy() + prior[i] for i, t in enumerate(np.linspace(0, 1, LABELS))], axis=-1)
    return (large * unary).astype(np.int32), *((large * w.numpy()).astype(np.int32) for w in weights)


def cut_by_gco(unary, vertical, horizontal):
    return gco.cut_grid_graph(unary, LABEL_COST, vertical, horizontal, algorithm='swap').reshape(unary.shape[:2])


def cut_by_flow(unary, vertical, horizontal):
    """Nodes say 'label > i'. Bends of (i - j)^2 are all 2, in units of 1 / (labels - 1)^2, by which all costs are multiplied."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow
    height, width, labels = unary.shape
    steps, unit = labels - 1, (labels - 1) ** 2
    nodes = np.arange(height * width * steps).reshape(height, width, steps)
    source, sink = nodes.size, nodes.size + 1
    cost = unit * np.diff(unary.astype(np.int64), axis=-1)
    tails, heads, capacities = [nodes[..., 1:].ravel()], [nodes[..., :-1].ravel()], [np.full(height * width * (steps - 1), 2 ** 30)]
    for first, second, weight in ((nodes[:-1], nodes[1:], vertical), (nodes[:, :-1], nodes[:, 1:], horizontal)):
        for i in range(steps):
            rise = weight * ((i + 1) ** 2 - i ** 2 - steps)
            cost.reshape(-1)[first[..., i]] += rise
            cost.reshape(-1)[second[..., i]] += rise
            for j in range(steps):
                tails += [first[..., i].ravel(), second[..., j].ravel()]
                heads += [second[..., j].ravel(), first[..., i].ravel()]
                capacities += [weight.ravel(), weight.ravel()]
    flat, flat_nodes = cost.ravel(), nodes.ravel()
    tails += [np.full((flat < 0).sum(), source), flat_nodes[flat > 0]]
    heads += [flat_nodes[flat < 0], np.full((flat > 0).sum(), sink)]
    capacities += [-flat[flat < 0], flat[flat > 0]]
    graph = csr_matrix((np.concatenate(capacities).astype(np.int32), (np.concatenate(tails), np.concatenate(heads))), shape=(sink + 1, sink + 1))
    residual = graph - maximum_flow(graph, source, sink).flow
    residual.data = np.maximum(residual.data, 0)
    residual.eliminate_zeros()
    reached = np.zeros(sink + 1, dtype=bool)
    reached[breadth_first_order(residual, source, return_predecessors=False)] = True
    return reached[:-2].reshape(height, width, steps).sum(-1)


def distances(side):
    """Once per size, unlike the reference, which computes it in Python at each call."""
    at = torch.stack(torch.meshgrid(torch.arange(side), torch.arange(side), indexing='ij'), -1).reshape(-1, 2).float()
    return ((at[:, None] - at[None]) ** 2).sum(-1) / (side - 1) ** 2


def transport(mask, saliency, apart):
    """Rounds of picking: each source its cheapest place, each place its cheapest source; losers pay 1 more for what they picked. [rows, sources, places]"""
    side = mask.shape[-1]
    cost = EPS * apart - saliency.reshape(-1, side ** 2, 1) * (mask > 0).float().reshape(-1, 1, side ** 2)
    for _ in range(side):
        pick = torch.zeros_like(cost).scatter_(-1, cost.min(-1)[1].unsqueeze(-1), 1)
        best = (pick * cost).min(-2)[1]
        win = torch.zeros_like(cost).scatter_(-2, best.unsqueeze(-2), 1) * pick
        cost += (1 - win) * pick
    return win


def shares_of(saliency, tile):
    means = F.avg_pool2d(saliency, tile)
    return means / means.reshape(len(means), -1).sum(1).reshape(-1, 1, 1)


def prepare(mode, *sizes):
    batch, side, blocks, tile = map(int, sizes)
    torch.set_grad_enabled(False)
    rng = torch.Generator().manual_seed(0)
    batches = []
    for _ in range(4):
        coarse = F.interpolate(torch.rand(batch, 3, 8, 8, generator=rng), size=side, mode='bilinear')
        images = (coarse + 0.2 * torch.rand(batch, 3, side, side, generator=rng)) / 1.2
        where = F.interpolate(torch.rand(batch, 1, 4, 4, generator=rng), size=side, mode='bilinear')[:, 0] ** 4
        batches.append((images, where * torch.rand(batch, side, side, generator=rng) + 1e-3, torch.randperm(batch, generator=rng)))
    tile = min(tile, side // blocks) if tile > 0 else side // blocks
    places = side // tile
    apart = distances(places)
    cut = cut_by_gco if gco else cut_by_flow
    known = [(costs(*one, blocks), shares_of(one[1], tile)) for one in batches]
    count = 0

    def step():
        nonlocal count
        images, saliency, partner = batches[count % 4]
        problem, shares = known[count % 4] if mode == 'solve' else (costs(images, saliency, partner, blocks), shares_of(saliency, tile))
        count += 1
        mask = torch.tensor(np.stack([1 - cut(*one) / (LABELS - 1) for one in zip(*problem)]), dtype=torch.float32)
        mask = F.interpolate(mask.unsqueeze(1), size=places).squeeze(1)
        return transport(mask, shares, apart), transport(1 - mask, shares[partner], apart)

    solver = f'gco {gco.__version__}' if gco else 'SciPy maximum_flow, since gco is not installed'
    return f'PyTorch {torch.__version__}, {solver}', step, None


if __name__ == '__main__':
    serve(prepare)
