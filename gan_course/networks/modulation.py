"""A judge of how the bands of a spectrogram waver: it is shown their modulation spectra, and nothing else.

Networks that see cells add up differences of level. Between one note and another these are tens of dB, and a flutter of
some tenths of one is lost in the sum. In the logarithm of the modulation spectrum it stands by itself, as in the
statistics by which sound textures are told apart (McDermott and Simoncelli 2011). A gradient penalty by pictures would
keep D from heeding it all the same, since pictures that differ by so little are to have nearly the same logit; so it is
taken by what this judge is `shown`. Lesson 09.
"""

from __future__ import annotations

import math
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
UNIT = 45.0
"""So many dB are 1 in a picture, where the range from −1 to 1 is 90 dB."""
WIDE = (4, 16)
"""So many neighbouring bands are taken together, and all of them: what they do alike is lost among what each does."""
SHALLOW = 0.01
"""A wide band whose amplitude moves by less, as a share of its mean, hardly counts: 0.1 dB."""


def modulation_picture(x: Tensor) -> Tensor:
    """How deep each band of pictures wavers, and how fast: `(batch, channel, frequency, frame)` → `(…, modulation)`.

    Modulations are 1, 2, … frame / 2 periods in the picture, as in `modulations`. A steady band has 0; one whose level
    moves as a sine of amplitude a has log(1 + (a / `FAINT`)²) / 2 there, in nats (at the last, which has no mirror
    image, 2 a stands for a). In single precision at least. Lesson 09.
    """
    moved = torch.view_as_real(modulations(x.to(torch.promote_types(x.dtype, torch.float32))))
    return (moved / FAINT).square().sum(-1).log1p() / 2  # of parts and not of `.abs()`: smooth at 0 as well


def shared_modulations(x: Tensor) -> Tensor:
    """How deep wide bands of pictures waver, and how fast: `(batch, channel, frequency, frame)` → `(batch, band, …)`.

    Of the levels in the first channel, the powers of `WIDE` neighbouring bands are added up, and those of all. Their
    amplitude, divided by its mean, is what wavers: where it moves as 1 + m sin, there is log(1 + (m / `SHALLOW`)²) / 2.
    The rest is as in `modulation_picture`. Lesson 09.
    """
    levels = x[:, :1].to(torch.promote_types(x.dtype, torch.float32))
    power = (levels * (UNIT * math.log(10) / 10)).exp()
    wide = [F.avg_pool2d(power, (bands, 1), ceil_mode=True) for bands in (*WIDE, levels.shape[2])]
    amplitude = torch.cat(wide, 2).sqrt()[:, 0]
    window = hann(amplitude.shape[-1], amplitude.dtype, amplitude.device)
    mean = (amplitude * window).sum(-1, keepdim=True) / window.sum()
    # as `modulations` has it, whose mean is needed here
    moved = torch.view_as_real(torch.fft.rfft((amplitude - mean) * window)[..., 1:] * (2 / window.sum()))
    return (moved / (SHALLOW * mean.unsqueeze(-1))).square().sum(-1).log1p() / 2


def modulations(x: Tensor) -> Tensor:
    """How deep bands ``x`` `(…, frame)` waver 1, 2, … frame / 2 times: complex `(…, modulation)`.

    A sine of amplitude a has the magnitude a there (at the last, which has no mirror image, 2 a): the spectrum under a
    Hann window, of what is left when the mean under it is taken away. Lesson 09.
    """
    window = hann(x.shape[-1], x.dtype, x.device)
    mean = (x * window).sum(-1, keepdim=True) / window.sum()
    return torch.fft.rfft((x - mean) * window)[..., 1:] * (2 / window.sum())


class ModulationJudge(nn.Module):
    """A spectrogram and labels → one logit, from its `modulation_picture` and `shared_modulations` alone.

    Convolutions go over bands and modulations, then all places are weighed together, and the `shared_modulations` with
    them, since a flutter of 8 Hz is not one of 16, nor is what befits a bass a thing for a flute. What it is `shown` is
    ``scale`` times as large: the smaller, the more a penalty on slopes by it weighs. ``shape`` is
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
        self.seen = (channels, height, width // 2)
        wide = 1 + sum(math.ceil(height / bands) for bands in WIDE)
        self.features = nn.Linear(WIDTHS[-1] * (height // 8) * (width // 16) + wide * (width // 2), features)
        self.judge = Projection(features, classes)
        self.apply(start_weights)

    def shown(self, x: Tensor) -> Tensor:
        """What it is shown of pictures ``x`` ``(batch, channel, frequency, frame)``: ``(batch, number)``."""
        return self.scale * torch.cat([modulation_picture(x).flatten(1), shared_modulations(x).flatten(1)], 1)

    def judge_shown(self, shown: Tensor, labels: Mapping[str, Tensor]) -> Tensor:
        """What is `shown` ``(batch, number)`` → logits ``(batch,)``."""
        single = math.prod(self.seen)
        h, shared = shown[:, :single].unflatten(1, self.seen), shown[:, single:]
        for layer in self.layers:
            h = F.leaky_relu(layer(h), SLOPE)
        seen = torch.cat([h.flatten(1), shared.to(h.dtype)], 1)
        return self.judge(F.leaky_relu(self.features(seen), SLOPE), labels)

    def forward(self, x: Tensor, labels: Mapping[str, Tensor]) -> Tensor:
        """``x`` ``(batch, channel, frequency, frame)`` → logits ``(batch,)``."""
        return self.judge_shown(self.shown(x), labels)
