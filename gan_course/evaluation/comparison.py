"""Every objective with every way of holding the discriminator back, on mixtures of Gaussians, over several seeds.

The table of lesson 06. What was measured is shipped with the course (`stored`), and ``gan-course compare`` measures it
again. Nothing is tuned for one row: networks, learning rates, batches and steps are the same for all.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan_course.evaluation.modes import Mixture, grid, high_quality_share, kl_of_modes, modes_covered, ring
from gan_course.networks import perceptron
from gan_course.objectives import OBJECTIVES
from gan_course.training import Game, Rules, play

RATE = 3e-3

COMMON = Rules(
    generator_rate=RATE, discriminator_rate=RATE, betas=(0.5, 0.9), batch=128, penalty_every=4, average=100
)
"""What all games of the table have in common; `REMEDIES` add to it."""

REMEDIES: Mapping[str, Mapping[str, Any]] = {
    "none": {},
    "two time scales": {"generator_rate": RATE / 2, "discriminator_rate": RATE * 2},
    "spectral norm": {"spectral_norm": True},
    "gradient penalty": {"gradient_penalty": 0.1},
    "R1": {"r1": 0.1},
    "R1 + R2": {"r1": 0.1, "r2": 0.1},
}
"""What mends, by name: how its rules differ from `COMMON`. Lesson 06."""


@dataclass(frozen=True)
class Task:
    """What is real in a game, how many steps it has, and which remedies and objectives are tried on it."""

    real: Mixture
    steps: int
    remedies: tuple[str, ...] = tuple(REMEDIES)
    objectives: tuple[str, ...] = tuple(OBJECTIVES)


TASKS: Mapping[str, Task] = {
    "ring": Task(ring(), 1500),
    "grid": Task(grid(), 2500, ("none", "R1 + R2"), ("non_saturating", "relativistic_pairing")),
}
"""The two mixtures of lesson 06. The grid takes longer, so only a part of the table is played on it."""

SEEDS = 5
_JUDGED = 2_500
_STORED = "comparison.json"

Row = dict[str, Any]


def judged(samples: Tensor, real: Mixture) -> dict[str, float]:
    """The three numbers of the table for samples ``(sample, 2)``, rounded: modes, good (the share), kl (nats)."""
    return {
        "modes": modes_covered(samples, real.centres, real.spread),
        "good": round(high_quality_share(samples, real.centres, real.spread), 3),
        "kl": round(kl_of_modes(samples, real.centres), 3),
    }


def begin(objective: str, remedy: str, seed: int) -> Game:
    """The game of one row of the table, before its first step. Lesson 06."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        players = perceptron(2, 2), perceptron(2, 1)
    rules = Rules(**{**COMMON.to_dict(), "objective": objective, **REMEDIES[remedy]})
    return Game(*players, rules, latent=2, seed=seed)


def measure(task: str, objective: str, remedy: str, seed: int) -> Row:
    """Play one row of the table, and judge both the generator as it is at the end and its average.

    Returns plain data: what was played, ``seconds`` of computing on one thread, and under ``last`` and ``averaged``
    what `judged` says of them. A game that ends in numbers that are not finite has covered nothing. Lesson 06.
    """
    real, game = TASKS[task].real, begin(objective, remedy, seed)
    row: Row = {"task": task, "objective": objective, "remedy": remedy, "seed": seed}
    begun, threads = time.process_time(), torch.get_num_threads()
    torch.set_num_threads(1)  # networks as small as these gain nothing from a second one
    try:
        play(game, real, TASKS[task].steps)
    except FloatingPointError:
        nothing = {"modes": 0, "good": 0.0, "kl": round(math.log(len(real.centres)), 3)}
        return {**row, "last": nothing, "averaged": nothing, "seconds": round(time.process_time() - begun, 1)}
    finally:
        torch.set_num_threads(threads)
    row["seconds"] = round(time.process_time() - begun, 1)
    for name, averaged in (("last", False), ("averaged", True)):
        row[name] = judged(game.sample(_JUDGED, averaged=averaged), real)
    return row


def plan(seeds: int = SEEDS) -> Iterator[tuple[str, str, str, int]]:
    """(task, objective, remedy, seed) of every row, seed by seed, so that what is done so far can be compared."""
    for task in TASKS:
        for seed in range(seeds):
            for remedy in TASKS[task].remedies:
                for objective in TASKS[task].objectives:
                    yield task, objective, remedy, seed


def measure_all(
    path: Path | str, seeds: int = SEEDS, say: Callable[[str], object] = lambda _: None
) -> list[Row]:
    """Measure every row that the file at ``path`` does not hold yet, and write it after each; returns all rows.

    Raises ValueError for a file of something else, which is left alone.
    """
    path = Path(path)
    try:
        rows: list[Row] = json.loads(path.read_text("utf-8")) if path.exists() else []
        if not isinstance(rows, list):
            raise TypeError
        done = {(row["task"], row["objective"], row["remedy"], row["seed"]) for row in rows}
    except (IsADirectoryError, ValueError, TypeError, KeyError):
        raise ValueError(f"{path} holds no rows of this table: name another file") from None
    every = list(plan(seeds))
    for number, which in enumerate(every, 1):
        if which in done:
            continue
        rows.append(measure(*which))
        say(f"{number} of {len(every)}: {', '.join(map(str, which))}: {rows[-1]['averaged']}")
        lines = ",\n".join(json.dumps(row) for row in rows)
        path.write_text(f"[\n{lines}\n]\n", "utf-8")
    return rows


def stored() -> list[Row]:
    """What ``gan-course compare`` measured, as the course ships it; one row for each game. Lesson 06."""
    rows: list[Row] = json.loads(files("gan_course.evaluation").joinpath(_STORED).read_text("utf-8"))
    return rows


def selected(rows: Iterable[Row], **fields: Any) -> list[Row]:
    """The rows whose fields are these, as in ``selected(rows, task="ring", remedy="R1")``. Lesson 06."""
    return [row for row in rows if all(row[name] == value for name, value in fields.items())]
