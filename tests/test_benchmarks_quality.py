"""The comparison of recipes judges one training after as many steps as it is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from benchmarks.quality import COLUMNS, changed, judged, main, rows, steps_in
from gan_course import datasets
from gan_course.training import Recipe, Training
from gan_course.zoo.ears import load_ear


def test_rows_are_of_one_training_after_so_many_steps_each() -> None:
    recipe = replace(
        Recipe.read("lite"),
        generator_widths=(8, 8, 8, 8),
        discriminator_widths=(8, 8, 8, 8),
        batch=4,
        precision="32-true",
    )
    clips, real, ear = datasets.notes(16, seed=0), datasets.notes(80, seed=1), load_ear("ear-notes-judge")
    first, last = rows(recipe, clips, real, ear, at=[3, 1])
    assert (first["steps"], last["steps"]) == (1, 3) and 0 < first["seconds"] < last["seconds"]
    assert set(COLUMNS) <= set(last)
    alone = Training(recipe, clips)
    for _ in range(3):
        alone.step()
    expected = judged(alone, real, ear)
    torch.testing.assert_close([last[name] for name in COLUMNS], [expected[name] for name in COLUMNS])


def test_a_recipe_to_compare_with_can_have_seconds_of_its_own() -> None:
    usual = Recipe.read("lite")
    other = replace(usual, gamma=1.0, batch=8)
    assert changed(usual, "gamma=1 batch=8", 75) == (other, 75)
    assert changed(usual, "gamma=1 seconds=150 batch=8", 75) == (other, 150)


WRONG = [
    (["--against", "seconds=none"], "'none' seconds were given, and a number above 0 is expected"),
    (["--against", "gamma=1", "--against", "seconds=0 gamma=1"], "'0' seconds were given"),
    (["--against", "seconds=inf"], "'inf' seconds were given"),
    (["--seconds", "nan"], "'nan' seconds were given"),
    (["--against", "gama=1"], "'gama=1' changes nothing in a recipe"),
    (["--at", "5", "--against", "seconds=9"], "choose one of them"),
    (["--set", "data=digits"], "give recipes of data notes"),
    (["--set", "data_options.pitches=[60]"], "give recipes of data notes"),
]


@pytest.mark.parametrize(("words", "sentence"), WRONG)
def test_what_cannot_be_compared_is_told_before_anything_is_trained(
    words: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["quality", "lite", *words])
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr()
    assert sentence in said.err and not said.out


def test_steps_that_fit_are_by_time_and_pace_of_recipes_that_take_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A clock that runs ten times as slowly for a while, during one turn of both recipes, changes nothing."""
    clock, paces, turns = [0.0], {"quick": 0.01, "slow": 0.05}, []

    class Paced:
        def __init__(self, recipe: Recipe, clips: datasets.Clips) -> None:
            self.name = "slow" if recipe.batch == 32 else "quick"

        def step(self) -> None:
            if not turns or turns[-1] != self.name:
                turns.append(self.name)
            clock[0] += paces[self.name] * torch.get_num_threads() * (10 if len(turns) in (5, 6) else 1)

    monkeypatch.setattr("benchmarks.quality.Training", Paced)
    monkeypatch.setattr("benchmarks.quality.time.process_time", lambda: clock[0])
    usual = Recipe.read("lite")
    plan = {"quick": (usual, 30.0), "slow": (replace(usual, batch=32), 60.0)}
    steps = steps_in(plan, datasets.notes(16, seed=0), turns=5, probe=4)
    assert turns == ["quick", "slow"] * 6
    assert steps == {"quick": pytest.approx(3000, abs=1), "slow": pytest.approx(1200, abs=1)}
