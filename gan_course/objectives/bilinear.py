"""The smallest game, f = xy, and three ways to take a step in it. Lesson 06.

One player moves x and wants x y small, the other moves y and wants it large. The slope of x y by x is y, and by y it
is x. The only point at which neither wants to move is (0, 0). All steps are linear, so the distance from that point
changes by the same factor at each of them; `x` and `y` are numbers or tensors of any one shape.
"""

from __future__ import annotations

from typing import TypeVar

from torch import Tensor

Number = TypeVar("Number", float, Tensor)


def simultaneous_step(x: Number, y: Number, rate: float) -> tuple[Number, Number]:
    """Both move at once, each from where the other stood: the distance from (0, 0) grows by √(1 + rate²). Lesson 06."""
    return x - rate * y, y + rate * x


def alternating_step(x: Number, y: Number, rate: float) -> tuple[Number, Number]:
    """First x moves, and then y answers the new x: for rates below 2 an ellipse, for ever.

    x² − rate x y + y² keeps its value. Lesson 06.
    """
    x = x - rate * y
    return x, y + rate * x


def extragradient_step(x: Number, y: Number, rate: float) -> tuple[Number, Number]:
    """Both look a step ahead, and move by the slopes that they would find there.

    The distance from (0, 0) changes by √(1 − rate² + rate⁴): it shrinks for rates below 1. Korpelevich (1976).
    Lesson 06.
    """
    x_ahead, y_ahead = simultaneous_step(x, y, rate)
    return x - rate * y_ahead, y + rate * x_ahead
