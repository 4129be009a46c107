"""Listening tests that one takes in a notebook: players without names, a button for each answer. Lesson 10."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from gan_course.display.stored import audio_source
from gan_course.evaluation.listening import (
    SCALE,
    ABXTrial,
    Answers,
    abx_result,
    abx_trials,
    fewest_right,
    mos_results,
    rating_trials,
)
from gan_course.sound import Sound

_LEVEL = -23.0


class ListeningTest:
    """Trials that are answered one after the other; what `ABXTest` and `RatingTest` have in common.

    sounds: by condition, the same number of each. Every answer is stored at once in the file `answers`, and a test that
    was broken off goes on where it was. Shown in a notebook it is players and buttons; `text/plain` says how far it is.
    """

    choices: Mapping[str, str]
    shortest: float = 0.4
    """Clicks that come sooner after a trial was shown (s) are taken for the second half of a double click."""
    question = ""

    def __init__(
        self, sounds: Mapping[str, Sequence[Sound]], answers: Path | str, name: str, level: float | None
    ) -> None:
        counts = {len(some) for some in sounds.values()}
        if len(counts) != 1 or not min(counts):
            given = ", ".join(f"{len(some)} of {condition}" for condition, some in sounds.items())
            raise ValueError(
                f"there are {given or 'no sounds'}: give as many of each condition, one at least"
            )
        self.sounds = _levelled(sounds, level)
        self.answers = Answers(answers, name)
        self.trials: list[Any] = []
        self._begun = time.monotonic()

    @property
    def done(self) -> int:
        """How many trials are answered."""
        return len(self.answers.rows())

    @property
    def next_trial(self) -> int | None:
        """The number of the first trial without an answer; None when all have one."""
        answered = {row["trial"] for row in self.answers.rows()}
        return next((number for number in range(len(self.trials)) if str(number) not in answered), None)

    def answer(self, choice: str) -> None:
        """Answer the next trial and store that. Raises ValueError for no such choice, and when nothing is left."""
        if choice not in self.choices:
            raise ValueError(f"the answer is {choice!r}: choose {', '.join(self.choices)}")
        if (number := self.next_trial) is None:
            raise ValueError("every trial is answered")
        asked, right = self._judged(self.trials[number], choice)
        self.answers.add(number, asked, choice, right, time.monotonic() - self._begun)

    def result(self) -> str:
        """What the answers say, once all are given; before that, how many are missing."""
        if self.next_trial is not None:
            return f"{self.done} of {len(self.trials)} trials are answered."
        return self._result()

    def _judged(self, trial: Any, choice: str) -> tuple[str, bool | None]:
        raise NotImplementedError

    def _result(self) -> str:
        raise NotImplementedError

    def _played(self, trial: Any) -> dict[str, Sound]:
        """The sounds of a trial under the names that the listener may know."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"Listening test, {self.question} {self.result()}"

    def page(self) -> str:
        """The present trial as HTML, or the result."""
        if (number := self.next_trial) is None:
            lines = "".join(f"<div>{escape(line)}</div>" for line in self.result().splitlines())
            return f'<div class="gan-course-listening"><b>All {len(self.trials)} trials are answered.</b>{lines}</div>'
        players = "".join(
            f'<div style="margin:0 16px 6px 0"><b>{escape(name)}</b><audio controls preload="auto"'
            f' aria-label="{escape(name)}" src="{audio_source(sound, "wav")}"'
            ' style="display:block;width:230px;height:36px"></audio></div>'
            for name, sound in self._played(self.trials[number]).items()
        )
        return (
            f'<div class="gan-course-listening"><div><b>Trial {number + 1} of {len(self.trials)}.</b>'
            f" {escape(self.question)}</div>"
            f'<div style="display:flex;flex-wrap:wrap;margin-top:6px">{players}</div></div>'
        )

    def widget(self) -> Any:
        """The players of the present trial above a button for each answer."""
        import ipywidgets  # type: ignore[import-untyped]

        shown = ipywidgets.HTML(self.page())
        buttons = [
            ipywidgets.Button(description=text, layout=ipywidgets.Layout(width="auto", min_width="90px"))
            for text in self.choices.values()
        ]
        row = ipywidgets.HBox(buttons, layout=ipywidgets.Layout(flex_flow="row wrap"))

        def refresh() -> None:
            shown.value = self.page()
            row.layout.display = "none" if self.next_trial is None else ""
            self._begun = time.monotonic()

        def follow(choice: str) -> None:
            if time.monotonic() - self._begun < self.shortest:
                return
            try:
                self.answer(choice)
            except (ValueError, OSError) as error:
                shown.value = self.page() + f'<p style="color:#d55e00">{escape(str(error))}</p>'
                return
            refresh()

        for choice, button in zip(self.choices, buttons, strict=True):
            button.on_click(lambda _button, choice=choice: follow(choice))
        refresh()
        return ipywidgets.VBox([shown, row])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        words = f"{self!r} (Run this cell to take it.)" if self.next_trial is not None else repr(self)
        stored = {"text/plain": words, "text/html": f"<div>{escape(words)}</div>"}
        from IPython.core.getipython import get_ipython

        if get_ipython() is None:
            return stored
        return dict(self.widget()._repr_mimebundle_()) | stored


