"""Points, paths and arrows in a plane: samples of two numbers, and games of two players. Lesson 06."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_course.display import drawing
from gan_course.display.pictures import Picture

_LEFT, _BELOW, _GAP, _ABOVE = 52, 42, 16, 22


def plot_planes(
    panels: Mapping[str, Mapping[str, ArrayLike]],
    arrows: Mapping[str, ArrayLike] | None = None,
    joined: Collection[str] = (),
    reach: float = 1.0,
    x_label: str = "x",
    y_label: str = "y",
    title: str = "",
    alt: str = "",
    size: int = 190,
) -> Picture:
    """Planes side by side, three or four in a row, all from −reach to reach on both axes and with equal units.

    panels: for each plane the points `(point, 2)` in it, by name. joined: the names whose points are a path, drawn as a
    line with a dot at its end. arrows: for a plane a field `(arrow, 4)`, the place and the direction of each; all are
    drawn equally long. size: of a plane (pixels). What lies outside is cut off. alt: made from the points where it is
    not given.

    Raises ValueError for points that are not `(point, 2)` and arrows that are not `(arrow, 4)`.
    """
    clouds = {
        panel: {name: _of_shape(points, 2, name) for name, points in sets.items()}
        for panel, sets in panels.items()
    }
    names = list(dict.fromkeys(name for sets in clouds.values() for name in sets))
    colours = dict(zip(names, drawing.COLOURS * (1 + len(names) // len(drawing.COLOURS)), strict=False))
    in_row = 4 if len(clouds) % 4 == 0 else 3
    rows, columns = -(-len(clouds) // in_row), min(len(clouds), in_row)
    top = _ABOVE + 20 * bool(title) + 18 * (len(names) > 1)
    width = _LEFT + columns * (size + _GAP)
    height = top + rows * (size + _ABOVE) + _BELOW - _ABOVE
    with drawing.our_look():
        figure = drawing.blank(width, height)
        shown: dict[str, Any] = {}
        for place, (panel, sets) in enumerate(clouds.items()):
            row, column = divmod(place, in_row)
            axes = drawing.axes_at(
                figure, _LEFT + column * (size + _GAP), top + row * (size + _ABOVE), size, size
            )
            if arrows and panel in arrows:
                _draw_arrows(axes, _of_shape(arrows[panel], 4, f"the arrows of {panel}"))
            for name, points in sets.items():
                if name in joined:
                    (shown[name],) = axes.plot(*points.T, color=colours[name], linewidth=1.3)
                    axes.plot(*points[-1:].T, "o", color=colours[name], markersize=4)
                else:
                    few = len(points) <= 30
                    (shown[name],) = axes.plot(
                        *points.T,
                        "o",
                        color=colours[name],
                        markersize=5 if few else 2,
                        alpha=1 if few else 0.6,
                    )
            axes.set(xlim=(-reach, reach), ylim=(-reach, reach))
            axes.locator_params(nbins=4, steps=[1, 2, 5, 10])
            axes.set_title(panel, fontsize=10, pad=4)
            axes.tick_params(labelleft=column == 0, labelbottom=place + in_row >= len(clouds))
            if column == 0:
                axes.set_ylabel(y_label)
            if place + in_row >= len(clouds):
                axes.set_xlabel(x_label)
        if title:
            figure.text(8 / width, 1 - 15 / height, title, fontsize=12)
        if len(names) > 1:
            figure.legend(
                shown.values(), shown, loc="upper left", ncols=len(shown), borderpad=0.1, markerscale=2,
                bbox_to_anchor=(_LEFT / width, 1 - 20 * bool(title) / height),
            )  # fmt: skip
        png = drawing.rendered(figure)
    return Picture(png, alt or _in_words(clouds, joined, title), width, height)


def _of_shape(values: ArrayLike, columns: int, what: str) -> NDArray[np.floating]:
    plain: Any = values
    array = np.asarray(plain.detach().cpu() if hasattr(plain, "detach") else plain, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != columns or not len(array):
        raise ValueError(f"{what!r} has the shape {array.shape}, and rows of {columns} numbers are needed.")
    return array


def _draw_arrows(axes: Any, arrows: NDArray[np.floating]) -> None:
    length = np.hypot(arrows[:, 2], arrows[:, 3])
    x, y, across, up = arrows[length > 1e-9].T
    length = length[length > 1e-9]
    axes.quiver(
        x, y, across / length, up / length, color="#aaaaaa", angles="xy", pivot="mid", width=0.006, scale=16
    )


def _in_words(
    clouds: Mapping[str, Mapping[str, NDArray[np.floating]]], joined: Collection[str], title: str
) -> str:
    each = []
    for panel, sets in clouds.items():
        said = [
            f"{name} runs from ({_two(points[0])}) to ({_two(points[-1])})"
            if name in joined
            else f"{len(points)} points of {name} around ({_two(points.mean(0))})"
            for name, points in sets.items()
        ]
        each.append(f"{panel + ': ' if panel else ''}{', '.join(said)}")
    return (f"{title}: " if title else "") + "; ".join(each) + "."


def _two(point: NDArray[np.floating]) -> str:
    return ", ".join(f"{value + 0.0:.2g}".replace("-", "−") for value in point)
