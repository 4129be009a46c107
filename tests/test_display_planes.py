"""Planes of points, paths and arrows."""

from __future__ import annotations

import io

import pytest
import torch
from PIL import Image

from gan_course.display import plot_planes


def test_planes_are_drawn_in_rows_of_three_or_four_and_say_what_is_in_them() -> None:
    points = torch.tensor([[0.0, 0.0], [0.5, -0.5]])
    for count, columns in ((1, 1), (3, 3), (4, 4), (6, 3), (8, 4)):
        drawn = plot_planes({f"plane {n}": {"path": points} for n in range(count)}, joined=["path"], size=100)
        size = Image.open(io.BytesIO(drawn.png)).size
        assert size == (drawn.width, drawn.height)
        assert drawn.width // 100 - columns in (0, 1)
        assert "plane 0: path runs from (0, 0) to (0.5, −0.5)" in drawn.alt
    assert "2 points of path around (0.25, −0.25)" in plot_planes({"": {"path": points}}).alt


def test_arrows_change_the_picture_and_a_field_at_rest_can_be_drawn() -> None:
    points, rest = torch.zeros(1, 2), torch.zeros(1, 4)
    moving = torch.tensor([[0.5, 0.5, 1.0, 0.0]])
    plain, still, field = (
        plot_planes({"a": {"here": points}}, arrows) for arrows in (None, {"a": rest}, {"a": moving})
    )
    assert plain.png != field.png
    assert still.png != field.png


@pytest.mark.parametrize(("panels", "arrows"), [
    ({"a": {"wrong": torch.zeros(3)}}, None),
    ({"a": {"wrong": torch.zeros(3, 3)}}, None),
    ({"a": {"wrong": torch.zeros(0, 2)}}, None),
    ({"a": {"right": torch.zeros(1, 2)}}, {"a": torch.zeros(1, 2)}),
])  # fmt: skip
def test_points_of_another_shape_are_refused_in_one_sentence(panels: dict, arrows: dict | None) -> None:
    with pytest.raises(ValueError, match="numbers are needed"):
        plot_planes(panels, arrows)
