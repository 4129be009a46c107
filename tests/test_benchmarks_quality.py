"""The comparison of recipes judges one training after as many steps as it is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from benchmarks.quality import COLUMNS, judged, rows, timed
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
    assert timed("gamma=1 batch=8", 75) == (["gamma=1", "batch=8"], 75)
    assert timed("gamma=1 seconds=150 batch=8", 75) == (["gamma=1", "batch=8"], 150)
    assert timed("", 75) == ([], 75)
    for wrong in ("seconds=none", "seconds=0", "seconds=-1", "seconds=nan"):
        with pytest.raises(ValueError, match=f"{wrong} was given"):
            timed(wrong, 75)
