"""Confusion matrices as pictures. Lesson 04."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_course.display import drawing
from gan_course.display.pictures import Picture

_CELL, _SMALL_CELL = 34, 9
_MANY = 16
_LETTER = 7.0


def plot_confusion(
    counts: ArrayLike,
    classes: Sequence[str],
    heard: Sequence[str] | None = None,
    title: str = "",
    alt: str = "",
) -> Picture:
    """How often each class was heard as which: true classes downwards, what was heard to the right.

    counts: `(truth, heard)`. classes: a name for each row, and for each column too unless `heard` names those. The
    colour is the share of the row's clips; the numbers are counts, written where there is room for them. alt: accuracy
    and the most frequent mistakes where it is not given.

    Raises ValueError if names and counts do not fit together.
    """
    table = np.asarray(counts.detach().cpu() if hasattr(counts, "detach") else counts)
    across, down = list(classes if heard is None else heard), list(classes)
    if table.ndim != 2 or table.shape != (len(down), len(across)):
        raise ValueError(
            f"The counts have the shape {table.shape}, and the names say ({len(down)}, {len(across)}): give one "
            f"name for"
            " each row and each column."
        )
    share = table / np.maximum(table.sum(1, keepdims=True), 1)
    many = max(table.shape) > _MANY
    cell = _SMALL_CELL if many else _CELL
    left = 40 + round(_LETTER * max(map(len, down)))
    turned = not many and _LETTER * max(map(len, across)) > cell
    below = 40 + (round(0.8 * _LETTER * max(map(len, across))) if turned else 12)
    top = 12 + 24 * bool(title)
    width, height = left + cell * len(across) + 70, top + cell * len(down) + below
    width = max(width, round(8 * len(title)) + 16)
    with drawing.our_look():
        figure = drawing.blank(width, height)
        axes = drawing.axes_at(figure, left, top, cell * len(across), cell * len(down))
        image = axes.imshow(share, cmap=drawing.COLOUR_MAP, vmin=0, vmax=1, aspect="auto")
        axes.grid(False)
        step = 6 if many else 1
        axes.set_xticks(range(0, len(across), step), across[::step])
        axes.set_yticks(range(0, len(down), step), down[::step])
        if turned:
            axes.tick_params(axis="x", labelrotation=45)
            for label in axes.get_xticklabels():
                label.set_horizontalalignment("right")
                label.set_rotation_mode("anchor")
        axes.set(xlabel="heard", ylabel="true")
        if not many:
            for row, column in zip(*np.nonzero(table), strict=True):
                ink = "white" if share[row, column] < 0.6 else "black"
                words = f"{table[row, column]:g}"
                axes.text(column, row, words, ha="center", va="center", fontsize=9, color=ink)
        bar = figure.colorbar(
            image, cax=drawing.axes_at(figure, left + cell * len(across) + 12, top, 8, cell * len(down))
        )
        bar.outline.set_visible(False)
        bar.ax.grid(False)
        bar.ax.tick_params(length=2, pad=2)
        bar.set_ticks([0, 0.5, 1], labels=["0", "50%", "100%"])
        if title:
            figure.text(8 / width, 1 - 18 / height, title, fontsize=12)
        png = drawing.rendered(figure, mapped=True)
    return Picture(png, alt or _in_words(table, down, across, title), width, height)


def _in_words(table: NDArray[np.integer], down: list[str], across: list[str], title: str) -> str:
    """The share that is right, where that has a meaning, and the three most frequent mistakes."""
    square = down == across
    mistakes = np.where(np.eye(*table.shape, dtype=bool), 0, table) if square else table
    most = [
        np.unravel_index(place, table.shape)
        for place in np.argsort(mistakes, axis=None, kind="stable")[::-1][:3]
    ]
    said = [f"{down[i]} as {across[j]} {mistakes[i, j]:g} times" for i, j in most if mistakes[i, j]]
    right = (
        f"{np.trace(table) / max(table.sum(), 1):.1%} of {table.sum():g} are heard right" if square else ""
    )
    frequent = f"most often {', '.join(said)}" if said else "no mistakes"
    return f"{title or 'Confusion matrix'}: {'; '.join(part for part in (right, frequent) if part)}."
