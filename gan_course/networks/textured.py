"""Banded networks with an eye for texture: what holds from band to band is made, and judged, by small convolutions.

Networks that connect all bands with all have no idea that neighbouring bands belong together: their pictures are
grainy, and no layer of theirs finds that odd. So the generator ends in two convolutions
along both axes, and beside the discriminator a second one judges small patches, as in PatchGAN (Isola et al. 2017),
with the same labels. Lesson 09.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_course.networks.banded import BandDiscriminator, BandGenerator
from gan_course.networks.convolutional import SLOPE, Projection, start_weights
from gan_course.networks.modulation import ModulationJudge
from gan_course.networks.namer import Namer

FINE = 8
"""Channels between the two convolutions at the end of the generator."""
LOCAL = (16, 32, 48)
"""Channels of the patch judge after each of its convolutions of kernel 4 and stride 2; it sees 22 × 22 cells."""
SLOW = 9
"""So many frames are averaged by `quick`: 144 ms at 62.5 frames a second."""
ALIKE = 16
"""So many patches of a picture count as one: they overlap, and a note sounds on (17 to 43 at the start, of notes)."""


def quick(x: Tensor) -> Tensor:
    """What changes quickly in pictures `(batch, channel, frequency, frame)`: these less the mean of `SLOW` frames.

    A flutter of some tenths of a dB is lost among the differences between one note and another, but not here. Nearer
    the ends than half of `SLOW` the mean is over fewer frames. Lesson 09.
    """
    return x - F.avg_pool2d(x, (1, SLOW), 1, (0, SLOW // 2), count_include_pad=False)


class TexturedGenerator(BandGenerator):
    """z and labels → a spectrogram in (−1, 1): a `BandGenerator`, and two convolutions that see its neighbours.

    The parameters are those of `BandGenerator`. The convolutions, of kernel 3, add to what is there.
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
        super().__init__(shape, classes, latent, widths, comb, antialiased)
        self.fine = nn.ModuleList(
            nn.Conv2d(i, o, kernel_size=3, padding=1) for i, o in ((shape[0], FINE), (FINE, shape[0]))
        )
        self.fine.apply(start_weights)

    def forward(self, z: Tensor, labels: Mapping[str, Tensor]) -> Tensor:
        """``z`` ``(batch, latent)`` of standard normal numbers → ``(batch, channel, frequency, frame)``."""
        h = self.bands(z, labels)
        first, second = self.fine
        return torch.tanh(h + second(F.leaky_relu(first(h), SLOPE)))


class TexturedDiscriminator(BandDiscriminator):
    """A spectrogram and labels → one logit: that of a `BandDiscriminator` plus those of other judges.

    The parameters are those of `BandDiscriminator`. One judges patches. Their features are averaged over all places, so
    where in the picture something sounds wrong is the same to it; it is told the labels too, since a flute's texture is
    not a cello's. With ``detail`` above 0 it is also shown what is `quick` in the picture, magnified so often. With
    ``modulation`` above 0 there is a `ModulationJudge` as well, and this is its scale. ``apart``, the judges do not add
    up their logits, but return one each, ``(batch, judges)``. With a ``namer``, a `Namer` names the labels, and not the
    first judge by what it sees.
    """

    def __init__(
        self,
        shape: Sequence[int],
        classes: Mapping[str, int],
        widths: Sequence[int] = (128, 128, 192, 256),
        features: int = 128,
        detail: float = 0.0,
        modulation: float = 0.0,
        apart: bool = False,
        namer: bool = False,
    ) -> None:
        super().__init__(shape, classes, widths, features)
        self.detail, self.apart, self.shape = detail, apart, tuple(shape)
        inputs = [shape[0] * (2 if detail else 1), *LOCAL[:-1]]
        self.local = nn.ModuleList(
            nn.Conv2d(i, o, kernel_size=4, stride=2, padding=1) for i, o in zip(inputs, LOCAL, strict=True)
        )
        self.local_judge = Projection(LOCAL[-1], classes)
        for module in (self.local, self.local_judge):
            module.apply(start_weights)
        self.namer = Namer(shape, classes) if namer else None
        self.modulation_judge = ModulationJudge(shape, classes, features, modulation) if modulation else None

    def forward(self, x: Tensor, labels: Mapping[str, Tensor], naming: bool = False) -> Any:
        """``x`` ``(batch, channel, frequency, frame)`` → logits ``(batch,)``; with ``naming``, also its cost.

        Patches and modulations have no part in the naming, nor has the first judge where there is a namer.
        """
        return self.judge_shown(self.shown(x), labels, naming)

    def shown(self, x: Tensor) -> Tensor:
        """What the judges are shown ``(batch, number)``: pictures, and what a judge of modulations sees of them."""
        if self.modulation_judge is None:
            return x.flatten(1)
        return torch.cat([x.flatten(1), self.modulation_judge.shown(x)], 1)

    def judge_shown(self, shown: Tensor, labels: Mapping[str, Tensor], naming: bool = False) -> Any:
        """The same of what is `shown`."""
        size = math.prod(self.shape)
        x = shown[:, :size].unflatten(1, self.shape)
        h = torch.cat([x, self.detail * quick(x)], 1) if self.detail else x
        for layer in self.local:
            h = F.leaky_relu(layer(h), SLOPE)
        # The mean of n independent numbers varies √n times less than one of them: this makes up for it.
        f = h.mean((2, 3)) * math.sqrt(h.shape[2] * h.shape[3] / ALIKE)
        of_all = [self.local_judge(f, labels)]
        if self.modulation_judge is not None:
            of_all.append(self.modulation_judge.judge_shown(shown[:, size:], labels))
        f = self.seen(x)
        logits = torch.stack([self.judge(f, labels), *of_all], 1)
        if not self.apart:
            logits = logits.sum(1)
        if not naming:
            return logits
        return logits, self.judge.naming(f, labels) if self.namer is None else self.namer.naming(x, labels)
