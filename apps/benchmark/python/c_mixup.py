"""C-Mixup's partners in NumPy for `npm run bench -- mixing`, over the protocol of src/harness/contestant.ts.
usage: c_mixup.py <row|matrix> <labels> <draws>
row: the kernel to all labels for each draw; matrix: the matrix of all pairs first, as the paper's code does, then a draw for each anchor"""
import json
import resource
import sys
import time

import numpy as np

BANDWIDTH = 0.1


def rates(labels, anchors):
    """[anchors, labels], each row summing to 1."""
    weights = np.exp(-(labels[None, :] - labels[anchors][:, None]) ** 2 / (2 * BANDWIDTH ** 2))
    return weights / weights.sum(1, keepdims=True)


def main(form, count, draws):
    rng = np.random.default_rng(0)
    labels = rng.standard_normal(count)

    def step():
        anchors = rng.integers(0, count, draws) if form == 'row' else np.arange(draws)
        if form == 'matrix':
            return [rng.choice(count, p=row) for row in rates(labels, anchors)]
        return [rng.choice(count, p=rates(labels, anchors[i:i + 1])[0]) for i in range(draws)]

    def say(reply):
        print(json.dumps(reply), flush=True)

    begin = time.perf_counter()
    step()
    say({'version': f'NumPy {np.__version__}', 'firstMs': 1e3 * (time.perf_counter() - begin)})
    for line in sys.stdin:
        steps = int(line)
        begin = time.perf_counter()
        for _ in range(steps):
            step()
        say({'ms': 1e3 * (time.perf_counter() - begin) / steps})
    say({'peakMiB': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024})


if __name__ == '__main__':
    try:
        main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    except Exception as error:
        print(json.dumps({'unavailable': str(error).split('\n')[0]}), flush=True)
