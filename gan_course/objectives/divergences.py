"""How far two distributions are apart, and what the best discriminator makes of it. Lesson 05.

A distribution is a table of probabilities, or a density on an even grid whose points are `dx` apart: both are tensors
`(…, place)`, none of them negative, and `dx * p.sum(-1)` is 1. For a table `dx` is 1. All logarithms are natural, so
that divergences are in nats. What never happens costs nothing: 0 log 0 counts as 0.
"""

from __future__ import annotations

import torch
from torch import Tensor


def value(D: Tensor, p: Tensor, q: Tensor, dx: float = 1.0) -> Tensor:
    """V = E log D(x) over real x + E log(1 - D(x)) over generated x: what D wants large, and G small.

    D: the probability that x is real, in [0, 1]; p: real, q: generated; all `(…, place)`. Returns `(…)`, at most 0, and
    -inf where D is sure and wrong. Goodfellow et al. (2014), equation 1. Lesson 05.
    """
    return dx * (torch.xlogy(p, D) + torch.xlogy(q, 1 - D)).sum(-1)


def optimal_discriminator(p: Tensor, q: Tensor) -> Tensor:
    """D*(x) = p(x) / (p(x) + q(x)), for which no discriminator has a larger value: `(…, place)` in [0, 1].

    1/2 where neither distribution ever is. Its logit is log p(x) - log q(x). Goodfellow et al. (2014), proposition 1.
    Lesson 05.
    """
    both = p + q
    return torch.where(both > 0, p / both, 0.5)


def optimal_value(p: Tensor, q: Tensor, dx: float = 1.0) -> Tensor:
    """V at the optimal discriminator, 2 JSD - log 4: `(…)`, from -log 4 (p is q) to 0 (they never meet).

    Right also where D* rounds to 1, and `value` would be -inf. Goodfellow et al. (2014), theorem 1. Lesson 05.
    """
    return 2 * jsd(p, q, dx) - torch.tensor(4.0, dtype=p.dtype, device=p.device).log()


def kl(p: Tensor, q: Tensor, dx: float = 1.0) -> Tensor:
    """The Kullback-Leibler divergence KL(p ‖ q) = E log(p / q) over x of p: `(…)` nats, 0 or more.

    inf where p is something that q never is. Kullback and Leibler (1951). Lesson 05.
    """
    return dx * (torch.xlogy(p, p) - torch.xlogy(p, q)).sum(-1)


def jsd(p: Tensor, q: Tensor, dx: float = 1.0) -> Tensor:
    """The Jensen-Shannon divergence, (KL(p ‖ m) + KL(q ‖ m)) / 2 with m = (p + q) / 2: `(…)` nats, 0 to log 2.

    Lin (1991). Lesson 05.
    """
    m = (p + q) / 2
    return (kl(p, m, dx) + kl(q, m, dx)) / 2


def wasserstein_1(p: Tensor, q: Tensor, dx: float = 1.0) -> Tensor:
    """The Wasserstein-1 distance of two distributions on a line: `(…)`, in the unit of x.

    The least work in moving the one heap to the other: what is moved past each place, ∫ |P(x) - Q(x)| dx with P and Q
    the distribution functions. The places of a table (`dx` 1) are 1 apart. Lessons 05 and 06.
    """
    return dx * (dx * (p - q)).cumsum(-1).abs().sum(-1)


def wasserstein_1_of_samples(x: Tensor, y: Tensor) -> Tensor:
    """The Wasserstein-1 distance of two sets of samples `(sample,)` of any sizes: a scalar, in their unit.

    In double precision for whole numbers. Raises ValueError for an empty set or another shape. Lessons 05 and 06.
    """
    if x.ndim != 1 or y.ndim != 1 or not len(x) or not len(y):
        raise ValueError(
            f"samples on a line have the shape (sample,), at least one each; {tuple(x.shape)} and {tuple(y.shape)} "
            "were given"
        )
    x, y = (each if each.is_floating_point() else each.double() for each in (x, y))
    places, order = torch.cat([x, y]).sort()
    steps = torch.cat([torch.full_like(x, 1 / len(x)), torch.full_like(y, -1 / len(y))])[order]
    return (steps.cumsum(0)[:-1].abs() * places.diff()).sum()
