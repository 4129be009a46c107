"""The comparison of recipes judges one training after as many steps as it is told."""

from __future__ import annotations

from dataclasses import replace

import torch

from benchmarks.quality import COLUMNS, judged, rows
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
