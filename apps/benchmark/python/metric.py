"""pytorch-metric-learning's side of `npm run bench -- metric`, over the protocol of src/harness/contestant.ts.
usage: metric.py <case of src/metric> <pytorch-metric-learning|faiss>
Losses have their default options; retrieval is its AccuracyCalculator with as many neighbours as the largest class has, in the fastest of its forms without faiss (cosine similarities of all
pairs, topk), or with faiss, which is what it takes by default."""
import importlib.metadata

import numpy as np
import torch
from contestant import serve


def hashed(seed):
    """Numbers of src/metric/hashed.ts."""
    a = (seed ^ (seed >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    b = (a ^ (a >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return (b ^ (b >> np.uint32(16))).astype(np.float64) / 2**32 - 0.5


def class_rows(rows, dimensions, classes):
    labels = np.arange(rows) % classes
    at = np.arange(rows * dimensions, dtype=np.uint32)
    centres = hashed(np.uint32(0x40000000) + np.arange(classes * dimensions, dtype=np.uint32)).reshape(classes, dimensions)
    values = hashed(at).reshape(rows, dimensions) + 0.5 * centres[labels]
    return torch.from_numpy(values.astype(np.float32)), torch.from_numpy(labels)


def loss_step(case):
    from pytorch_metric_learning import losses
    samples, dimensions, classes = 512, 512, 100
    embeddings, labels = class_rows(samples, dimensions, classes)
    embeddings.requires_grad_()
    by = [embeddings]
    if case == 'proxy-anchor':
        loss = losses.ProxyAnchorLoss(classes, dimensions)
        proxies = hashed(np.uint32(0x20000000) + np.arange(classes * dimensions, dtype=np.uint32)).astype(np.float32)
        loss.proxies.data = torch.from_numpy(proxies.reshape(classes, dimensions))
        by.append(loss.proxies)
    else:
        loss = {'multi-similarity': losses.MultiSimilarityLoss, 'nt-xent': losses.NTXentLoss, 'triplet': losses.TripletMarginLoss}[case]()

    def step():
        for x in by:
            x.grad = None
        value = loss(embeddings, labels)
        value.backward()
        return value.item() + samples * sum(x.grad.square().sum().item() for x in by)

    return step


def retrieval_step(peer):
    from pytorch_metric_learning.distances import CosineSimilarity
    from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
    from pytorch_metric_learning.utils.inference import CustomKNN
    embeddings, labels = class_rows(20_000, 512, 1000)
    if peer == 'faiss':
        import faiss  # says that it is not there, which the library would not
        assert faiss
        embeddings = torch.nn.functional.normalize(embeddings)
    calculator = AccuracyCalculator(
        include=('precision_at_1', 'r_precision', 'mean_average_precision_at_r'), k='max_bin_count', device=torch.device('cpu'),
        **({} if peer == 'faiss' else {'knn_func': CustomKNN(CosineSimilarity())}))
    return lambda: sum(calculator.get_accuracy(embeddings, labels).values())


def prepare(case, peer):
    step = retrieval_step(peer) if case.startswith('retrieval') else loss_step(case)
    version = f'pytorch-metric-learning {importlib.metadata.version("pytorch-metric-learning")}, PyTorch {torch.__version__}, {torch.get_num_threads()} threads'
    if peer == 'faiss':
        import faiss
        version = f'{version}, faiss {faiss.__version__}'
    return version, step, float


if __name__ == '__main__':
    serve(prepare)
