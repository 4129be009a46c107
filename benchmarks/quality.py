"""How good a spectrogram GAN is after so much training: ``python -m benchmarks.quality lite --seconds 75 --seeds 3``.

Each recipe is trained for so much processor time, in which other programs of this machine have no share, and judged by
the features of an ear that no training used, against notes that no training saw. ``--set`` changes the recipe, and
each ``--against`` adds rows of another, as in ``--against "gamma=1 penalty_every=4"``, or of one that has other
seconds, as in ``--against "seconds=150 gamma=1"``. How many steps that is, is measured before the first training,
and for all recipes at once: they take turns, so that a machine that is slower for a while is so for each of them.
Compare rows of one call only: the steps that fit into a second, and the distances with them, depend on how fast the
machine is just then. ``--at 500 2000`` judges after so many steps of the recipe as it is, in the place of so much time.
Rows are appended to a file of JSON lines as they come (``--keep``).
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import Tensor

from gan_course import datasets
from gan_course.datasets import Clips
from gan_course.datasets.splits import HELD_OUT_SEED
from gan_course.evaluation import density_coverage, frechet_distance, kernel_distance, precision_recall
from gan_course.evaluation.distances import frechet_infinity
from gan_course.evaluation.ear import Ear
from gan_course.training import Recipe
from gan_course.training.loop import Training
from gan_course.training.processes import cards
from gan_course.zoo.ears import load_ear

COLUMNS = ("pitch", "instrument", "KAD x 100", "FAD", "FAD inf", "precision", "recall", "density", "coverage")


def _seconds() -> float:
    """Seconds on a clock: the processor's, shared among all of torch's threads; with a graphics card, of the wall."""
    if cards():
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time() / torch.get_num_threads()


def steps_in(
    plan: Mapping[str, tuple[Recipe, float]], clips: Clips, turns: int = 7, probe: int = 32
) -> dict[str, int]:
    """The steps of each recipe that fit into its seconds of all of torch's threads, by processor time.

    The recipes take turns of ``probe`` steps each, and the median of their turns counts.
    """
    runs = {name: Training(replace(recipe, steps=10**6), clips) for name, (recipe, _) in plan.items()}
    taken: dict[str, list[float]] = {name: [] for name in plan}
    for _ in range(turns + 1):
        for name, run in runs.items():
            begun = _seconds()
            for _ in range(probe):
                run.step()
            taken[name].append((_seconds() - begun) / probe)
    # The first turn is not counted: the first steps of a process are slow.
    return {name: max(8, int(plan[name][1] / median(times[1:]))) for name, times in taken.items()}


def changed(usual: Recipe, changes: str, seconds: float) -> tuple[Recipe, float]:
    """``usual`` with changes as they are typed, and the seconds that it has: ``seconds``, unless they are among these.

    Raises ValueError for seconds that are no number above 0, and for what is no change of a recipe.
    """
    words = []
    for word in changes.split():
        name, _, text = word.partition("=")
        if name == "seconds":
            seconds = in_seconds(text)
        else:
            words.append(word)
    return usual.changed(words), seconds


def in_seconds(text: str) -> float:
    """A time as it is typed; raises ValueError unless it is a number above 0."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ValueError(f"{text!r} seconds were given, and a number above 0 is expected")
    return seconds


def judged(run: Training, real: Clips, ear: Ear) -> dict[str, float]:
    """Control and distances of as many generated pictures as there are real clips, asked for with their labels."""
    made = []
    for number, part in enumerate(torch.arange(len(real)).split(64)):
        labels = {name: real.labels[name][part].to(run.fabric.device) for name in run.recipe.conditions}
        made.append(run.game.sample(len(part), labels, seed=1000 + number).float().cpu())
    pictures = torch.cat(made)
    if run.encoding.to_dict() != ear.encoding.to_dict():
        pictures = ear.pictures(torch.cat([run.encoding.decode(part) for part in pictures.split(64)]))
    fake, features = ear.describe(pictures), ear.features(real)
    said = {name: _right(ear, pictures, real, name) for name in ("pitch", "instrument")}
    return {
        **said,
        "KAD x 100": 100 * kernel_distance(features, fake),
        "FAD": frechet_distance(features, fake),
        "FAD inf": float(frechet_infinity(features, fake)["value"]),
        **precision_recall(features, fake),
        **density_coverage(features, fake),
    }


def _right(ear: Ear, pictures: Tensor, real: Clips, name: str) -> float:
    logits = ear.classifier(pictures)[name]
    return float((logits.argmax(1) == ear.truth(real, name)).float().mean())


def rows(recipe: Recipe, clips: Clips, real: Clips, ear: Ear, at: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Train one recipe, and judge it after so many steps each."""
    run, taken = Training(recipe, clips), 0.0
    for steps in sorted(at):
        begun = _seconds()
        while run.done < steps:
            run.step()
        taken += _seconds() - begun
        yield {"seed": recipe.seed, "steps": run.done, "seconds": taken, **judged(run, real, ear)}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("recipe", nargs="?", default="lite")
    parser.add_argument("--seconds", default="75")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--set", nargs="*", default=[], metavar="name=value")
    parser.add_argument("--against", action="append", default=[], metavar="'name=value name=value'")
    parser.add_argument("--count", type=int, default=1024)
    parser.add_argument("--at", nargs="*", type=int, default=[], metavar="step")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    try:
        usual, seconds = Recipe.read(given.recipe).changed(given.set), in_seconds(given.seconds)
        plan = {" ".join([given.recipe, *given.set]): (usual, seconds)}
        plan |= {changes: changed(usual, changes, seconds) for changes in given.against}
    except ValueError as error:
        parser.error(str(error))
    if given.at and any(own != seconds for _, own in plan.values()):
        parser.error(
            "--at judges after so many steps, and --against has seconds of its own: choose one of them"
        )
    if any(r.data != "notes" or {"instruments", "pitches"} & {*r.data_options} for r, _ in plan.values()):
        parser.error("real sounds are the built-in notes here: give recipes of data notes, with all labels")
    clips = datasets.load(usual.data, **usual.data_options)
    real = datasets.notes(given.count, seed=HELD_OUT_SEED)
    ear = load_ear("ear-notes-judge")
    each = "" if given.at else f"{seconds:g} s each unless said otherwise, "
    print(f"{torch.get_num_threads()} threads, {each}{given.count:,} notes")
    print(f"{'recipe':40} seed steps  s  " + " ".join(f"{name:>10}" for name in COLUMNS))
    fitting = {} if given.at else steps_in(plan, clips)
    for seed in range(given.seeds):
        for name, (planned, _) in plan.items():
            recipe = replace(planned, seed=seed, steps=fitting.get(name, planned.steps))
            for found in rows(recipe, clips, real, ear, given.at or [recipe.steps]):
                numbers = " ".join(f"{found[column]:10.3f}" for column in COLUMNS)
                print(f"{name:40} {seed:4} {found['steps']:5} {found['seconds']:3.0f} {numbers}", flush=True)
                if given.keep:
                    with given.keep.open("a") as file:
                        file.write(json.dumps({"recipe": name, **found}) + "\n")


if __name__ == "__main__":
    main()
