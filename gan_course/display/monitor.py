"""Training as it runs: losses, pictures and sounds of the generator, and the time that is left. Lesson 09."""

import math
import sys
import time
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_course.display import drawing
from gan_course.display.pictures import Picture, plot_lines
from gan_course.display.players import listen
from gan_course.sound import Sound

_PACE = "steps a second"
_SECONDS_BETWEEN_PICTURES = 1.0
_SECONDS_BETWEEN_LINES = 10.0
_TIMES_AS_LONG = 10  # a picture comes no sooner than this many times what the last one took to draw
_POINTS = 400
_PLAIN = 0.98  # the share of all values of the losses that are drawn in any case
_FAR = 3  # times as wide as these: from there on what is beyond is left out
_TILE = 76
_TILES_IN_A_ROW = 8


class Monitor:
    """An observer of training that a notebook shows live; elsewhere it writes a line every ten seconds.

    Its picture changes at most once a second, and drawing it takes about a tenth of the time at most; the sounds below
    it change only when new ones come, so that a player
    is not torn away while one listens. At the end losses, last pictures and last sounds stay as ordinary
    outputs, without times, so that a worked notebook is the same when it is run again.
    """

    def __init__(self, title: str = "") -> None:
        self.title = title
        self._total = 0
        self._steps: list[int] = []
        self._losses: dict[str, list[float]] = {}
        self._details: dict[str, float] = {}
        self._metrics: dict[int, dict[str, float]] = {}
        self._images: Picture | None = None
        self._seconds_left: float | None = None
        self._shown_at = -math.inf
        self._drawing = 0.0
        self._shares: Picture | None = None
        self._progress: Any = None
        self._sounds: Any = None

    def started(self, total_steps: int) -> None:
        """Training begins, and will take so many steps."""
        self._total = total_steps
        self._show()

    def step(self, step: int, losses: Mapping[str, float], seconds_left: float | None = None) -> None:
        """One step is done. losses: a number for each name. seconds_left: an estimate (s), or None."""
        self._steps.append(step)
        for name, value in losses.items():
            # a loss that appears later, such as a penalty on every 16th step, has gaps
            known = self._losses.setdefault(name, [math.nan] * (len(self._steps) - 1))
            known.extend([math.nan] * (len(self._steps) - 1 - len(known)))
            known.append(float(value))
        self._seconds_left = seconds_left
        pause = _SECONDS_BETWEEN_PICTURES if _in_notebook() else _SECONDS_BETWEEN_LINES
        pause = max(pause, _TIMES_AS_LONG * self._drawing)
        if time.monotonic() - self._shown_at >= pause:
            self._show()

    def details(self, step: int, numbers: Mapping[str, float]) -> None:
        """How the machine runs, which is shown while it does: "steps a second", and other numbers by name."""
        self._details = dict(numbers)

    def metrics(self, step: int, numbers: Mapping[str, float]) -> None:
        """What was measured of the generator after `step` steps: a number for each name."""
        self._metrics[step] = dict(numbers)
        if _in_notebook():
            self._shares = self._shares_drawn()
            self._show()
        else:
            print(self._measured(), file=sys.stderr, flush=True)

    def sample(self, images: NDArray[np.floating] | None, sounds: Sequence[Sound] = ()) -> None:
        """What the generator makes now: images `(count, frequency, frame)` on any scale, and sounds."""
        if not _in_notebook():
            return
        if images is not None and len(images):
            self._images = tiles(np.asarray(images), f"made after {self._last_step} steps")
        if len(sounds):
            players = listen(
                *sounds, picture=None, say=f"What the generator plays after {self._last_step} steps."
            )
            self._sounds = _put(self._sounds, players._repr_mimebundle_())

    def finished(self) -> None:
        """Training has ended: what is shown now stays."""
        self._seconds_left, self._details = None, {}
        self._show()

    @property
    def _last_step(self) -> int:
        return self._steps[-1] if self._steps else 0

    def _show(self) -> None:
        begun = time.monotonic()
        if _in_notebook():
            told = "\n".join(line for line in (self._line(), self._running(), self._measured()) if line)
            self._progress = _put(self._progress, {"text/plain": told, "text/html": self._html()})
        else:
            print(self._line(), file=sys.stderr, flush=True)
        self._shown_at = time.monotonic()
        self._drawing = self._shown_at - begun

    def _line(self) -> str:
        current = ", ".join(f"{name} {_last(values):.3g}" for name, values in self._losses.items())
        left = f", {_spoken(self._seconds_left)} left" if self._seconds_left is not None else ""
        pace = f", {self._details[_PACE]:.3g} {_PACE}" if _PACE in self._details else ""
        return f"step {self._last_step:,} of {self._total:,}{': ' if current else ''}{current}{left}{pace}"

    def _running(self) -> str:
        return ", ".join(f"{name} {value:.3g}" for name, value in self._details.items() if name != _PACE)

    def _measured(self) -> str:
        if not self._metrics:
            return ""
        step, numbers = next(reversed(self._metrics.items()))
        return f"measured after {step:,} steps: " + ", ".join(f"{k} {v:.3g}" for k, v in numbers.items())

    def _html(self) -> str:
        title = f"<b>{escape(self.title)}</b> " if self.title else ""
        bar = (
            f'<progress value="{self._last_step}" max="{max(self._total, 1)}"'
            ' style="display:block;width:560px;max-width:100%"></progress>'
        )
        pictures = [self._losses_drawn(), self._shares, self._images]
        drawn = "".join(
            f'<div style="margin-top:6px">{shown.html()}</div>' for shown in pictures if shown is not None
        )
        told = "".join(f"<div>{escape(line)}</div>" for line in (self._running(), self._measured()) if line)
        return f'<div class="gan-course-monitor">{title}{escape(self._line())}{bar}{told}{drawn}</div>'

    def _shares_drawn(self) -> Picture | None:
        # Of what was measured, that which goes from 0 to 1, such as recall and coverage.
        steps = np.array(list(self._metrics), float)
        names = [
            name
            for name in (next(iter(self._metrics.values())) if len(steps) > 1 else ())
            if all(0 <= numbers.get(name, -1) <= 1 for numbers in self._metrics.values())
        ]
        lines = {
            name: (steps, np.array([numbers[name] for numbers in self._metrics.values()])) for name in names
        }
        return plot_lines(steps, lines, "step", "share", height=180) if lines else None

    def _losses_drawn(self) -> Picture | None:
        if len(self._steps) < 2:
            return None
        lines = {}
        for name, values in self._losses.items():
            padded = values + [math.nan] * (len(self._steps) - len(values))
            lines[name] = _averaged(np.array(self._steps), np.array(padded))
        lines = {name: line for name, line in lines.items() if len(line[0])}
        limits = _without_extremes([line[1] for line in lines.values()])
        beyond = f" (what is beyond {limits[0]:.3g} and {limits[1]:.3g} is left out)" if limits else ""
        return plot_lines(self._steps, lines, f"step{beyond}", "loss", limits=limits, height=220)


