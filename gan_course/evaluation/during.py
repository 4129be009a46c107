"""A quick look at a generator while it is trained, for the tables of the run. Lesson 09.

It says whether training goes on well, and compares a run with itself; `report` is what judges a model.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from gan_course.datasets import Clips
from gan_course.evaluation.distances import (
    density_coverage,
    frechet_distance,
    kernel_distance,
    precision_recall,
)
from gan_course.spectral import representation
from gan_course.training import Recipe, Training

POOLED = 8
"""Pictures are described by their means over so many frequencies and frames, whatever they show."""


LEAST = 6
"""So many clips have 5 neighbours each, which precision, recall, density and coverage look at."""


class Examination:
    """What `training.train` calls as ``measure``: distances between real and generated pictures, by name.

    ``count`` random clips, or all where there are fewer, are compared with as many generated ones that were asked for
    the same labels. A picture is described by 8 × 8 means, so any data and any representation can be measured, by an
    embedding that sees no detail. Raises ValueError for fewer than 6 clips, which have too few neighbours.
    """

    def __init__(self, recipe: Recipe, clips: Clips, count: int = 512) -> None:
        chosen = torch.randperm(len(clips), generator=torch.Generator().manual_seed(recipe.seed))[:count]
        if len(chosen) < LEAST:
            raise ValueError(
                f"there are {len(chosen)} clips to compare with, and {LEAST} or more are expected: give more, or train "
                f"without (measure=None, --measure-every 0)"
            )
        self.clips, self.seed = clips.select(chosen), recipe.seed
        encoding = representation(recipe.representation)
        pictures = [encoding.encode(part) for part in self.clips.audio.split(128)]
        self.real = _described(torch.cat(pictures))

    def __call__(self, run: Training) -> dict[str, float]:
        """Kernel distance × 100, Fréchet distance, precision, recall, density, coverage: of the averaged generator."""
        fake = self._generated(run)
        return {
            "kernel distance x 100": 100 * kernel_distance(self.real, fake),
            "Frechet distance": frechet_distance(self.real, fake),
            **precision_recall(self.real, fake),
            **density_coverage(self.real, fake),
        }

    def _generated(self, run: Training) -> Tensor:
        random = torch.Generator().manual_seed(self.seed + 1)
        made = []
        for part in torch.arange(len(self.clips)).split(64):
            z = torch.randn(len(part), run.recipe.latent, generator=random).to(run.fabric.device)
            labels = {name: self.clips.labels[name][part].to(z.device) for name in run.recipe.conditions}
            made.append(_described(run.game.generate(z, labels).float().cpu()))
        return torch.cat(made)


def _described(pictures: Tensor) -> Tensor:
    return adaptive_avg_pool2d(pictures, POOLED).flatten(1)
