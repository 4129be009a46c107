"""The two steps of a game: each moves its own player only, by its own loss."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn

from gan_course.objectives import Objective, minimax, non_saturating
from gan_course.training import discriminator_step, generator_step


class Shift(nn.Module):
    """G(z) = z + θ."""

    def __init__(self, theta: float) -> None:
        super().__init__()
        self.theta = nn.Parameter(torch.tensor(theta, dtype=torch.float64))

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return z + self.theta


def straight(weight: float, bias: float = 0.0) -> nn.Linear:
    line = nn.Linear(1, 1, dtype=torch.float64)
    nn.init.constant_(line.weight, weight)
    nn.init.constant_(line.bias, bias)
    return line


def batches() -> torch.Tensor:
    return torch.randn(2, 64, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize("objective", [minimax, non_saturating], ids=["minimax", "non-saturating"])
def test_the_discriminators_step_moves_it_by_the_closed_form_and_leaves_the_generator_alone(
    objective: Objective,
) -> None:
    real, z = batches()
    D, G = straight(0.3, -0.2), Shift(1.5)
    optimiser = torch.optim.SGD(D.parameters(), 0.1)
    fake = z + 1.5
    on_real, on_fake = (torch.sigmoid(0.3 * x - 0.2) for x in (real, fake))
    by_weight = (-(1 - on_real) * real).mean() + (on_fake * fake).mean()
    D.weight.grad = torch.full_like(D.weight, 7.0)  # left there by a generator's step
    discriminator_step(objective, D, G, optimiser, real, z)
    assert D.weight.item() == pytest.approx(0.3 - 0.1 * by_weight.item())
    assert G.theta.item() == 1.5
    assert G.theta.grad is None


@pytest.mark.parametrize(
    ("objective", "slope"), [(minimax, -1), (non_saturating, 1)], ids=["minimax", "non-saturating"]
)
def test_the_generators_step_moves_it_by_the_closed_form_and_leaves_the_discriminator_where_it_is(
    objective: Objective, slope: int
) -> None:
    real, z = batches()
    D, G = straight(-0.8, 0.4), Shift(1.0)
    optimiser = torch.optim.SGD(G.parameters(), 0.1)
    D_of_fake = torch.sigmoid(-0.8 * (z + 1.0) + 0.4)
    by_logit = -D_of_fake if slope < 0 else -(1 - D_of_fake)
    wanted = 1.0 - 0.1 * (-0.8 * by_logit).mean().item()
    generator_step(objective, D, G, optimiser, real, z)
    assert G.theta.item() == pytest.approx(wanted)
    assert (D.weight.item(), D.bias.item()) == (-0.8, 0.4)


def test_enough_steps_of_a_logistic_discriminator_find_the_optimal_one_between_two_gaussians() -> None:
    random = torch.Generator().manual_seed(0)
    D, G = straight(0.0), Shift(2.0)
    optimiser = torch.optim.Adam(D.parameters(), 0.02)
    for _ in range(600):
        real, z = torch.randn(2, 512, 1, generator=random, dtype=torch.float64)
        discriminator_step(minimax, D, G, optimiser, real, z)
    # log p - log q = θ²/2 - θ x
    assert D.weight.item() == pytest.approx(-2, abs=0.2)
    assert D.bias.item() == pytest.approx(2, abs=0.2)


def test_both_steps_return_the_loss_before_the_step() -> None:
    real, z = batches()
    D, G = straight(0.0), Shift(0.5)
    before = copy.deepcopy(D)
    loss = discriminator_step(minimax, D, G, torch.optim.SGD(D.parameters(), 1.0), real, z)
    assert loss.item() == pytest.approx(math.log(4))
    loss = generator_step(non_saturating, before, G, torch.optim.SGD(G.parameters(), 1.0), real, z)
    assert loss.item() == pytest.approx(math.log(2))


def test_the_generator_losses_have_the_slopes_that_lesson_05_derives_and_stay_finite() -> None:
    from gan_course.objectives import generator_slopes

    logit = torch.linspace(-6, 6, 25, dtype=torch.float64, requires_grad=True)
    for objective, wanted in zip((minimax, non_saturating), generator_slopes(logit.detach()), strict=True):
        (slope,) = torch.autograd.grad(objective.generator(logit, logit), logit)
        torch.testing.assert_close(slope * len(logit), wanted)
        for far in (-1e4, 1e4):
            assert objective.generator(logit, torch.tensor([far])).isfinite()
            assert objective.discriminator(torch.tensor([far]), torch.tensor([far])).isfinite()
