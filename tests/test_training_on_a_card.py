"""Training on a graphics card, without one: on one that is pretended, which tells what was not moved to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = """
import json, sys
from pathlib import Path
from unittest import mock

import torch

from benchmarks.quality import judged
from gan_course import datasets, evaluation
from gan_course.training import Recipe, loop, train
from gan_course.display.monitor import tiles
from gan_course.training.recorders import History, Samples
from gan_course.zoo.ears import load_ear
from tests.pretended_card import card

name, folder = sys.argv[1], Path(sys.argv[2])
recipe = Recipe.read(name)
recipe = recipe.changed(["precision=32-true", "data=notes", "data_options.split=", "batch=2", "penalty_every=2"])
length = recipe.data_options.get("samples", 16384)
notes = datasets.notes(24, samples=length)


class Losses(History):
    rows = []

    def step(self, step, losses, seconds_left):
        super().step(step, losses, seconds_left)
        self.rows.append({name: float(value) for name, value in losses.items()})


def trained(where, steps, **more):
    Losses.rows = []
    watching = [Losses(where), Samples(where, tiles)]
    run = train(recipe.changed([f"steps={steps}"]), notes, where, watching, save_every=2, sample_every=2, **more)
    return run, Losses.rows


with card() as one_process:
    _, alone = trained(folder / "processor", 3)
    measure = evaluation.Examination(recipe, notes)
    with mock.patch.object(loop, "fabric", lambda *asked: one_process):
        run, there = trained(folder / "card", 3, measure=measure, measure_every=2)
        assert {w.device.type for w in run.generator.parameters()} == {"card"}
        begun, _ = trained(folder / "again", 3, seconds=0)  # it stops after its first step
        _, again = trained(folder / "again", 3)
        heard = judged(run, notes.select(torch.arange(12)), load_ear("ear-notes")) if length == 16384 else {}
    said = {"alone": alone, "there": there, "begun": begun.done, "again": again, "heard": sorted(heard)}
    print(json.dumps(said))
"""


def ran(program: str, *given: object) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", program, *map(str, given)]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["lite", "full", "orchestra"])
def test_all_that_a_step_needs_is_moved_to_the_card_and_a_run_goes_on_there(
    recipe: str, tmp_path: Path
) -> None:
    done = ran(PROGRAM, recipe, tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert len(said["there"]) == len(said["alone"]) == 3 and said["begun"] == 1
    for there, alone in zip(said["there"] + said["again"], said["alone"] + said["alone"][1:], strict=True):
        assert there == pytest.approx(alone, rel=1e-2, abs=1e-3)
    assert (recipe == "full") == (not said["heard"])
    assert {path.name for path in (tmp_path / "card").iterdir()} >= {
        "checkpoint.safetensors",
        "generator.safetensors",
        "metrics.csv",
        "samples",
    }


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        ("torch.ones(3, device=CARD) + torch.ones(3)", "on the same device"),
        (
            "F.embedding(torch.zeros(2, dtype=torch.long), torch.ones(3, 2, device=CARD))",
            "on the same device",
        ),
        ("torch.randn(3, device=CARD, generator=torch.Generator())", "generator of the card"),
        ("torch.ones(3, device=CARD).numpy()", "numpy"),
    ],
)
def test_what_was_left_behind_is_found(mistake: str, sentence: str) -> None:
    program = (
        "import torch; from torch.nn import functional as F; from tests.pretended_card import CARD, card\n"
        f"with card():\n    print(torch.ones(3, device=CARD).cpu().tolist())\n    {mistake}"
    )
    done = ran(program)
    assert done.stdout.strip() == "[1.0, 1.0, 1.0]"
    assert done.returncode == 1 and sentence in done.stderr.splitlines()[-1]
