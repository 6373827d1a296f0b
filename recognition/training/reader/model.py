"""The plate reader's network: a compact convolutional transformer with one softmax per character slot."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from recognition.training.examples.reader_format import ALPHABET, SLOTS

WIDTH = 64
STEM_CHANNELS = (32, 48, 64, 80, 96)
PATCH_GRID = (5, 13)
BLOCKS = 4
REDUCER_HEADS = 4


class Dense(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """An affine map whose weight is kept as (in, out), so that its name survives an ONNX export.

    Args:
        inputs: Features coming in.
        outputs: Features going out.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(inputs, outputs)))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, features: Tensor) -> Tensor:
        """Map (..., inputs) to (..., outputs)."""
        return torch.matmul(features, self.weight) + self.bias


class DynamicTanh(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """Element-wise stand-in for layer normalization.

    Source: Zhu et al. 2025, "Transformers without Normalization", arXiv:2503.10622, section 4.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.tensor(0.5))
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, features: Tensor) -> Tensor:
        """Squash (..., width) channel by channel."""
        return torch.tanh(self.alpha * features) * self.weight + self.bias


class MultiHeadAttention(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """Multi-head attention whose every head is as wide as the model.

    Args:
        width: Features of a token.
        heads: Number of heads.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.width, self.heads = width, heads
        self.query = Dense(width, heads * width)
        self.key = Dense(width, heads * width)
        self.value = Dense(width, heads * width)
        self.output = Dense(heads * width, width)

    def _split(self, features: Tensor, tokens: int) -> Tensor:
        return features.reshape(-1, tokens, self.heads, self.width).transpose(1, 2)

    def forward(self, queries: Tensor, tokens: Tensor) -> Tensor:
        """Let (batch, m, width) queries gather from (batch, n, width) tokens; gives (batch, m, width)."""
        wanted, present = queries.shape[1], tokens.shape[1]
        query = self._split(self.query(queries), wanted) * self.width**-0.5
        key = self._split(self.key(tokens), present)
        value = self._split(self.value(tokens), present)
        weights = torch.softmax(torch.matmul(query, key.transpose(2, 3)), dim=-1)
        gathered = torch.matmul(weights, value).transpose(1, 2)
        return self.output(gathered.reshape(-1, wanted, self.heads * self.width))


class Block(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """One encoder block: self-attention, then two dense layers, each behind a dynamic tanh with a residual."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm_attention = DynamicTanh(width)
        self.attention = MultiHeadAttention(width, heads=1)
        self.norm_mlp = DynamicTanh(width)
        self.mlp_in = Dense(width, width)
        self.mlp_out = Dense(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Mix (batch, n, width) tokens."""
        normed = self.norm_attention(tokens)
        tokens = tokens + self.attention(normed, normed)
        hidden = nn.functional.gelu(self.mlp_in(self.norm_mlp(tokens)))
        return tokens + nn.functional.gelu(self.mlp_out(hidden))


class BlurPool(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """Max pooling followed by a binomial blur of stride 2, which keeps small shifts from changing the features.

    Source: Zhang 2019, "Making Convolutional Networks Shift-Invariant Again", arXiv:1904.11486, section 3.2.

    Args:
        channels: Channels in and out.
        early: Whether the blur's first window starts one pixel before the map (odd sizes) or on it (even sizes).
    """

    def __init__(self, channels: int, *, early: bool) -> None:
        super().__init__()
        self.channels, self.early = channels, early
        taps = torch.tensor([1.0, 2.0, 1.0])
        kernel = torch.outer(taps, taps) / 16.0
        self.register_buffer("kernel", kernel.expand(channels, 1, 3, 3).contiguous(), persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        """Halve (batch, channels, height, width)."""
        # Pooling pads both sides; `same` padding of an even kernel pads the far side only. Where the blur starts one
        # pixel early, dropping the first pooled row and column aligns both; where not, dropping the first output does.
        pooled = nn.functional.max_pool2d(features, 2, stride=1, padding=1)
        if self.early:
            return self._blur(pooled[:, :, 1:, 1:])
        return self._blur(pooled)[:, :, 1:, 1:]

    def _blur(self, features: Tensor) -> Tensor:
        return nn.functional.conv2d(features, self.kernel, stride=2, padding=1, groups=self.channels)


class PlateReader(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """The architecture of fast-plate-ocr's ``cct-xs-v1``.

    357k parameters train; the published 504k count a fixed one-hot kernel that cuts the patches.

    Five 3 x 3 convolutions without padding and two blurred poolings give a 10 x 26 map; 2 x 2 patches of it are
    the 5 x 13 tokens of a four-block transformer; nine learned queries gather one token per character slot.

    Source: ankandrew/fast-plate-ocr 1.1, ``cct_xs_v1_global.onnx`` (MIT), whose graph this repeats.
    """

    def __init__(self) -> None:
        super().__init__()
        channels = (3, *STEM_CHANNELS)
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 3) for a, b in pairwise(channels))
        self.pools = nn.ModuleDict({"0": BlurPool(32, early=False), "2": BlurPool(64, early=True)})
        self.patches = nn.Conv2d(STEM_CHANNELS[-1], WIDTH, 2, stride=2)
        self.positions = nn.Parameter(torch.randn(PATCH_GRID[0] * PATCH_GRID[1], WIDTH) * 0.02)
        self.blocks = nn.ModuleList(Block(WIDTH) for _ in range(BLOCKS))
        self.slots = nn.Parameter(torch.randn(1, SLOTS, WIDTH) * 0.05)
        self.reducer = MultiHeadAttention(WIDTH, REDUCER_HEADS)
        self.head = Dense(WIDTH, len(ALPHABET))

    def forward(self, images: Tensor) -> Tensor:
        """Score every character in every slot.

        Args:
            images: uint8 or float (batch, 64, 128, 3), RGB, values 0 to 255.

        Returns:
            Logits (batch, 9, 37) over ``ALPHABET``.
        """
        features = (images.to(torch.float32) * (1.0 / 255.0)).permute(0, 3, 1, 2)
        for index, conv in enumerate(self.convs):
            features = torch.relu(conv(features))
            if str(index) in self.pools:
                features = self.pools[str(index)](features)
        patches = nn.functional.gelu(self.patches(features))
        tokens = patches.flatten(2).transpose(1, 2) + self.positions
        for block in self.blocks:
            tokens = block(tokens)
        slots = self.reducer(self.slots.expand(tokens.shape[0], -1, -1), tokens)
        logits: Tensor = self.head(slots)
        return logits
