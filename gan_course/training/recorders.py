"""Observers for a terminal and for files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gan_course.training import checkpoint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gan_course.sound import Sound

IN_THE_BAR = {"gradient norm D": "grad D", "gradient norm G": "grad G", "learning rate": "rate"}
"""Which details of how the machine runs stand in a `ProgressBar`, and as what."""


class ProgressBar:
    """One line in a terminal: steps, time left, the losses, D's margin, gradient norms and the learning rate."""

    def started(self, total_steps: int) -> None:
        """Draw the empty bar."""
        from tqdm.auto import tqdm

        self.bar: Any = tqdm(total=total_steps, unit="step")
        self.latest: dict[str, float] = {}
        self.told: dict[str, float] = {}

    def metrics(self, step: int, numbers: Mapping[str, float]) -> None:
        """A line above the bar."""
        said = ", ".join(f"{name} {value:.3g}" for name, value in numbers.items())
        self.bar.write(f"after {step:,} step{'s' * (step != 1)}: {said}")

    def details(self, step: int, numbers: Mapping[str, float]) -> None:
        """For the line: some of the numbers."""
        self.told = {IN_THE_BAR[name]: value for name, value in numbers.items() if name in IN_THE_BAR}

    def step(self, step: int, losses: Mapping[str, float], seconds_left: float) -> None:
        """Move the bar to ``step``."""
        if not self.latest:  # what was done before took none of this session's time
            self.bar.initial = self.bar.n = self.bar.last_print_n = step - 1
        self.latest |= losses
        said = {name: f"{value:.3f}" for name, value in self.latest.items()}
        said |= {name: f"{value:.3g}" for name, value in self.told.items()}
        self.bar.set_postfix(said, refresh=False)
        self.bar.update(step - self.bar.n)

    def finished(self) -> None:
        """Leave the bar as it is."""
        self.bar.close()


class History:
    """What happened, as tables in a folder; a resumed run goes on in them.

    ``losses.csv`` has a row every ``every`` steps and for the last step: the latest value of each loss (a penalty that
    is taken at every 8th step may have no step in common with the rows), both gradient norms, the learning rate, the
    share of the penalties' weights, steps a second. ``metrics.csv`` has a row whenever the generator was measured. The
    columns are those that are known at the first row. Where a run goes on from before its last rows, these give way to
    the new ones. Raises OSError, naming the file, where one cannot be written, and ValueError for ``every`` below 1.
    """

    def __init__(self, folder: Path | str, every: int = 10) -> None:
        if every < 1:
            raise ValueError(f"every is {every}, and at least 1 is expected")
        self.path, self.every = Path(folder) / "losses.csv", every
        self._begin()

    def _begin(self) -> None:
        self._latest: dict[str, float] = {}
        self._told: dict[str, float] = {}
        self._done = self._written = 0
        self._gone_on_in: set[Path] = set()

    def started(self, total_steps: int) -> None:
        """Make the folder; the first row tells the columns."""
        self._begin()
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def details(self, step: int, numbers: Mapping[str, float]) -> None:
        """For the next row."""
        self._told |= numbers

    def step(self, step: int, losses: Mapping[str, float], seconds_left: float) -> None:
        """Add a row, if one is due."""
        self._latest |= losses
        self._done = step
        if step % self.every == 0:
            self._add_losses()

    def metrics(self, step: int, numbers: Mapping[str, float]) -> None:
        """Add a row to ``metrics.csv``."""
        self._add_row(self.path.with_name("metrics.csv"), step, numbers)

    def finished(self) -> None:
        """Add a row for the last step, if it has none."""
        if self._done > self._written:
            self._add_losses()

    def _add_losses(self) -> None:
        self._written = self._done
        self._add_row(self.path, self._done, self._latest | self._told)

    def _add_row(self, path: Path, step: int, numbers: Mapping[str, float]) -> None:
        if path not in self._gone_on_in:
            self._gone_on_in.add(path)
            _forget_from(path, step)
        try:
            if not path.is_file() or not path.stat().st_size:
                _write(path, ["step", *numbers], "w")
            with open(path, newline="") as file:
                _, *columns = next(csv.reader(file))
            values = (f"{numbers[name]:.6g}" if name in numbers else "" for name in columns)
            _write(path, [str(step), *values], "a")
        except OSError as error:
            raise OSError(
                f"{path} could not be written ({error}): {checkpoint.remedy(error)}, and go on from the last checkpoint"
            ) from error


class Samples:
    """What the generator makes, as files: ``FOLDER/samples/STEP.png``, ``STEP-1.wav`` and so on.

    ``draw`` makes a picture, which has its bytes as ``png``, from spectrograms and what they are, as
    `display.monitor.tiles` does. Sounds above full scale are made softer. Files of the same step are replaced. Raises
    OSError, naming the folder, where they cannot be written.
    """

    def __init__(self, folder: Path | str, draw: Callable[[NDArray[np.floating], str], Any]) -> None:
        self.folder, self.draw, self.done = Path(folder) / "samples", draw, 0

    def started(self, total_steps: int) -> None:
        """Nothing is there to be written yet."""

    def step(self, step: int, losses: Mapping[str, float], seconds_left: float) -> None:
        """Remember the step."""
        self.done = step

    def sample(self, images: NDArray[np.floating], sounds: list[Sound]) -> None:
        """Write spectrograms ``(count, frequency, frame)`` as one picture, and each sound to a file."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            picture = self.draw(images, f"made after {self.done} step{'s' * (self.done != 1)}")
            (self.folder / f"{self.done}.png").write_bytes(picture.png)
            for number, sound in enumerate(sounds, 1):
                quiet = sound.at_peak(-1.0) if sound.peak > 1 else sound
                quiet.save(self.folder / f"{self.done}-{number}.wav", overwrite=True)
        except OSError as error:
            raise OSError(
                f"what the generator makes could not be written to {self.folder} ({error}): "
                f"{checkpoint.remedy(error)}, and go on from the last checkpoint"
            ) from error

    def finished(self) -> None:
        """Nothing is left to write."""


def _forget_from(path: Path, step: int) -> None:
    # A run that was killed may have rows of steps that come again, and half a row at the end.
    if not path.is_file():
        return
    before = path.read_bytes()
    whole = [line for line in before.splitlines(keepends=True) if line.endswith(b"\n")]
    steps = [line.split(b",")[0] for line in whole]
    kept = b"".join(
        line for line, at in zip(whole, steps, strict=True) if not (at.isdigit() and int(at) >= step)
    )
    if kept != before:
        checkpoint.write_whole(path, kept)


def _write(path: Path, row: list[str], mode: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(row)
    with open(path, mode, newline="") as file:
        file.write(text.getvalue())
