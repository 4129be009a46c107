"""Listening tests are blind and balanced, lose no answer, and count as scipy does."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from gan_course.evaluation.listening import (
    FIELDS,
    Answers,
    abx_result,
    abx_trials,
    at_least,
    fewest_right,
    mos_result,
    mos_results,
    rating_trials,
)

PAIR = ("real", "generated")


@pytest.mark.parametrize(("right", "n"), [(0, 1), (5, 10), (9, 10), (16, 16), (0, 12), (60, 100)])
def test_abx_statistics_are_the_binomial_test_and_the_clopper_pearson_interval(right: int, n: int) -> None:
    found = abx_result(right, n)
    assert found.p == pytest.approx(stats.binom.sf(right - 1, n, 0.5))
    low = 0.0 if right == 0 else stats.beta.ppf(0.025, right, n - right + 1)
    high = 1.0 if right == n else stats.beta.ppf(0.975, right + 1, n - right)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.share == right / n


def test_the_interval_holds_the_truth_at_least_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    held = [
        (lambda found: found.low <= 0.7 <= found.high)(abx_result(int(random.binomial(20, 0.7)), 20))
        for _ in range(400)
    ]
    assert np.mean(held) >= 0.94


def test_how_many_must_be_right_agrees_with_p() -> None:
    assert fewest_right(4) is None
    assert fewest_right(5) == 5
    for n in (8, 12, 16, 20):
        least = fewest_right(n)
        assert least is not None
        assert abx_result(least, n).p < 0.05 <= abx_result(least - 1, n).p


@pytest.mark.parametrize(("right", "n", "share"), [(0, 3, 0.5), (9, 12, 0.5), (7, 7, 0.9), (300, 1000, 0.31)])
def test_at_least_so_many_right_answers_are_as_probable_as_scipy_says(
    right: int, n: int, share: float
) -> None:
    assert at_least(right, n, share) == pytest.approx(stats.binom.sf(right - 1, n, share))
    assert at_least(right, n) == pytest.approx(abx_result(right, n).p)


def test_what_an_abx_test_says_in_words() -> None:
    assert str(abx_result(15, 16)).endswith("with a probability of less than 0.001: they can be told apart.")
    assert "5 of 10 right (50%; 95%: 19% to 81%)" in str(abx_result(5, 10))
    assert "does not show" in str(abx_result(5, 10))


def test_trials_are_blind_and_the_same_from_the_same_seed() -> None:
    trials = abx_trials(8, PAIR, 16, seed=3)
    assert trials == abx_trials(8, PAIR, 16, seed=3) != abx_trials(8, PAIR, 16, seed=4)
    assert Counter(trial.item for trial in trials) == {item: 2 for item in range(8)}
    assert all({trial.a, trial.b} == set(PAIR) for trial in trials)
    assert all(trial.right(trial.x) and not trial.right({"A": "B", "B": "A"}[trial.x]) for trial in trials)


@pytest.mark.parametrize("said", ["AAAAAAAAAAAAAAAA", "ABABABABABABABAB", "AAAAAAAABBBBBBBB"])
def test_who_guesses_is_right_as_often_as_the_binomial_test_believes(said: str) -> None:
    """However the answers are spread; 12 or more of 16 by chance in 3.8% of all tests."""
    rounds = [abx_trials(16, PAIR, seed=seed) for seed in range(3000)]
    for right in (
        [sum(trial.right(letter) for trial, letter in zip(trials, said, strict=True)) for trials in rounds],
        [
            sum((trial.a == "real") == (letter == "A") for trial, letter in zip(trials, said, strict=True))
            for trials in rounds
        ],
    ):
        assert np.mean(np.array(right) >= 12) == pytest.approx(abx_result(12, 16).p, abs=0.01)


def test_where_x_is_cannot_be_known_from_what_a_is() -> None:
    together = Counter(
        (trial.a, trial.x) for seed in range(200) for trial in abx_trials(4, PAIR, 8, seed=seed)
    )
    assert min(together.values()) > 0.4 * max(together.values())
    first = Counter(abx_trials(4, PAIR, 8, seed=seed)[0].x for seed in range(200))
    assert min(first.values()) > 70


def test_each_sound_is_rated_once_and_conditions_are_mixed() -> None:
    trials = rating_trials(6, ("real", "blurred", "generated"), seed=1)
    assert len(set(trials)) == len(trials) == 18
    assert [trial.condition for trial in trials] != sorted(trial.condition for trial in trials)
    assert trials == rating_trials(6, ("real", "blurred", "generated"), seed=1)


def test_a_mean_opinion_score_has_students_interval() -> None:
    ratings = [4, 3, 5, 4, 2, 4]
    found = mos_result(ratings)
    low, high = stats.t.interval(0.95, 5, np.mean(ratings), stats.sem(ratings))
    assert (found.mean, found.low, found.high, found.n) == pytest.approx((np.mean(ratings), low, high, 6))
    assert mos_result([5, 5, 5]).high == 5
    assert mos_result([1, 1, 2]).low == 1
    assert math.isnan(mos_result([3]).low)
    assert "says nothing of its uncertainty" in str(mos_result([3]))


def test_answers_are_appended_and_never_changed(tmp_path: Path) -> None:
    path = tmp_path / "new" / "answers.csv"
    answers = Answers(path, "abx, first")
    assert answers.rows() == []
    assert not path.exists()
    answers.add(0, "A", "A", True, 2.34)
    written = path.read_bytes()
    answers.add(1, "B", "A", False)
    assert path.read_bytes().startswith(written)
    with pytest.raises(ValueError, match="answered already"):
        answers.add(0, "A", "B", False)
    other = Answers(path, "mos")
    other.add(0, "real", "4")
    other.add(1, "generated", "2")
    other.add(2, "real", "5")
    again = Answers(path, "abx, first").rows()
    assert [(row["trial"], row["answer"], row["right"], row["seconds"]) for row in again] == [
        ("0", "A", "1", "2.3"),
        ("1", "A", "0", "0.0"),
    ]
    found = mos_results(Answers(path, "mos").rows())
    assert (found["real"].mean, found["real"].n, found["generated"].mean) == (4.5, 2, 2)
    assert path.read_text().splitlines()[0] == ",".join(FIELDS)


def test_a_file_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "homework.csv"
    path.write_text("name,mark\nada,1\n")
    with pytest.raises(ValueError, match="holds no answers to listening tests"):
        Answers(path, "abx")
    assert path.read_text() == "name,mark\nada,1\n"


def test_a_line_break_in_an_answer_is_refused(tmp_path: Path) -> None:
    answers = Answers(tmp_path / "answers.csv", "abx")
    with pytest.raises(ValueError, match="leave line breaks out"):
        answers.add(1, "is it\nreal?", "A")
    assert not answers.rows()


@pytest.mark.parametrize("name", ["abx", "which is generated, real generated, 16 trials"])
def test_a_last_line_that_was_cut_off_costs_that_answer_only(tmp_path: Path, name: str) -> None:
    answers = Answers(tmp_path / "answers.csv", name)
    answers.add(0, "A", "A", True)
    with answers.path.open("a") as file:
        file.write("abx,1,B" if name == "abx" else f'"{name[:20]}')
    assert [row["trial"] for row in answers.rows()] == ["0"]
    answers.add(1, "B", "B", True)
    answers.add(2, "B", "A", False)
    assert [row["trial"] for row in answers.rows()] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Answers(Path("nowhere.csv"), "two\nlines"), "give one of one line"),
        (lambda: abx_trials(0, PAIR), "0 pairs"),
        (lambda: abx_trials(3, ("real", "real")), "two different ones"),
        (lambda: rating_trials(3, ()), "give some, each condition once"),
        (lambda: abx_result(5, 4), "5 of 4 answers"),
        (lambda: mos_result([]), "give some"),
        (lambda: mos_result([0, 3]), "from 1 to 5"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(call, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()
