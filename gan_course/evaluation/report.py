"""Judging as one call: every metric with the question that it answers, its floor and its uncertainty. Lesson 10.

No number judges a generator alone. One that hears the right notes may not hear that they are blurred; one that finds
all sounds good may not see that half of them are missing. So each row of a verdict says what it answers, by which
embedding, of how many clips, and what real sounds get in the place of the generated ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import torch
from torch import Tensor

from gan_course.datasets import Clips
from gan_course.evaluation.distances import (
    frechet_distance,
    frechet_infinity,
    kernel_distance,
    median_distance,
    memorisation,
    neighbourhoods,
)
from gan_course.evaluation.ear import Ear, Listener
from gan_course.evaluation.pitch import cents, search_range, track_pitch
from gan_course.evaluation.statistics import (
    band_distance,
    band_levels,
    modulation_spectra,
)
from gan_course.evaluation.two_sample import BATCH, tell_apart
from gan_course.synthesis import frequency_of, midi_number

CONTROL = "Does it play what was asked for?"
QUALITY = "Can it be told from a real sound?"
VARIETY = "Is it as varied as the real sounds?"
WHOLE = "How far is the whole of it from the real sounds?"
COPYING = "Did it learn its training sounds by heart?"
QUESTIONS = (CONTROL, QUALITY, VARIETY, WHOLE, COPYING)

REPEATS = 10
"""How many random parts of the clips an uncertainty is taken from."""
LARGEST = 1000
"""How many clips are in such a part at most."""
FEWEST = 16
"""With fewer clips of a kind no verdict is given."""
NEIGHBOURS = 5
TRAINED = ", combinations trained on"
"""Ends the names of metrics that ask again, with labels that came together in training."""
ASKED_AGAIN = (
    "The labels of some held-out sounds came together in no training sound. So control is measured twice: with the "
    "labels of held-out sounds, and, in the rows that end in “combinations trained on”, with those of training sounds, "
    "which are then the real ones too. Where the label ear was trained on the held-out sounds too, as that of the "
    "orchestra was, or it could not name them, what real sounds get by it is too good. The tracker was trained on "
    "nothing."
)
BY_DISTANCE = (
    "Copying is judged by the distance to training sounds alone, since unseen sounds have other labels than these: a "
    "copy that is badly drawn would not be noticed, and poor sounds are further away than new real ones are."
)
TOLD = "told from real (AUC)"
NEAREST = "nearer to training clips (AUC)"
NEAREST_ALONE = "nearer to training clips, by distance (AUC)"
AT_MOST_HALF = "≤ 0.5"
"""What is best of these two: less than 0.5 is no copying either."""
SHARES = ("precision", "recall", "coverage", TOLD, NEAREST, NEAREST_ALONE)
"""Metrics between 0 and 1, and so are the ends of their intervals."""
CAN_BE_NEGATIVE = ("KAD × 100", "FAD∞")
"""What is unbiased, or extrapolated, lies around 0 for equal sets; the intervals of all other metrics end at 0."""


@dataclass(frozen=True)
class Row:
    """One number of a verdict.

    metric, unit: what it is. question: which of `QUESTIONS` it answers. value: for the generated clips; low, high:
    where it probably (95%) lies. floor: for other real clips in the place of the generated ones. through: for these
    after they went through the generator's representation, which nothing that is decoded from it can be expected to
    beat; None where that was not measured. n: of how many generated clips. embedding: what listened. better: "higher",
    "lower", the value that is best, as text, or `AT_MOST_HALF`.
    """

    metric: str
    question: str
    value: float
    low: float
    high: float
    floor: float
    n: int
    embedding: str
    better: str
    unit: str = ""
    through: float | None = None


@dataclass(frozen=True)
class Verdict:
    """The rows of `judge`, and in words what could not be measured and why."""

    rows: tuple[Row, ...]
    left_out: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, in which a number that is none, as the median error of silence, is None."""
        rows = [
            {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in asdict(row).items()}
            for row in self.rows
        ]
        return {"rows": rows, "left_out": list(self.left_out)}

    def __getitem__(self, metric: str) -> Row:
        """The first row of that name. Raises KeyError with the names that there are."""
        for row in self.rows:
            if row.metric == metric:
                return row
        raise KeyError(f"there is no {metric!r} here: choose {', '.join(row.metric for row in self.rows)}")

    def __contains__(self, metric: str) -> bool:
        """Whether there is a row of that name."""
        return any(row.metric == metric for row in self.rows)

    def __str__(self) -> str:
        return as_text(self)

    def remarks(self) -> list[str]:
        """What a reader of the table must know besides, as sentences."""
        asked_again = any(row.metric.endswith(TRAINED) for row in self.rows)
        return [
            *([ASKED_AGAIN] if asked_again else []),
            *([BY_DISTANCE] if NEAREST_ALONE in self else []),
            *(f"Not measured: {said}." for said in self.left_out),
        ]


