"""A judge of how the bands of a spectrogram waver: it is shown their modulation spectra, and nothing else.

Networks that see cells add up differences of level. Between one note and another these are tens of dB, and a flutter of
some tenths of one is lost in the sum. In the logarithm of the modulation spectrum it stands by itself, as in the
statistics by which sound textures are told apart (McDermott and Simoncelli 2011). Lesson 09.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_course.networks.convolutional import SLOPE, Projection, start_weights
from gan_course.spectral import hann

WIDTHS = (16, 32, 48)
"""Channels after each of the convolutions of kernel 4 and stride 2."""
FAINT = 0.005
"""A band that moves by less, of a picture's range from −1 to 1, hardly counts: 0.2 dB, where the range is 90 dB."""


def modulation_picture(x: Tensor) -> Tensor:
    """How deep each band of pictures wavers, and how fast: `(batch, channel, frequency, frame)` → `(…, modulation)`.

    Modulations are 1, 2, … frame / 2 periods in the picture (Hann window). A steady band has 0; one whose level moves
    as a sine of amplitude a has log(1 + (a / `FAINT`)²) / 2 there, in nats (at the last, which has no mirror image, 2 a
    stands for a). In single precision at least. Lesson 09.
    """
    x = x.to(torch.promote_types(x.dtype, torch.float32))
    window = hann(x.shape[-1], x.dtype, x.device)
    moved = x - (x * window).sum(-1, keepdim=True) / window.sum()
    depth = torch.view_as_real(torch.fft.rfft(moved * window)[..., 1:]) * (2 / window.sum())
    return (depth / FAINT).square().sum(-1).log1p() / 2


class ModulationJudge(nn.Module):
    """A spectrogram and labels → one logit, from its `modulation_picture` alone.

    Convolutions go over bands and modulations, then all places are weighed together, since a flutter of 8 Hz is not one
    of 16, nor is what befits a bass a thing for a flute. What it sees is ``scale`` times as large, since it is steep
    where bands hardly move, and gradient penalties keep a D from heeding what is steep. ``shape`` is
    ``(channel, frequency, frame)``; raises ValueError for fewer than 8 bands or 16 frames.
    """

    def __init__(
        self, shape: Sequence[int], classes: Mapping[str, int], features: int = 128, scale: float = 0.1
    ) -> None:
        super().__init__()
        self.scale = scale
        channels, height, width = shape
        if height < 8 or width < 16:
            raise ValueError(
                f"a picture of {height} bands and {width} frames is too small for a judge of modulations: 8 bands and "
                f"16 frames are the least"
            )
        inputs = [channels, *WIDTHS[:-1]]
        self.layers = nn.ModuleList(
            nn.Conv2d(i, o, kernel_size=4, stride=2, padding=1) for i, o in zip(inputs, WIDTHS, strict=True)
        )
        self.features = nn.Linear(WIDTHS[-1] * (height // 8) * (width // 16), features)
        self.judge = Projection(features, classes)
        self.apply(start_weights)

    def forward(self, x: Tensor, labels: Mapping[str, Tensor]) -> Tensor:
        """``x`` ``(batch, channel, frequency, frame)`` → logits ``(batch,)``."""
        h = self.scale * modulation_picture(x)
        for layer in self.layers:
            h = F.leaky_relu(layer(h), SLOPE)
        return self.judge(F.leaky_relu(self.features(h.flatten(1)), SLOPE), labels)
