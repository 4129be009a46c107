"""What judges say: properties, and sentences that name the fault when one does not hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

WHOLES = (2, 3, 4, 5, 10, 20, 100, 1000, np.pi, 2 * np.pi, np.sqrt(2), np.e, np.log(2))
"""Ratios of one number to another, or one over them, that say what was done."""


class Fault(Exception):
    """A property that an answer lacks, in one sentence that a learner understands."""


def expect(condition: Any, fault: str) -> None:
    """Raise :class:`Fault` with the sentence ``fault`` unless ``condition`` holds."""
    if not condition:
        raise Fault(fault)


def expect_number(answer: Any, what: str) -> float:
    """``answer`` as a finite real float; a fault that says what it is otherwise."""
    if answer is None:
        raise Fault(f"{what} is None, and a number is expected: does the function end in `return …`?")
    if isinstance(answer, str):
        raise Fault(f"{what} is the text {answer!r}, and a number is expected: leave the quotes out")
    try:
        value = np.asarray(answer.detach() if hasattr(answer, "detach") else answer)
        value = value.reshape(()).astype(complex).item()
    except (TypeError, ValueError):
        raise Fault(f"{what} is {_brief(answer)}, and one number is expected") from None
    expect(value.imag == 0, f"{what} is complex ({value:.4g}), and a real number is expected")
    expect(np.isfinite(value.real), f"{what} is {value.real}, and a finite number is expected")
    return float(value.real)


def expect_array(answer: Any, what: str) -> np.ndarray:
    """``answer`` (array, tensor, list, Sound) as a finite numpy array; a fault that says what it is otherwise."""
    if answer is None:
        raise Fault(f"{what} is None: does the function end in `return …`?")
    try:
        array = np.asarray(answer.detach().cpu() if hasattr(answer, "detach") else answer)
    except (TypeError, ValueError):
        raise Fault(f"{what} is {_brief(answer)}, and an array is expected") from None
    if array.dtype.kind not in "fciub":  # printing a large answer takes longer than judging it
        raise Fault(f"{what} is {_brief(answer)}, and an array of numbers is expected")
    bad = int(np.size(array) - np.isfinite(array).sum())
    expect(bad == 0, f"{what} contains NaN or infinity ({bad} of {array.size} values)")
    return array


def expect_equal(
    answer: Any, wanted: Any, what: str, *, tolerance: float = 1e-5, axes: tuple[str, ...] | None = None
) -> None:
    """The two arrays agree within ``tolerance`` times the largest value wanted; otherwise say how they differ.

    ``axes`` names the axes, as in ``("frequency", "frame")``, for the sentence on a wrong shape.
    """
    got = expect_array(answer, what)
    wanted = expect_array(wanted, "the reference")
    if got.shape != wanted.shape:
        raise Fault(_shape_fault(got.shape, wanted.shape, what, axes))
    if np.iscomplexobj(wanted) and not np.iscomplexobj(got):
        raise Fault(f"{what} is real, and complex numbers are expected: phase is lost on the way")
    if np.iscomplexobj(got) and not np.iscomplexobj(wanted):
        raise Fault(f"{what} is complex, and real numbers are expected: take the magnitude, or the real part")
    scale = float(np.abs(wanted).max(initial=0)) or 1.0
    error = np.abs(got - wanted)
    if error.max(initial=0) <= tolerance * scale:
        return
    raise Fault(f"{what} {difference(got, wanted, tolerance * scale)}")


def require_equal(
    answer: Any, wanted: Any, what: str, faults: Mapping[str, Any], tolerance: float = 2e-6
) -> None:
    """`expect_equal`, but an answer that is one of `faults` (sentence → what that mistake gives) is told so."""
    wanted = np.asarray(wanted, dtype=float)
    try:
        got = np.asarray(answer.detach() if hasattr(answer, "detach") else answer, dtype=float)
    except (TypeError, ValueError):
        got = expect_array(answer, what)
    scale = np.abs(wanted).max(initial=0) or 1.0
    for sentence, mistaken in faults.items():
        mistaken = np.asarray(mistaken, dtype=float)
        if got.shape != mistaken.shape:
            continue
        tells_apart = mistaken.shape != wanted.shape or not np.allclose(
            mistaken, wanted, rtol=0, atol=20 * tolerance * scale, equal_nan=True
        )
        same = np.allclose(got, mistaken, rtol=0, atol=tolerance * scale, equal_nan=True)
        expect(not (tells_apart and same), f"{what} is not right: {sentence}")
    expect_equal(answer, wanted, what, tolerance=tolerance)


def double(array: np.ndarray) -> Any:
    """A float64 tensor of its own memory."""
    import torch

    return torch.from_numpy(np.array(array, dtype=np.float64))


def difference(got: np.ndarray, wanted: np.ndarray, tolerance: float) -> str:
    """How ``got`` differs from ``wanted`` (same shape), in words: a sign, a factor, an offset, a shift, or where."""

    def close(one: np.ndarray, other: np.ndarray) -> bool:
        return one.shape == other.shape and bool(np.abs(one - other).max(initial=0) <= 2 * tolerance)

    if close(-got, wanted):
        return "has the wrong sign everywhere"
    if np.iscomplexobj(got) and close(got.conj(), wanted):
        return "has the wrong sign in its imaginary part: look at the sign of the exponent"
    power = float((np.abs(got) ** 2).sum())
    if power > 0:
        factor = (np.conj(got) * wanted).sum() / power
        if abs(np.imag(factor)) < 1e-6 * abs(factor) and close(got * np.real(factor), wanted):
            ratio = 1 / float(np.real(factor))
            # Of one number there is always a ratio: it is told where it is one that has a reason.
            if _tells(ratio) if got.size == 1 else f"{ratio:.4g}" != "1":
                return f"is {_ratio(ratio)} what is expected" + ", everywhere" * (got.size > 1)
    if got.size > 1:
        offset = (wanted - got).mean()
        if abs(offset) > tolerance and close(got + offset, wanted):
            return f"is off by the constant {_short(-offset)} everywhere"
    for axis in range(got.ndim):
        if got.shape[axis] > 2:
            if close(np.flip(got, axis), wanted):
                return f"is the wrong way round along axis {axis}"
            for step in (1, -1):
                if close(np.roll(got, step, axis), wanted):
                    return f"is shifted by one along axis {axis}: an index is off by one"
    error = np.abs(got - wanted)
    where = np.unravel_index(int(error.argmax()), error.shape)
    share = float((error > tolerance).mean())
    place = f" at index {where[0] if len(where) == 1 else tuple(map(int, where))}" if where else ""
    part = f"; {share:.0%} of the values are off" if got.size > 1 else ""
    digits = next((n for n in range(4, 16) if _short(got[where], n) != _short(wanted[where], n)), 16)
    return f"is {_short(got[where], digits)} where {_short(wanted[where], digits)} is expected{place}{part}"


def _shape_fault(
    got: tuple[int, ...], wanted: tuple[int, ...], what: str, axes: tuple[str, ...] | None
) -> str:
    named = f" ({', '.join(axes)})" if axes else ""
    sentence = f"{what} has shape {got}, and {wanted}{named} is expected"
    if len(got) > 1 and sorted(got) == sorted(wanted):
        return sentence + ": the axes are swapped"
    if len(got) == len(wanted):
        off = [i for i in range(len(got)) if got[i] != wanted[i]]
        if len(off) == 1 and abs(got[off[0]] - wanted[off[0]]) == 1:
            which = axes[off[0]] if axes else f"entry along axis {off[0]}"
            more = "many" if got[off[0]] > wanted[off[0]] else "few"
            return f"{sentence}: one {which} too {more}"
    return sentence


def _tells(ratio: float) -> bool:
    return any(abs(size / whole - 1) < 1e-5 for size in (abs(ratio), 1 / abs(ratio)) for whole in WHOLES)


def _ratio(ratio: float) -> str:
    return f"{ratio:.4g} times" + (f" (1/{1 / ratio:.4g})" if abs(ratio) < 1 else "")


def _short(value: Any, digits: int = 4) -> str:
    value = complex(value)
    return f"{value.real:.{digits}g}" if value.imag == 0 else f"{value:.{digits}g}"


def _brief(answer: Any) -> str:
    text = repr(answer)
    name = type(answer).__name__
    article = "an" if name[0].lower() in "aeiou" else "a"
    return f"{article} {name}" + (f" ({text})" if len(text) <= 40 else "")
