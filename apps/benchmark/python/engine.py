"""PyTorch's side of `npm run bench -- engine`: the same networks and the same step, over the protocol of src/harness/contestant.ts.
usage: engine.py <case> <train|infer> <batch>"""

import torch
import torch.nn as nn
import torch.nn.functional as F
from contestant import serve


class ConvNet(nn.Module):
    def __init__(self, width=128, depth=3):
        super().__init__()
        layers, inputs = [], 3
        for _ in range(depth):
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.GroupNorm(width, width), nn.ReLU(), nn.AvgPool2d(2)]
            inputs = width
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(width * 16, 10)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        return F.relu(y + (self.downsample(x) if self.downsample else x), inplace=True)


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        blocks, inputs = [], 64
        for i in range(4):
            for j in range(2):
                blocks.append(BasicBlock(inputs, 64 << i, 2 if i > 0 and j == 0 else 1))
                inputs = 64 << i
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(512, 10)

    def forward(self, x):
        return self.fc(self.blocks(F.relu(self.bn1(self.conv1(x)), inplace=True)).mean((2, 3)))


class WideBlock(nn.Module):
    """Zagoruyko, Komodakis 2016: norms before convolutions; the projection reads the normalised input."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False) if inputs != outputs else None

    def forward(self, x):
        z = F.relu(self.bn1(x), inplace=True) if self.shortcut else F.relu(self.bn1(x))
        y = self.conv2(F.relu(self.bn2(self.conv1(z)), inplace=True))
        return y + (self.shortcut(z) if self.shortcut else x)


class WideResNet(nn.Module):
    def __init__(self, depth=16, widen=4):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        blocks, inputs = [], 16
        for i in range(3):
            for j in range((depth - 4) // 6):
                blocks.append(WideBlock(inputs, 16 * widen << i, 2 if i > 0 and j == 0 else 1))
                inputs = 16 * widen << i
        self.blocks = nn.Sequential(*blocks)
        self.bn = nn.BatchNorm2d(inputs)
        self.fc = nn.Linear(inputs, 10)

    def forward(self, x):
        return self.fc(F.relu(self.bn(self.blocks(self.conv1(x))), inplace=True).mean((2, 3)))


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim, eps=1e-6), nn.LayerNorm(dim, eps=1e-6)
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.fc1, self.fc2 = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)
        self.heads = heads

    def forward(self, x):
        n, t, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        x = x + self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, d))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class ViT(nn.Module):
    def __init__(self, patch=4, size=32, dim=192, depth=12, heads=3):
        super().__init__()
        self.embed = nn.Conv2d(3, dim, patch, patch)
        self.cls = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos = nn.Parameter(torch.randn(1, (size // patch) ** 2 + 1, dim) * 0.02)
        self.blocks = nn.Sequential(*[Block(dim, heads) for _ in range(depth)])
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, 10)

    def forward(self, x):
        x = self.embed(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(x.shape[0], -1, -1), x], 1) + self.pos
        return self.head(self.norm(self.blocks(x))[:, 0])


MODELS = {
    'mlp': lambda: nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10)),
    'convnet-3': ConvNet,
    'resnet-18': ResNet18,
    'wrn-16-4': WideResNet,
    'vit-tiny-4': ViT,
}


def prepare(case, mode, batch):
    batch = int(batch)
    torch.manual_seed(0)
    model = MODELS[case]()
    shape = (batch, 784) if case == 'mlp' else (batch, 3, 32, 32)
    batches = [(torch.randn(shape), (torch.arange(batch) * 7 + i) % 10) for i in range(8)]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9)
    model.train(mode == 'train')
    count = 0

    def step():
        nonlocal count
        x, y = batches[count % 8]
        count += 1
        if mode == 'infer':
            with torch.inference_mode():
                model(x)
            return
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        loss.item()

    return f'PyTorch {torch.__version__}', step, lambda _: sum(p.numel() for p in model.parameters())


if __name__ == '__main__':
    serve(prepare)