@dataclass
class _Bench:
    """What is judged, and the rows so far. sets: "generated", "other" and maybe "through", alike in their labels."""

    sets: dict[str, Any]
    reference: Any
    seed: int
    rows: list[Row] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add(
        self,
        metric: str,
        question: str,
        measure: Callable[[str], float],
        interval: tuple[float, float],
        embedding: str,
        better: str,
        unit: str = "",
        value: float | None = None,
        n: int | None = None,
    ) -> None:
        value = measure("generated") if value is None else value
        low, high = interval
        if metric not in CAN_BE_NEGATIVE:
            low = max(low, 0.0)
        if metric in SHARES:
            high = min(high, 1.0)
        self.rows.append(
            Row(
                metric,
                question,
                value,
                low,
                high,
                floor=measure("other"),
                n=n or len(self.sets["generated"]),
                embedding=embedding,
                better=better,
                unit=unit,
                through=measure("through") if "through" in self.sets else None,
            )
        )


def judge(
    generated: Clips,
    reference: Clips,
    other: Clips | None = None,
    *,
    training: Clips | None = None,
    unseen: Clips | None = None,
    through: Clips | None = None,
    trained: Mapping[Literal["generated", "other", "through"], Clips] | None = None,
    ear: Ear | None = None,
    listeners: Mapping[str, Listener] | None = None,
    two_sample: bool = True,
    by_distance: bool = False,
    seed: int = 0,
    say: Callable[[str], None] = lambda text: None,
) -> Verdict:
    """Every metric that these clips allow, as a `Verdict`.

    generated: labelled with what was asked for, with labels drawn as those of the real clips. reference: real clips
    that the generator was not trained on; other: as many more as there are generated ones, for the floor; None takes
    half of the reference. training: what the generator was trained on, for `memorisation`, and unseen: real clips that
    it was not trained on, best as many; None takes the reference. through: `other` after the generator's
    representation. trained: generated, other and through once more, where the labels of the real clips came together in
    no training clip, with labels that did; control is then measured for both. ear: it hears labels, for accuracy and
    scores. listeners: by name, whose features measure distances; none of them may have been used in training. Of
    clips that are longer than those of an ear it hears the beginning, and its rows say how much. two_sample: whether
    judges are trained too, which takes most of the time. by_distance: that training clips have other labels than the
    unseen ones, so that copying can be judged by distance alone. `say` is told what is being done.

    What cannot be measured, as labels that are not there, is left out, and the verdict says so. Raises ValueError for
    clips that cannot be compared at all: fewer than 16 of a kind, another rate, another length.
    """
    if other is None:
        order = torch.randperm(len(reference), generator=torch.Generator().manual_seed(seed))
        half = len(order) // 2
        reference, other = reference.select(order[:half]), reference.select(order[half:])
    sets = {"generated": generated, "other": other} | ({"through": through} if through is not None else {})
    _check({**sets, "reference": reference})
    bench = _Bench(sets, reference, seed)
    say("listening for what was asked for")
    _control(bench, ear)
    _pitch(bench)
    if trained is not None:
        again = _Bench(dict(trained), reference, seed)
        _control(again, ear)
        _pitch(again)
        bench.rows += [replace(row, metric=row.metric + TRAINED) for row in again.rows]
    say("measuring bands and modulation")
    _statistics(bench)
    if two_sample:
        say("training judges to tell generated from real")
        _two_sample(bench)
    if ear is not None:
        _scores(bench, ear)
    for name, listener in (listeners or {}).items():
        name += _how_much(listener, reference)
        say(f"comparing features of {name}")
        features = {what: _described(listener, clips) for what, clips in sets.items()}
        real = _described(listener, reference)
        _distances(bench, name, real, features)
        if training is not None:
            held_out = None if by_distance else real if unseen is None else _described(listener, unseen)
            _memorised(bench, name, _described(listener, training), held_out, features)
    if training is None:
        bench.left_out.append("copying of the training sounds: they were not given")
    order = {question: place for place, question in enumerate(QUESTIONS)}
    return Verdict(tuple(sorted(bench.rows, key=lambda row: order[row.question])), tuple(bench.left_out))


