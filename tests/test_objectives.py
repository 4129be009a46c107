"""Losses and penalties against closed forms and finite differences."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch import nn

from gan_course.objectives import (
    OBJECTIVES,
    Objective,
    gradient_penalty,
    lazily,
    r1,
    r2,
    relativistic_pairing,
    spectral_normalisation,
    squared_gradient,
)
from gan_course.objectives.penalties import slopes

Formula = Callable[[np.ndarray, np.ndarray], np.ndarray]


def sigma(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


LOSSES: dict[str, tuple[Formula, Formula]] = {
    "minimax": (
        lambda r, f: -np.log(sigma(r)).mean() - np.log(1 - sigma(f)).mean(),
        lambda r, f: np.log(1 - sigma(f)).mean(),
    ),
    "non_saturating": (
        lambda r, f: -np.log(sigma(r)).mean() - np.log(1 - sigma(f)).mean(),
        lambda r, f: -np.log(sigma(f)).mean(),
    ),
    "least_squares": (
        lambda r, f: ((r - 1) ** 2).mean() / 2 + (f**2).mean() / 2,
        lambda r, f: ((f - 1) ** 2).mean() / 2,
    ),
    "hinge": (
        lambda r, f: -np.minimum(0, r - 1).mean() - np.minimum(0, -f - 1).mean(),
        lambda r, f: -f.mean(),
    ),
    "wasserstein": (lambda r, f: -(r.mean() - f.mean()), lambda r, f: -f.mean()),
    "relativistic_pairing": (
        lambda r, f: -np.log(sigma(r - f)).mean(),
        lambda r, f: -np.log(sigma(f - r)).mean(),
    ),
}
"""The formulas of the papers, for each player."""

ZERO = np.zeros_like
SLOPES: dict[str, tuple[tuple[Formula, Formula], tuple[Formula, Formula]]] = {
    "minimax": (
        (lambda r, f: -(1 - sigma(r)), lambda r, f: sigma(f)),
        (lambda r, f: ZERO(r), lambda r, f: -sigma(f)),
    ),
    "non_saturating": (
        (lambda r, f: -(1 - sigma(r)), lambda r, f: sigma(f)),
        (lambda r, f: ZERO(r), lambda r, f: -(1 - sigma(f))),
    ),
    "least_squares": (
        (lambda r, f: r - 1, lambda r, f: f),
        (lambda r, f: ZERO(r), lambda r, f: f - 1),
    ),
    "hinge": (
        (lambda r, f: -1.0 * (r < 1), lambda r, f: 1.0 * (f > -1)),
        (lambda r, f: ZERO(r), lambda r, f: ZERO(f) - 1),
    ),
    "wasserstein": (
        (lambda r, f: ZERO(r) - 1, lambda r, f: ZERO(f) + 1),
        (lambda r, f: ZERO(r), lambda r, f: ZERO(f) - 1),
    ),
    "relativistic_pairing": (
        (lambda r, f: -sigma(f - r), lambda r, f: sigma(f - r)),
        (lambda r, f: sigma(r - f), lambda r, f: -sigma(r - f)),
    ),
}
"""n times the derivative of each player's loss by a real and by a generated logit."""

few = settings(max_examples=30, deadline=None)
every_objective = pytest.mark.parametrize("name", OBJECTIVES)
every_loss = pytest.mark.parametrize(
    ("name", "player"), [(n, p) for n in OBJECTIVES for p in Objective._fields], ids=lambda v: v
)
logits = hnp.arrays(np.float64, st.integers(1, 6), elements=st.floats(-1e4, 1e4))
mild_logits = hnp.arrays(np.float64, 5, elements=st.floats(-15, 15))


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def loss_of(name: str, player: str) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    return getattr(OBJECTIVES[name], player)


# Losses ----------------------------------------------------------------------------------------------------


@every_loss
@few
@given(real=mild_logits, fake=mild_logits)
def test_a_loss_is_the_formula_of_its_paper(
    name: str, player: str, real: np.ndarray, fake: np.ndarray
) -> None:
    said = loss_of(name, player)(torch.from_numpy(real), torch.from_numpy(fake))
    assert said.shape == ()
    wanted = LOSSES[name][Objective._fields.index(player)](real, fake)
    assert said.item() == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@every_loss
def test_a_loss_has_the_slopes_of_its_formula_by_both_players_logits(name: str, player: str) -> None:
    real, fake = (2 * normal(7, seed=s).requires_grad_() for s in (1, 2))
    found = torch.autograd.grad(
        loss_of(name, player)(real, fake), (real, fake), allow_unused=True, materialize_grads=True
    )
    formulas = SLOPES[name][Objective._fields.index(player)]
    for slope, formula in zip(found, formulas, strict=True):
        wanted = formula(real.detach().numpy(), fake.detach().numpy()) / 7
        torch.testing.assert_close(slope, torch.from_numpy(wanted))


