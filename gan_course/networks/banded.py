"""A conditional generator and discriminator of spectrograms that convolve along time alone: each band is a channel.

In a picture, a thing moved is the same thing. In a spectrogram that holds along time; along frequency it does not:
moved by some bands, a note is another note, and its partials lie elsewhere. So there is nothing to share between bands,
and every layer connects all bands with all. A step costs a quarter of what convolutions along both axes take at
64 × 64. Vocoders take mel bands as channels in the same way (Kumar et al. 2019). Lesson 09.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_course.networks.convolutional import (
    SLOPE,
    Conditioning,
    LabelledDiscriminator,
    Projection,
    start_weights,
    stretched,
)
from gan_course.networks.partials import Partials


class BandGenerator(nn.Module):
    """z and labels → a spectrogram in (−1, 1).

    ``shape`` is ``(channel, frequency, frame)``; the frames must be divisible by 2 to the number of ``widths``. Each
    width is the number of features at one resolution of time, from the smallest upwards; a transposed convolution of
    kernel 4 and stride 2 leads to the next, the last to ``channel × frequency`` bands. With a ``comb`` it knows of
    `Partials`; ``antialiased`` is as in `stretched`. Raises ValueError for a shape that does not divide.
    """

    def __init__(
        self,
        shape: Sequence[int],
        classes: Mapping[str, int],
        latent: int = 64,
        widths: Sequence[int] = (256, 192, 128, 128),
        comb: Tensor | None = None,
        antialiased: bool = False,
    ) -> None:
        super().__init__()
        channels, height, width = shape
        self.partials, self.antialiased = Partials(comb), antialiased
        _check_frames(width, len(widths))
        self.latent, self.widths, self.shape = latent, tuple(widths), (channels, height, width)
        self.conditioning = Conditioning(classes)
        self.start = (widths[0], width >> len(widths))
        self.project = nn.Linear(latent + self.conditioning.size, self.start[0] * self.start[1])
        outputs = [*widths[1:], self.partials.pictures * channels * height]
        self.up = nn.ModuleList(
            nn.ConvTranspose1d(i, o, kernel_size=4, stride=2, padding=1)
            for i, o in zip(widths, outputs, strict=True)
        )
        self.apply(start_weights)
        self.partials.start(self.up[-1], axis=1)

    def forward(self, z: Tensor, labels: Mapping[str, Tensor]) -> Tensor:
        """``z`` ``(batch, latent)`` of standard normal numbers → ``(batch, channel, frequency, frame)``."""
        return torch.tanh(self.bands(z, labels))

    def bands(self, z: Tensor, labels: Mapping[str, Tensor]) -> Tensor:
        """What `forward` returns, before it is brought into (−1, 1)."""
        h = torch.cat([z, self.conditioning(labels, len(z)).to(z)], dim=1)
        h = self.project(h).view(-1, *self.start)
        h = stretched(h, self.up, self.antialiased)
        return self.partials.placed(h.view(len(h), -1, *self.shape[1:]), labels)


class BandDiscriminator(LabelledDiscriminator):
    """A spectrogram and labels → one logit, by `Projection`.

    ``widths`` are the features after each convolution of kernel 4 and stride 2 along time, from the most frames to the
    fewest.
    """

    def __init__(
        self,
        shape: Sequence[int],
        classes: Mapping[str, int],
        widths: Sequence[int] = (128, 128, 192, 256),
        features: int = 128,
    ) -> None:
        super().__init__()
        channels, height, width = shape
        _check_frames(width, len(widths))
        inputs = [channels * height, *widths[:-1]]
        self.down = nn.ModuleList(
            nn.Conv1d(i, o, kernel_size=4, stride=2, padding=1) for i, o in zip(inputs, widths, strict=True)
        )
        self.features = nn.Linear(widths[-1] * (width >> len(widths)), features)
        self.judge = Projection(features, classes)
        self.apply(start_weights)

    def seen(self, x: Tensor) -> Tensor:
        """``x`` ``(batch, channel, frequency, frame)`` → features ``(batch, features)``."""
        h = x.flatten(1, 2)
        for layer in self.down:
            h = F.leaky_relu(layer(h), SLOPE)
        return F.leaky_relu(self.features(h.flatten(1)), SLOPE)


def _check_frames(frames: int, halvings: int) -> None:
    if frames % 2**halvings:
        raise ValueError(
            f"a spectrogram of {frames} frames cannot be halved {halvings} times: choose a number of frames that "
            f"{2**halvings} divides, or fewer widths"
        )
