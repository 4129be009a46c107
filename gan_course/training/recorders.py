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

    def step(self, step: int, losses: Mapping[str, float], seconds_left: float) -> None:
        """Move the bar to ``step``."""
        self.latest |= losses
        self.bar.set_postfix({name: f"{value:.3f}" for name, value in self.latest.items()}, refresh=False)
        self.bar.update(step - self.bar.n)

    def finished(self) -> None:
        """Leave the full bar."""
        self.bar.close()


class History:
    """A table of the losses, a row every ``every`` steps, in ``losses.csv``; a resumed run goes on in it.

    A row holds the latest value of each loss: a penalty that is taken at every 8th step may have no step in common with
    the rows. The columns are those that are known at the first row.
    """

    def __init__(self, folder: Path | str, every: int = 10) -> None:
        self.path, self.every = Path(folder) / "losses.csv", every
        self.latest: dict[str, float] = {}

    def started(self, total_steps: int) -> None:
        """Make the folder; the first row tells the columns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def step(self, step: int, losses: Mapping[str, float], seconds_left: float) -> None:
        """Add a row."""
        self.latest |= losses
        if step % self.every:
            return
        if not self.path.is_file() or not self.path.stat().st_size:
            self._write(["step", *self.latest], "w")
        with open(self.path, newline="") as file:
            _, *columns = next(csv.reader(file))
        values = (f"{self.latest[name]:.6g}" if name in self.latest else "" for name in columns)
        self._write([str(step), *values], "a")

    def _write(self, row: list[str], mode: str) -> None:
        with open(self.path, mode, newline="") as file:
            csv.writer(file).writerow(row)

    def finished(self) -> None:
        """Nothing is left to write."""
