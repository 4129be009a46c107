"""Where arguments are checked, so that the functions below are the formulas alone, as learners write them."""

import functools
import inspect
import operator
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def edge(arguments: Callable[..., tuple[Any, ...]]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator that passes a function's arguments through `arguments` first.

    `arguments` is given all of them, in their order and with their defaults, and returns them as the function
    wants them, or raises ValueError for what makes no sense.
    """

    def at(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        checked: Callable[..., R] = function

        @functools.wraps(function)
        def entered(*given: P.args, **named: P.kwargs) -> R:
            bound = signature.bind(*given, **named)
            bound.apply_defaults()
            return checked(*arguments(*bound.args))

        return entered

    return at


def whole(name: str, number: Any) -> int:
    """`number`, a whole number above 0 of any type, as an int. ValueError under its `name` for all else, and True."""
    try:
        found = 0 if isinstance(number, bool) else operator.index(number)
    except TypeError:
        found = 0
    if found < 1:
        raise ValueError(f"{name} is a whole number above 0, and not {number!r}.")
    return found
