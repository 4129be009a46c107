"""A conditional generator and discriminator of spectrograms made of residual blocks, for a graphics card.

Blocks as in He et al. (2016) around nearest-neighbour and averaging resampling, which leave no checkerboard; no
normalisation, but branches that begin at zero, so that every block begins as its shortcut (Zhang, Dauphin and Ma 2019).
At 64 × 64 they cost about ten times what the strided convolutions of `convolutional` do. Lesson 09.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_course.networks.convolutional import (
    SLOPE,
    Conditioning,
    LabelledDiscriminator,
    Projection,
    check_divisible,
    start_weights,
)
from gan_course.networks.partials import Partials
from gan_course.networks.upsampling import smoothed


class ResidualBlock(nn.Module):
    """``(batch, inputs, frequency, frame)`` → ``(batch, outputs, …)``: shortcut + two 3 × 3 convolutions."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, bias=False) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """The same frequencies and frames, with other channels."""
        h = self.second(F.leaky_relu(self.first(F.leaky_relu(x, SLOPE)), SLOPE))
        return self.shortcut(x) + h


class ResidualGenerator(nn.Module):
    """z and labels → a spectrogram in (−1, 1).

    ``shape`` is ``(channel, frequency, frame)``; frequency and frame must be divisible by 2 to the number of ``widths``
    less one. Each width is the number of channels at one resolution, from the smallest upwards. With a ``comb`` it
    knows of `Partials`; ``antialiased``, all that is doubled is `smoothed`. Raises ValueError for a shape that does not
    divide.
    """

    def __init__(
        self,
        shape: Sequence[int],
        classes: Mapping[str, int],
        latent: int = 128,
        widths: Sequence[int] = (320, 256, 192, 128, 64, 48),
        comb: Tensor | None = None,
        antialiased: bool = False,
    ) -> None:
        super().__init__()
        channels, height, width = shape
        self.partials, self.antialiased = Partials(comb), antialiased
        doublings = len(widths) - 1
        check_divisible(height, width, doublings)
        self.latent, self.widths = latent, tuple(widths)
        self.conditioning = Conditioning(classes)
        self.start = (widths[0], height >> doublings, width >> doublings)
        self.project = nn.Linear(latent + self.conditioning.size, math.prod(self.start))
        inputs = [widths[0], *widths[:-1]]
        self.blocks = nn.ModuleList(ResidualBlock(i, o) for i, o in zip(inputs, widths, strict=True))
        self.out = nn.Conv2d(widths[-1], channels * self.partials.pictures, 3, padding=1)
        self.apply(_start)
        self.partials.start(self.out, axis=0)

    def forward(self, z: Tensor, labels: Mapping[str, Tensor]) -> Tensor:
        """``z`` ``(batch, latent)`` of standard normal numbers → ``(batch, channel, frequency, frame)``."""
        h = torch.cat([z, self.conditioning(labels, len(z)).to(z)], dim=1)
        h = self.blocks[0](self.project(h).view(-1, *self.start))
        for block in self.blocks[1:]:
            h = F.interpolate(h, scale_factor=2.0, mode="nearest")
            h = block(smoothed(h) if self.antialiased else h)
        return torch.tanh(self.partials.placed(self.out(F.leaky_relu(h, SLOPE)), labels))


class ResidualDiscriminator(LabelledDiscriminator):
    """A spectrogram and labels → one logit, by `Projection`.

    ``widths`` are the channels at each resolution, from the largest to the smallest; frequency and frame must be
    divisible by 2 to their number less one.
    """

    def __init__(
        self,
        shape: Sequence[int],
        classes: Mapping[str, int],
        widths: Sequence[int] = (48, 64, 128, 192, 256, 320),
        features: int = 256,
    ) -> None:
        super().__init__()
        channels, height, width = shape
        halvings = len(widths) - 1
        check_divisible(height, width, halvings)
        self.look = nn.Conv2d(channels, widths[0], 3, padding=1)
        inputs = [widths[0], *widths[:-1]]
        self.blocks = nn.ModuleList(ResidualBlock(i, o) for i, o in zip(inputs, widths, strict=True))
        size = widths[-1] * (height >> halvings) * (width >> halvings)
        self.features = nn.Linear(size, features)
        self.judge = Projection(features, classes)
        self.apply(_start)

    def seen(self, x: Tensor) -> Tensor:
        """``x`` ``(batch, channel, frequency, frame)`` → features ``(batch, features)``."""
        h = self.blocks[0](self.look(x))
        for block in self.blocks[1:]:
            h = block(F.avg_pool2d(h, 2))
        return F.leaky_relu(self.features(F.leaky_relu(h, SLOPE).flatten(1)), SLOPE)


def _start(module: nn.Module) -> None:
    # `apply` comes to a block after the layers in it.
    start_weights(module)
    if isinstance(module, ResidualBlock):
        nn.init.zeros_(module.second.weight)
