"""Losses and penalties against closed forms and finite differences."""

import math

import pytest
import torch

from gan_course.objectives import relativistic_pairing, squared_gradient


def test_relativistic_pairing_is_log_2_for_both_players_when_nothing_can_be_told_apart() -> None:
    logits = torch.randn(7, dtype=torch.float64)
    for loss in relativistic_pairing:
        assert loss(logits, logits).item() == pytest.approx(math.log(2))


def test_relativistic_pairing_has_the_gradients_of_its_formula() -> None:
    real, fake = torch.randn(2, 5, dtype=torch.float64).requires_grad_().unbind()
    margin = real - fake
    (by_real,) = torch.autograd.grad(relativistic_pairing.discriminator(real, fake), real, retain_graph=True)
    torch.testing.assert_close(by_real, -torch.sigmoid(-margin) / 5)
    (by_fake,) = torch.autograd.grad(relativistic_pairing.generator(real, fake), fake)
    torch.testing.assert_close(by_fake, -torch.sigmoid(margin) / 5)


def test_relativistic_pairing_stays_finite_for_logits_of_any_size() -> None:
    far = torch.tensor([1e4]), torch.tensor([-1e4])
    assert relativistic_pairing.discriminator(*far).item() == 0
    assert relativistic_pairing.generator(*far).item() == pytest.approx(2e4)


def test_penalty_of_a_linear_discriminator_is_half_its_squared_weights() -> None:
    w = torch.randn(3, 4, dtype=torch.float64)
    x = torch.randn(6, 3, 4, dtype=torch.float64)
    penalty = squared_gradient(lambda s: (s * w).sum((1, 2)), x)
    torch.testing.assert_close(penalty, 0.5 * w.square().sum())


def test_penalty_agrees_with_finite_differences_and_trains_the_discriminator() -> None:
    weights = torch.randn(4, dtype=torch.float64, requires_grad=True)

    def judge(s: torch.Tensor) -> torch.Tensor:
        return torch.tanh(s @ weights) * s.square().sum(1)

    x, step = torch.randn(5, 4, dtype=torch.float64), 1e-6
    slopes = torch.stack(
        [(judge(x + step * e) - judge(x - step * e)) / (2 * step) for e in torch.eye(4, dtype=torch.float64)]
    )
    penalty = squared_gradient(judge, x)
    torch.testing.assert_close(penalty, 0.5 * slopes.square().sum(0).mean(), rtol=1e-6, atol=1e-8)
    assert torch.autograd.grad(penalty, weights)[0].abs().sum() > 0


def test_penalty_gives_the_samples_no_gradient() -> None:
    x = torch.randn(2, 3, requires_grad=True)
    squared_gradient(lambda s: s.square().sum(1), x)
    assert x.grad is None
