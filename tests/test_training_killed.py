"""A run that is killed at any moment goes on, and ends with the weights of one that was not."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest
import torch

from gan_course.training import Recipe, checkpoint, train

RECIPE = Recipe(
    data_options={"count": 8, "seed": 3},
    generator_widths=(4, 4, 4, 4),
    discriminator_widths=(4, 4, 4, 4),
    latent=4,
    steps=150,
    batch=2,
    penalty_every=2,
    gamma_at_end=0.1,
    shift=0.01,
    softer=6.0,
    precision="32-true",
)
KILLS, IN_A_SAVE = 20, 4


def run(folder: Path) -> None:
    torch.set_num_threads(1)
    train(RECIPE, folder=folder, save_every=1)


def killed(process: multiprocessing.Process, folder: Path, chance: random.Random, in_a_save: bool) -> None:
    """Kill the process at a random moment of one of its first steps, or while a file is half written."""
    file, deadline = folder / "checkpoint.safetensors", time.monotonic() + 300
    for _ in range(chance.randint(1, 3)):
        before = _written(file)
        while _written(file) == before:
            assert process.is_alive() and time.monotonic() < deadline, "it never took a step"
            time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.02))
    while in_a_save and process.is_alive() and not file.with_name(file.name + ".part").is_file():
        assert time.monotonic() < deadline
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def _written(file: Path) -> int:
    return file.stat().st_mtime_ns if file.is_file() else 0


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill a process like that")
def test_a_run_killed_at_twenty_moments_ends_with_the_weights_of_one_that_was_not(tmp_path: Path) -> None:
    start = multiprocessing.get_context("forkserver")
    start.set_forkserver_preload(["tests.test_training_killed"])
    chance, folder, steps, torn = random.Random(0), tmp_path / "killed", [0], 0
    for number in range(2 * KILLS):
        if number >= KILLS and torn:
            break
        process = start.Process(target=run, args=(folder,))
        process.start()
        killed(process, folder, chance, in_a_save=number >= KILLS - IN_A_SAVE)
        assert process.exitcode == -signal.SIGKILL, "it was at its end before it could be killed"
        torn += (folder / "checkpoint.safetensors.part").is_file()
        steps.append(checkpoint.load(folder / "checkpoint.safetensors")[1]["steps"])
        if (folder / "generator.safetensors").is_file():  # which is written after the first checkpoint
            checkpoint.load(folder / "generator.safetensors")
    assert torn, "none was killed during a save"
    assert steps == sorted(steps) and 0 < steps[-1] < RECIPE.steps
    for where in (folder, tmp_path / "whole"):
        process = start.Process(target=run, args=(where,))
        process.start()
        process.join()
        assert process.exitcode == 0
    resumed, whole = (checkpoint.load(tmp_path / f / "checkpoint.safetensors") for f in ("killed", "whole"))
    assert resumed[1]["steps"] == whole[1]["steps"] == RECIPE.steps
    assert resumed[0].keys() == whole[0].keys()
    assert all(torch.equal(resumed[0][name], whole[0][name]) for name in whole[0])
    assert not list(folder.glob("*.part")), "half a file was left"