class ABXTest(ListeningTest):
    """Is what was done to a sound heard? Made by `abx_test`."""

    question = "Which of the two is X: A or B?"
    choices = {"A": "X is A", "B": "X is B"}  # noqa: RUF012
    shown = "they can be told apart"
    """What right answers show."""

    def _played(self, trial: ABXTrial) -> dict[str, Sound]:
        a, b = (self.sounds[condition][trial.item] for condition in (trial.a, trial.b))
        return {"A": a, "B": b, "X": a if trial.x == "A" else b}

    def _judged(self, trial: ABXTrial, choice: str) -> tuple[str, bool | None]:
        return trial.x, trial.right(choice)

    def _result(self) -> str:
        rows = self.answers.rows()
        least = fewest_right(len(rows))
        needed = f" From {least} right answers on, guessing is unlikely (under 5%)." if least else ""
        return abx_result(sum(row["right"] == "1" for row in rows), len(rows)).said(self.shown) + needed


class ForcedChoiceTest(ABXTest):
    """Which of two sounds is of the kind that is asked for? Made by `forced_choice_test`.

    Trials, guessing and the result are those of an ABX test, in which no X is played.
    """

    def __init__(self, sounds: Mapping[str, Sequence[Sound]], asked: str, *how: Any) -> None:
        super().__init__(sounds, *how)
        self.asked = asked
        self.question = f"Which of the two is {asked}: A or B?"
        self.choices = {letter: f"{letter} is {asked}" for letter in "AB"}
        self.shown = f"it can be heard which is {asked}"

    def _played(self, trial: ABXTrial) -> dict[str, Sound]:
        return {"A": self.sounds[trial.a][trial.item], "B": self.sounds[trial.b][trial.item]}

    def _judged(self, trial: ABXTrial, choice: str) -> tuple[str, bool | None]:
        right = "A" if trial.a == self.asked else "B"
        return right, choice == right


class RatingTest(ListeningTest):
    """How good is each kind of sound, from 1 to 5? Made by `mos_test`."""

    question = "How good does this sound?"
    choices = {str(number): f"{number} {word}" for number, word in SCALE.items()}  # noqa: RUF012

    def _played(self, trial: Any) -> dict[str, Sound]:
        return {"the sound": self.sounds[trial.condition][trial.item]}

    def _judged(self, trial: Any, choice: str) -> tuple[str, bool | None]:
        return trial.condition, None

    def _result(self) -> str:
        found = mos_results(self.answers.rows())
        best = sorted(found.items(), key=lambda pair: -pair[1].mean)
        return "\n".join(f"{condition}: {score}" for condition, score in best)


