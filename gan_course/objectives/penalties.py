"""Gradient penalties, which keep the discriminator from becoming steep where the samples are."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def squared_gradient(discriminator: Callable[[Tensor], Tensor], samples: Tensor) -> Tensor:
    """½ E ‖∇ₓ D(x)‖² at ``samples`` ``(batch, …)``: R1 at real samples, R2 at generated ones.

    Mescheder, Geiger and Nowozin (2018). The result is a scalar with a graph, so that the discriminator can be
    trained on it; the samples themselves receive no gradient. Lesson 06.
    """
    x = samples.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)
    return 0.5 * gradient.square().flatten(1).sum(1).mean()
