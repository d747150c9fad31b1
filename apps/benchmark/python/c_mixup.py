"""C-Mixup's partners in NumPy for `npm run bench -- mixing`, over the protocol of src/harness/contestant.ts.
usage: c_mixup.py <row|matrix> <labels> <draws>
row: the kernel to all labels for each draw; matrix: the matrix of all pairs first, as the paper's code does, then a draw for each anchor"""

import numpy as np
from contestant import serve

BANDWIDTH = 0.1


def rates(labels, anchors):
    """[anchors, labels], each row summing to 1."""
    weights = np.exp(-(labels[None, :] - labels[anchors][:, None]) ** 2 / (2 * BANDWIDTH ** 2))
    return weights / weights.sum(1, keepdims=True)


def prepare(form, count, draws):
    count, draws = int(count), int(draws)
    rng = np.random.default_rng(0)
    labels = rng.standard_normal(count)

    def step():
        anchors = rng.integers(0, count, draws) if form == 'row' else np.arange(draws)
        if form == 'matrix':
            return [rng.choice(count, p=row) for row in rates(labels, anchors)]
        return [rng.choice(count, p=rates(labels, anchors[i:i + 1])[0]) for i in range(draws)]

    return f'NumPy {np.__version__}', step, None


if __name__ == '__main__':
    serve(prepare)
