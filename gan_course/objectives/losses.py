"""What each player minimises, given the discriminator's logits of real and of generated samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor
from torch.nn.functional import softplus


class Objective(NamedTuple):
    """The two losses of one game; each takes ``(real, fake)`` logits ``(batch,)`` and gives a scalar."""

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor, Tensor], Tensor]


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """-V: the mean of -log D over real samples and that of -log(1 - D) over generated ones, D = σ(logit). Lesson 05."""
    return softplus(-real).mean() + softplus(fake).mean()


def saturating_loss(real: Tensor, fake: Tensor) -> Tensor:
    """The mean of log(1 - D) over generated samples, D = σ(logit); `real` is not used. Lesson 05."""
    return -softplus(fake).mean()


def non_saturating_loss(real: Tensor, fake: Tensor) -> Tensor:
    """The mean of -log D over generated samples, D = σ(logit); `real` is not used. Lesson 05."""
    return softplus(-fake).mean()


minimax = Objective(discriminator_loss, saturating_loss)
"""D maximises E log D(x) + E log(1 − D(G(z))), and G minimises it; D is the logistic function of the logit.

Goodfellow et al. (2014). G's slope is nearly 0 where D is sure of a forgery. Lesson 05.
"""

non_saturating = Objective(discriminator_loss, non_saturating_loss)
"""D as in `minimax`; G maximises E log D(G(z)), whose slope is largest where D is sure of a forgery.

Goodfellow et al. (2014), section 3. Lesson 05.
"""


def _relativistic_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    return softplus(-(real - fake)).mean()


def _relativistic_generator(real: Tensor, fake: Tensor) -> Tensor:
    return softplus(-(fake - real)).mean()


relativistic_pairing = Objective(_relativistic_discriminator, _relativistic_generator)
"""Each real sample is compared with one generated sample: D wants D(x) − D(G(z)) large, G wants it small.

The loss of Jolicoeur-Martineau (2019), used with R1 and R2 by Huang et al. (2024, "R3GAN"). Lesson 06.
"""