def tiles(images: NDArray[np.floating], what: str) -> Picture:
    """Spectrograms `(count, frequency, frame)` beside each other, low frequencies below, on one scale.

    Of more than 16 the first 16 are drawn, and the caption says so. Raises ValueError for another shape.
    """
    if images.ndim != 3:
        raise ValueError(f"Images to show have the shape (count, frequency, frame), and not {images.shape}.")
    count, images = len(images), images[: 2 * _TILES_IN_A_ROW]
    columns = min(len(images), _TILES_IN_A_ROW)
    rows = -(-len(images) // columns)
    left, step = 22, _TILE + 6
    width, height = left + columns * step + 6, rows * step + 24
    with drawing.our_look():
        figure = drawing.blank(width, height)
        for place, image in enumerate(images):
            row, column = divmod(place, columns)
            axes = drawing.axes_at(figure, left + column * step, 4 + row * step, _TILE, _TILE)
            axes.imshow(
                image,
                origin="lower",
                aspect="auto",
                cmap=drawing.COLOUR_MAP,
                vmin=images.min(),
                vmax=images.max(),
            )
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
            axes.grid(False)
        figure.text(left / width, 6 / height, "time →", fontsize=10)
        figure.text(4 / width, 24 / height, "frequency →", fontsize=10, rotation=90)
        png = drawing.rendered(figure, mapped=True)
    which = f"The first {len(images)} of {count}" if count > len(images) else f"{count}"
    return Picture(png, f"{which} spectrograms {what}.", width, height)


def _averaged(
    steps: NDArray[Any], values: NDArray[np.floating]
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Means over runs of steps, so that a long training is drawn as quickly as a short one."""
    kept = np.isfinite(values)
    steps, values = steps[kept].astype(float), values[kept]
    if len(values) <= _POINTS:
        return steps, values
    starts = np.linspace(0, len(values), _POINTS, endpoint=False).astype(int)
    counts = np.diff([*starts, len(values)])
    return np.add.reduceat(steps, starts) / counts, np.add.reduceat(values, starts) / counts


def _without_extremes(lines: Sequence[NDArray[np.floating]]) -> tuple[float, float] | None:
    """The ends of an axis without a few values far out, in which all others would be one line; None if none is."""
    values = np.concatenate([*lines, np.zeros(0)])
    if not len(values):
        return None
    low, high = np.quantile(values, [(1 - _PLAIN) / 2, (1 + _PLAIN) / 2])
    margin = (high - low) / 10
    if not 0 < _FAR * (high - low) < np.ptp(values):
        return None
    return float(low - margin), float(high + margin)


def _last(values: Sequence[float]) -> float:
    return next((value for value in reversed(values) if not math.isnan(value)), math.nan)


def _spoken(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _in_notebook() -> bool:
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")


def _put(handle: Any, bundle: dict[str, str]) -> Any:
    """Show a bundle in the place of the handle; at first make the place."""
    from IPython.display import display

    if handle is None:
        return display(bundle, raw=True, display_id=True)
    handle.update(bundle, raw=True)
    return handle
