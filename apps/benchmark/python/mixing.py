"""PyTorch's side of `npm run bench -- mixing`: mixed images as people write them, over the protocol of src/harness/contestant.ts.
usage: mixing.py <mixup|cutmix|mask|mask-per-image> <usual|kernel|new>
usual: the usual form, into memory that is there; kernel: one kernel of PyTorch that reads twice and writes once, with all threads; new: the usual form, whose result is new memory"""

import torch
from contestant import serve

BATCH, CHANNELS, HEIGHT, WIDTH = 256, 3, 224, 224
ROW0, COLUMN0, ROW1, COLUMN1 = 30, 50, 140, 160
LAMBDA = 0.3


def made_images():
    """The images of src/mixing/image-cases.ts, channels first."""
    n, c, y, x = (torch.arange(size).reshape([-1 if i == axis else 1 for i in range(4)]) for axis, size in enumerate((BATCH, CHANNELS, HEIGHT, WIDTH)))
    return ((7919 * n + 31 * y + 17 * x + 5 * c) % 1009).float() / 1008


def steps(plan, form):
    x = made_images()
    perm = (77 * torch.arange(BATCH) + 13) % BATCH
    out = torch.zeros_like(x)
    mask = (torch.arange(WIDTH) / (WIDTH - 1)).expand(BATCH if plan == 'mask-per-image' else 1, 1, HEIGHT, WIDTH).contiguous()

    def mixup(out=out):
        return torch.add(LAMBDA * x, (1 - LAMBDA) * x[perm], out=out)

    def cutmix(out=out):
        out.copy_(x)
        out[:, :, ROW0:ROW1, COLUMN0:COLUMN1] = x[perm][:, :, ROW0:ROW1, COLUMN0:COLUMN1]
        return out

    def masked():
        return torch.add(mask * x, (1 - mask) * x[perm], out=out)

    if form == 'new':
        return {'mixup': lambda: mixup(None), 'cutmix': lambda: cutmix(torch.empty_like(x))}[plan]
    if form == 'kernel':
        other = x.flip(0)
        return lambda: torch.add(x, other, out=out)
    return {'mixup': mixup, 'cutmix': cutmix}.get(plan, masked)


def prepare(plan, form):
    return f'PyTorch {torch.__version__}, {torch.get_num_threads()} threads', steps(plan, form), None if form == 'kernel' else lambda mixed: mixed.double().mean().item()


if __name__ == '__main__':
    serve(prepare)
