"""What keeps the discriminator from becoming steep: gradient penalties, and a bound on its layers. Lesson 06.

A penalty takes a discriminator, that is, a function from samples `(batch, …)` to logits `(batch,)`, and samples. It
returns a scalar with a graph, so that the discriminator can be trained on it; the samples receive no gradient. It is
right only for a discriminator that judges each sample by itself, so not for one with batch normalisation.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize

Discriminator = Callable[[Tensor], Tensor]


def slopes(discriminator: Discriminator, samples: Tensor) -> Tensor:
    """The gradient ∇ₓ D(x) at each of ``samples`` ``(batch, …)``, as ``(batch, …)`` with a graph. Lesson 06."""
    x = samples.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)
    return gradient


def squared_gradient(discriminator: Discriminator, samples: Tensor) -> Tensor:
    """½ E ‖∇ₓ D(x)‖² at ``samples`` ``(batch, …)``: R1 at real samples, R2 at generated ones.

    The ½ is that of the paper, so that a weight γ here is the γ there. Mescheder, Geiger and Nowozin (2018).
    Lesson 06.
    """
    return 0.5 * slopes(discriminator, samples).square().flatten(1).sum(1).mean()


def r1(discriminator: Discriminator, real: Tensor) -> Tensor:
    """R1 = ½ E ‖∇ₓ D(x)‖² at real samples ``(batch, …)``. Mescheder, Geiger and Nowozin (2018). Lesson 06."""
    return squared_gradient(discriminator, real)


def r2(discriminator: Discriminator, fake: Tensor) -> Tensor:
    """R2 = ½ E ‖∇ₓ D(x)‖² at generated samples ``(batch, …)``. Mescheder, Geiger and Nowozin (2018). Lesson 06."""
    return squared_gradient(discriminator, fake)


def gradient_penalty(
    discriminator: Discriminator,
    real: Tensor,
    fake: Tensor,
    random: torch.Generator | None = None,
    one_sided: bool = False,
) -> Tensor:
    """E (‖∇ₓ D(x̂)‖ − 1)² between real and generated samples, ``(batch, …)`` both: the slope shall be 1.

    x̂ = ε x + (1 − ε) G(z), with a share ε of its own in [0, 1] for each pair, drawn from ``random``. ``one_sided``
    leaves slopes below 1 alone: E max(0, ‖∇ₓ D(x̂)‖ − 1)². There is no ½, as in the paper, whose weight is 10. Gulrajani
    et al. (2017), equation 3; one-sided: Petzka, Fischer and Lukovnikov (2018). Lesson 06.

    Raises ValueError if there are not as many generated samples as real ones, of one shape.
    """
    if real.shape != fake.shape:
        raise ValueError(
            f"real samples {tuple(real.shape)} and generated ones {tuple(fake.shape)} cannot be paired: give as many "
            f"of both, of one shape"
        )
    share = torch.rand(len(real), generator=random, dtype=real.dtype).to(real.device)
    between = torch.lerp(fake.detach(), real.detach(), share.view(-1, *[1] * (real.ndim - 1)))
    excess = slopes(discriminator, between).flatten(1).norm(dim=1) - 1
    if one_sided:
        excess = excess.clamp(min=0)
    return excess.square().mean()


def lazily(step: int, every: int) -> int:
    """What a penalty is multiplied by at ``step`` (from 0): ``every`` at each ``every``-th step, 0 at the others.

    Its mean over the steps is 1, so that the weight keeps its meaning. Karras et al. (2020, "StyleGAN2"). Lesson 06.
    """
    return 0 if step % every else every


def spectral_normalisation(network: nn.Module) -> nn.Module:
    """Divide the weights of every linear layer and convolution by their largest singular value; returns the network.

    The network is changed in place. A convolution's weight is taken as a matrix `(output, everything else)`, as in the
    paper. One power iteration for each call in training mode follows the singular value. Layers that have it already
    are left alone. Miyato et al. (2018), with `torch.nn.utils.parametrizations`. Lesson 06.
    """
    layers = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.ConvTranspose1d, nn.ConvTranspose2d)
    for layer in network.modules():
        if isinstance(layer, layers) and not parametrize.is_parametrized(layer, "weight"):
            parametrizations.spectral_norm(layer)
    return network