def judge_features(
    real: Tensor,
    generated: Tensor,
    other: Tensor,
    *,
    training: Tensor | None = None,
    embedding: str = "features",
    seed: int = 0,
) -> Verdict:
    """What `judge` says by features `(clip, feature)` alone, of any embedding.

    real: of the reference; other: of the real clips that set the floor; training: of what the generator was trained
    on, for memorisation against `real`. Raises ValueError for features that cannot be compared.
    """
    features = {"generated": generated, "other": other}
    bench = _Bench(dict(features), real, seed)
    _distances(bench, embedding, real, features)
    if training is not None:
        _memorised(bench, embedding, training, real, features)
    return Verdict(tuple(bench.rows), tuple(bench.left_out))


def _check(sets: Mapping[str, Clips]) -> None:
    first = sets["generated"]
    for name, clips in sets.items():
        if len(clips) < FEWEST:
            raise ValueError(f"there are {len(clips)} clips of {name}: give {FEWEST} or more")
        if (clips.rate, clips.audio.shape[1]) != (first.rate, first.audio.shape[1]):
            raise ValueError(
                f"the clips of {name} have {clips.audio.shape[1]:,} samples at {clips.rate:,} Hz, and those generated "
                f"{first.audio.shape[1]:,} at {first.rate:,} Hz: make them alike"
            )
        if not bool(clips.audio.isfinite().all()):
            raise ValueError(f"the clips of {name} hold NaN or infinity: look for broken clips first")


# Uncertainty


def wilson_interval(right: float, n: int) -> tuple[float, float]:
    """Where a share lies with 95% that was `right` times out of `n` (Wilson 1927)."""
    from scipy.stats import binomtest

    found = binomtest(round(right), n).proportion_ci(0.95, "wilson")
    return float(found.low), float(found.high)


def parts_interval(
    statistic: Callable[..., float], sets: Sequence[Tensor], value: float, seed: int = 0
) -> tuple[float, float]:
    """Where `value`, a statistic of several sets, lies with 95%: see `parts_intervals`."""
    return parts_intervals(lambda *parts: {"": statistic(*parts)}, sets, {"": value}, seed)[""]


