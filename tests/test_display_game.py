"""Pictures of two distributions and a discriminator, and the live one that starts anew in the same place."""

from __future__ import annotations

from typing import Any

import IPython.display
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes

from gan_course import Sound
from gan_course.display import GameMonitor, column, listen, monitor, plot_bars, plot_densities, plot_notes


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any, Any]]:
    """What was drawn: ("plot" or "bar", x, y)."""
    seen: list[tuple[str, Any, Any]] = []
    for name in ("plot", "bar"):
        original = getattr(Axes, name)

        def watched(
            self: Axes, x: Any, y: Any, *rest: Any, name: str = name, original: Any = original, **how: Any
        ):
            seen.append((name, np.asarray(x), np.asarray(y)))
            return original(self, x, y, *rest, **how)

        monkeypatch.setattr(Axes, name, watched)
    return seen


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, dict[str, str]]]:
    """What a notebook would be shown, as (number of the place, bundle)."""
    shown: list[tuple[int, dict[str, str]]] = []

    class Handle:
        def __init__(self, number: int) -> None:
            self.number = number

        def update(self, bundle: dict[str, str], raw: bool = True) -> None:
            shown.append((self.number, bundle))

    def display(bundle: dict[str, str], raw: bool = True, display_id: bool = True) -> Handle:
        handle = Handle(len({number for number, _ in shown}))
        shown.append((handle.number, bundle))
        return handle

    monkeypatch.setattr(monitor, "_in_notebook", lambda: True)
    monkeypatch.setattr(IPython.display, "display", display)
    return shown


def test_bars_stand_beside_each_other_at_their_heights_with_dots_over_them(drawn: list) -> None:
    p, q = torch.tensor([0.5, 0.3, 0.2]), [0.1, 0.3, 0.6]
    picture = plot_bars(["A3", "C4", "E4"], {"real": p, "forged": q}, {"D": [0.8, 0.5, 0.25]}, title="Notes")
    (_, left, real), (_, right, forged) = (one for one in drawn if one[0] == "bar")
    np.testing.assert_allclose(real, p)
    np.testing.assert_allclose(forged, q)
    np.testing.assert_allclose((left + right) / 2, [0, 1, 2])
    assert (right > left).all()
    (dots,) = (one for one in drawn if one[0] == "plot")
    np.testing.assert_allclose(dots[2], [0.8, 0.5, 0.25])
    assert picture.alt == (
        "Notes: real: A3 0.5, C4 0.3, E4 0.2; forged: A3 0.1, C4 0.3, E4 0.6; D: A3 0.8, C4 0.5, E4 0.25."
    )


def test_densities_and_discriminators_are_drawn_as_they_are_and_said_in_words(drawn: list) -> None:
    x = torch.linspace(-4, 4, 81)
    p, D = torch.exp(-((x + 1) ** 2)), torch.sigmoid(-x)
    picture = plot_densities(x, {"real": p}, {"D": D, "D*": 1 - D}, ticks={"A3": 0.0})
    np.testing.assert_allclose([y for _, _, y in drawn], torch.stack([p, D, 1 - D]))
    assert "real is densest at −1" in picture.alt
    assert "D is largest, 0.98, at −4 and smallest, 0.018, at 4" in picture.alt
    assert picture.png.startswith(b"\x89PNG")


@pytest.mark.parametrize("values", [[0.5, 0.5], [[0.2, 0.3, 0.5]]])
def test_a_table_or_curve_of_another_length_is_refused_by_its_name(values: list) -> None:
    with pytest.raises(ValueError, match="'real' has the shape"):
        plot_bars(["a", "b", "c"], {"real": values})
    with pytest.raises(ValueError, match="'D' has the shape"):
        plot_densities([1, 2, 3], {}, {"D": values})


def test_curves_that_are_no_numbers_leave_gaps_and_stop_nothing(drawn: list) -> None:
    gap = np.array([0.2, np.nan, 0.9])
    picture = plot_densities(
        [0, 1, 2], {"real": [0, 1, 0], "lost": [np.nan] * 3}, {"D": gap, "none": [np.nan] * 3}
    )
    np.testing.assert_array_equal(drawn[2][2], gap)
    assert "D is largest, 0.9, at 2" in picture.alt
    assert "lost" not in picture.alt


def test_notes_are_drawn_as_high_as_they_are_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Any, Any, Any]] = []
    original = Axes.hlines

    def watched(self: Axes, y: Any, left: Any, right: Any, **how: Any):
        seen.append((y, left, right))
        return original(self, y, left, right, **how)

    monkeypatch.setattr(Axes, "hlines", watched)
    picture = plot_notes(
        {"real": torch.tensor([[-4.0], [3.0]]), "forged": [12, 12, 0]}, "semitones", {"A3": -4.0}
    )
    np.testing.assert_allclose(seen[0][0], [-4, 3])
    np.testing.assert_allclose((seen[1][1] + seen[1][2]) / 2, [1, 2, 3])
    assert picture.alt == "real: 2 notes from −4 to 3; forged: 3 notes from 0 to 12 (semitones)."
    with pytest.raises(ValueError, match="nothing to draw"):
        plot_notes({"empty": []})


def test_a_column_shows_its_things_in_order_as_one_output() -> None:
    sound = Sound(np.sin(np.arange(4000) / 5), 8000)
    shown = column(plot_bars(["a"], {"real": [1.0]}, alt="the bars"), listen(sound, picture=None), "a word")
    html = shown._repr_mimebundle_()["text/html"]
    assert html.index('alt="the bars"') < html.index("<audio") < html.index("a word")
    assert repr(shown).startswith("Picture: the bars")


def test_the_game_monitor_reckons_the_time_left_itself(places: list, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [50.0]
    monkeypatch.setattr(monitor.time, "monotonic", lambda: now[0])
    watched = GameMonitor("Duel")
    watched.started(10)
    for step in range(1, 5):
        now[0] += 3.0
        watched.step(step, {"G": 1.0})
    assert "step 4 of 10: G 1, 18 s left" in places[-1][1]["text/plain"]
    watched.finished()
    assert "left" not in places[-1][1]["text/plain"]


def test_a_picture_is_due_after_a_while_and_shown_at_once(
    places: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(monitor.time, "monotonic", lambda: now[0])
    watched = GameMonitor()
    watched.started(100)
    assert not watched.due
    now[0] += 0.5
    assert watched.due
    watched.show(plot_bars(["a"], {"real": [1.0]}, alt="the first picture"))
    assert 'alt="the first picture"' in places[-1][1]["text/html"]
    assert not watched.due


def test_a_training_that_starts_anew_is_drawn_in_the_same_place_and_keeps_nothing_of_the_old(
    places: list,
) -> None:
    watched = GameMonitor()
    for total in (3, 5):
        watched.started(total)
        assert "<img" not in places[-1][1]["text/html"]
        for step in range(1, total + 1):
            watched.step(step, {f"loss of {total}": 1.0})
        watched.show(plot_bars(["a"], {"real": [1.0]}, alt=f"the game of {total}"))
        watched.finished()
    assert {number for number, _ in places} == {0}
    last = places[-1][1]["text/html"]
    assert "step 5 of 5: loss of 5 1" in last
    assert "of 3" not in last
