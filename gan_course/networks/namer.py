"""A classifier that learns beside a discriminator and names the labels in its place.

The features by which a discriminator tells training sounds from generated ones need not say much of a sound that was in
no training, and a generator that is told by them what it was heard as is told wrongly there. So this one has weights of
its own (as in Odena, Olah and Shlens 2017), and convolutions along both axes. A generator learns to please whoever
listens, if need be by what nobody else would hear; so it is heard in noise, in which little of that is left, as is
what is real (Cohen, Rosenfeld and Kolter 2019). Lesson 09.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from gan_course.networks.classifier import Classifier
from gan_course.networks.convolutional import naming_cost

SEED = "seed of the noise"
"""Under this name, beside the labels, stand the seeds of the noise in which the namer hears each picture."""
NOISE = 0.3
"""The standard deviation of that noise; the range of a picture's cell is 2."""
WIDTHS = (16, 32, 48, 64)
"""Channels after each of its convolutions."""
GROUPS = 8
"""Groups of channels in which its layers are normalised."""


class Namer(Classifier):
    """A `Classifier` in groups, so that no sample depends on others, which learns while a game is played.

    ``shape`` and ``classes`` are as there; raises ValueError for bands or frames that 16 does not divide.
    """

    def __init__(self, shape: Sequence[int], classes: Mapping[str, int]) -> None:
        _, height, width = shape
        if height % 2 ** len(WIDTHS) or width % 2 ** len(WIDTHS):
            raise ValueError(
                f"a namer halves pictures {len(WIDTHS)} times, and {height} bands × {width} frames cannot be: choose "
                f"numbers that {2 ** len(WIDTHS)} divides, or set namer to False"
            )
        super().__init__(shape, classes, WIDTHS, groups=GROUPS)

    def naming(self, x: Tensor, labels: Mapping[str, Tensor]) -> Tensor:
        """What it costs to name the labels of ``x`` `(batch, channel, frequency, frame)`: a `naming_cost`.

        Where ``labels`` have a `SEED` for each of them, they are heard in noise.
        """
        return naming_cost(self(in_noise(x, labels[SEED]) if SEED in labels else x), labels)


def in_noise(x: Tensor, seeds: Tensor) -> Tensor:
    """Pictures ``x`` `(batch, …)` in normal noise of size `NOISE`, each from its own of the ``seeds`` `(batch,)` int64.

    So a picture is heard in the same noise whichever process hears it. Lesson 09.
    """
    noise = [
        torch.randn(x.shape[1:], generator=torch.Generator().manual_seed(seed)) for seed in seeds.tolist()
    ]
    return x + NOISE * torch.stack(noise).to(x)