def abx_test(
    sounds: Mapping[str, Sequence[Sound]],
    trials: int | None = None,
    *,
    seed: int = 0,
    answers: Path | str = "listening.csv",
    name: str = "",
    level: float | None = _LEVEL,
) -> ABXTest:
    """A blind ABX test of whether two treatments of a sound can be told apart; show it as the last line of a cell.

    sounds: two conditions with as many sounds each, such as {"original": […], "vocoder": […]}; those in the same place
        are compared, and must be one sound, treated in two ways: any two different ones are told apart, whatever was
        done to them, since X is the very sound that was A or B. For real and generated ones: `forced_choice_test`.
    trials: how many; each pair once unless told. seed: the order. answers: the CSV file that answers are appended to.
    name: of this test in it; of conditions, trials and seed unless told.
    level: every sound is brought to this level (RMS, dB), since the louder of two is heard as the better one; None
        leaves the levels as they are.

    Raises ValueError for anything but two conditions with equally many sounds, and for a file of something else.
    """
    count = _count(sounds, trials, "an ABX test")
    made = ABXTest(sounds, answers, name or _name("ABX", sounds, count, seed), level)
    made.trials = _pairs(sounds, count, seed)
    return made


def forced_choice_test(
    sounds: Mapping[str, Sequence[Sound]],
    asked: str,
    trials: int | None = None,
    *,
    seed: int = 0,
    answers: Path | str = "listening.csv",
    name: str = "",
    level: float | None = _LEVEL,
) -> ForcedChoiceTest:
    """A blind test of whether one kind of sound is heard to be it: of A and B, which is `asked`?

    sounds: two conditions with as many sounds each, such as {"real": […], "generated": […]}; those in the same place
    are played together, and should be alike in all that is not asked for, such as their labels. asked: one of the
    conditions. The rest is as in `abx_test`. Raises ValueError as that does, for another `asked`, and for more trials
    than pairs: who hears a pair again gives the same answer again, which is no second guess.
    """
    if asked not in sounds:
        raise ValueError(f"asked is {asked!r}: choose one of the conditions, {', '.join(sounds)}")
    count = _count(sounds, trials, "a forced choice")
    if count > (pairs := len(sounds[asked])):
        raise ValueError(
            f"{count} trials were asked for, and there are {pairs} pairs: a pair that is heard again is no second "
            f"guess; give more sounds, or ask for fewer trials"
        )
    called = name or _name(f"which is {asked},", sounds, count, seed)
    made = ForcedChoiceTest(sounds, asked, answers, called, level)
    made.trials = _pairs(sounds, count, seed)
    return made


def mos_test(
    sounds: Mapping[str, Sequence[Sound]],
    *,
    seed: int = 0,
    answers: Path | str = "listening.csv",
    name: str = "",
    level: float | None = _LEVEL,
) -> RatingTest:
    """A blind test of how good each of several kinds of sounds is: every sound is rated once, from 1 to 5.

    sounds: by condition, as many of each. The rest is as in `abx_test`.
    """
    conditions = tuple(sounds)
    made = RatingTest(sounds, answers, name or f"MOS {', '.join(conditions)}, seed {seed}", level)
    made.trials = list(rating_trials(len(next(iter(sounds.values()))), conditions, seed))
    return made


def _count(sounds: Mapping[str, Sequence[Sound]], trials: int | None, test: str) -> int:
    """How many trials there are, each pair once unless told."""
    if len(sounds) != 2:
        raise ValueError(f"{test} compares two conditions, and not {len(sounds)}: {', '.join(sounds)}")
    return len(next(iter(sounds.values()))) if trials is None else trials


def _name(test: str, sounds: Mapping[str, Sequence[Sound]], count: int, seed: int) -> str:
    return f"{test} {' '.join(sounds)}, {count} trials, seed {seed}"


def _pairs(sounds: Mapping[str, Sequence[Sound]], count: int, seed: int) -> list[ABXTrial]:
    one, other = sounds
    return abx_trials(len(sounds[one]), (one, other), count, seed)


def _levelled(sounds: Mapping[str, Sequence[Sound]], level: float | None) -> dict[str, list[Sound]]:
    """All at one level, and all softer by one factor where the loudest sample would be above full scale."""
    if level is None:
        return {condition: list(some) for condition, some in sounds.items()}
    even = {
        condition: [sound.at_level(level) if sound.peak else sound for sound in some]
        for condition, some in sounds.items()
    }
    loudest = max(sound.peak for some in even.values() for sound in some)
    return {
        c: [sound * min(1.0, 1 / loudest) if loudest else sound for sound in some] for c, some in even.items()
    }
