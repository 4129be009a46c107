"""Checks of lesson 10, judging."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gan_course.evaluation import distances, listening, report
from gan_course.exercises.engine import Lesson
from gan_course.exercises.properties import (
    Fault,
    double,
    expect,
    expect_array,
    expect_equal,
    expect_number,
    require_equal,
)

lesson = Lesson("10", "Judging")

Faults = Callable[[], Mapping[str, float]]
"""What each mistake gives; called only where an answer is wrong."""
Known = tuple[float, Faults]
"""What is right, and what mistakes give in its place."""
BESIDE_ITSELF = "a clip is counted as its own nearest neighbour, at distance 0: `itself=True` leaves it out"
ON_THE_EDGE = "a clip exactly as far away as the radius is within: `<=`"
ONE_FOR_ALL = "one radius is used for all; each of the others has its own"
WIDEST = "the widest radius is used for all; each has its own"
ALONG_THE_AXES = (
    "the distances are sums along the axes, and Euclidean ones are expected: `torch.cdist` has them"
)
ONE_TOO_FAR = "a neighbourhood reaches one clip too far: to the (k + 1)-th other"
K_UNUSED = "k is not used: these neighbourhoods reach to the fifth other whatever it is"


# The same things a second time, in numpy --------------------------------------------------------------------


def clips(rng: np.random.Generator, count: int, size: int, uneven: float = 1.0) -> np.ndarray:
    """Features `(clip, feature)` around a place of their own, wider in some directions than in others."""
    mixed = uneven * rng.normal(size=(size, size)) + np.eye(size)
    return rng.normal(size=(count, size)) @ mixed + rng.normal(size=size)


def apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Euclidean distances `(a, b)`."""
    return np.sqrt(((a[:, None] - b[None]) ** 2).sum(-1))


def reach(x: np.ndarray, k: int) -> np.ndarray:
    """The distance of each clip to its k-th nearest other clip."""
    return np.sort(apart(x, x), 1)[:, k]


def same_number(answer: Any, wanted: float, what: str, faults: Faults, tolerance: float = 2e-6) -> None:
    """One finite number, and the right one. `faults` is called only for one that is not."""
    got = expect_number(answer, what)
    room = tolerance * max(1.0, abs(wanted))
    if abs(got - wanted) <= room:
        return
    for sentence, mistaken in faults().items():
        same = abs(got - mistaken) <= min(tolerance, 1e-5) * max(1.0, abs(mistaken))
        expect(not same or abs(mistaken - wanted) <= room, f"{what} is not right: {sentence}")
    expect_equal(np.array(got), wanted, what, tolerance=tolerance)


def telling(
    draw: Callable[[], tuple[Any, ...]],
    known: Callable[..., Known],
    clear: Callable[..., Any] = lambda *drawn: True,
    least: float = 1e-4,
) -> tuple[tuple[Any, ...], float, Faults]:
    """What to ask, so that no two mistakes give the same number and each can be named; with what is right, and they.

    `clear` says which draws are asked at all. Mistakes are at least `least` apart.
    """
    best: tuple[tuple[bool, float], tuple[Any, ...], float, Faults] | None = None
    for _ in range(300):
        drawn = draw()
        wanted, faults = known(*drawn)
        values = np.sort([wanted, *faults().values()])
        rank = bool(clear(*drawn)), float(np.diff(values).min()) / max(1.0, abs(wanted))
        if best is None or rank > best[0]:
            best = rank, drawn, wanted, faults
        if rank > (True, least):
            break
    assert best is not None
    return best[1:]


def none_known() -> dict[str, float]:
    """No mistake is known that gives another number."""
    return {}


# Two sets as wholes -----------------------------------------------------------------------------------------


@lesson.exercise(
    reference=distances.frechet_distance,
    points=2,
    minutes=10,
    hints=(
        "Three parts: how far the means are apart, squared; the traces of both covariances; and the trace of the root "
        "of their product, twice, which is taken away.",
        "A matrix with the eigenvalues λ has a root with the eigenvalues √λ, and the trace is the sum of the "
        "eigenvalues. So the third part is a sum of roots of eigenvalues.",
        "`half = square_root(one)`; `torch.linalg.eigvalsh(half @ other @ half)` are the eigenvalues of the product. "
        "Rounding makes some of them slightly negative: `.clamp(min=0).sqrt().sum()`.",
    ),
)
def frechet_distance(answer, rng: np.random.Generator) -> None:
    """‖μ − ν‖² + tr Σ + tr T − 2 tr (ΣT)^½, also of fewer clips than features."""
    for size in (2, int(rng.integers(3, 5))):
        count = int(rng.integers(20, 30))
        (real, generated), wanted, faults = telling(
            lambda size=size, count=count: (clips(rng, count, size, 0.5), clips(rng, 18, size, 0.5)),
            _frechet,
            _wide,
        )
        what = f"the distance of {count} clips and 18 clips with {size} features"
        same_number(answer(double(real), double(generated)), wanted, what, faults, 1e-5)
    # Small ones, so that what stands in the place of an eigenvalue of 0 must be small as well.
    real, generated = 0.1 * clips(rng, 4, 12), 0.1 * clips(rng, 5, 12)
    got = answer(double(real), double(generated))
    value = np.asarray(got.detach() if hasattr(got, "detach") else got).astype(complex)
    expect(
        np.isfinite(value).all() and abs(value.imag).max() == 0,
        "with fewer clips than features most eigenvalues are 0, and rounding makes some of them negative: they have no "
        "root. `.clamp(min=0)` first",
    )
    wanted, _ = _frechet(real, generated)
    # The root of what rounding leaves of 0 in 32 bits is no longer small.
    same_number(got, wanted, "the distance of 4 clips and 5 clips with 12 features", none_known, 2e-3)


