"""Two distributions on a line and what a discriminator says of them, drawn once or live. Lesson 05."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_course.display import drawing
from gan_course.display.controls import together
from gan_course.display.monitor import Monitor
from gan_course.display.pictures import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDE = 560
_BLACK = "#222222"
_SECONDS_BETWEEN_PICTURES = 0.4


def plot_bars(
    places: Sequence[str],
    bars: Mapping[str, ArrayLike],
    marks: Mapping[str, ArrayLike] | None = None,
    x_label: str = "",
    y_label: str = "probability",
    title: str = "",
    alt: str = "",
    height: int = 230,
) -> Picture:
    """Tables as bars beside each other, and dots over them, such as D(x), on the same axis.

    places: the name of each place. bars, marks: for each name its values `(place,)`. alt: made from the values
    where it is not given.

    Raises ValueError if a table does not have one value for each place.
    """
    heights = {name: _fitting(values, len(places), name) for name, values in bars.items()}
    dots = {name: _fitting(values, len(places), name) for name, values in (marks or {}).items()}
    across = np.arange(len(places))
    width = 0.8 / max(len(heights), 1)
    with drawing.our_look():
        figure = drawing.blank(_WIDE, height, layout="constrained")
        axes = figure.subplots()
        for number, (name, values) in enumerate(heights.items()):
            axes.bar(across + (number - (len(heights) - 1) / 2) * width, values, 0.92 * width, label=name)
        for (name, values), mark in zip(dots.items(), "os^v", strict=False):
            colour = _BLACK if mark == "o" else "#777777"
            axes.plot(across, values, mark, markersize=7, color=colour, label=name, clip_on=False, zorder=5)
        axes.set_xticks(across, places)
        axes.set(xlabel=x_label, ylabel=y_label)
        if dots:  # what is said of the tables moves, and the tables stay as high as they are
            axes.set_ylim(0, max(1.0, *(float(v.max()) for v in (heights | dots).values())))
        axes.grid(False, axis="x")
        _legend_above(figure, [axes], title)
        png = drawing.rendered(figure)
    return Picture(png, alt or _tables_in_words(places, heights | dots, title), _WIDE, height)


def plot_densities(
    x: ArrayLike,
    densities: Mapping[str, ArrayLike],
    discriminators: Mapping[str, ArrayLike] | None = None,
    x_label: str = "x",
    y_label: str = "density",
    title: str = "",
    alt: str = "",
    ticks: Mapping[str, float] | None = None,
    highest: float | None = None,
    height: int = 260,
) -> Picture:
    """Densities as filled curves, and discriminators over them on an axis of their own from 0 to 1.

    x: `(point,)`. densities, discriminators: for each name its values `(point,)`, NaN where
    nothing is to be drawn. ticks: names for places, written
    above. highest: where the density axis ends, so that pictures in a row can be compared; what is higher is cut.

    Raises ValueError if a curve does not have one value for each point.
    """
    across = np.asarray(_plain(x), dtype=np.float64)
    areas = {name: _fitting(values, len(across), name) for name, values in densities.items()}
    lines = {name: _fitting(values, len(across), name) for name, values in (discriminators or {}).items()}
    with drawing.our_look():
        figure = drawing.blank(_WIDE, height, layout="constrained")
        axes = figure.subplots()
        for name, values in areas.items():
            (line,) = axes.plot(across, values, label=name)
            axes.fill_between(across, values, color=line.get_color(), alpha=0.25, linewidth=0)
        axes.set(xlabel=x_label, ylabel=y_label)
        tops = [float(values[np.isfinite(values)].max(initial=0)) for values in areas.values()]
        axes.set_ylim(0, highest or 1.08 * max(tops, default=0) or 1)
        axes.margins(x=0)
        for name, place in (ticks or {}).items():
            axes.annotate(
                name, (place, 1), xycoords=("data", "axes fraction"), ha="center", va="bottom", fontsize=10
            )
        every = [axes]
        if lines:
            right: Axes = axes.twinx()
            for (name, values), dash in zip(lines.items(), drawing.DASHES, strict=False):
                right.plot(across, values, dash, color=_BLACK, linewidth=1.4, label=name, clip_on=False)
            right.set_ylim(0, 1.05)
            right.set_ylabel("D(x)")
            right.spines["right"].set_visible(True)
            right.grid(False)
            right.margins(x=0)
            every.append(right)
        _legend_above(figure, every, title)
        png = drawing.rendered(figure)
    return Picture(png, alt or _curves_in_words(across, areas, lines, title), _WIDE, height)


def plot_notes(
    tunes: Mapping[str, ArrayLike],
    y_label: str = "pitch",
    x_label: str = "note",
    ticks: Mapping[str, float] | None = None,
    title: str = "",
    alt: str = "",
    height: int = 170,
) -> Picture:
    """Tunes as a row of short lines, one for each note, as high as its pitch; side by side, on one scale.

    tunes: for each name its pitches `(note,)`, on any scale. ticks: names for pitches, written in place of numbers.
    alt: made from the lowest and the highest pitch of each where it is not given.

    Raises ValueError if there is no tune, or one without a note.
    """
    rows = {name: np.asarray(_plain(pitches), dtype=np.float64).ravel() for name, pitches in tunes.items()}
    if not rows or not all(len(row) for row in rows.values()):
        raise ValueError("There is nothing to draw: give at least one tune, with at least one note each.")
    every = np.concatenate([*rows.values(), np.asarray(list((ticks or {}).values()), dtype=np.float64)])
    room = 0.08 * (np.ptp(every) or 1)
    with drawing.our_look():
        figure = drawing.blank(_WIDE, height, layout="constrained")
        panels = figure.subplots(1, len(rows), sharey=True, squeeze=False)[0]
        for number, (axes, (name, row)) in enumerate(zip(panels, rows.items(), strict=True)):
            starts = np.arange(1, len(row) + 1)
            axes.hlines(row, starts - 0.4, starts + 0.4, color=drawing.COLOURS[number % 6], linewidth=3.5)
            axes.set_title(name, fontsize=10, pad=3)
            axes.set_xlabel(x_label)
            axes.set_xlim(0.3, len(row) + 0.7)
            axes.xaxis.get_major_locator().set_params(integer=True, nbins=6)
            axes.grid(False, axis="x")
        panels[0].set_ylabel(y_label)
        panels[0].set_ylim(every.min() - room, every.max() + room)
        if ticks:
            panels[0].set_yticks(list(ticks.values()), list(ticks))
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=12)
        png = drawing.rendered(figure)
    words = "; ".join(
        f"{name}: {len(row)} notes from {_spoken(row.min())} to {_spoken(row.max())}"
        for name, row in rows.items()
    )
    return Picture(png, alt or f"{title + ': ' if title else ''}{words} ({y_label}).", _WIDE, height)


@dataclass(frozen=True, eq=False, repr=False)
class Column:
    """Several things that a notebook shows below each other; made by `column`."""

    things: tuple[Any, ...]

    def __repr__(self) -> str:
        return "\n".join(repr(thing) for thing in self.things)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return together(list(self.things))


def column(*things: Any) -> Column:
    """A picture and its players, or whatever a notebook can show, below each other as one output."""
    return Column(things)


class GameMonitor(Monitor):
    """A Monitor that shows a picture of the game below its losses, and reckons the time that is left itself.

    It may be used again: `started` wipes what the training before has left, and draws in the same place, so that a
    control can start a training anew.
    """

    def __init__(self, title: str = "") -> None:
        super().__init__(title)
        self._begun = 0.0

    def started(self, total_steps: int) -> None:
        """Training begins, and will take so many steps."""
        self._steps, self._losses, self._images, self._seconds_left = [], {}, None, None
        self._begun = time.monotonic()
        super().started(total_steps)

    @property
    def due(self) -> bool:
        """Whether the last picture is so old that it is time to draw another."""
        return time.monotonic() - self._shown_at >= _SECONDS_BETWEEN_PICTURES

    def step(self, step: int, losses: Mapping[str, float], seconds_left: float | None = None) -> None:
        """One step is done. losses: a number for each name. seconds_left: an estimate (s), or None for its own."""
        if seconds_left is None and step:
            seconds_left = (time.monotonic() - self._begun) / step * (self._total - step)
        super().step(step, losses, seconds_left)

    def show(self, picture: Picture) -> None:
        """The game as it stands."""
        self._images = picture
        self._show()


def _plain(values: Any) -> NDArray[Any]:
    return values.detach().cpu().numpy() if hasattr(values, "detach") else np.asarray(values)


def _fitting(values: ArrayLike, places: int, name: str) -> NDArray[np.floating]:
    array = np.asarray(_plain(values), dtype=np.float64)
    if array.shape != (places,):
        raise ValueError(
            f"{name!r} has the shape {array.shape}, and one value for each of {places} places is needed."
        )
    return array


def _legend_above(figure: Any, every: Sequence["Axes"], title: str) -> None:
    handles, names = [], []
    for axes in every:
        more, called = axes.get_legend_handles_labels()
        # filled shapes before lines and dots: what is drawn before what is said of it
        order = sorted(range(len(more)), key=lambda at: not hasattr(more[at], "patches"))
        handles += [more[at] for at in order]
        names += [called[at] for at in order]
    figure.legend(handles, names, loc="outside upper left", ncols=len(names), title=title or None, alignment="left",
                  title_fontsize=12, borderpad=0.1)  # fmt: skip


def _tables_in_words(places: Sequence[str], tables: Mapping[str, NDArray[np.floating]], title: str) -> str:
    each = (
        f"{name}: " + ", ".join(f"{place} {value:.2g}" for place, value in zip(places, values, strict=True))
        for name, values in tables.items()
    )
    return (f"{title}: " if title else "") + "; ".join(each) + "."


def _curves_in_words(
    x: NDArray[np.floating],
    areas: Mapping[str, NDArray[np.floating]],
    lines: Mapping[str, NDArray[np.floating]],
    title: str,
) -> str:
    areas, lines = ({name: v for name, v in some.items() if np.isfinite(v).any()} for some in (areas, lines))
    each = [f"{name} is densest at {_spoken(x[np.nanargmax(values)])}" for name, values in areas.items()]
    each += [
        f"{name} is largest, {_spoken(np.nanmax(values))}, at {_spoken(x[np.nanargmax(values)])}"
        f" and smallest, {_spoken(np.nanmin(values))}, at {_spoken(x[np.nanargmin(values)])}"
        for name, values in lines.items()
    ]
    return (f"{title}: " if title else "") + "; ".join(each) + "."


def _spoken(value: float) -> str:
    return f"{value if abs(value) > 1e-9 else 0.0:.2g}".replace("-", "−")
