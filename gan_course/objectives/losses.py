"""What each player minimises, given the discriminator's logits of real and of generated samples.

Every loss takes `(real, fake)`, the logits `(batch,)` of the two, and returns the mean over the batch: a scalar. D(x)
stands for the logit where a formula has no σ, and for the probability σ(logit) in the first three losses, as in the
papers. Lesson 05 teaches these, lesson 06 the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from torch import Tensor
from torch.nn.functional import relu, softplus


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


def least_squares_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """½ E (D(x) − 1)² + ½ E D(G(z))²: the logit shall be 1 for real samples and 0 for generated ones.

    The ½ of both terms is that of the paper: the slope by a logit is then its distance from its target. Mao et al.
    (2017). Lesson 06.
    """
    return 0.5 * (real - 1).square().mean() + 0.5 * fake.square().mean()


def least_squares_generator(real: Tensor, fake: Tensor) -> Tensor:
    """½ E (D(G(z)) − 1)²: the logit of generated samples shall be 1; `real` is not used.

    With the ½ of the paper, as in the discriminator's loss. Mao et al. (2017). Lesson 06.
    """
    return 0.5 * (fake - 1).square().mean()


def hinge_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """E max(0, 1 − D(x)) + E max(0, 1 + D(G(z))): no slope from samples beyond a margin of 1.

    Lim and Ye (2017); Miyato et al. (2018). Lesson 06.
    """
    return relu(1 - real).mean() + relu(1 + fake).mean()


def hinge_generator(real: Tensor, fake: Tensor) -> Tensor:
    """−E D(G(z)), without a hinge; `real` is not used. Lim and Ye (2017); Miyato et al. (2018). Lesson 06."""
    return -fake.mean()


def wasserstein_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """E D(G(z)) − E D(x): minus the Wasserstein-1 distance, if no slope of D is steeper than 1 and D is the best such.

    Without a penalty or a normalisation that bounds the slope it has no minimum. Arjovsky, Chintala and Bottou (2017).
    Lesson 06.
    """
    return fake.mean() - real.mean()


def wasserstein_generator(real: Tensor, fake: Tensor) -> Tensor:
    """−E D(G(z)); `real` is not used. Arjovsky, Chintala and Bottou (2017). Lesson 06."""
    return -fake.mean()


def relativistic_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """−E log σ(D(x) − D(G(z))): each real sample shall have a larger logit than the generated one beside it.

    Jolicoeur-Martineau (2019); Huang et al. (2024). Lesson 06.
    """
    return softplus(-(real - fake)).mean()


def relativistic_generator(real: Tensor, fake: Tensor) -> Tensor:
    """−E log σ(D(G(z)) − D(x)): the discriminator's loss with the two exchanged.

    Jolicoeur-Martineau (2019); Huang et al. (2024). Lesson 06.
    """
    return softplus(-(fake - real)).mean()


minimax = Objective(discriminator_loss, saturating_loss)
"""D maximises E log D(x) + E log(1 − D(G(z))), and G minimises it; D is the logistic function of the logit.

Goodfellow et al. (2014). G's slope is nearly 0 where D is sure of a forgery. Lesson 05.
"""

non_saturating = Objective(discriminator_loss, non_saturating_loss)
"""D as in `minimax`; G maximises E log D(G(z)), whose slope is largest where D is sure of a forgery.

Goodfellow et al. (2014), section 3. Lesson 05.
"""

least_squares = Objective(least_squares_discriminator, least_squares_generator)
"""Both players aim at targets: real is 1, generated is 0. The logit is no probability. Mao et al. (2017). Lesson 06."""

hinge = Objective(hinge_discriminator, hinge_generator)
"""D is content beyond a margin of 1; G is never. Lim and Ye (2017); Miyato et al. (2018). Lesson 06."""

wasserstein = Objective(wasserstein_discriminator, wasserstein_generator)
"""The difference of two means, for a D of bounded slope. Arjovsky, Chintala and Bottou (2017). Lesson 06."""

relativistic_pairing = Objective(relativistic_discriminator, relativistic_generator)
"""Each real sample is compared with one generated sample: D wants D(x) − D(G(z)) large, G wants it small.

The loss of Jolicoeur-Martineau (2019), used with R1 and R2 by Huang et al. (2024, "R3GAN"). Lesson 06.
"""

OBJECTIVES: Mapping[str, Objective] = {
    "minimax": minimax,
    "non_saturating": non_saturating,
    "least_squares": least_squares,
    "hinge": hinge,
    "wasserstein": wasserstein,
    "relativistic_pairing": relativistic_pairing,
}
"""Every game of the course by its name. Lesson 06 compares them."""