def _wide(real: np.ndarray, generated: np.ndarray) -> bool:
    """Whether both clouds are wide in every direction, and well apart: then 32 bits are enough."""
    spreads = [np.linalg.eigvalsh(np.cov(x.T)) for x in (real, generated)]
    wide = all(spread[0] > 0.05 * spread[-1] for spread in spreads)
    return wide and _frechet(real, generated)[0] > 0.2 * sum(spread.sum() for spread in spreads)


def _crossed(one: np.ndarray, other: np.ndarray) -> float:
    half = _root(one)
    return float(np.sqrt(np.linalg.eigvalsh(half @ other @ half).clip(0)).sum())


def _root(symmetric: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(symmetric)
    return vectors * np.sqrt(values.clip(0)) @ vectors.T


def _frechet(real: np.ndarray, generated: np.ndarray) -> Known:
    """The distance, and what mistakes give in its place."""
    between = real.mean(0) - generated.mean(0)
    step = float((between**2).sum())
    one, other = np.cov(real.T), np.cov(generated.T)
    traces, crossed = float(one.trace() + other.trace()), _crossed(one, other)
    wanted = step + traces - 2 * crossed

    def around_zero(x: np.ndarray) -> np.ndarray:
        return x.T @ x / (len(x) - 1)

    def spread(one: np.ndarray, other: np.ndarray) -> float:
        return float(one.trace() + other.trace()) - 2 * _crossed(one, other)

    def faults() -> Mapping[str, float]:
        rest = traces - 2 * crossed

        def with_roots_of(matrix: np.ndarray) -> float:
            return step + traces - 2 * float(np.sqrt(np.linalg.eigvalsh(matrix).clip(0)).sum())

        return {
            "the means are not compared": wanted - step,
            "the squared differences of the means are added up; this is their mean": rest
            + float((between**2).mean()),
            "the differences of the means are squared before they are added up": rest
            + float(np.abs(between).sum()),
            "tr Σ is missing": wanted - float(one.trace()),
            "tr T is missing": wanted - float(other.trace()),
            "a trace is the sum of the diagonal; this is the sum of the whole matrix": step
            + float(one.sum() + other.sum())
            - 2 * crossed,
            "each eigenvalue has a root of its own; this is the root of their sum": step
            + traces
            - 2 * math.sqrt(float((one @ other).trace())),
            "Σ stands on both sides of T; its root belongs there": with_roots_of(one @ other @ one),
            "ΣT is not symmetric, and `eigvalsh` reads only the lower half of a matrix: give it Σ^½ T Σ^½": (
                with_roots_of(one @ other)
            ),
            "Σ^½ T is not symmetric, and `eigvalsh` reads only the lower half of a matrix: give it Σ^½ T Σ^½": (
                with_roots_of(_root(one) @ other)
            ),
            "`*` multiplies number by number; a product of matrices is written `@`": with_roots_of(
                _root(one) * other * _root(one)
            ),
            "the covariances are compared number by number; with Gaussians it goes by roots": step
            + float(((one - other) ** 2).sum()),
            "the distance of the means is not squared": wanted - step + math.sqrt(step),
            "only the means are compared": step,
            "the root is not taken twice: the last part is 2 tr (ΣT)^½": step + traces - crossed,
            "the last part is added; it is taken away": step + traces + 2 * crossed,
            "the root is missing: you take away the trace of the product itself": step
            + traces
            - 2 * float((one @ other).trace()),
            "this is the root of the distance, which is squared as it is": math.sqrt(max(wanted, 0.0)),
            "the root of the product is not the product of the roots: take the eigenvalues of the product": step
            + traces
            - 2 * float((_root(one) @ _root(other)).trace()),
            "a matrix has no root number by number: its root has the roots of its *eigenvalues*": step
            + traces
            - 2 * float(np.sqrt(np.abs(one @ other)).trace()),
            "only the variances are compared: how two features go together is lost": step
            + float(((np.sqrt(one.diagonal()) - np.sqrt(other.diagonal())) ** 2).sum()),
            "the covariances are divided by the count; an unbiased one is divided by count − 1": step
            + spread(one * (1 - 1 / len(real)), other * (1 - 1 / len(generated))),
            "the features are scattered around 0 and not around their mean": step
            + spread(around_zero(real), around_zero(generated)),
        }

    return wanted, faults


@lesson.exercise(
    reference=distances.line_in_inverse,
    minutes=6,
    hints=(
        "A line a + b · x is fitted with x = 1/n. Which matrix times (a, b) gives the line at every measurement?",
        "Its rows are (1, 1/n): `torch.stack([torch.ones_like(counts), 1 / counts], 1)`.",
        "`torch.linalg.lstsq(line, distances[:, None]).solution` is (2, 1): a, then b.",
    ),
)
def line_in_inverse(answer, rng: np.random.Generator) -> None:
    """The line a + b / n through noisy measurements, by least squares: a, then b."""
    ends = np.geomspace(20, 400, 9)
    counts = np.round(rng.uniform(ends[:-1], ends[1:]))  # far apart: 32 bits are enough then
    exact = rng.uniform(2, 6) + rng.uniform(100, 300) / counts
    for measured in (exact, exact + rng.normal(size=8)):
        got = _two_numbers(answer(double(counts), double(measured)))
        wanted = _line(1 / counts, measured)
        if got.shape != (2,) or np.abs(got - wanted).max() > 1e-5 * np.abs(wanted).max():
            require_equal(got, wanted, "your line (a, b)", _other_lines(counts, measured), 1e-5)


def _two_numbers(got: Any) -> np.ndarray:
    """`got` as an array; a fault that says what it is if it is one number, or holds more than numbers."""
    expect(
        not np.isscalar(got) and not (hasattr(got, "ndim") and got.ndim == 0),
        "one number is returned, and two are expected: a, where the line arrives, and b, its slope",
    )
    if not isinstance(got, (tuple, list)):
        return expect_array(got, "your line (a, b)")
    expect(
        not hasattr(got, "solution") and not (len(got) == 4 and np.size(got[0]) == 2),
        "your line (a, b) is all that `lstsq` returns; the line is the first part of it, `.solution` in torch",
    )
    try:
        return expect_array([_number(one) for one in got], "your line (a, b)")
    except (TypeError, ValueError, RuntimeError):
        kinds = " and ".join(dict.fromkeys(type(one).__name__ for one in got))
        raise Fault(
            f"your line (a, b) is a {type(got).__name__} that holds {kinds}; two numbers are expected: a, then b"
        ) from None


def _number(one: Any) -> float:
    if isinstance(one, str):
        raise TypeError
    return float(one)


def _line(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    slope = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return np.array([y.mean() - slope * x.mean(), slope])


def _other_lines(counts: np.ndarray, measured: np.ndarray) -> dict[str, np.ndarray]:
    right, along = _line(1 / counts, measured), _line(counts, measured)
    ends = _line(1 / counts[[0, -1]], measured[[0, -1]])
    through = (measured / counts).sum() / (1 / counts**2).sum()
    return {
        "they are the wrong way round: a first, then b": right[::-1],
        "this is a line in n; the bias falls as 1/n": along,
        "this is a line in n, its slope first; the bias falls as 1/n, and a comes first": along[::-1],
        "this line has no a: it is drawn through 0": np.array([0.0, through]),
        "only the first and the last measurement are used": ends,
    }


@lesson.exercise(
    reference=distances.mean_discrepancy,
    points=2,
    minutes=10,
    hints=(
        "`torch.cdist(a, b)` are the distances `(a, b)`. The similarity is exp(−d² / 2σ²): a small function of two "
        "sets.",
        "Within a set each clip is similar to itself by 1, n times in all. Take these away from the sum, and divide by "
        "the n (n − 1) pairs that are left.",
        "Between the sets nothing is left out: `similarity(real, generated).mean()`. Within + within − 2 · between.",
    ),
    instead_of=("gan_course.evaluation.kernel_distance",),
)
def mean_discrepancy(answer, rng: np.random.Generator) -> None:
    """The unbiased estimate: each clip with every other one within the sets, all pairs between them."""
    size = int(rng.integers(2, 5))
    n, m = int(rng.integers(5, 8)), int(rng.integers(8, 12))

    def sets(shift: float, low: float, high: float) -> tuple[np.ndarray, np.ndarray, float]:
        real = clips(rng, n + m, size)
        return real[:n], real[n:] + shift * rng.normal(size=size), float(rng.uniform(low, high))

    for shift, low, high in ((2, 1.5, 2.5), (2, 3, 5)):
        (*both, sigma), wanted, faults = telling(
            lambda shift=shift, low=low, high=high: sets(shift, low, high),
            _discrepancy,
            lambda *drawn: _discrepancy(*drawn)[0] > 0.02,
        )
        what = f"the discrepancy of {n} clips and {m} clips for σ = {sigma:.3g}"
        same_number(answer(*map(double, both), sigma), wanted, what, faults)
    (*both, sigma), wanted, faults = telling(
        lambda: sets(0, 2, 4), _below_0, lambda *drawn: _discrepancy(*drawn)[0] < -0.02
    )
    what = f"the discrepancy of {n} clips and {m} clips of one kind, for σ = {sigma:.3g},"
    same_number(answer(*map(double, both), sigma), wanted, what, faults)


def _below_0(real: np.ndarray, generated: np.ndarray, sigma: float) -> Known:
    """What is right, and what those who expect no negative number make of it."""
    wanted = _discrepancy(real, generated, sigma)[0]
    why = "it may be negative, as it is here: an estimate without bias scatters around 0 for sets of one kind; leave"
    return wanted, lambda: {f"{why} it as it is, and do not cut it off": 0.0, f"{why} the sign": -wanted}


def _discrepancy(real: np.ndarray, generated: np.ndarray, sigma: float) -> Known:
    n, m = len(real), len(generated)
    d, e, f = apart(real, real), apart(generated, generated), apart(real, generated)

    def sums(kernel: Callable[[np.ndarray], np.ndarray]) -> tuple[float, float, float]:
        return kernel(d).sum(), kernel(e).sum(), kernel(f).mean()

    def value(kernel: Callable[[np.ndarray], np.ndarray]) -> float:
        a, b, c = sums(kernel)
        return (a - n) / (n * (n - 1)) + (b - m) / (m * (m - 1)) - 2 * c

    def gaussian(t: np.ndarray) -> np.ndarray:
        return np.exp(-(t**2) / (2 * sigma**2))

    wanted = value(gaussian)

    def faults() -> Mapping[str, float]:
        a, b, c = sums(gaussian)
        within = wanted + 2 * c
        return {
            "each clip is compared with itself too, which makes a set look closer within than it is": a / n**2
            + b / m**2
            - 2 * c,
            "a clip with itself is left out of the sum, but the pairs are still counted as n²": (a - n) / n**2
            + (b - m) / m**2
            - 2 * c,
            "the pairs are n (n − 1), but each clip with itself is still in the sum": a / (n * (n - 1))
            + b / (m * (m - 1))
            - 2 * c,
            "similarity between the sets is taken away once; twice is right": within - c,
            "similarity between the sets is added; it is taken away": within + 2 * c,
            "its sign is the other way round": -wanted,
            "each pair is counted once and divided by n (n − 1), which counts it twice": within / 2 - 2 * c,
            "a triangle holds each pair once, and its zeros are counted in the mean": (a - n) / (2 * n**2)
            + (b - m) / (2 * m**2)
            - 2 * c,
            "the distance is not squared in the exponent": value(lambda t: np.exp(-t / (2 * sigma**2))),
            "the 2 of 2σ² is missing": value(lambda t: np.exp(-(t**2) / sigma**2)),
            "σ is not squared": value(lambda t: np.exp(-(t**2) / (2 * sigma))),
            "these are sums, and means over the pairs are expected": a - n + b - m - 2 * c * n * m,
            "this is the root of it, which is squared as it is": math.sqrt(max(wanted, 0.0)),
        }

    return wanted, faults


# Neighbours -------------------------------------------------------------------------------------------------

NEIGHBOURHOODS = tuple(
    f"gan_course.evaluation.{name}" for name in ("precision_recall", "density_coverage", "neighbourhoods")
)


@lesson.exercise(
    reference=distances.share_among,
    points=2,
    minutes=8,
    hints=(
        "Each of the others has a radius of its own: how far its k-th nearest neighbour is among the *others*. "
        "`nearest(others, others, k, itself=True)` has them all.",
        "`torch.cdist(clips, others)` is (clip, other): compare it with the radii, one for each column.",
        "A clip lies among them if it is within *any* of the radii: `.any(1)`. Then the mean of that.",
    ),
    instead_of=NEIGHBOURHOODS,
)
def share_among(answer, rng: np.random.Generator) -> None:
    """No further from any other clip than that one's k-th nearest neighbour."""
    size = int(rng.integers(2, 4))
    (some, others), wanted, faults = telling(
        lambda: (1.5 * rng.normal(size=(120, size)) + 0.7, rng.normal(size=(40, size))),
        _among,
        lambda some, others: _off_the_edge(apart(some, others) - reach(others, 3)),
    )
    what = "the share of 120 clips among 40 others with k = 3"
    same_number(answer(double(some), double(others), 3), wanted, what, faults)
    start = float(rng.integers(-9, 9))
    others = start + np.array([[0.0], [3.0], [8.0]])
    some = start + np.array([[-3.0], [14.0], [13.0], [-4.0], [30.0]])
    same_number(
        answer(double(some), double(others), 1),
        0.4,
        f"others at {start:g}, {start + 3:g} and {start + 8:g}, k = 1, five clips, two of them just on a radius: the "
        f"share",
        lambda: {ON_THE_EDGE: 0.0},
    )
    others, some = start + 10 * np.arange(8.0)[:, None], start + 5 - 10 * np.arange(1, 9.0)[:, None]
    same_number(
        answer(double(some), double(others)),
        5 / 8,
        "eight others at every tenth place, clips 5, 15, … and 75 places before the first, and no k given: the share",
        _other_k,
    )


def _other_k() -> dict[str, float]:
    """What is right for another k, where one counts its neighbourhoods of eight."""
    return {f"k is 5 where none is given, and here it is {k}": k / 8 for k in (1, 2, 3, 4, 6, 7)}


def _off_the_edge(beyond: np.ndarray) -> bool:
    """Whether no distance is so near to a radius that 32 bits might take it for the other side."""
    return bool(np.abs(beyond).min() > 1e-4)


def _among(some: np.ndarray, others: np.ndarray, k: int = 3) -> Known:
    d, radius = apart(some, others), reach(others, k)
    wanted = float((d <= radius).any(1).mean())

    def faults() -> Mapping[str, float]:
        own = reach(some, k)[:, None]
        sums = np.abs(others[:, None] - others).sum(-1), np.abs(some[:, None] - others).sum(-1)
        return {
            ALONG_THE_AXES: float((sums[1] <= np.sort(sums[0], 1)[:, k]).any(1).mean()),
            ONE_TOO_FAR: float((d <= reach(others, k + 1)).any(1).mean()),
            K_UNUSED: float((d <= reach(others, 5)).any(1).mean()),
            WIDEST: float((d.min(1) <= radius.max()).mean()),
            "the radius is the clip's own distance to the k-th of the others, and within that there are always some": (
                1.0
            ),
            BESIDE_ITSELF: float((d <= reach(others, k - 1)).any(1).mean()),
            "this is a count; a share is expected": wanted * len(some),
            "these are the others that have a clip near them": float((d <= radius).any(0).mean()),
            "it is the other way round: the share of the others that lie among the clips": float(
                (d <= own).any(0).mean()
            ),
            "the radii are those of the clips; they belong to the others": float((d <= own).any(1).mean()),
            "a clip need only be near one of the others, and not all": float((d <= radius).all(1).mean()),
            ONE_FOR_ALL: float((d.min(1) <= radius.mean()).mean()),
            "only the nearest of the others is asked; a farther one may have a wider neighbourhood": float(
                (d.min(1) <= radius[d.argmin(1)]).mean()
            ),
            "this is the share of pairs; ask whether a clip is near *any* of the others": float(
                (d <= radius).mean()
            ),
            "this is the share outside": 1 - wanted,
        }

    return wanted, faults


@lesson.exercise(
    reference=distances.coverage,
    minutes=5,
    hints=(
        "Whose radii? Those of the real clips among each other, as in the exercise before.",
        "A real clip is covered if the *nearest* generated clip is within its radius. "
        "`nearest(real, generated)` is that distance.",
    ),
    instead_of=NEIGHBOURHOODS,
)
def coverage(answer, rng: np.random.Generator) -> None:
    """The share of real neighbourhoods with a generated clip in them."""
    size = int(rng.integers(2, 4))
    (real, generated), wanted, faults = telling(
        lambda: (rng.normal(size=(90, size)), 0.8 * rng.normal(size=(50, size)) + 0.5),
        _covered,
        lambda real, generated: _off_the_edge(apart(generated, real) - reach(real, 3)),
    )
    what = "the coverage of 90 real clips by 50 generated ones with k = 3"
    same_number(answer(double(real), double(generated), 3), wanted, what, faults)
    start = float(rng.integers(-9, 9))
    real, generated = start + np.array([[0.0], [3.0], [8.0]]), start + np.array([[-3.0], [13.0], [30.0]])
    same_number(
        answer(double(real), double(generated), 1),
        2 / 3,
        f"real clips at {start:g}, {start + 3:g} and {start + 8:g}, k = 1, two of them with a generated one just on "
        f"their radius: the coverage",
        lambda: {ON_THE_EDGE: 0.0},
    )
    real, generated = start + 10 * np.arange(8.0)[:, None], start + np.array([[-5.0], [85.0]])
    same_number(
        answer(double(real), double(generated)),
        5 / 8,
        "eight real clips at every tenth place, a generated one 5 places before the first and one 15 after the last, "
        "and no k given: the coverage",
        _other_k,
    )


def _covered(real: np.ndarray, generated: np.ndarray, k: int = 3) -> Known:
    d, radius = apart(real, generated), reach(real, k)[:, None]
    wanted = float((d <= radius).any(1).mean())

    def faults() -> Mapping[str, float]:
        sums = np.abs(real[:, None] - real).sum(-1), np.abs(real[:, None] - generated).sum(-1)
        return {
            ALONG_THE_AXES: float((sums[1].min(1) <= np.sort(sums[0], 1)[:, k]).mean()),
            ONE_TOO_FAR: float((d <= reach(real, k + 1)[:, None]).any(1).mean()),
            K_UNUSED: float((d <= reach(real, 5)[:, None]).any(1).mean()),
            WIDEST: float((d.min(1) <= radius.max()).mean()),
            "one radius is used for all; each real clip has its own": float(
                (d.min(1) <= radius.mean()).mean()
            ),
            BESIDE_ITSELF: float((d <= reach(real, k - 1)[:, None]).any(1).mean()),
            "this is precision: the share of *generated* clips": float((d <= radius).any(0).mean()),
            "this is recall: its radii are those of the generated clips": float(
                (d <= reach(generated, k)).any(1).mean()
            ),
            "this is density: it counts how many generated clips lie there": float(
                (d <= radius).sum(0).mean() / k
            ),
            "one generated clip is enough; all need not be in a neighbourhood": float(
                (d <= radius).all(1).mean()
            ),
            "the k-th nearest generated clip is asked; the nearest one is enough": float(
                (np.sort(d, 1)[:, k - 1, None] <= radius).mean()
            ),
            "this is a count; a share is expected": wanted * len(real),
            "this is the share that is *not* covered": 1 - wanted,
        }

    return wanted, faults


@lesson.exercise(
    reference=distances.nearer_share,
    minutes=5,
    hints=(
        "For each *generated* clip two distances: `nearest(generated, training)` and `nearest(generated, held_out)`.",
        "How often is the first below the second? `(… < …).double().mean()`. And half of how often they are equal.",
    ),
)
def nearer_share(answer, rng: np.random.Generator) -> None:
    """How often the nearest training clip is nearer than the nearest held-out one; equal counts half."""
    size = int(rng.integers(2, 4))
    (generated, training, held_out), wanted, faults = telling(
        lambda: tuple(
            rng.normal(size=(count, size)) + off for count, off in ((80, 0), (20, 0.4), (20, -0.2))
        ),
        _nearer,
        lambda generated, training, held_out: _off_the_edge(
            apart(generated, training).min(1) - apart(generated, held_out).min(1)
        ),
    )
    share = answer(double(generated), double(training), double(held_out))
    same_number(share, wanted, "the share of 80 generated clips", faults)

    def some_in_both() -> tuple[np.ndarray, ...]:
        places = rng.permutation(40)[:14].astype(float)[:, None]
        generated = np.concatenate([places[:12], places[5:7]])
        return generated, places[:8], np.concatenate([places[:5], places[8:11]])

    (generated, training, held_out), wanted, faults = telling(some_in_both, _equally_near)
    same_number(
        answer(double(generated), double(training), double(held_out)),
        wanted,
        "five clips are in the training *and* in the held-out set, so some generated clips are equally near to both; "
        "the share",
        faults,
    )


def _nearer(generated: np.ndarray, training: np.ndarray, held_out: np.ndarray) -> Known:
    to, off = apart(generated, training), apart(generated, held_out)
    t, h = to.min(1), off.min(1)

    def faults() -> Mapping[str, float]:
        second = np.sort(to, 1)[:, 1] < np.sort(off, 1)[:, 1]
        sums = [np.abs(generated[:, None] - x).sum(-1).min(1) for x in (training, held_out)]
        return {
            "this is the share that is nearer to the *held-out* clips": float((t > h).mean()),
            "this is a count; a share is expected": float((t < h).sum()),
            "you go from the training clips to the generated ones; each *generated* clip is asked": float(
                (to.min(0) < off.min(0)).mean()
            ),
            "mean distances are compared; the *nearest* clip counts": float(
                (to.mean(1) < off.mean(1)).mean()
            ),
            "the farthest clips are compared; the nearest count": float((to.max(1) < off.max(1)).mean()),
            "the second nearest clips are compared; the nearest count: k is 1": float(second.mean()),
            ALONG_THE_AXES: float((sums[0] < sums[1]).mean()),
            "this is how far they are in the mean; a share is expected": float((t - h).mean()),
            "this is a ratio of distances; a share is expected": float((t / h).mean()),
        }

    return float((t < h).mean()), faults


def _equally_near(generated: np.ndarray, training: np.ndarray, held_out: np.ndarray) -> Known:
    """The share where some are equally near to both, and what mistakes make of these: they differ if these are odd in
    number, since `//` cuts nothing off half of an even one."""
    t, h = apart(generated, training).min(1), apart(generated, held_out).min(1)
    count, nearer, equal = len(t), int((t < h).sum()), int((t == h).sum())
    cut = (nearer + equal // 2) / count
    return (nearer + equal / 2) / count, lambda: {
        "equally near ones are counted as nearer; each counts half": (nearer + equal) / count,
        "equally near ones are not counted; each counts half": nearer / count,
        "equally near ones are left out of the mean; each counts half": nearer / (count - equal),
        f"half of the {equal} equally near ones is no whole number, and `//` cuts it off": cut,
    }


# What an ear says -------------------------------------------------------------------------------------------


@lesson.exercise(
    reference=report.score,
    minutes=8,
    hints=(
        "The mean over the clips, `p.mean(0)`, is how often each class comes. Each clip's p is compared with it.",
        "KL of one clip: Σ p (log p − log mean) over the classes. Then the mean over the clips, then exp.",
        "log 0 is −∞, and 0 · −∞ no number: `p = p.double().clamp(min=1e-12)` first.",
    ),
)
def score(answer, rng: np.random.Generator) -> None:
    """exp of the mean KL from the mean; certain clips (zeros) included."""
    count, classes = int(rng.integers(12, 20)), int(rng.integers(3, 6))

    def unsure() -> tuple[np.ndarray]:
        p = rng.dirichlet(np.full(classes, 0.4), count).clip(1e-4)
        return (p / p.sum(1, keepdims=True),)

    (p,), wanted, faults = telling(unsure, _score, lambda p: p.min() < 5e-4)
    same_number(answer(double(p)), wanted, f"the score of {count} clips and {classes} classes", faults)
    sure = np.eye(classes)[np.arange(4 * classes) % classes]
    got = answer(double(sure))
    value = np.asarray(got.detach() if hasattr(got, "detach") else got)
    expect(
        np.isfinite(value).all(),
        "an ear that is sure gives zeros, and 0 · log 0 is no number: `.clamp(min=1e-12)` first",
    )
    # Instead of 0 there may stand what is small enough: 1e-6 is, 1e-5 is not.
    same_number(
        got,
        classes,
        f"clips that are surely one of {classes} classes, each equally often: the score",
        lambda: (
            _too_large(sure, 1e-5, 1e-4, 1e-3, 1e-2)
            | {
                "a clip whose sum is NaN counts as 0, and here each does; it is 0 · log 0 alone that is 0: "
                "`.clamp(min=1e-12)` first": 1.0
            }
        ),
        1e-4,
    )
    same_number(
        answer(double(np.tile(rng.dirichlet(np.ones(classes)), (6, 1)))),
        1.0,
        "six clips of which the ear says the same: the score",
        none_known,
    )


def _score(p: np.ndarray) -> Known:
    mean = p.mean(0)
    kl = (p * np.log(p / mean)).sum(1)
    wanted = float(np.exp(kl.mean()))

    def faults() -> Mapping[str, float]:
        across = (p * np.log(p / p.mean(1, keepdims=True))).sum(1)
        return {
            "exp is missing": float(kl.mean()),
            "exp of the *negative* divergence: it is p (log p − log mean)": 1 / wanted,
            "exp is taken of each clip, and then the mean; the mean comes first": float(np.exp(kl).mean()),
            "the divergences are added up; their mean is expected": float(np.exp(kl.sum())),
            "the mean is over the classes too: add up over these, and take the mean over the clips": float(
                np.exp((p * np.log(p / mean)).mean())
            ),
            "this is KL from the mean to the clips; it is from each clip to the mean": float(
                np.exp((mean * np.log(mean / p)).sum(1).mean())
            ),
            "each clip is compared with equal classes, and not with the mean over the clips": float(
                np.exp(across.mean())
            ),
            "only the variety is measured: exp of the entropy of the mean": float(
                np.exp(-(mean * np.log(mean)).sum())
            ),
            "this is the logarithm to base 2, and then exp": float(np.exp(kl.mean() / np.log(2))),
        } | _too_large(p, 1e-3, 1e-2)

    return wanted, faults


def _too_large(p: np.ndarray, *least: float) -> dict[str, float]:
    """What the score of `p` (clip, class) is if it is nowhere less than one of `least`."""
    return {
        f"p is clamped to {one:g}, and that is so much that it counts: `.clamp(min=1e-12)`": _score(
            p.clip(one)
        )[0]
        for one in least
    }


@lesson.exercise(
    reference=distances.area_under_curve,
    minutes=6,
    hints=(
        "Compare every positive score with every negative one: `positive[:, None] > negative[None]` has all pairs.",
        "The mean of that, and half of the mean of `==`.",
    ),
    instead_of=("scipy.stats.mannwhitneyu", "sklearn", "gan_course.evaluation.distances._shares_below"),
)
def area_under_curve(answer, rng: np.random.Generator) -> None:
    """The share of pairs in which the positive one scores higher; equal ones half."""

    def apart_by(shift: float) -> tuple[np.ndarray, np.ndarray]:
        return rng.normal(size=9) + shift, rng.normal(size=14)

    for draw, clear in (
        (lambda: apart_by(0.7), lambda one, other: _pairs(one, other)[0] > 0.55),
        (lambda: (rng.integers(-1, 4, 7) + 0.0, rng.integers(-1, 4, 9) + 0.0), _level_at_both_ends),
    ):
        (positive, negative), wanted, faults = telling(draw, _area, clear)
        what = f"the area for {len(positive)} positive and {len(negative)} negative scores"
        same_number(answer(double(positive), double(negative)), wanted, what, faults)
    (positive, negative), wanted, faults = telling(
        lambda: apart_by(-0.7), _area, lambda one, other: _pairs(one, other)[0] < 0.45
    )
    turned = "an area below ½ is not turned round: it says that *negative* ones score higher"
    same_number(
        answer(double(positive), double(negative)),
        wanted,
        f"the area for {len(positive)} positive and {len(negative)} negative scores, where these are higher,",
        lambda: {turned: 1 - wanted} | faults(),
    )
    above = answer(double(np.array([3.0, 4.0])), double(np.array([1.0, 2.0, 2.5])))
    same_number(above, 1.0, "all positive scores are above all negative ones: the area", none_known)


def _pairs(positive: np.ndarray, negative: np.ndarray) -> tuple[float, float]:
    """The shares of pairs in which the positive one is higher, and in which they are equal."""
    return float((positive[:, None] > negative).mean()), float((positive[:, None] == negative).mean())


def _level_at_both_ends(positive: np.ndarray, negative: np.ndarray) -> bool:
    ends = positive.max() == negative.max() and positive.min() == negative.min()
    return bool(ends) and _area(positive, negative)[0] > 0.55


def _area(positive: np.ndarray, negative: np.ndarray) -> Known:
    above, level = _pairs(positive, negative)
    wanted = above + level / 2

    def faults() -> Mapping[str, float]:
        paired = min(len(positive), len(negative))
        top = (positive == negative.max()).mean() * (negative == negative.max()).mean() / 2
        bottom = (1 - (positive == negative.min()).mean() / 2) * (negative == negative.min()).mean()
        named = {
            "it is the wrong way round: a *positive* one should score higher": 1 - wanted,
            "this is a number of pairs; a share is expected": wanted * len(positive) * len(negative),
            "each is compared with one other only; all pairs count": float(
                (positive[:paired] > negative[:paired]).mean()
            ),
            "each positive score is compared with the mean of the negative ones; all pairs count": float(
                (positive > negative.mean()).mean()
            ),
            "each negative score is compared with the mean of the positive ones; all pairs count": float(
                (positive.mean() > negative).mean()
            ),
            "this is how often one threshold at 0 is right; the area needs none": float(
                0.5 * ((positive > 0).mean() + (negative <= 0).mean())
            ),
            "only the means are compared": float(positive.mean() - negative.mean()),
        }
        if bottom:
            named["the curve ends at (1, 1), and the area under its last piece is missing"] = wanted - float(
                bottom
            )
        if not level:
            return named
        return {
            "equal scores count as higher; they count half": above + level,
            "equal scores are not counted; they count half": above,
            "equal scores count a quarter; they count half": above + level / 4,
            "equal scores are left out of the mean; they count half": above / (1 - level),
            "the curve begins at (0, 0), and the area under its first piece is missing": wanted - float(top),
        } | named

    return wanted, faults


# Listeners --------------------------------------------------------------------------------------------------


@lesson.exercise(
    reference=listening.at_least,
    points=2,
    minutes=8,
    hints=(
        "Exactly k of n: `math.comb(n, k)` ways to choose which, each with probability share^k (1 − share)^(n − k).",
        "At least `right`: add up k = right, right + 1, …, n.",
        "`range(right, n + 1)` ends with n.",
    ),
    instead_of=("scipy.stats", "gan_course.evaluation.abx_result"),
)
def at_least(answer, rng: np.random.Generator) -> None:
    """The upper tail of the binomial distribution, the end included, for any share."""
    for guessing in (True, False):

        def trials(guessing: bool = guessing) -> tuple[int, int, float]:
            n = int(rng.integers(8, 14))
            return n - int(rng.integers(2, 5)), n, 0.5 if guessing else float(rng.uniform(0.6, 0.9))

        (right, n, share), wanted, faults = telling(trials, _tail, least=1e-3)
        how = "guessing," if guessing else f"with a share of {share:.3g}"
        given = (right, n) if guessing else (right, n, share)
        same_number(answer(*given), wanted, f"at least {right} of {n} right {how}", faults, 1e-5)
    same_number(answer(0, n), 1.0, f"at least 0 of {n} right: the probability", none_known, 1e-5)
    what = f"{n} of {n} right with a share of {share:.3g}"
    same_number(answer(n, n, share), share**n, what, none_known, 1e-5)


def _tail(right: int, n: int, share: float) -> Known:
    def chances(share: float) -> list[float]:
        return [math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]

    each = chances(share)
    wanted = sum(each[right:])

    def faults() -> Mapping[str, float]:
        named = {
            "this is exactly so many right; at least so many is asked": each[right],
            "the sum begins one too late: `right` itself belongs to it": sum(each[right + 1 :]),
            "the sum ends too early: n of n belongs to it": sum(each[right:n]),
            "this is at *most* so many right": sum(each[: right + 1]),
            "this is *fewer* than so many right": sum(each[:right]),
            "there are comb(n, k) ways to be right k times": sum(
                share**k * (1 - share) ** (n - k) for k in range(right, n + 1)
            ),
            "the wrong answers are forgotten: each has the probability 1 − share": sum(
                math.comb(n, k) * share**k for k in range(right, n + 1)
            ),
            "this is for two sides, and a listener who hears something is right *more* often": 2 * wanted,
            "this is the share of right answers": right / n,
        }
        if share == 0.5:
            return named
        return named | {
            "share and 1 − share have changed places": sum(chances(1 - share)[right:]),
            "share is not used: this is guessing": sum(chances(0.5)[right:]),
        }

    return wanted, faults
