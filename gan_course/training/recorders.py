"""Observers for a terminal and for files."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class ProgressBar:
    """One line in a terminal: steps, time left, the losses and D's margin."""

    def started(self, total_steps: int) -> None:
        """Draw the empty bar."""
        from tqdm.auto import tqdm

        self.bar: Any = tqdm(total=total_steps, unit="step")
        self.latest: dict[str, float] = {}

    def metrics(self, step: int, numbers: Mapping[str, float]) -> None:
        """A line above the bar."""
        said = ", ".join(f"{name} {value:.3g}" for name, value in numbers.items())
        self.bar.write(f"after {step:,} steps: {said}")

    def step(self, step: int, losses: Mapping[str, float], seconds_left: float) -> None:
        """Move the bar to ``step``."""
        self.latest |= losses
        self.bar.set_postfix({name: f"{value:.3f}" for name, value in self.latest.items()}, refresh=False)
        self.bar.update(step - self.bar.n)

    def finished(self) -> None:
        """Leave the full bar."""
        self.bar.close()


class History:
    """What happened, as tables in a folder; a resumed run goes on in them.

    ``losses.csv`` has a row every ``every`` steps: the latest value of each loss (a penalty that is taken at every 8th
    step may have no step in common with the rows), both gradient norms, the learning rate, the share of the penalties'
    weights, steps a second. ``metrics.csv`` has a row whenever the generator was measured. The columns are those that
    are known at the first row.
    """

    def __init__(self, folder: Path | str, every: int = 10) -> None:
        self.path, self.every = Path(folder) / "losses.csv", every
        self.latest: dict[str, float] = {}

    def started(self, total_steps: int) -> None:
        """Make the folder; the first row tells the columns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def details(self, step: int, numbers: Mapping[str, float]) -> None:
        """For the next row."""
        self.latest |= numbers

    def step(self, step: int, losses: Mapping[str, float], seconds_left: float) -> None:
        """Add a row."""
        self.latest |= losses
        if step % self.every == 0:
            _add_row(self.path, step, self.latest)

    def metrics(self, step: int, numbers: Mapping[str, float]) -> None:
        """Add a row to ``metrics.csv``."""
        _add_row(self.path.with_name("metrics.csv"), step, numbers)

    def finished(self) -> None:
        """Nothing is left to write."""


def _add_row(path: Path, step: int, numbers: Mapping[str, float]) -> None:
    if not path.is_file() or not path.stat().st_size:
        _write(path, ["step", *numbers], "w")
    with open(path, newline="") as file:
        _, *columns = next(csv.reader(file))
    values = (f"{numbers[name]:.6g}" if name in numbers else "" for name in columns)
    _write(path, [str(step), *values], "a")


def _write(path: Path, row: list[str], mode: str) -> None:
    with open(path, mode, newline="") as file:
        csv.writer(file).writerow(row)
