"""Listening tests in a notebook: blind, stored at once, resumed, and sensible before anyone has answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from gan_course import Sound
from gan_course.display.listening import abx_test, forced_choice_test, mos_test
from gan_course.display.stored import audio_source


def tones(first: float, count: int = 4, amplitude: float = 0.2) -> list[Sound]:
    t = np.arange(4000) / 16_000
    return [
        Sound(amplitude * np.sin(2 * np.pi * (first + 50 * i) * t), 16_000, "secret") for i in range(count)
    ]


@pytest.fixture
def sounds() -> dict[str, list[Sound]]:
    return {"real": tones(200), "generated": tones(900, amplitude=0.02)}


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def sources(page: str) -> list[str]:
    return re.findall(r'src="([^"]+)"', page)


def test_before_any_answer_it_shows_the_first_trial_and_writes_nothing(sounds, tmp_path: Path) -> None:
    test = abx_test(sounds, 8, answers=tmp_path / "a.csv")
    words = test._repr_mimebundle_()["text/plain"]
    assert "0 of 8 trials are answered. (Run this cell to take it.)" in words
    assert "Trial 1 of 8" in test.page()
    assert len(sources(test.page())) == 3
    assert not (tmp_path / "a.csv").exists()


def test_nothing_on_the_page_says_which_sound_is_which(sounds, tmp_path: Path) -> None:
    for test in (abx_test(sounds, answers=tmp_path / "a.csv"), mos_test(sounds, answers=tmp_path / "b.csv")):
        while test.next_trial is not None:
            page = re.sub(r'src="[^"]+"', "", test.page())
            assert not re.search("real|generated|secret", page)
            test.answer(next(iter(test.choices)))


def test_x_is_the_sound_that_the_trial_says(sounds, tmp_path: Path) -> None:
    test = abx_test(sounds, 12, answers=tmp_path / "a.csv")
    for trial in test.trials:
        a, b, x = sources(test.page())
        assert (x == a, x == b) == (trial.x == "A", trial.x == "B")
        assert a != b
        test.answer("A" if x == a else "B")
    assert "12 of 12 right" in test.result()
    assert "can be told apart" in test.result()
    assert "All 12 trials are answered" in test.page()
    assert "From 10 right answers on" in test.page()
    with pytest.raises(ValueError, match="every trial is answered"):
        test.answer("A")


def test_who_always_says_a_is_right_in_half_of_the_trials(sounds, tmp_path: Path) -> None:
    test = abx_test(sounds, 12, answers=tmp_path / "a.csv")
    for _ in test.trials:
        test.answer("A")
    assert "6 of 12 right" in test.result()
    assert "does not show" in test.result()


def test_a_forced_choice_plays_two_and_asks_which_is_of_the_kind(sounds, tmp_path: Path) -> None:
    sounds = {"real": tones(200, 12), "generated": tones(900, 12, amplitude=0.02)}
    test = forced_choice_test(sounds, "generated", answers=tmp_path / "a.csv")
    of_kind = {
        kind: set(sources("".join(page_of(sound) for sound in some))) for kind, some in test.sounds.items()
    }
    right = []
    for _ in test.trials:
        assert "Which of the two is generated: A or B?" in test.page()
        a, b = sources(test.page())
        assert (a in of_kind["generated"]) != (b in of_kind["generated"])
        assert {a, b} & of_kind["real"] and {a, b} & of_kind["generated"]
        right.append("A" if a in of_kind["generated"] else "B")
        test.answer(right[-1])
    assert "12 of 12 right" in test.result() and "it can be heard which is generated" in test.result()
    assert [row["asked"] for row in test.answers.rows()] == right
    assert len({trial.item for trial in test.trials}) == 12, "no pair comes twice"
    wrong = forced_choice_test(sounds, "real", answers=tmp_path / "a.csv")
    for answer in right:  # the same order, and the other kind is asked for
        wrong.answer(answer)
    assert "0 of 12 right" in wrong.result()
    assert "this does not show that it can be heard which is real" in wrong.result()


def page_of(sound: Sound) -> str:
    return f'src="{audio_source(sound, "wav")}"'


def test_a_forced_choice_has_a_button_for_each_answer(
    sounds, tmp_path: Path, shell: InteractiveShell
) -> None:
    test = forced_choice_test(sounds, "generated", 3, answers=tmp_path / "a.csv")
    test.shortest = 0
    shown, row = test.widget().children
    assert [button.description for button in row.children] == ["A is generated", "B is generated"]
    row.children[1].click()
    assert test.done == 1 and "Trial 2 of 3" in shown.value


@pytest.mark.parametrize(
    ("kinds", "asked", "says"),
    [
        (("real", "generated"), "false", "asked is 'false': choose one of the conditions, real, generated"),
        (("real",), "real", "a forced choice compares two conditions, and not 1: real"),
        (("real", "generated"), "real", "5 trials were asked for, and there are 4 pairs: .* no second guess"),
    ],
)
def test_a_forced_choice_of_something_else_is_refused(
    sounds, tmp_path: Path, kinds: tuple[str, ...], asked: str, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        forced_choice_test({kind: sounds[kind] for kind in kinds}, asked, 5, answers=tmp_path / "a.csv")


def test_a_test_that_was_broken_off_goes_on_where_it_was(sounds, tmp_path: Path) -> None:
    first = abx_test(sounds, 6, answers=tmp_path / "a.csv")
    first.answer("A")
    first.answer("B")
    again = abx_test(sounds, 6, answers=tmp_path / "a.csv")
    assert (again.done, again.next_trial) == (2, 2)
    assert abx_test(sounds, 6, seed=1, answers=tmp_path / "a.csv").done == 0
    assert again.page() == first.page()


def test_all_sounds_have_one_level_and_none_is_clipped(sounds, tmp_path: Path) -> None:
    test = abx_test(sounds, answers=tmp_path / "a.csv", level=-1.0)
    every = [sound for some in test.sounds.values() for sound in some]
    assert np.ptp([sound.level for sound in every]) < 0.01
    assert max(sound.peak for sound in every) <= 1
    kept = abx_test(sounds, answers=tmp_path / "a.csv", level=None)
    assert kept.sounds["real"][0].level - kept.sounds["generated"][0].level == pytest.approx(20, abs=0.1)


def test_ratings_are_counted_by_condition(sounds, tmp_path: Path) -> None:
    test = mos_test(sounds, answers=tmp_path / "a.csv")
    for trial in list(test.trials):
        test.answer("5" if trial.condition == "real" else "2")
    assert test.result().splitlines() == [
        "real: 5.00 (95%: 5.00 to 5.00; n = 4)",
        "generated: 2.00 (95%: 2.00 to 2.00; n = 4)",
    ]


def test_a_click_stores_the_answer_and_shows_the_next_trial(
    sounds, tmp_path: Path, shell: InteractiveShell
) -> None:
    test = abx_test(sounds, 3, answers=tmp_path / "a.csv")
    test.shortest = 0
    bundle = test._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "Run this cell" in bundle["text/html"]
    shown, row = (widget := test.widget()).children
    assert [button.description for button in row.children] == ["X is A", "X is B"]
    for number in (1, 2, 3):
        assert f"Trial {number} of 3" in shown.value
        row.children[0].click()
        assert test.done == number
        assert (tmp_path / "a.csv").read_text().count("\n") == number + 1
    assert "All 3 trials" in shown.value
    assert row.layout.display == "none"
    assert widget.children


def test_a_double_click_is_one_answer(sounds, tmp_path: Path, shell: InteractiveShell) -> None:
    test = abx_test(sounds, 3, answers=tmp_path / "a.csv")
    test.shortest = 60
    row = test.widget().children[1]
    row.children[0].click()
    assert test.done == 0
    test.shortest = 0
    row.children[0].click()
    test.shortest = 60
    row.children[0].click()
    assert test.done == 1


def test_an_answer_that_cannot_be_stored_is_said_and_not_lost_silently(
    sounds, tmp_path: Path, shell: InteractiveShell
) -> None:
    (tmp_path / "file").write_text("")
    test = abx_test(sounds, 3, answers=tmp_path / "file" / "a.csv")
    test.shortest = 0
    shown, row = test.widget().children
    row.children[0].click()
    assert test.done == 0
    assert "Not a directory" in shown.value or "exists" in shown.value


def test_what_makes_no_test_is_refused_in_one_sentence(sounds, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for call, says in (
        (lambda: abx_test({"real": tones(200)}, answers=path), "compares two conditions, and not 1"),
        (lambda: abx_test({"a": tones(1), "b": tones(2, 3)}, answers=path), "4 of a, 3 of b: give as many"),
        (lambda: mos_test({}, answers=path), "there are no sounds"),
        (lambda: mos_test(sounds, answers=path).answer("6"), "choose 1, 2, 3, 4, 5"),
    ):
        with pytest.raises(ValueError, match=says):
            call()
