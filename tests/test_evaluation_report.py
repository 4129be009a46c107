"""A verdict: each number with its question, floor and uncertainty; what each metric notices, and what it does not."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor

from gan_course import datasets, zoo
from gan_course.datasets import Clips
from gan_course.evaluation import frechet_distance, judge, judge_features, kernel_distance, report, score
from gan_course.evaluation.report import (
    AT_MOST_HALF,
    BY_DISTANCE,
    CONTROL,
    COPYING,
    NEAREST,
    NEAREST_ALONE,
    QUALITY,
    QUESTIONS,
    VARIETY,
    WHOLE,
    Verdict,
    number,
    parts_interval,
    wilson_interval,
)
from gan_course.spectral import LogMel

COUNT = 80


@pytest.fixture(scope="module")
def pool() -> Clips:
    return datasets.notes(4 * COUNT, seed=515_151)


@pytest.fixture(scope="module")
def parts(pool: Clips) -> list[Clips]:
    order = torch.randperm(len(pool), generator=torch.Generator().manual_seed(0))
    return [pool.select(part) for part in order.chunk(4)]


@pytest.fixture(scope="module")
def ears():
    return zoo.load_ear("ear-notes-judge"), {
        "label ear": zoo.load_ear("ear-notes-judge"),
        "texture ear": zoo.load_texture_ear(),
    }


@pytest.fixture(scope="module")
def real(parts: list[Clips], ears) -> Verdict:
    """Real notes in the place of the generated ones."""
    reference, other, generated, training = parts
    ear, listeners = ears
    return judge(
        generated,
        reference,
        other,
        training=training,
        through=other,
        ear=ear,
        listeners=listeners,
        two_sample=False,
    )


def judged(generated: Clips, parts: list[Clips], ears, **options) -> Verdict:
    ear, listeners = ears
    return judge(
        generated,
        parts[0],
        parts[1],
        training=parts[3],
        ear=ear,
        listeners=listeners,
        two_sample=False,
        **options,
    )


def by(verdict: Verdict, metric: str, embedding: str):
    return next(row for row in verdict.rows if (row.metric, row.embedding) == (metric, embedding))


def test_every_row_says_what_it_answers_of_how_many_clips_and_by_which_embedding(real: Verdict) -> None:
    assert {row.question for row in real.rows} == set(QUESTIONS)
    assert [row.question for row in real.rows] == sorted(
        (row.question for row in real.rows), key=QUESTIONS.index
    )
    for row in real.rows:
        assert row.n == COUNT
        assert row.embedding
        assert row.low <= row.value <= row.high, row.metric
        assert row.low >= 0 or row.metric in ("KAD × 100", "FAD∞"), row.metric
        assert row.better in ("higher", "lower", "0.5", AT_MOST_HALF)
        assert math.isfinite(row.floor)
        assert row.through == pytest.approx(row.floor), row.metric


def test_an_interval_holds_its_value_and_ends_where_the_metric_does() -> None:
    bench = report._Bench({"generated": [0], "other": [0]}, None, 0)
    ends = {}
    for metric in ("FAD∞", "KAD × 100", "FAD", "coverage"):
        value = -1.0 if metric in report.CAN_BE_NEGATIVE else 0.5
        bench.add(metric, QUESTIONS[0], lambda _, value=value: value, (-2.0, 3.0), "ear", "lower")
        row = bench.rows[-1]
        assert row.low <= row.value <= row.high
        ends[metric] = (row.low, row.high)
    assert ends == {"FAD∞": (-2, 3), "KAD × 100": (-2, 3), "FAD": (0, 3), "coverage": (0, 1)}


def test_real_sounds_are_as_good_as_real_ones(real: Verdict) -> None:
    from gan_course.display.report import as_good_as_real

    off = [row.metric for row in real.rows if not as_good_as_real(row)]
    assert len(off) <= 3, off
    assert real["right pitch"].value > 0.97
    assert abs(by(real, NEAREST, "texture ear").value - 0.5) < 0.1


def test_missing_instruments_cost_variety_and_neither_control_nor_precision(
    parts: list[Clips], ears, real: Verdict
) -> None:
    generated = parts[2]
    some = generated.select(generated.labels["instrument"] < 3)
    found = judged(some.select(torch.arange(COUNT) % len(some)), parts, ears)
    assert found["right instrument"].value > 0.9
    for ear in ("label ear", "texture ear"):
        assert by(found, "recall", ear).value < by(real, "recall", ear).value - 0.15
        assert by(found, "coverage", ear).value < by(real, "coverage", ear).value - 0.08
    assert by(found, "precision", "label ear").value > 0.9
    assert found["score of instrument (1 to 6)"].value < 4


def test_wrong_labels_cost_control_alone(parts: list[Clips], ears, real: Verdict) -> None:
    from gan_course.zoo.ears import shuffled

    found = judged(shuffled(parts[2]), parts, ears)
    assert found["right pitch"].value < 0.2
    assert found["pitch within 50 cents"].value < 0.3
    for row in found.rows:
        if row.question != CONTROL:
            same = next(r for r in real.rows if (r.metric, r.embedding) == (row.metric, row.embedding))
            assert row.value == pytest.approx(same.value), row.metric


def test_hiss_is_missed_by_the_label_ears_accuracy_and_noticed_by_texture_and_bands(
    parts: list[Clips], ears, real: Verdict
) -> None:
    noise = torch.randn(parts[2].audio.shape, generator=torch.Generator().manual_seed(0))
    found = judged(replace(parts[2], audio=parts[2].audio + 0.003 * noise), parts, ears)
    assert found["right pitch"].value > 0.9
    assert found["band levels"].value > 1.8 * found["band levels"].floor
    assert by(found, "FAD∞", "texture ear").value > 3 * by(found, "FAD∞", "texture ear").floor
    assert by(found, "precision", "texture ear").value < by(real, "precision", "texture ear").value - 0.2


def test_copies_of_the_training_set_are_noticed_by_memorisation_alone(
    parts: list[Clips], ears, real: Verdict
) -> None:
    found = judged(parts[3], parts, ears)
    for row in found.rows:
        if row.question == COPYING:
            assert row.low > 0.95
            assert abs(row.floor - 0.5) < 0.2
    assert by(found, "precision", "label ear").value > 0.9
    assert by(found, "recall", "label ear").value > 0.9


def test_copying_is_judged_by_distance_where_unseen_clips_have_other_labels(parts: list[Clips], ears) -> None:
    found = judged(parts[3], parts, ears, by_distance=True)
    rows = [row for row in found.rows if row.question == COPYING]
    assert rows and all(row.metric == NEAREST_ALONE and row.low > 0.95 for row in rows)
    assert BY_DISTANCE in found.remarks()


def test_without_labels_label_metrics_are_left_out_and_that_is_said(parts: list[Clips], ears) -> None:
    bare = [Clips(clips.audio, clips.rate, {}, {}) for clips in parts[:3]]
    found = judge(
        bare[2], bare[0], bare[1], listeners={"texture ear": ears[1]["texture ear"]}, two_sample=False
    )
    assert {row.question for row in found.rows} == {QUALITY, VARIETY, WHOLE}
    assert any("no labels" in said for said in found.left_out)
    assert any("training sounds: they were not given" in said for said in found.left_out)
    assert "Not measured: accuracy and pitch: the clips have no labels." in str(found)


def test_labels_that_the_ear_does_not_know_are_left_out_and_that_is_said(parts: list[Clips], ears) -> None:
    singers = [
        replace(c, labels={"singer": c.labels["instrument"]}, classes={"singer": tuple("abcdef")})
        for c in parts[:3]
    ]
    found = judge(singers[2], singers[0], singers[1], ear=ears[0], two_sample=False)
    assert any("accuracy of singer: the ear does not hear it" in said for said in found.left_out)
    assert "pitch within 50 cents" not in [row.metric for row in found.rows]


def test_few_clips_are_judged_without_a_two_sample_judge_and_fewer_not_at_all(parts: list[Clips]) -> None:
    few = [part.select(slice(0, 40)) for part in parts]
    found = judge(few[0], few[1], few[2])
    assert any(said.startswith("two-sample judge: it needs 128") for said in found.left_out)
    with pytest.raises(ValueError, match="there are 7 clips of generated: give 16 or more"):
        judge(parts[0].select(slice(0, 7)), parts[1])
    with pytest.raises(ValueError, match="make them alike"):
        judge(parts[0], replace(parts[1], rate=8_000), parts[2])
    broken = parts[0].audio.clone()
    broken[3, 7] = torch.nan
    with pytest.raises(ValueError, match="clips of generated hold NaN"):
        judge(replace(parts[0], audio=broken), parts[1], parts[2])


def test_one_set_of_real_clips_is_halved(parts: list[Clips]) -> None:
    found = judge(parts[0], parts[1], two_sample=False)
    assert found["band levels"].floor > 0
    assert judge(parts[0], parts[1], two_sample=False) == found


def test_the_two_sample_judge_hears_all_sets_against_the_reference(
    parts: list[Clips], monkeypatch: pytest.MonkeyPatch
) -> None:
    several = [Clips(torch.cat([c.audio] * 2)[:128], c.rate, {}, {}) for c in parts[:3]]
    heard = []

    def told(real: Tensor, other: Tensor, seed: int) -> dict[str, float]:
        heard.append((real, other, seed))
        return {"auc": 0.5 + 0.3 * len(heard), "error": 0.05, "n": 64}

    monkeypatch.setattr(report, "tell_apart", told)
    row = judge(several[2], several[0], several[1], seed=3)["told from real (AUC)"]
    assert (row.value, row.floor) == (0.8, 1.1)
    assert (row.low, row.high) == pytest.approx((0.8 - 1.96 * 0.05, 0.8 + 1.96 * 0.05))
    encoded = [LogMel().encode(clips.audio) for clips in several]
    assert all(torch.allclose(real, encoded[0]) and seed == 3 for real, _, seed in heard)
    assert torch.allclose(heard[0][1], encoded[2]) and torch.allclose(heard[1][1], encoded[1])


# Statistics


def probabilities(seed: int, count: int, classes: int) -> Tensor:
    return torch.randn(count, classes, generator=torch.Generator().manual_seed(seed)).mul(3).softmax(1)


def test_a_score_is_its_formula_and_lies_between_1_and_the_classes() -> None:
    p = probabilities(0, 50, 4)
    marginal = p.double().mean(0).numpy()
    divergences = [stats.entropy(row.double().numpy(), marginal) for row in p]
    assert score(p) == pytest.approx(math.exp(np.mean(divergences)), rel=1e-4)
    assert score(torch.eye(6)) == pytest.approx(6)
    assert score(torch.eye(6)[[2] * 9]) == pytest.approx(1)
    assert score(torch.full((9, 6), 1 / 6)) == pytest.approx(1)


def test_the_interval_of_a_mean_is_as_wide_as_its_standard_error_says() -> None:
    random = torch.Generator().manual_seed(0)
    widths = []
    for seed in range(60):
        x = torch.randn(400, generator=random)
        low, high = parts_interval(lambda x: float(x.mean()), [x], float(x.mean()), seed)
        widths.append((high - low) / 2)
    wanted = stats.t.ppf(0.975, 9) / 400**0.5
    assert np.mean(widths) == pytest.approx(wanted, rel=0.12)


def test_the_interval_of_many_clips_from_smaller_parts_is_as_wide() -> None:
    random = torch.Generator().manual_seed(0)
    widths = []
    for seed in range(40):
        x = torch.randn(8000, generator=random)
        low, high = parts_interval(lambda x: float(x.mean()), [x], 0.0, seed)
        widths.append((high - low) / 2)
    assert np.mean(widths) == pytest.approx(stats.t.ppf(0.975, 9) / 8000**0.5, rel=0.15)


def test_shares_have_wilsons_interval() -> None:
    n, right, z = 50, 45, stats.norm.ppf(0.975)
    p = right / n
    middle, reach = p + z**2 / (2 * n), z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = wilson_interval(right, n)
    assert (low, high) == pytest.approx(
        ((middle - reach) / (1 + z**2 / n), (middle + reach) / (1 + z**2 / n))
    )


def test_distances_of_many_clips_in_32_bit_are_those_in_64() -> None:
    from gan_course.evaluation import distances

    random = torch.Generator().manual_seed(0)
    real, generated = (5 + torch.randn(4200, 8, generator=random) for _ in range(2))
    generated = 1.05 * generated
    many = kernel_distance(real, generated), distances.neighbourhoods(real, generated)
    before, distances.MANY = distances.MANY, 10**9
    try:
        exact = kernel_distance(real, generated), distances.neighbourhoods(real, generated)
    finally:
        distances.MANY = before
    assert many[0] == pytest.approx(exact[0], abs=1e-6)
    assert many[1] == pytest.approx(exact[1], abs=2e-3)


def test_a_verdict_is_plain_data_and_a_table(real: Verdict) -> None:
    again = json.loads(json.dumps(real.to_dict()))
    assert again["rows"][0]["metric"] == real.rows[0].metric
    text = str(real)
    assert all(question in text for question in QUESTIONS)
    assert max(map(len, text.splitlines())) < 140
    with pytest.raises(KeyError, match="choose right"):
        real["loveliness"]


def test_distances_in_a_verdict_are_those_of_the_functions(parts: list[Clips], ears, real: Verdict) -> None:
    ear = ears[1]["texture ear"]
    reference, other, generated = (ear.features(clips) for clips in parts[:3])
    row = by(real, "FAD", "texture ear")
    assert row.value == pytest.approx(frechet_distance(reference, generated))
    assert row.floor == pytest.approx(frechet_distance(reference, other))
    assert by(real, "KAD × 100", "texture ear").value == pytest.approx(
        100 * kernel_distance(reference, generated)
    )


def test_features_of_any_embedding_can_be_judged_alone(parts: list[Clips], ears, real: Verdict) -> None:
    ear = ears[1]["texture ear"]
    reference, other, generated, training = (ear.features(clips) for clips in parts)
    found = judge_features(reference, generated, other, training=training, embedding="texture ear")
    kept = tuple(replace(row, through=None) for row in real.rows if row.embedding == "texture ear")
    assert {row.metric for row in found.rows} == {row.metric for row in kept}
    for row in kept:
        again = by(found, row.metric, "texture ear")
        assert asdict(again) == pytest.approx(asdict(row), nan_ok=True)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.9984, "0.998"), (-0.0123, "−0.012"), (3.14159, "3.14"), (1234.5, "1,234"), (math.nan, "–")],
)
def test_numbers_have_about_three_digits(value: float, text: str) -> None:
    assert number(value) == text