@every_loss
def test_the_slopes_agree_with_finite_differences(name: str, player: str) -> None:
    real, fake = (normal(4, seed=s).requires_grad_() for s in (3, 4))
    assert torch.autograd.gradcheck(loss_of(name, player), (real, fake))


@every_objective
def test_a_better_score_of_real_samples_costs_the_discriminator_less_and_one_of_generated_samples_more(
    name: str,
) -> None:
    loss = loss_of(name, "discriminator")
    real, fake = torch.tensor([0.3, -0.2]), torch.tensor([0.4, 0.6])
    assert loss(real + 0.1, fake) < loss(real, fake) < loss(real, fake + 0.1)


@every_objective
def test_a_better_score_of_generated_samples_costs_the_generator_less(name: str) -> None:
    loss = loss_of(name, "generator")
    real, fake = torch.tensor([0.3, -0.2]), torch.tensor([0.4, 0.6])
    assert loss(real, fake + 0.1) < loss(real, fake)


@every_loss
@few
@given(real=mild_logits, fake=mild_logits)
def test_a_batch_twice_as_large_of_the_same_logits_has_the_same_loss(
    name: str, player: str, real: np.ndarray, fake: np.ndarray
) -> None:
    loss, (r, f) = loss_of(name, player), (torch.from_numpy(real), torch.from_numpy(fake))
    torch.testing.assert_close(loss(r.repeat(2), f.repeat(2)), loss(r, f))


@every_loss
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@few
@given(data=st.data())
def test_a_loss_and_its_slopes_stay_finite_for_logits_of_any_size(
    name: str, player: str, dtype: torch.dtype, data: st.DataObject
) -> None:
    real = torch.from_numpy(data.draw(logits)).to(dtype)
    fake = torch.from_numpy(data.draw(hnp.arrays(np.float64, len(real), elements=st.floats(-1e4, 1e4))))
    real, fake = real.requires_grad_(), fake.to(dtype).requires_grad_()
    loss = loss_of(name, player)(real, fake)
    assert loss.isfinite()
    for slope in torch.autograd.grad(loss, (real, fake), allow_unused=True, materialize_grads=True):
        assert slope.isfinite().all()


@every_loss
@pytest.mark.parametrize("far", [-1e4, 1e4])
def test_a_loss_stays_finite_where_the_logarithm_of_a_probability_would_not(
    name: str, player: str, far: float
) -> None:
    for near in (-1e4, 1e4):
        assert loss_of(name, player)(torch.tensor([far]), torch.tensor([near])).isfinite()


@pytest.mark.parametrize("name", ["minimax", "non_saturating"])
def test_a_discriminator_that_cannot_tell_has_a_loss_of_log_4(name: str) -> None:
    nothing = torch.zeros(3)
    assert loss_of(name, "discriminator")(nothing, nothing).item() == pytest.approx(math.log(4))


def test_relativistic_pairing_is_log_2_for_both_players_when_nothing_can_be_told_apart() -> None:
    same = normal(7)
    for loss in relativistic_pairing:
        assert loss(same, same).item() == pytest.approx(math.log(2))


@few
@given(real=mild_logits, fake=mild_logits, shift=st.floats(-5, 5))
def test_only_differences_of_logits_count_in_the_wasserstein_and_the_relativistic_game(
    real: np.ndarray, fake: np.ndarray, shift: float
) -> None:
    r, f = torch.from_numpy(real), torch.from_numpy(fake)
    for name in ("wasserstein", "relativistic_pairing"):
        loss = loss_of(name, "discriminator")
        torch.testing.assert_close(loss(r + shift, f + shift), loss(r, f))


def test_the_hinge_asks_nothing_of_samples_beyond_its_margin() -> None:
    real, fake = (torch.tensor(v, requires_grad=True) for v in ([1.01, 0.99], [-1.01, -0.99]))
    by_real, by_fake = torch.autograd.grad(loss_of("hinge", "discriminator")(real, fake), (real, fake))
    assert by_real.tolist() == [0, -0.5]
    assert by_fake.tolist() == [0, 0.5]


def test_minimax_is_a_game_of_zero_sum_and_the_non_saturating_one_is_not() -> None:
    real, fake = normal(5, seed=1), normal(5, seed=2).requires_grad_()
    for name, zero in (("minimax", True), ("non_saturating", False)):
        by_d, by_g = (torch.autograd.grad(loss(real, fake), fake)[0] for loss in OBJECTIVES[name])
        assert torch.allclose(by_d, -by_g) is zero


