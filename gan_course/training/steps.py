"""The two steps of an adversarial game, each of which moves one player only. Lesson 05."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.optim import Optimizer

from gan_course.objectives import Objective

Network = Callable[[Tensor], Tensor]


def discriminator_step(
    objective: Objective, D: Network, G: Network, optimiser: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    """Move the discriminator, and only it, one step down its loss; returns the loss, a scalar.

    real: a batch of samples; z: a batch of latents; optimiser: that of D. G gets no gradient. Lesson 05.
    """
    fake = G(z).detach()
    loss = objective.discriminator(D(real), D(fake))
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss


def generator_step(
    objective: Objective, D: Network, G: Network, optimiser: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    """Move the generator, and only it, one step down its loss; returns the loss, a scalar.

    real: a batch of samples; z: a batch of latents; optimiser: that of G. D is not moved, but a gradient is left in
    it, which `discriminator_step` clears. Lesson 05.
    """
    loss = objective.generator(D(real), D(G(z)))
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss
