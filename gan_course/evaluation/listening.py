"""Listening tests: what is asked, in which order, and what the answers say. Lesson 10.

A metric is right where listeners agree with it. An ABX test asks whether two treatments of a sound can be told apart
at all (Munson and Gardner 1950; Clark 1982), a forced choice, which of two sounds is, say, the generated one; mean
opinion scores ask how good each is (ITU-T P.800). All are blind: who listens does not know which sound is which, and
the order is drawn from a seed.
"""

from __future__ import annotations

import csv
import io
import math
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SCALE = {1: "bad", 2: "poor", 3: "fair", 4: "good", 5: "excellent"}
"""Absolute category rating: what listeners choose from (ITU-T P.800)."""
FIELDS = ("test", "trial", "asked", "answer", "right", "seconds", "when")
"""The columns of an answers' file. asked: X of an ABX trial, the right answer of a forced choice, the condition of a
rating. right: 1 or 0, "" of a rating."""


@dataclass(frozen=True)
class ABXTrial:
    """A trial: A is of condition `a`, B of the other, X is of the one that `x` names, "A" or "B"; `item` is which pair.

    X is the very sound that was heard as A or as B. In a forced choice no X is played.
    """

    item: int
    a: str
    x: str
    conditions: tuple[str, str]

    @property
    def b(self) -> str:
        """The condition of B."""
        return self.conditions[1] if self.a == self.conditions[0] else self.conditions[0]

    def right(self, answer: str) -> bool:
        """Whether "A" or "B" is what X was."""
        return answer == self.x


def abx_trials(
    items: int, conditions: tuple[str, str], count: int | None = None, seed: int = 0
) -> list[ABXTrial]:
    """`count` trials (as many as items unless given) of pairs 0 … items − 1 in a random order, each pair equally often.

    Which condition is A is drawn for each trial, and so is X, by a coin that knows nothing of the others: who guesses
    is right with probability ½ in every trial, however the answers are spread. (Were X to be A in just half of them,
    who says A as often as B would be right more often than the binomial test believes.) Raises ValueError for no items,
    no trials and equal conditions.
    """
    count = items if count is None else count
    if items < 1 or count < 1:
        raise ValueError(f"there are {items} pairs and {count} trials: at least one of each is needed")
    if len(conditions) != 2 or conditions[0] == conditions[1]:
        raise ValueError(f"the conditions are {conditions}: two different ones are compared")
    random = np.random.default_rng(seed)
    rounds = [random.permutation(items) for _ in range(-(-count // items))]
    order = np.concatenate(rounds)[:count]
    first, x = random.integers(0, 2, (2, count))
    return [
        ABXTrial(int(item), conditions[which], "AB"[letter], tuple(conditions))
        for item, which, letter in zip(order, first, x, strict=True)
    ]


@dataclass(frozen=True)
class Rating:
    """One sound to be rated: which `item` of which `condition`."""

    item: int
    condition: str


def rating_trials(items: int, conditions: Sequence[str], seed: int = 0) -> list[Rating]:
    """Every item of every condition once, in a random order. Raises ValueError for none, or a condition twice."""
    if items < 1 or not conditions or len(set(conditions)) != len(conditions):
        raise ValueError(f"there are {items} items of {tuple(conditions)}: give some, each condition once")
    every = [Rating(item, condition) for condition in conditions for item in range(items)]
    order = np.random.default_rng(seed).permutation(len(every))
    return [every[place] for place in order]


@dataclass(frozen=True)
class ABXResult:
    """right out of n. share: of right answers; low, high: where it lies with 95% for endlessly many trials (Clopper
    and Pearson 1934). p: how probable at least so many right answers are for one who guesses."""

    right: int
    n: int
    share: float
    low: float
    high: float
    p: float

    def __str__(self) -> str:
        return self.said("they can be told apart")

    def said(self, what: str) -> str:
        """The result as two sentences, `what` being what right answers show."""
        told = what if self.p < 0.05 else f"this does not show that {what}"
        return (
            f"{self.right} of {self.n} right ({self.share:.0%}; 95%: {self.low:.0%} to {self.high:.0%}). One who "
            f"guesses is right at least so often with a probability of {_probability(self.p)}: {told}."
        )


def abx_result(right: int, n: int) -> ABXResult:
    """What `right` of `n` answers say, by the one-sided binomial test against guessing.

    Raises ValueError for no answers, and unless 0 ≤ right ≤ n.
    """
    from scipy.special import betainc, betaincinv

    if n < 1 or not 0 <= right <= n:
        raise ValueError(f"{right} of {n} answers are right: give 0 to n of at least one")
    # sums of binomial probabilities are incomplete beta functions; scipy.stats would take seconds to import
    p = float(betainc(right, n - right + 1, 0.5)) if right else 1.0
    low = float(betaincinv(right, n - right + 1, 0.025)) if right else 0.0
    high = float(betaincinv(right + 1, n - right, 0.975)) if right < n else 1.0
    return ABXResult(right, n, right / n, low, high, p)


def at_least(right: int, n: int, share: float = 0.5) -> float:
    """How probable `right` or more right answers of `n` are for a listener who is right with probability `share`.

    By the binomial distribution, summed term by term, for up to 1,000 answers. With 0.5, the share of one who guesses,
    it is the p of `abx_result`; with a larger one and `fewest_right(n)`, how probably a test of n trials finds a
    listener who does hear something: its power. Lesson 10.
    """
    return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(right, n + 1))


def fewest_right(n: int, level: float = 0.05) -> int | None:
    """How many of `n` answers must be right so that guessing explains them with less than `level`; None if all do not.

    With fewer than five trials nothing is enough for 5%.
    """
    return next((right for right in range(n + 1) if abx_result(right, n).p < level), None)


@dataclass(frozen=True)
class MOSResult:
    """The mean of n ratings of 1 to 5. low, high: where it lies with 95%, by Student's t; NaN of a single rating."""

    mean: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        if self.n < 2:
            return f"{self.mean:.2f} (one rating says nothing of its uncertainty)"
        return f"{self.mean:.2f} (95%: {self.low:.2f} to {self.high:.2f}; n = {self.n})"


def mos_result(ratings: Iterable[float]) -> MOSResult:
    """The mean opinion score with its interval; ends beyond 1 and 5 are cut off. Equal ratings have no width.

    Raises ValueError for no ratings and for those outside 1 to 5.
    """
    from scipy.special import stdtrit

    values = np.asarray(list(ratings), dtype=float)
    if not len(values) or not ((values >= 1) & (values <= 5)).all():
        raise ValueError(f"the ratings are {values.tolist()}: give some, each from 1 to 5")
    mean = float(values.mean())
    if len(values) < 2:
        return MOSResult(mean, float("nan"), float("nan"), 1)
    reach = float(stdtrit(len(values) - 1, 0.975) * values.std(ddof=1) / len(values) ** 0.5)
    return MOSResult(mean, max(1.0, mean - reach), min(5.0, mean + reach), len(values))


def mos_results(answers: Iterable[Mapping[str, str]]) -> dict[str, MOSResult]:
    """The mean opinion score of each condition, from the rows of an answers' file."""
    by_condition: dict[str, list[float]] = {}
    for row in answers:
        by_condition.setdefault(row["asked"], []).append(float(row["answer"]))
    return {condition: mos_result(ratings) for condition, ratings in by_condition.items()}


class Answers:
    """Answers in a CSV file, one row each, added as they come and never changed.

    test: the name of the test; only its own rows are counted, and others in the file stay. A file that is none of
    answers is refused with a ValueError, and is never written to.
    """

    def __init__(self, path: Path | str, test: str) -> None:
        self.path, self.test = Path(path), test
        if len(test.splitlines()) > 1:
            raise ValueError(f"the name of the test is {test!r}: give one of one line")
        if self.path.exists():
            self._all()

    def rows(self) -> list[dict[str, str]]:
        """The answers of this test so far, by trial; none if there is no file. The first of a trial counts."""
        found: dict[str, dict[str, str]] = {}
        for row in self._all():
            if row["test"] == self.test:
                found.setdefault(row["trial"], row)
        return list(found.values())

    def add(
        self, trial: int, asked: str, answer: str, right: bool | None = None, seconds: float = 0.0
    ) -> None:
        """Append one answer; it is on the disk when this returns. Raises ValueError for a trial that has one."""
        if any(row["trial"] == str(trial) for row in self.rows()):
            raise ValueError(f"trial {trial} of {self.test} is answered already, and answers are not changed")
        values = (
            self.test,
            trial,
            asked,
            answer,
            "" if right is None else int(right),
            f"{seconds:.1f}",
            time.strftime("%Y-%m-%dT%H:%M:%S"),
        )
        if broken := [value for value in values if len(str(value).splitlines()) > 1]:
            raise ValueError(f"{broken[0]!r} is written into one line of {self.path}: leave line breaks out")
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        before = self.path.read_bytes() if self.path.exists() else b""
        if before and not before.endswith(b"\n"):
            text.write("\n")  # a line that was cut off when it was written
        if not before:
            writer.writerow(FIELDS)
        writer.writerow(values)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a", newline="", encoding="utf-8") as file:
            file.write(text.getvalue())
            file.flush()
            os.fsync(file.fileno())

    def _all(self) -> list[dict[str, str]]:
        if not self.path.is_file() or not self.path.stat().st_size:
            return []
        # line by line, since one that was cut off within quotes would swallow those that follow
        lines = self.path.read_text("utf-8", errors="replace").splitlines()
        head, *rows = (next(csv.reader([line]), []) for line in lines)
        if tuple(head) != FIELDS:
            raise ValueError(f"{self.path} holds no answers to listening tests: name another file")
        return [dict(zip(FIELDS, row, strict=True)) for row in rows if len(row) == len(FIELDS)]


def _probability(p: float) -> str:
    return "less than 0.001" if p < 0.001 else f"{p:.3f}"
