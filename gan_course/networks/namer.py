"""A classifier that learns beside a discriminator and names the labels in its place: what is it, at any pitch?

The features by which a discriminator tells training sounds from generated ones need not say much of a sound that was in
no training, and a generator that is told by them what it was heard as is told wrongly there. And a classifier that
hears an instrument at some pitches alone learns these pitches. So this one has weights of its own (as in Odena, Olah
and Shlens 2017), convolutions along both axes, and hears half of the sounds moved by a few bands: they are then of no
pitch that it could be asked for, and still of that instrument. Lesson 09.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from gan_course.networks.classifier import Classifier

MOVED = "bands moved"
"""Under this name, beside the labels, stands by how many bands the namer hears each picture moved."""
FARTHEST = 4
"""By so many bands, up or down, a picture is moved at most."""
UNSURE = 0.1
"""The share of certainty that is spread over all names: label smoothing (Szegedy et al. 2016)."""
WIDTHS = (16, 32, 48, 64)
"""Channels after each of its convolutions."""
GROUPS = 8
"""Groups of channels in which its layers are normalised."""


def moves(count: int, random: torch.Generator) -> Tensor:
    """By how many bands each of ``count`` pictures is to be moved: `(count,)` int64; about half are not. Lesson 09."""
    chance, place = torch.rand(2, count, generator=random)
    far = (place * 2 * FARTHEST).long() - FARTHEST  # without 0, which is for the other half
    return torch.where(chance < 0.5, far + (far >= 0), 0)


def moved(x: Tensor, bands: Tensor) -> Tensor:
    """Pictures `(batch, channel, frequency, frame)`, each moved up by its number of ``bands`` `(batch,)`.

    Down, where the number is below 0. The edge is repeated. Lesson 09.
    """
    height = x.shape[2]
    taken = (torch.arange(height, device=x.device) - bands[:, None]).clamp(0, height - 1)
    return x.gather(2, taken[:, None, :, None].expand_as(x))


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
        """What it costs to name the labels of ``x`` `(batch, channel, frequency, frame)`: a sum of cross-entropies.

        In nats, with names smoothed by `UNSURE`. Where ``labels`` have `MOVED` too, pictures are heard moved by so many
        bands, and the pitch of those that are moved costs nothing.
        """
        cost = torch.zeros((), dtype=torch.promote_types(x.dtype, torch.float32), device=x.device)
        still = torch.ones(len(x)).to(cost)
        if MOVED in labels:
            x, still = moved(x, labels[MOVED]), (labels[MOVED] == 0).to(cost)
        for kind, logits in self(x).items():
            each = F.cross_entropy(logits.to(cost), labels[kind], reduction="none", label_smoothing=UNSURE)
            cost = cost + (each * still if kind == "pitch" else each).mean()
        return cost
