"""Divergences and the optimal discriminator against scipy, quadrature and closed forms; games against theory."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats
from scipy.spatial.distance import jensenshannon

from gan_course.objectives import (
    jsd,
    kl,
    mixed_value,
    optimal_discriminator,
    optimal_value,
    pure_values,
    value,
    wasserstein_1,
    wasserstein_1_of_samples,
)

LOG_4 = math.log(4)


def table(values: object) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def gaussian(x: torch.Tensor, mean: float, deviation: float = 1.0) -> torch.Tensor:
    return torch.from_numpy(stats.norm.pdf(x.numpy(), mean, deviation))


def line(low: float = -16, high: float = 16, points: int = 6_401) -> tuple[torch.Tensor, float]:
    x = torch.linspace(low, high, points, dtype=torch.float64)
    return x, float(x[1] - x[0])


@st.composite
def tables(draw: st.DrawFn) -> torch.Tensor:
    """Two tables of thousandths: smaller ones would make D* round to 1, and log(1 - D*) to -inf."""
    places = draw(st.integers(2, 7))
    weights = st.lists(st.integers(0, 1000), min_size=places, max_size=places).filter(any)
    return torch.stack([table(w) / sum(w) for w in (draw(weights), draw(weights))])


def test_where_the_optimal_discriminator_rounds_to_1_the_optimal_value_is_still_right() -> None:
    p, q = table([0.0, 1.0]), table([1.0, 1e-30])
    assert value(optimal_discriminator(p, q), p, q).item() == -math.inf
    assert optimal_value(p, q).item() == pytest.approx(0, abs=1e-12)


@given(tables())
@settings(max_examples=60, deadline=None)
def test_kl_and_jsd_of_tables_are_scipys(pair: torch.Tensor) -> None:
    p, q = pair
    assert jsd(p, q).item() == pytest.approx(jensenshannon(p.numpy(), q.numpy()) ** 2, abs=1e-9)
    wanted = stats.entropy(p.numpy(), q.numpy())
    assert kl(p, q).item() == pytest.approx(wanted, abs=1e-9)


@given(tables(), st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_no_discriminator_has_a_larger_value_than_the_optimal_one(pair: torch.Tensor, seed: int) -> None:
    p, q = pair
    best = value(optimal_discriminator(p, q), p, q)
    others = torch.rand(200, len(p), dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    assert (value(others, p, q) <= best + 1e-12).all()
    assert best.item() == pytest.approx(optimal_value(p, q).item(), abs=1e-9)
    assert -LOG_4 - 1e-12 <= best <= 1e-12


def test_the_optimal_discriminator_is_the_one_that_a_search_over_each_place_finds() -> None:
    p, q = table([0.4, 0.3, 0.2, 0.1]), table([0.1, 0.2, 0.3, 0.4])
    levels = torch.linspace(0.001, 0.999, 999, dtype=torch.float64)
    at_each = p[:, None] * levels.log() + q[:, None] * (1 - levels).log()
    torch.testing.assert_close(levels[at_each.argmax(1)], optimal_discriminator(p, q), atol=5e-4, rtol=0)


def test_the_optimal_discriminator_is_half_where_nothing_ever_is_and_certain_where_only_one_is() -> None:
    p, q = table([0.5, 0.5, 0.0, 0.0]), table([0.0, 0.5, 0.5, 0.0])
    torch.testing.assert_close(optimal_discriminator(p, q), table([1, 0.5, 0, 0.5]))
    assert value(optimal_discriminator(p, q), p, q).item() == pytest.approx(math.log(0.5))
    assert value(table([0.5, 0.5, 1.0, 0.5]), p, q).item() == -math.inf


def test_two_gaussians_make_the_optimal_discriminator_a_logistic_function() -> None:
    x, dx = line()
    p, q = gaussian(x, 0), gaussian(x, 2)
    torch.testing.assert_close(optimal_discriminator(p, q), torch.sigmoid(2 - 2 * x))
    # written with both densities as exponentials, so that nothing underflows
    by_quadrature = integrate.quad(
        lambda t: (
            -stats.norm.pdf(t) * np.logaddexp(0, 2 * t - 2)
            - stats.norm.pdf(t, 2) * np.logaddexp(0, 2 - 2 * t)
        ),
        -20,
        20,
    )[0]
    assert optimal_value(p, q, dx).item() == pytest.approx(by_quadrature, abs=1e-9)


@pytest.mark.parametrize(("mean", "deviation"), [(0.0, 1.0), (1.5, 1.0), (-2.0, 0.5), (3.0, 2.0)])
def test_kl_of_two_gaussians_is_its_closed_form(mean: float, deviation: float) -> None:
    x, dx = line(-14, 14)
    p, q = gaussian(x, 0), gaussian(x, mean, deviation)
    wanted = math.log(deviation) + (1 + mean**2) / (2 * deviation**2) - 0.5
    kept = q > 0
    assert kl(p[kept], q[kept], dx).item() == pytest.approx(wanted, rel=1e-6, abs=1e-9)


def test_jsd_of_distributions_that_never_meet_is_log_2_however_far_they_are_apart() -> None:
    for apart in (1, 5, 50):
        p = torch.nn.functional.one_hot(torch.tensor(0), 60).double()
        q = torch.nn.functional.one_hot(torch.tensor(apart), 60).double()
        assert jsd(p, q).item() == pytest.approx(math.log(2))
        assert optimal_value(p, q).item() == pytest.approx(0, abs=1e-12)
        assert kl(p, q).item() == math.inf
        assert wasserstein_1(p, q).item() == pytest.approx(apart)


def test_jsd_of_two_uniforms_that_overlap_by_half_is_half_of_log_2() -> None:
    x, dx = line(-1, 2, 30_001)
    p, q = ((x >= start) & (x < start + 1) for start in (0, 0.5))
    found = jsd(p.double(), q.double(), dx).item()
    assert found == pytest.approx(math.log(2) / 2, rel=1e-3)


def test_jsd_is_symmetric_and_zero_for_equals_and_kl_is_not_symmetric() -> None:
    p, q = table([0.7, 0.2, 0.1]), table([0.2, 0.2, 0.6])
    assert jsd(p, q) == jsd(q, p)
    assert jsd(p, p).item() == pytest.approx(0, abs=1e-15)
    assert kl(p, p).item() == 0
    assert abs(kl(p, q) - kl(q, p)) > 0.01


@pytest.mark.parametrize(("mean", "deviation"), [(2.0, 1.0), (-3.0, 1.0), (0.0, 2.0)])
def test_wasserstein_of_two_gaussians_is_its_closed_form(mean: float, deviation: float) -> None:
    x, dx = line()
    found = wasserstein_1(gaussian(x, 0), gaussian(x, mean, deviation), dx).item()
    # a shift moves everything so far; a stretch moves each quantile z to deviation * z, by E|z| on average
    wanted = abs(mean) if deviation == 1 else (deviation - 1) * math.sqrt(2 / math.pi)
    assert found == pytest.approx(wanted, rel=1e-4)


@given(
    st.lists(st.floats(-50, 50), min_size=1, max_size=12),
    st.lists(st.floats(-50, 50), min_size=1, max_size=12),
)
@settings(max_examples=60, deadline=None)
def test_wasserstein_of_samples_is_scipys_for_any_two_sizes(x: list[float], y: list[float]) -> None:
    found = wasserstein_1_of_samples(table(x), table(y)).item()
    assert found == pytest.approx(stats.wasserstein_distance(x, y), abs=1e-9)


@pytest.mark.parametrize("kind", [torch.int64, torch.uint8, torch.bool])
def test_wasserstein_of_whole_samples_is_that_of_the_same_numbers_with_a_point(kind: torch.dtype) -> None:
    x, y = torch.tensor([0, 1, 1], dtype=kind), torch.tensor([0, 0], dtype=kind)
    assert wasserstein_1_of_samples(x, y).item() == pytest.approx(2 / 3)
    assert wasserstein_1_of_samples(x, y.float()).item() == pytest.approx(2 / 3)


def test_wasserstein_of_a_table_is_scipys_with_places_one_apart() -> None:
    p, q = table([0.1, 0.0, 0.6, 0.3]), table([0.4, 0.3, 0.0, 0.3])
    wanted = stats.wasserstein_distance(range(4), range(4), p.numpy(), q.numpy())
    assert wasserstein_1(p, q).item() == pytest.approx(wanted)


@pytest.mark.parametrize(("x", "y"), [([], [1.0]), ([[1.0]], [1.0])])
def test_wasserstein_of_samples_refuses_what_is_no_set_of_samples(x: list, y: list) -> None:
    with pytest.raises(ValueError, match=r"shape \(sample,\)"):
        wasserstein_1_of_samples(table(x), table(y))


def test_all_of_them_work_on_a_batch_as_on_each_of_its_members() -> None:
    random = torch.Generator().manual_seed(0)
    p, q, D = torch.rand(3, 4, 6, generator=random, dtype=torch.float64).unbind()
    p, q = p / p.sum(-1, keepdim=True), q / q.sum(-1, keepdim=True)
    for function in (optimal_discriminator, optimal_value, kl, jsd, wasserstein_1):
        torch.testing.assert_close(
            function(p, q), torch.stack([function(*pair) for pair in zip(p, q, strict=True)])
        )
    torch.testing.assert_close(
        value(D, p, q), torch.stack([value(*one) for one in zip(D, p, q, strict=True)])
    )


def test_the_gradient_through_the_optimal_discriminator_vanishes() -> None:
    # the envelope theorem: to first order it is no matter that D* follows the generator
    x, dx = line()
    theta = torch.tensor(1.3, dtype=torch.float64, requires_grad=True)

    def densities() -> tuple[torch.Tensor, torch.Tensor]:
        normal = torch.distributions.Normal(torch.zeros((), dtype=torch.float64), 1.0)
        return normal.log_prob(x).exp(), normal.log_prob(x - theta).exp()

    p, q = densities()
    D = optimal_discriminator(p, q)
    (held,) = torch.autograd.grad(value(D.detach(), p, q, dx), theta)
    p, q = densities()
    (followed,) = torch.autograd.grad(2 * jsd(p, q, dx), theta)
    assert held.item() == pytest.approx(followed.item(), rel=1e-9)


def test_without_dice_whoever_answers_does_not_do_worse() -> None:
    for seed in range(20):
        A = torch.randn(5, 7, generator=torch.Generator().manual_seed(seed))
        lower, upper = pure_values(A)
        assert lower == max(min(row) for row in A)
        assert upper == min(max(column) for column in A.T)
        assert lower <= mixed_value(A).value + 1e-6 <= upper + 2e-6


def test_matching_pennies_has_no_value_without_dice_and_is_fair_with_them() -> None:
    A = table([[1, -1], [-1, 1]])
    assert [v.item() for v in pure_values(A)] == [-1, 1]
    value, rows, columns = mixed_value(A)
    assert value == pytest.approx(0, abs=1e-9)
    torch.testing.assert_close(rows, table([0.5, 0.5]))
    torch.testing.assert_close(columns, table([0.5, 0.5]))


def test_the_dice_found_guarantee_the_value_to_both_players() -> None:
    A = torch.randn(6, 4, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    value, rows, columns = mixed_value(A)
    assert rows.sum().item() == pytest.approx(1)
    assert columns.sum().item() == pytest.approx(1)
    assert (rows @ A).min().item() == pytest.approx(value, abs=1e-9)
    assert (A @ columns).max().item() == pytest.approx(value, abs=1e-9)


def test_a_saddle_point_needs_no_dice() -> None:
    A = table([[3, 5], [1, 9]])
    assert [v.item() for v in pure_values(A)] == [3, 3]
    assert mixed_value(A).value == pytest.approx(3)


@pytest.mark.parametrize("size", [1e-12, 1e-3, 1e9, 1e30, 1e300])
def test_a_game_is_solved_whatever_the_size_of_its_entries(size: float) -> None:
    found = mixed_value(size * table([[1, -1], [-1, 3]]))
    assert found.value == pytest.approx(size / 3)
    assert found.rows.tolist() == pytest.approx([2 / 3, 1 / 3])
    assert found.columns.tolist() == pytest.approx([2 / 3, 1 / 3])
    assert mixed_value(torch.zeros(2, 3)).value == 0


def test_a_game_that_was_not_solved_is_told_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = optimize.OptimizeResult(x=None, message="out of time")
    monkeypatch.setattr(optimize, "linprog", lambda *_, **__: failed)
    with pytest.raises(ValueError, match=r"could not be solved \(out of time\)"):
        mixed_value(torch.eye(2))


@pytest.mark.parametrize("A", [[[0.0, -math.inf]], [1.0, 2.0]])
def test_games_that_cannot_be_solved_say_why(A: list) -> None:
    with pytest.raises(ValueError, match="finite numbers"):
        mixed_value(table(A))


# The two orders of the game itself -------------------------------------------------------------------------


def game(first: torch.Tensor, generators: torch.Tensor, p: torch.Tensor) -> torch.Tensor:
    """V `(discriminator, generator)` of every discriminator of two notes against every generator."""
    return value(first[:, None], p, generators)


def test_for_a_free_discriminator_and_any_distribution_the_two_orders_agree_on_minus_log_4() -> None:
    p = table([0.5, 0.5])
    levels = torch.arange(61, dtype=torch.float64) / 60
    A = game(torch.cartesian_prod(levels, levels), torch.stack([levels, 1 - levels], 1), p)
    lower, upper = pure_values(A)
    assert lower.item() == pytest.approx(-LOG_4)
    assert upper.item() == pytest.approx(-LOG_4)


def test_for_single_notes_the_orders_differ_as_the_closed_form_says() -> None:
    p = table([0.5, 0.5])
    levels = torch.arange(61, dtype=torch.float64) / 60
    A = game(torch.cartesian_prod(levels, levels), torch.eye(2, dtype=torch.float64), p)
    lower, upper = pure_values(A)
    assert lower.item() == pytest.approx(-LOG_4)
    # a log a - (1 + a) log (1 + a) for the note that real players play with probability a
    assert upper.item() == pytest.approx(0.5 * math.log(0.5) - 1.5 * math.log(1.5))
    assert upper.item() == pytest.approx(optimal_value(p, table([1.0, 0.0])).item())


def test_the_generators_best_reply_to_a_fixed_discriminator_is_the_single_note_where_it_is_largest() -> None:
    random = torch.Generator().manual_seed(0)
    D, p = torch.rand(6, generator=random, dtype=torch.float64), torch.full((6,), 1 / 6, dtype=torch.float64)
    replies = -torch.rand(2_000, 6, generator=random, dtype=torch.float64).log()
    replies = replies / replies.sum(1, keepdim=True)
    best = torch.nn.functional.one_hot(D.argmax(), 6).double()
    assert (value(D, p, replies) > value(D, p, best)).all()
