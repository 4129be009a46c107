"""The look of every picture, and the shortest way from a figure to pixels.

Figures are made without pyplot: none stays open, and none is shown a second time by the notebook.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gan_course.display.stored import small_png, unseen

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 72
# Okabe and Ito (2008), "Color universal design": told apart with any kind of colour vision; without the
# yellow,
# which is too pale for a line on white
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
DASHES = ("-", "--", "-.", ":")
COLOUR_MAP = "magma"

_LOOK = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "text.color": "#222222",
    "axes.labelcolor": "#222222",
    "axes.labelsize": 11,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.edgecolor": "#666666",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.8,
    "xtick.color": "#666666",
    "ytick.color": "#666666",
    "xtick.labelcolor": "#222222",
    "ytick.labelcolor": "#222222",
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "legend.handlelength": 2.4,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
    "figure.facecolor": "white",
}


@contextmanager
def our_look() -> Iterator[None]:
    """The course's style, whatever the notebook has set; the notebook's is back afterwards."""
    import matplotlib.style
    from cycler import cycler

    with matplotlib.style.context(["default", _LOOK | {"axes.prop_cycle": cycler(color=COLOURS)}]):
        yield


def blank(width: int, height: int, layout: Any = None) -> "Figure":
    """A figure of so many pixels, which pyplot does not know."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, layout=layout)
    FigureCanvasAgg(figure)
    return figure


def axes_at(figure: "Figure", left: float, top: float, width: float, height: float, **how: Any) -> "Axes":
    """Axes whose box lies so many pixels from the figure's left and upper edges."""
    across, down = figure.get_size_inches() * DPI
    return figure.add_axes((left / across, 1 - (top + height) / down, width / across, height / down), **how)


def rendered(figure: "Figure", mapped: bool = False) -> bytes:
    """The figure as a small PNG. mapped: it is mostly values shown as colours, whose steps are to be even."""
    if unseen():
        return b""
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())  # type: ignore[attr-defined]
    return small_png(pixels, mapped_palette() if mapped else None)


@cache
def mapped_palette() -> NDArray[np.uint8]:
    """46 steps of the colour map, 12 greys for text, 6 shades of the first line's colour: 64 colours."""
    from matplotlib import colormaps
    from matplotlib.colors import to_rgb

    white, ink, line = (np.array(to_rgb(colour)) for colour in ("white", "#222222", COLOURS[0]))
    steps = colormaps[COLOUR_MAP](np.linspace(0, 1, 46))[:, :3]
    greys = white + np.linspace(0, 1, 12)[:, None] * (ink - white)
    shades = white + np.linspace(1 / 6, 1, 6)[:, None] * (line - white)
    return np.rint(255 * np.concatenate([steps, greys, shades])).astype(np.uint8)


def outline(samples: NDArray[np.floating], columns: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """The middle (index), the least and the greatest sample of each of `columns` equal parts."""
    edges = np.linspace(0, len(samples), columns + 1).astype(int)
    starts = edges[:-1]
    least, greatest = np.minimum.reduceat(samples, starts), np.maximum.reduceat(samples, starts)
    return (edges[:-1] + edges[1:] - 1) / 2, least, greatest
