"""Mixtures of Gaussians in the plane, and whether a generator has found all of their modes. Lesson 06.

Samples are ``(sample, 2)``, centres ``(mode, 2)``. Each sample belongs to the mode whose centre is nearest. It is good
if it is no further from it than ``within`` = 3 spreads; of the mixture's own samples all but e^(−9/2), 1.1%, are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Mixture:
    """Gaussians of equal weight around ``centres`` ``(mode, 2)``, with standard deviation ``spread`` on each axis.

    Called with a count and a generator of random numbers it draws samples ``(count, 2)``, so that it can be what is
    real in a game (`gan_course.training.play`). Lesson 06.
    """

    centres: Tensor
    spread: float

    def __call__(self, count: int, random: torch.Generator) -> Tensor:
        """Draw ``count`` samples ``(count, 2)``."""
        mode = torch.randint(len(self.centres), (count,), generator=random)
        return self.centres[mode] + self.spread * torch.randn(count, 2, generator=random)


def ring(modes: int = 8, radius: float = 2.0, spread: float = 0.05) -> Mixture:
    """Modes evenly on a circle, the first at (radius, 0), and then counter-clockwise. Lesson 06."""
    angle = torch.arange(modes) * (2 * math.pi / modes)
    return Mixture(radius * torch.stack([angle.cos(), angle.sin()], 1), spread)


def grid(side: int = 5, spacing: float = 2.0, spread: float = 0.2) -> Mixture:
    """``side`` × ``side`` modes around (0, 0), row by row from the lower left. Lesson 06."""
    along = spacing * (torch.arange(side) - (side - 1) / 2)
    return Mixture(torch.cartesian_prod(along, along).flip(1).contiguous(), spread)


def modes_covered(
    samples: Tensor, centres: Tensor, spread: float, least: float = 0.25, within: float = 3.0
) -> int:
    """How many modes have at least the share ``least`` of the good samples that are due to them.

    What is due to a mode is one part in ``mode`` of all samples. Lesson 06.
    """
    distance, mode = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(mode[distance <= within * spread], minlength=len(centres))
    return int((counts >= least * len(samples) / len(centres)).sum())


def high_quality_share(samples: Tensor, centres: Tensor, spread: float, within: float = 3.0) -> float:
    """The share of samples that are no further than ``within`` spreads from the nearest centre: 0 to 1. Lesson 06."""
    return (torch.cdist(samples, centres).amin(1) <= within * spread).float().mean().item()


def mode_shares(samples: Tensor, centres: Tensor) -> Tensor:
    """The share of all samples that belongs to each mode ``(mode,)``; good or not. Lesson 06."""
    mode = torch.cdist(samples, centres).argmin(1)
    return torch.bincount(mode, minlength=len(centres)) / len(samples)


def kl_of_modes(samples: Tensor, centres: Tensor) -> float:
    """KL(shares ‖ equal shares) of the modes, in nats: 0 to log(mode). Lesson 06.

    Of a finite number of true samples it is about (mode − 1) / (2 · samples) on average, not 0.
    """
    shares = mode_shares(samples, centres)
    return torch.xlogy(shares, shares * len(centres)).sum().item()