def parts_intervals(
    statistics: Callable[..., Mapping[str, float]],
    sets: Sequence[Tensor],
    values: Mapping[str, float],
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """Where statistics of several sets lie with 95%, from random parts of each, of half its clips or `LARGEST`.

    The spread of a mean over random halves, drawn without replacement, is its own standard error (Shao and Wu 1989);
    that over parts of m of n clips is √((n − m) / m) times it, by which it is divided (subsampling, Politis and Romano
    1994). Nothing comes twice, unlike in a bootstrap, where each copy would be its own nearest neighbour. Small sets
    are more biased than large ones; only their spread is used, around `values`. That of a distance near its floor
    falls as 1 / n and not as 1 / √n, so there the interval is about twice as wide as it need be.
    """
    from scipy.stats import t

    random = torch.Generator().manual_seed(seed)
    sizes = [min(len(x) // 2, LARGEST) for x in sets]
    found = [
        statistics(
            *(x[torch.randperm(len(x), generator=random)[:size]] for x, size in zip(sets, sizes, strict=True))
        )
        for _ in range(REPEATS)
    ]
    fewest = min(range(len(sets)), key=lambda place: len(sets[place]))
    wider = ((len(sets[fewest]) - sizes[fewest]) / sizes[fewest]) ** 0.5
    times = float(t.ppf(0.975, REPEATS - 1)) / wider
    spread = {
        name: float(torch.tensor([one[name] for one in found], dtype=torch.float64).std()) for name in values
    }
    return {
        name: (value - times * spread[name], value + times * spread[name]) for name, value in values.items()
    }


# How much of a clip an ear hears


def _beginning(listener: Listener, clips: Clips) -> Clips:
    longer = clips.audio.shape[-1] > listener.samples
    return replace(clips, audio=clips.audio[..., : listener.samples]) if longer else clips


def _how_much(listener: Listener, clips: Clips) -> str:
    longer = clips.audio.shape[-1] > listener.samples
    return f", first {listener.samples / listener.rate:.2f} s" if longer else ""


def _described(listener: Listener, clips: Clips) -> Tensor:
    return listener.features(_beginning(listener, clips))


# What each question asks


def _control(bench: _Bench, ear: Ear | None) -> None:
    labels = bench.sets["generated"].classes
    if not labels:
        bench.left_out.append("accuracy and pitch: the clips have no labels")
        return
    if ear is None:
        bench.left_out.append(f"accuracy: no ear for {', '.join(labels)} that hears these sounds was given")
        return
    n = len(bench.sets["generated"])
    heard: dict[str, dict[str, float]] = {}
    for kind in labels:
        if kind not in ear.classes:
            bench.left_out.append(f"accuracy of {kind}: the ear does not hear it")
            continue
        try:
            for what, clips in bench.sets.items():
                own = Clips(clips.audio, clips.rate, {kind: clips.labels[kind]}, {kind: clips.classes[kind]})
                heard.setdefault(kind, {})[what] = ear.accuracy(_beginning(ear, own))[kind]
        except ValueError as error:
            bench.left_out.append(f"accuracy of {kind}: {error}")
            continue
        shares = heard[kind]
        bench.add(
            f"right {kind}",
            CONTROL,
            shares.__getitem__,
            wilson_interval(shares["generated"] * n, n),
            "label ear" + _how_much(ear, bench.reference),
            "higher",
        )


def _pitch(bench: _Bench) -> None:
    names = bench.sets["generated"].classes.get("pitch")
    if names is None:
        return
    try:
        frequencies = torch.tensor([float(frequency_of(midi_number(name))) for name in names])
    except ValueError:
        bench.left_out.append("pitch by the tracker: the labels are no notes such as A4")
        return
    rate = bench.reference.rate
    low, high = search_range(frequencies, rate)
    off = {
        what: cents(track_pitch(clips.audio, rate, low, high), frequencies[clips.labels["pitch"]]).abs()
        for what, clips in bench.sets.items()
    }
    shares = {what: float((error <= 50).double().mean()) for what, error in off.items()}
    n = len(off["generated"])
    bench.add(
        "pitch within 50 cents",
        CONTROL,
        shares.__getitem__,
        wilson_interval(shares["generated"] * n, n),
        "autocorrelation",
        "higher",
    )
    medians = {what: float(error.nanmedian()) for what, error in off.items()}
    middle = medians["generated"]
    bench.add(
        "median error of pitch",
        CONTROL,
        medians.__getitem__,
        parts_interval(lambda x: float(x.nanmedian()), [off["generated"]], middle, bench.seed),
        "autocorrelation",
        "lower",
        "cents",
    )


def _statistics(bench: _Bench) -> None:
    rate = bench.reference.rate
    for metric, describe, distance in (
        ("band levels", band_levels, band_distance),
        ("modulation", lambda audio, rate: modulation_spectra(audio, rate)[0].flatten(1), band_distance),
    ):
        real = describe(bench.reference.audio, rate)
        of = {what: describe(clips.audio, rate) for what, clips in bench.sets.items()}
        value = distance(real, of["generated"])
        bench.add(
            metric,
            QUALITY,
            lambda what, of=of, real=real, distance=distance: distance(real, of[what]),
            parts_interval(distance, [real, of["generated"]], value, bench.seed),
            "none: mel bands",
            "lower",
            "dB",
            value,
        )


def _two_sample(bench: _Bench) -> None:
    from gan_course.spectral import LogMel

    fewest = min(len(bench.reference), *map(len, bench.sets.values()))
    if fewest < 4 * BATCH:
        bench.left_out.append(
            f"two-sample judge: it needs {4 * BATCH} clips of each kind, and there are {fewest}"
        )
        return
    encoding = LogMel(rate=bench.reference.rate)

    def pictures(clips: Clips) -> Tensor:
        whole = clips.audio.shape[1] // encoding.hop * encoding.hop
        return torch.cat([encoding.encode(part[:, :whole]) for part in clips.audio.split(256)])

    real = pictures(bench.reference)
    found = {what: tell_apart(real, pictures(clips), bench.seed) for what, clips in bench.sets.items()}
    auc, error = found["generated"]["auc"], found["generated"]["error"]
    bench.add(
        TOLD,
        QUALITY,
        lambda what: found[what]["auc"],
        (auc - 1.96 * error, auc + 1.96 * error),
        "two-sample judge",
        "0.5",
        "",
        auc,
        int(found["generated"]["n"]),
    )


def score(p: Tensor) -> float:
    """exp of the mean KL divergence of p(class | clip) `(clip, class)` from its mean over the clips: 1 to the classes.

    The Inception score of Salimans et al. (2016), whose name is that of its classifier. High if each clip is surely of
    one class and the classes come equally often; what a clip sounds like beyond that, it does not hear. Lesson 10.
    """
    p = p.double().clamp(min=1e-12)
    return float((p * (p.log() - p.mean(0).log())).sum(1).mean().exp())


def _scores(bench: _Bench, ear: Ear) -> None:
    heard = {what: ear.hear(_beginning(ear, clips)) for what, clips in bench.sets.items()}
    for kind, names in ear.classes.items():
        value = score(heard["generated"][kind])
        bench.add(
            f"score of {kind} (1 to {len(names)})",
            VARIETY,
            lambda what, kind=kind: score(heard[what][kind]),
            parts_interval(score, [heard["generated"][kind]], value, bench.seed),
            "label ear" + _how_much(ear, bench.reference),
            "higher",
            "",
            value,
        )


def _distances(bench: _Bench, name: str, real: Tensor, features: Mapping[str, Tensor]) -> None:
    few = min(len(real), *map(len, features.values())) // 2 <= NEIGHBOURS
    if few:
        bench.left_out.append(f"precision to coverage by {name}: too few clips for {NEIGHBOURS} neighbours")
    sigma = median_distance(real.double())

    def measures(real: Tensor, x: Tensor) -> dict[str, float]:
        near = {} if few else neighbourhoods(real, x, NEIGHBOURS)
        return {
            "FAD": frechet_distance(real, x),
            "KAD × 100": 100 * kernel_distance(real, x, sigma),
            **near,
        }

    limits = {what: frechet_infinity(real, x, seed=bench.seed)["value"] for what, x in features.items()}
    found = {what: {"FAD∞": limits[what], **measures(real, x)} for what, x in features.items()}

    def of_parts(real: Tensor, x: Tensor) -> dict[str, float]:
        return {"FAD∞": frechet_infinity(real, x, seed=bench.seed)["value"], **measures(real, x)}

    intervals = parts_intervals(of_parts, [real, features["generated"]], found["generated"], bench.seed)
    for metric, question, better in (
        ("FAD∞", WHOLE, "lower"),
        ("FAD", WHOLE, "lower"),
        ("KAD × 100", WHOLE, "lower"),
        ("precision", QUALITY, "higher"),
        ("density", QUALITY, "higher"),
        ("recall", VARIETY, "higher"),
        ("coverage", VARIETY, "higher"),
    ):
        if metric in intervals:
            bench.add(
                metric,
                question,
                lambda what, metric=metric: found[what][metric],
                intervals[metric],
                name,
                better,
            )


def _memorised(
    bench: _Bench, name: str, training: Tensor, held_out: Tensor | None, features: Mapping[str, Tensor]
) -> None:
    found = {what: memorisation(x, training, held_out, features["other"]) for what, x in features.items()}
    auc, error = found["generated"]["auc"], found["generated"]["error"]
    bench.add(
        NEAREST_ALONE if held_out is None else NEAREST,
        COPYING,
        lambda what: found[what]["auc"],
        (auc - 1.96 * error, auc + 1.96 * error),
        name,
        AT_MOST_HALF,
        "",
        auc,
    )


# In words


def as_text(verdict: Verdict) -> str:
    """The verdict as a table for a terminal, grouped by question."""
    head = ("metric", "value", "95%", "real", "real, decoded", "best", "by", "n")
    lines: list[tuple[str, ...] | str] = []
    for question in QUESTIONS:
        rows = [row for row in verdict.rows if row.question == question]
        if rows:
            lines += [question, head, *map(cells, rows)]
    table = [line for line in lines if isinstance(line, tuple)]
    widths = [max(len(row[place]) for row in table) for place in range(len(head))] if table else []
    text = [
        f"\n{line}"
        if isinstance(line, str)
        else "  "
        + "  ".join(
            cell.ljust(width) if place in (0, 6) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    text += [f"\n{said}" for said in verdict.remarks()]
    return "\n".join(text).strip()


def cells(row: Row) -> tuple[str, ...]:
    """The row as words: metric, value, interval, floor, floor through the representation, best, embedding, n."""
    unit = f" {row.unit}" if row.unit else ""
    return (
        row.metric,
        f"{number(row.value)}{unit}",
        f"{number(row.low)} to {number(row.high)}",
        number(row.floor),
        "" if row.through is None else number(row.through),
        row.better,
        row.embedding,
        f"{row.n:,}",
    )


def number(value: float) -> str:
    """A number in three digits or so: 0.998, 12.3, 1,234."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:,.{digits}f}".replace("-", "−")
