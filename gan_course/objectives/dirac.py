"""The Dirac-GAN: what every objective and every penalty do to two players of one number each. Lesson 06.

What is real is always 0, what is generated is always θ, and the discriminator is a straight line through the origin:
D(x) = ψ x, a logit. So the logit of what is real is 0 and that of what is generated is ψ θ. Both players follow their
slopes downhill all the time; how fast they move is the vector field, and its Jacobian tells what becomes of a small
distance from the point of rest (0, 0). Mescheder, Geiger and Nowozin (2018, "Which training methods for GANs do
actually converge?"), sections 2 and 4.

``theta`` and ``psi`` are tensors of any one shape. ``weight`` is γ of R1 and R2, which are the same here, ½ γ ψ²: both
of them together are one of twice the weight. ``gradient_penalty`` is the weight of (|ψ| − 1)².
"""

from __future__ import annotations

import cmath
from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor


class Slopes(NamedTuple):
    """Of both losses by the logit t of what is generated, that of what is real being 0; and the slopes of these."""

    discriminator: Callable[[Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]
    discriminator_bend: Callable[[Tensor], Tensor]
    generator_bend: Callable[[Tensor], Tensor]


def _bell(t: Tensor) -> Tensor:
    return torch.sigmoid(t) * torch.sigmoid(-t)


_ONE, _ZERO = torch.ones_like, torch.zeros_like

SLOPES: Mapping[str, Slopes] = {
    "minimax": Slopes(torch.sigmoid, lambda t: -torch.sigmoid(t), _bell, lambda t: -_bell(t)),
    "non_saturating": Slopes(torch.sigmoid, lambda t: -torch.sigmoid(-t), _bell, _bell),
    "least_squares": Slopes(lambda t: t, lambda t: t - 1, _ONE, _ONE),
    "hinge": Slopes(lambda t: (t > -1).to(t.dtype), lambda t: -_ONE(t), _ZERO, _ZERO),
    "wasserstein": Slopes(_ONE, lambda t: -_ONE(t), _ZERO, _ZERO),
    "relativistic_pairing": Slopes(torch.sigmoid, lambda t: -torch.sigmoid(-t), _bell, _bell),
}
"""For every name in `OBJECTIVES`. With the logit of what is real fixed at 0, the relativistic game is the same as the
non-saturating one. Lesson 06."""


def dirac_field(
    theta: Tensor,
    psi: Tensor,
    objective: str = "non_saturating",
    weight: float = 0,
    gradient_penalty: float = 0,
) -> tuple[Tensor, Tensor]:
    """How fast θ and ψ move if both players go downhill: minus the slope of each one's own loss, penalties included.

    At ψ = 0 the gradient penalty has no slope: (|ψ| − 1)² has a peak there. 0 is taken, the mean of those at its two
    sides. Lesson 06.
    """
    slopes, t = SLOPES[objective], psi * theta
    return (
        -slopes.generator(t) * psi,
        -slopes.discriminator(t) * theta - weight * psi - 2 * gradient_penalty * (psi - psi.sign()),
    )


def dirac_jacobian(
    theta: Tensor,
    psi: Tensor,
    objective: str = "non_saturating",
    weight: float = 0,
    gradient_penalty: float = 0,
) -> Tensor:
    """The slopes of `dirac_field` ``(…, 2, 2)``: rows are θ's and ψ's speed, columns are by θ and by ψ.

    Where the field jumps (the gradient penalty at ψ = 0, the hinge at ψ θ = −1) it has none. At ψ = 0 the entry of a
    gradient penalty is NaN. Lesson 06.
    """
    slopes, t = SLOPES[objective], psi * theta
    d, g = slopes.discriminator(t), slopes.generator(t)
    d_bend, g_bend = slopes.discriminator_bend(t), slopes.generator_bend(t)
    damping = weight + 2 * gradient_penalty * torch.where(psi == 0, torch.nan, 1.0).to(t.dtype)
    if not gradient_penalty:
        damping = torch.full_like(t, weight)
    rows = (-g_bend * psi**2, -g - g_bend * t), (-d - d_bend * t, -d_bend * theta**2 - damping)
    return torch.stack([torch.stack(row, -1) for row in rows], -2)


def dirac_eigenvalues(objective: str = "non_saturating", weight: float = 0) -> tuple[complex, complex]:
    """The eigenvalues of the Jacobian at the point of rest (0, 0): −γ/2 ± √(γ²/4 − s²).

    s² is the product of the two pulls, of G by ψ and of D by θ: ¼ for the objectives with a logistic function, 1 for
    hinge and Wasserstein, and 0 for least squares, whose discriminator is content with ψ = 0 at any θ. A negative real
    part draws both players in, none leaves them circling. Lesson 06.
    """
    at_rest = torch.zeros((), dtype=torch.float64)
    slopes = SLOPES[objective]
    pull = -(slopes.generator(at_rest) * slopes.discriminator(at_rest)).item()
    root = cmath.sqrt(weight**2 / 4 - pull)
    return -weight / 2 + root, -weight / 2 - root
