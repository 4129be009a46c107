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

    def step(self, step: int, losses: Mapping[str, float], seconds_left: float) -> None:
        """Move the bar to ``step``."""
        self.bar.set_postfix({name: f"{value:.3f}" for name, value in losses.items()}, refresh=False)
        self.bar.update(step - self.bar.n)

    def finished(self) -> None:
        """Leave the full bar."""
        self.bar.close()


class History:
    """A table of the losses, a row every ``every`` steps, in ``losses.csv``; a resumed run goes on in it."""

    def __init__(self, folder: Path | str, every: int = 10) -> None:
        self.path, self.every = Path(folder) / "losses.csv", every

    def started(self, total_steps: int) -> None:
        """Make the folder; the first row tells the columns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def step(self, step: int, losses: Mapping[str, float], seconds_left: float) -> None:
        """Add a row."""
        if step % self.every:
            return
        new = not self.path.is_file()
        with open(self.path, "a", newline="") as file:
            table = csv.writer(file)
            if new:
                table.writerow(["step", *losses])
            table.writerow([step, *(f"{value:.6g}" for value in losses.values())])

    def finished(self) -> None:
        """Nothing is left to write."""
