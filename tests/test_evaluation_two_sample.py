"""The two-sample judge hears blur and a little noise, and nothing where there is nothing to hear."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from gan_course import datasets
from gan_course.evaluation import tell_apart
from gan_course.spectral import LogMel


@pytest.fixture(scope="module")
def pictures() -> tuple[Tensor, Tensor]:
    """Two sets of notes, drawn alike."""
    clips = [datasets.load("notes", count=2400, seed=seed) for seed in (0, 1)]
    one, other = (torch.cat([LogMel().encode(part) for part in c.audio.split(256)]) for c in clips)
    return one, other


@pytest.mark.slow
def test_real_from_real_is_a_toss_of_a_coin(pictures: tuple[Tensor, Tensor]) -> None:
    # one shuffled pool, because the notes of one seed hold each pitch and instrument equally often
    pool = torch.cat(pictures)
    pool = pool[torch.randperm(len(pool), generator=torch.Generator().manual_seed(0))]
    heard = [tell_apart(*pool.chunk(2), seed=seed) for seed in (0, 1)]
    assert all(abs(found["auc"] - 0.5) < 0.03 for found in heard)
    assert abs(heard[0]["auc"] + heard[1]["auc"] - 1) < 0.06
    assert heard[0]["n"] == 1200
    assert heard[0]["error"] == pytest.approx(0.0118, abs=1e-4)


@pytest.mark.slow
def test_it_hears_blur(pictures: tuple[Tensor, Tensor]) -> None:
    real, other = pictures
    blurred = F.avg_pool2d(F.pad(other, (1, 1, 1, 1), mode="replicate"), 3, 1)
    assert tell_apart(real, blurred)["auc"] >= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("count", [2400, 444])
def test_it_hears_a_little_noise(pictures: tuple[Tensor, Tensor], count: int) -> None:
    real, other = (some[:count] for some in pictures)
    noise = 0.05 * torch.randn(other.shape, generator=torch.Generator().manual_seed(0))
    assert tell_apart(real, (other + noise).clamp(-1, 1))["auc"] >= 0.99


def random_pictures(seed: int, count: int = 160, spread: float = 0.2) -> Tensor:
    return (spread * torch.randn(count, 2, 32, 32, generator=torch.Generator().manual_seed(seed))).clamp(
        -1, 1
    )


def test_it_is_the_same_from_the_same_seed_and_leaves_the_global_random_state_alone() -> None:
    real, generated = random_pictures(0), random_pictures(1)
    before = torch.random.get_rng_state()
    found = tell_apart(real, generated, steps=5)
    assert torch.equal(before, torch.random.get_rng_state())
    assert tell_apart(real, generated, steps=5) == found
    assert tell_apart(real, generated, steps=5, seed=1) != found


def test_a_high_score_means_that_the_real_ones_are_known_as_real() -> None:
    assert tell_apart(random_pictures(0), random_pictures(1, spread=0.4), steps=100)["auc"] > 0.95


def test_what_is_below_the_floor_is_not_heard() -> None:
    quiet = torch.full((160, 1, 16, 16), -1.0)
    assert tell_apart(quiet, quiet + 0.05, steps=5)["auc"] == 0.5


@pytest.mark.parametrize(
    ("real", "generated", "says"),
    [
        (random_pictures(0)[:, :1], random_pictures(1), "alike in both but for the number"),
        (
            random_pictures(0)[:, 0],
            random_pictures(1)[:, 0],
            r"\(clip, channel, frequency, frame\) is expected",
        ),
        (random_pictures(0), random_pictures(1, 100), "there are 100 generated pictures: give 128 or more"),
        (random_pictures(0) * torch.nan, random_pictures(1), "real pictures hold NaN"),
    ],
)
def test_what_cannot_be_judged_is_refused_in_one_sentence(real: Tensor, generated: Tensor, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        tell_apart(real, generated)
