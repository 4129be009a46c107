"""Distances between sets of sounds: equal to closed forms and to other people's code."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from torch import Tensor

from gan_course import evaluation
from gan_course.evaluation import (
    area_under_curve,
    coverage,
    density_coverage,
    frechet_distance,
    frechet_infinity,
    kernel_distance,
    line_in_inverse,
    mean_discrepancy,
    memorisation,
    nearer_share,
    precision_recall,
    share_among,
    square_root,
)


def features(seed: int, count: int = 300, size: int = 6, shift: float = 0.0, spread: float = 1.0) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    return shift + spread * torch.randn(count, size, generator=random, dtype=torch.float64)


def with_moments(mean: Tensor, covariance: Tensor, count: int, seed: int = 0) -> Tensor:
    """Samples whose mean and covariance are exactly these."""
    x = features(seed, count, len(mean))
    x = x - x.mean(0)
    white = x @ torch.linalg.inv(torch.linalg.cholesky(torch.cov(x.T).reshape(covariance.shape))).T
    return white @ torch.linalg.cholesky(covariance).T + mean


def covariance(seed: int, size: int) -> Tensor:
    a = features(seed, size, size)
    return a @ a.T + 0.3 * torch.eye(size, dtype=torch.float64)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 8), st.integers(0, 10_000))
def test_frechet_distance_is_that_of_gaussians_with_these_moments(size: int, seed: int) -> None:
    one, other = covariance(seed, size), covariance(seed + 1, size)
    mean = features(seed + 2, 1, size)[0]
    found = frechet_distance(
        with_moments(torch.zeros_like(mean), one, 60, seed), with_moments(mean, other, 50, seed + 3)
    )
    root = np.real(sqrtm((one @ other).numpy()))
    wanted = float(mean.square().sum() + one.trace() + other.trace()) - 2 * np.trace(root)
    assert found == pytest.approx(wanted, rel=1e-5, abs=1e-6)


def test_frechet_distance_in_one_dimension_is_the_formula() -> None:
    one = with_moments(torch.tensor([1.0]).double(), torch.tensor([[4.0]]).double(), 50)
    other = with_moments(torch.tensor([3.0]).double(), torch.tensor([[25.0]]).double(), 40)
    assert frechet_distance(one, other) == pytest.approx((1 - 3) ** 2 + (2 - 5) ** 2)


def test_frechet_distance_bears_fewer_clips_than_features() -> None:
    found = frechet_distance(features(0, 20, 64), features(1, 20, 64))
    assert math.isfinite(found)
    assert found > 0


def test_frechet_distance_of_equal_distributions_shrinks_with_n_and_its_limit_does_not() -> None:
    real = features(0, 4000, 16)
    small, large = (frechet_distance(real, features(1, n, 16)) for n in (100, 1600))
    assert small > 5 * large
    limit = frechet_infinity(real, features(2, 800, 16))
    assert abs(limit["value"]) < 0.5 * frechet_distance(real, features(2, 800, 16))
    assert limit["n"] == 800
    assert 0 < limit["error"] < 0.1


def test_frechet_infinity_is_the_distance_where_there_is_one() -> None:
    real, moved = features(0, 4000, 8), features(1, 1000, 8, shift=1.0)
    limit = frechet_infinity(real, moved)
    assert limit["value"] == pytest.approx(8.0, abs=0.6)
    assert frechet_infinity(real, moved) == limit


def discrepancy_by_loops(real: Tensor, generated: Tensor, sigma: float) -> float:
    def mean(a: Tensor, b: Tensor, same: bool) -> float:
        values = [
            math.exp(-float((x - y).square().sum()) / (2 * sigma**2))
            for i, x in enumerate(a)
            for j, y in enumerate(b)
            if not (same and i == j)
        ]
        return sum(values) / len(values)

    return mean(real, real, True) + mean(generated, generated, True) - 2 * mean(real, generated, False)


@pytest.mark.parametrize("seed", range(3))
def test_kernel_distance_is_the_unbiased_estimator_written_out(seed: int) -> None:
    real, generated = features(seed, 23, 3), features(seed + 9, 17, 3, shift=0.4)
    distances = sorted(float((a - b).norm()) for i, a in enumerate(real) for b in real[:i])
    sigma = distances[(len(distances) - 1) // 2]
    assert kernel_distance(real, generated) == pytest.approx(discrepancy_by_loops(real, generated, sigma))
    assert kernel_distance(real, generated, 0.7) == pytest.approx(discrepancy_by_loops(real, generated, 0.7))


def test_the_mean_discrepancy_is_the_kernel_distance_in_one_piece() -> None:
    real, generated = features(3, 40, 5), features(4, 30, 5, shift=0.3)
    assert mean_discrepancy(real, generated, 1.3) == pytest.approx(kernel_distance(real, generated, 1.3))
    assert mean_discrepancy(real, generated, 1.3) == pytest.approx(discrepancy_by_loops(real, generated, 1.3))
    with pytest.raises(ValueError, match="use one embedding for both"):
        mean_discrepancy(real, generated[:, :3], 1.0)


def test_kernel_distance_of_gaussians_is_the_closed_form() -> None:
    # E exp(−‖a − b‖² / 2σ²) for a − b normal with mean m and variance 2 in each direction
    size, sigma, shift = 3, 1.5, 0.8
    within = (sigma**2 / (sigma**2 + 2)) ** (size / 2)
    between = within * math.exp(-size * shift**2 / (2 * (sigma**2 + 2)))
    found = kernel_distance(features(0, 4000, size), features(1, 4000, size, shift=shift), sigma)
    assert found == pytest.approx(2 * within - 2 * between, abs=0.03)


def test_kernel_distance_of_equal_distributions_is_as_often_negative_as_positive() -> None:
    values = [kernel_distance(features(2 * s, 60, 4), features(2 * s + 1, 60, 4)) for s in range(40)]
    assert 8 <= sum(value < 0 for value in values) <= 32
    assert abs(np.mean(values)) < 3 * np.std(values) / 40**0.5


@pytest.mark.parametrize(("shift", "spread"), [(0.0, 1.0), (0.7, 1.0), (0.0, 0.3), (0.3, 2.0)])
@pytest.mark.parametrize("k", [1, 5])
def test_precision_recall_density_and_coverage_equal_their_authors_code(
    shift: float, spread: float, k: int
) -> None:
    from prdc import compute_prdc

    real, generated = features(0, 250, 4), features(1, 180, 4, shift, spread)
    theirs = compute_prdc(real.numpy(), generated.numpy(), nearest_k=k)
    ours = precision_recall(real, generated, k) | density_coverage(real, generated, k)
    assert ours == pytest.approx({name: float(theirs[name]) for name in ours})


def test_half_the_modes_missing_costs_recall_and_not_precision() -> None:
    real = torch.cat([features(0, 300, 4), features(1, 300, 4, shift=8.0)])
    half = features(2, 600, 4)
    found = precision_recall(real, half) | density_coverage(real, half)
    assert found["precision"] > 0.9
    assert found["recall"] < 0.6
    assert found["coverage"] < 0.6


def test_one_outlier_raises_precision_but_hardly_density() -> None:
    real = torch.cat([features(0, 300, 4), torch.full((1, 4), 30.0).double()])
    far = features(1, 300, 4, shift=12.0)
    assert precision_recall(real, far)["precision"] > 0.9
    assert density_coverage(real, far)["density"] < 0.3


@pytest.mark.parametrize("k", [1, 5])
def test_the_short_forms_are_precision_recall_and_coverage_of_their_authors_code(k: int) -> None:
    from prdc import compute_prdc

    real, generated = features(0, 90, 4), features(1, 70, 4, 0.7)
    theirs = compute_prdc(real.numpy(), generated.numpy(), nearest_k=k)
    assert share_among(generated, real, k) == pytest.approx(theirs["precision"])
    assert share_among(real, generated, k) == pytest.approx(theirs["recall"])
    assert coverage(real, generated, k) == pytest.approx(theirs["coverage"])


def test_the_nearer_share_counts_by_pairs_and_equally_near_ones_half() -> None:
    generated, training, held_out = features(0, 40, 3), features(1, 20, 3), features(2, 20, 3)
    nearer = [
        min((x - t).norm() for t in training) < min((x - h).norm() for h in held_out) for x in generated
    ]
    assert nearer_share(generated, training, held_out) == pytest.approx(float(np.mean(nearer)))
    assert nearer_share(generated, training, training) == 0.5


def test_the_line_in_one_over_n_is_that_of_numpy() -> None:
    counts = torch.tensor([20.0, 50.0, 90.0, 300.0]).double()
    distances = torch.tensor([9.0, 5.0, 4.5, 3.0]).double()
    slope, limit = np.polyfit(1 / counts.numpy(), distances.numpy(), 1)
    assert line_in_inverse(counts, distances).tolist() == pytest.approx([limit, slope])


def test_covariance_and_square_root_are_those_of_numpy_and_scipy() -> None:
    x = features(5, 30, 4)
    assert evaluation.covariance(x).numpy() == pytest.approx(np.cov(x.T.numpy()))
    assert square_root(evaluation.covariance(x)).numpy() == pytest.approx(np.real(sqrtm(np.cov(x.T.numpy()))))


@pytest.mark.parametrize("training", [200, 3000])
@pytest.mark.parametrize("by_ratio", [True, False])
def test_memorisation_tells_copies_from_new_clips_however_many_were_learnt(
    training: int, by_ratio: bool
) -> None:
    learnt, unseen, fresh = features(0, training, 8), features(1, 150, 8), features(4, 150, 8)
    held_out = unseen if by_ratio else None
    copies = learnt[:100] + 0.01 * features(2, 100, 8)
    found = memorisation(copies, learnt, held_out, fresh)
    assert found["auc"] > 0.99
    assert 0 < found["error"] < 0.02
    new = memorisation(features(3, 150, 8), learnt, held_out, fresh)
    assert new["n"] == 150
    assert abs(new["auc"] - 0.5) < 0.1
    half = memorisation(torch.cat([copies[:75], features(3, 75, 8)]), learnt, held_out, fresh)
    assert 0.65 < half["auc"] < 0.85


def test_memorisation_by_ratio_knows_a_badly_drawn_copy_and_by_distance_it_does_not() -> None:
    learnt, unseen, fresh = features(0, 500, 8), features(1, 200, 8), features(4, 200, 8)
    smeared = 1.25 * (learnt[:200] + 0.5 * features(2, 200, 8))  # off, and too spread
    assert memorisation(smeared, learnt, unseen, fresh)["auc"] > 0.65
    assert memorisation(smeared, learnt, None, fresh)["auc"] < 0.5


def test_the_error_of_memorisation_is_how_far_it_scatters() -> None:
    def found(seed: int) -> dict[str, float]:
        return memorisation(*(features(10 * seed + part, 100, 4) for part in range(4)))

    rounds = [found(seed) for seed in range(60)]
    scatter = float(torch.tensor([one["auc"] for one in rounds]).std())
    claimed = float(torch.tensor([one["error"] for one in rounds]).mean())
    assert scatter == pytest.approx(claimed, rel=0.5)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(-3, 3), min_size=1, max_size=12),
    st.lists(st.integers(-3, 3), min_size=1, max_size=12),
)
def test_area_under_curve_counts_pairs_and_ties_half(one: list[int], other: list[int]) -> None:
    pairs = [1.0 if a > b else 0.5 if a == b else 0.0 for a in one for b in other]
    assert area_under_curve(one, other) == pytest.approx(sum(pairs) / len(pairs))


def test_the_first_argument_is_the_one_that_should_score_higher() -> None:
    assert area_under_curve([2.0, 3.0], [0.0, 1.0]) == 1.0
    assert area_under_curve([0.0, 1.0], [2.0, 3.0]) == 0.0


DISTANCES = (
    frechet_distance,
    frechet_infinity,
    kernel_distance,
    precision_recall,
    density_coverage,
)


@pytest.mark.parametrize("distance", DISTANCES, ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    ("real", "generated", "says"),
    [
        (features(0, 30, 4), features(1, 30, 5), "use one embedding for both"),
        (features(0, 30, 4)[:, 0], features(1, 30, 4), r"\(clip, feature\) is expected"),
        (features(0, 1, 4), features(1, 30, 4), "of 1 real clips"),
        (features(0, 30, 4), features(1, 30, 4) * torch.nan, "generated features hold NaN"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_sentence(
    distance, real: Tensor, generated: Tensor, says: str
) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        distance(real, generated)
    assert "\n" not in str(caught.value)


def test_real_clips_that_are_all_alike_have_no_kernel_distance() -> None:
    with pytest.raises(ValueError, match="all real clips have the same features"):
        kernel_distance(torch.ones(20, 3), features(0, 20, 3))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: area_under_curve([float("nan"), 1.0], [0.0, 2.0]), "some of the scores are NaN"),
        (lambda: evaluation.mean_discrepancy(features(0, 20, 3), features(1, 20, 3), 0.0), "sigma is 0.0"),
        (lambda: evaluation.share_among(features(0, 9, 3), features(1, 4, 3)), "there are 4 clips"),
        (lambda: evaluation.coverage(features(0, 5, 3), features(1, 9, 3)), "there are 5 clips"),
    ],
)
def test_what_would_be_no_number_is_refused_in_one_sentence(call, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()


def test_all_of_them_are_exported() -> None:
    assert {f.__name__ for f in (*DISTANCES, memorisation, area_under_curve)} <= set(evaluation.__all__)


def test_the_interval_of_a_distance_near_its_floor_is_not_too_narrow_and_no_more_than_a_few_times_too_wide() -> (
    None
):
    from gan_course.evaluation.report import parts_interval

    def found(real: Tensor, x: Tensor) -> float:
        return evaluation.frechet_infinity(real, x, 6, 2)["value"]

    pairs = [(features(2 * seed, 200, 8), features(2 * seed + 1, 200, 8)) for seed in range(20)]
    values = [found(*pair) for pair in pairs]
    needed = 1.96 * float(torch.tensor(values).std())
    claimed = [
        parts_interval(found, pair, value)[1] - value
        for pair, value in zip(pairs[:6], values[:6], strict=True)
    ]
    assert 1 < float(torch.tensor(claimed).mean()) / needed < 4