# Penalties -------------------------------------------------------------------------------------------------


def linear(w: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda x: (x * w).flatten(1).sum(1) + 0.7


def curved(weights: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    """A discriminator whose slope differs from sample to sample."""
    return lambda x: torch.tanh(x @ weights) * x.square().sum(1)


def slopes_by_differences(judge: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    step = 1e-6
    units = torch.eye(x.shape[1], dtype=x.dtype)
    return torch.stack([(judge(x + step * e) - judge(x - step * e)) / (2 * step) for e in units], 1)


@pytest.mark.parametrize("penalty", [squared_gradient, r1, r2])
def test_the_squared_gradient_of_a_linear_discriminator_is_half_its_squared_weights(
    penalty: Callable,
) -> None:
    w, x = normal(3, 4), normal(6, 3, 4, seed=1)
    torch.testing.assert_close(penalty(linear(w), x), 0.5 * w.square().sum())


@pytest.mark.parametrize("penalty", [squared_gradient, r1, r2])
def test_the_squared_gradient_of_half_a_squared_distance_is_half_the_mean_squared_distance(
    penalty: Callable,
) -> None:
    x = normal(9, 5)
    found = penalty(lambda s: 0.5 * s.square().sum(1), x)
    torch.testing.assert_close(found, 0.5 * x.square().sum(1).mean())


def test_the_squared_gradient_agrees_with_finite_differences() -> None:
    judge, x = curved(normal(4)), normal(5, 4, seed=1)
    wanted = 0.5 * slopes_by_differences(judge, x).square().sum(1).mean()
    torch.testing.assert_close(squared_gradient(judge, x), wanted, rtol=1e-6, atol=1e-8)


@few
@given(slope=st.floats(0, 5), seed=st.integers(0, 99))
def test_a_linear_critic_of_slope_s_pays_what_the_formulas_say(slope: float, seed: int) -> None:
    direction = nn.functional.normalize(normal(6, seed=seed), dim=0)
    critic = linear(slope * direction.view(2, 3))
    real, fake = normal(4, 2, 3, seed=1), normal(4, 2, 3, seed=2)
    assert gradient_penalty(critic, real, fake).item() == pytest.approx((slope - 1) ** 2, abs=1e-12)
    one_sided = gradient_penalty(critic, real, fake, one_sided=True)
    assert one_sided.item() == pytest.approx(max(0, slope - 1) ** 2, abs=1e-12)
    assert r1(critic, real).item() == pytest.approx(slope**2 / 2, abs=1e-12)


def test_the_gradient_penalty_is_taken_between_each_real_sample_and_the_generated_one_beside_it() -> None:
    real, fake = normal(50, 2, 3, seed=1), normal(50, 2, 3, seed=2)
    seen = []

    def judge(x: torch.Tensor) -> torch.Tensor:
        seen.append(x.detach())
        return x.flatten(1).sum(1)

    gradient_penalty(judge, real, fake, torch.Generator().manual_seed(3))
    (between,) = seen
    shares = (between - fake) / (real - fake)
    share = shares[:, 0, 0]
    torch.testing.assert_close(shares, share[:, None, None].expand_as(shares))
    assert share.min() >= 0
    assert share.max() <= 1
    # as many of any share as of any other: the mean of 50 of them is within 4 standard errors of 1/2
    assert abs(share.mean().item() - 0.5) < 4 / math.sqrt(12 * 50)
    assert share.std() > 0.2


@pytest.mark.parametrize("one_sided", [False, True])
def test_the_gradient_penalty_agrees_with_finite_differences_at_the_same_places(one_sided: bool) -> None:
    weights, real, fake = 0.2 * normal(4), normal(8, 4, seed=1), normal(8, 4, seed=2)
    share = torch.rand(8, generator=torch.Generator().manual_seed(5), dtype=torch.float64)[:, None]
    lengths = slopes_by_differences(curved(weights), share * real + (1 - share) * fake).norm(dim=1)
    excess = (lengths - 1).clamp(min=0) if one_sided else lengths - 1
    assert lengths.min() < 1 < lengths.max(), "the two kinds would agree, or the one-sided one would be 0"
    found = gradient_penalty(curved(weights), real, fake, torch.Generator().manual_seed(5), one_sided)
    torch.testing.assert_close(found, excess.square().mean(), rtol=1e-6, atol=1e-8)


def test_the_shares_come_from_the_generator_that_is_given_and_from_nothing_else() -> None:
    judge, real, fake = curved(normal(4)), normal(8, 4, seed=1), normal(8, 4, seed=2)
    first, again, other = (
        gradient_penalty(judge, real, fake, torch.Generator().manual_seed(s)).item() for s in (1, 1, 2)
    )
    assert first == again != other


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(1)


PENALTIES = {
    "r1": lambda judge, real, fake, random=None: r1(judge, real),
    "r2": lambda judge, real, fake, random=None: r2(judge, fake),
    "two-sided": lambda judge, real, fake, random=None: gradient_penalty(
        judge, real, fake, random or seeded()
    ),
    "one-sided": lambda judge, real, fake, random=None: gradient_penalty(
        judge, real, fake, random or seeded(), one_sided=True
    ),
}
every_penalty = pytest.mark.parametrize("penalty", PENALTIES.values(), ids=PENALTIES)


@every_penalty
def test_a_penalty_trains_the_discriminator_by_the_slope_that_finite_differences_find(
    penalty: Callable,
) -> None:
    real, fake = normal(5, 4, seed=1), normal(5, 4, seed=2)
    weights = normal(4, seed=3).requires_grad_()
    assert torch.autograd.gradcheck(lambda w: penalty(curved(w), real, fake), (weights,))
    (by_weight,) = torch.autograd.grad(penalty(curved(weights), real, fake), weights)
    assert by_weight.abs().sum() > 0


@every_penalty
def test_a_penalty_gives_the_samples_no_gradient(penalty: Callable) -> None:
    real, fake = (normal(4, 3, seed=s).requires_grad_() for s in (1, 2))
    weights = normal(3).requires_grad_()
    penalty(curved(weights), real, fake).backward()
    assert real.grad is None
    assert fake.grad is None
    assert weights.grad is not None


@every_penalty
def test_a_flat_discriminator_has_a_penalty_with_finite_slopes(penalty: Callable) -> None:
    weights = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    found = penalty(lambda x: x @ weights, normal(4, 3, seed=1), normal(4, 3, seed=2))
    (by_weight,) = torch.autograd.grad(found, weights)
    assert by_weight.isfinite().all()


@every_penalty
def test_a_batch_costs_the_mean_of_what_its_samples_cost_alone(penalty: Callable) -> None:
    judge, real, fake = curved(normal(4)), normal(6, 4, seed=1), normal(6, 4, seed=2)
    one_by_one = torch.Generator().manual_seed(1)
    alone = [penalty(judge, real[i : i + 1], fake[i : i + 1], one_by_one) for i in range(6)]
    together = penalty(judge, real, fake, torch.Generator().manual_seed(1))
    torch.testing.assert_close(together, torch.stack(alone).mean())


def test_samples_that_cannot_be_paired_are_refused() -> None:
    with pytest.raises(ValueError, match="as many of both"):
        gradient_penalty(curved(normal(4)), normal(6, 4), normal(5, 4))


@few
@given(every=st.integers(1, 20))
def test_a_lazy_penalty_has_its_weight_on_average(every: int) -> None:
    weights = [lazily(step, every) for step in range(5 * every)]
    assert sum(weights) == len(weights)
    assert weights.count(every) == 5
    assert weights[0] == every


@pytest.mark.parametrize("layer", [nn.Linear(5, 7), nn.Conv2d(3, 4, 3), nn.Conv1d(2, 6, 5)], ids=str)
def test_normalised_layers_have_a_largest_singular_value_of_1(layer: nn.Module) -> None:
    network = spectral_normalisation(nn.Sequential(layer, nn.LeakyReLU(0.2)))
    weight_of = network[0]
    for _ in range(200):
        weight = weight_of.weight  # each look in training mode is one power iteration
    assert np.linalg.norm(weight.detach().flatten(1).numpy(), 2) == pytest.approx(1, abs=1e-3)


def test_a_normalised_network_of_linear_layers_is_nowhere_steeper_than_1() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Linear(3, 16), nn.LeakyReLU(0.2), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1)
    )
    for layer in network[::2]:
        layer.weight.data *= 10
    x = normal(200, 3).float()
    assert slopes(network, x).norm(dim=1).max() > 5
    spectral_normalisation(network)
    for _ in range(200):
        network(x)
    network.eval()
    assert slopes(network, x).norm(dim=1).max() <= 1.001


def test_a_network_is_normalised_only_once() -> None:
    network = spectral_normalisation(spectral_normalisation(nn.Linear(3, 2)))
    assert [name for name, _ in network.named_parameters()] == ["bias", "parametrizations.weight.original"]
