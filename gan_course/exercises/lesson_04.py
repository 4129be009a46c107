"""Checks of lesson 04, datasets and an ear."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from gan_course import datasets, evaluation, objectives, spectral
from gan_course.datasets import recordings
from gan_course.datasets.found import FAULTS, NAMES
from gan_course.exercises.engine import Lesson, Unfinished
from gan_course.exercises.properties import (
    Fault,
    difference,
    expect,
    expect_array,
    expect_equal,
    expect_number,
)

lesson = Lesson("04", "Datasets and an ear")

LOADERS = ("torch.utils.data", "sklearn")


def require_equal(
    answer: Any, wanted: np.ndarray, what: str, faults: Mapping[str, np.ndarray], tolerance: float = 1e-5
) -> None:
    """`expect_equal`, but an answer that is one of `faults` (sentence → what that mistake gives) is told so."""
    got = expect_array(answer, what)
    for sentence, mistaken in faults.items():
        told_apart = mistaken.shape != wanted.shape or not _near(wanted, mistaken, tolerance)
        if told_apart and got.shape == mistaken.shape and _near(got, mistaken, tolerance):
            raise Fault(f"{what} is not right: {sentence}")
    expect_equal(got, wanted, what, tolerance=tolerance)


def _near(one: np.ndarray, other: np.ndarray, tolerance: float) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.abs(one - other).max(initial=0) <= tolerance * (np.abs(other).max(initial=0) or 1))


def given_for(answer: Any, name: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """A dictionary with a value for each of `keys`; Unfinished while all are None."""
    expect(
        isinstance(answer, dict),
        f"{name} is no dictionary: keep the braces, and write a value after each colon",
    )
    if all(value is None for value in answer.values()):
        raise Unfinished
    for key in keys:
        expect(key in answer, f"{name} has no entry {key!r}: keep all of {', '.join(keys)}")
        expect(answer[key] is not None, f"{name} has nothing for {key!r} yet")
    strange = [key for key in answer if key not in keys]
    expect(
        not strange,
        f"{name} has an entry {strange[:1]} that nobody asked for: the entries are {', '.join(keys)}",
    )
    return answer


SOUGHT = {
    "silent": "the table gives its peak",
    "clipped": "its picture is bright all over, and many of its samples are at the limit",
    "a copy": "the table says for each clip how like it the most similar other one is",
    "too fast": "it sounds an octave too high for its name, and is over in half the time",
    "wrong name": "its pitch is right, and it is another instrument than its name says",
}


@lesson.exercise(
    reference={fault: places[-1] for fault, places in FAULTS.items()},
    points=2,
    minutes=8,
    hints=(
        "Three of the five can be read from the table: no sound at all, many samples at the limit, and a clip that is "
        "wholly like another.",
        "The other two must be heard. Play the three that are named bell, and the two plucked strings, and "
        "look at how long each lasts.",
        "`{'silent': 4, …}`: the struck G3 has no sound. Now look at clips 5, 8, 9 and 10.",
    ),
)
def faults(answer, rng: np.random.Generator) -> None:
    """Each planted fault is found; of two copies either is right."""
    given = given_for(answer, "faults", tuple(FAULTS))
    for fault, places in FAULTS.items():
        number = expect_number(given[fault], f"the clip that is {fault}")
        expect(
            number == int(number) and 0 <= number < len(NAMES),
            f"the clip for {fault!r} is a whole number from 0 to {len(NAMES) - 1}, the first clip being 0, "
            f"and not {number:g}",
        )
        expect(
            int(number) in places,
            f"clip {number:g}, {NAMES[int(number)]}, is not the one for {fault!r}: {SOUGHT[fault]}",
        )


@lesson.exercise(
    reference=recordings.fit,
    points=2,
    minutes=10,
    hints=(
        "Two cases. How many samples are missing? If it is none or more, pad; if it is fewer than none, choose "
        "a stretch. "
        "`np.pad(x, (before, after))` adds zeros.",
        "Energy is the sum of squares. With `energy = np.concatenate([[0], np.cumsum(x**2)])` the energy of the "
        "stretch "
        "that begins at n is `energy[n + samples] - energy[n]`, for all n at once.",
        "`start = np.argmax(energy[samples:] - energy[:-samples])`, and the clip is `x[start : start + samples]`.",
    ),
    instead_of=("librosa",),
)
def fit(answer, rng: np.random.Generator) -> None:
    """Short: centred in silence, an odd zero at the end. Long: the stretch with the most energy, the first of "
    "several."""
    samples = int(rng.integers(20, 40))
    short = rng.uniform(-1, 1, samples - 2 * int(rng.integers(2, 6)) - 1)
    before, after = (samples - len(short)) // 2, (samples - len(short) + 1) // 2
    centred = np.pad(short, (before, after))
    require_equal(
        answer(short, samples),
        centred,
        f"fit of {len(short)} samples to {samples}",
        {
            "all the silence is at the end; centre the sound": np.pad(short, (0, before + after)),
            "all the silence is at the beginning; centre the sound": np.pad(short, (before + after, 0)),
            "where an odd number of zeros is missing, the odd one goes to the end": np.pad(
                short, (after, before)
            ),
            "nothing is added": short,
            "the sound is repeated, and silence is expected around it": np.resize(short, samples),
        },
    )
    same = rng.uniform(-1, 1, samples)
    expect_equal(answer(same, samples), same, "fit of a sound that has the length already")
    one_short = rng.uniform(-1, 1, samples - 1)
    expect_equal(
        answer(one_short, samples), np.pad(one_short, (0, 1)), "fit of a sound that lacks one sample"
    )
    length = 5 * samples + int(rng.integers(1, 9))
    start = samples + int(rng.integers(samples // 2, samples - 6))
    # below zero on the whole, so that a sum without squares goes wrong; one sample before it is larger than all
    quiet = rng.uniform(-0.1, 0.1, length)
    quiet[start : start + samples] = -rng.uniform(0.7, 0.9, samples)
    quiet[start - samples // 2] = 0.99
    first, middle = quiet[:samples], quiet[(length - samples) // 2 :][:samples]
    peak = start - samples // 2 - samples // 2
    require_equal(
        answer(quiet, samples),
        quiet[start : start + samples],
        f"fit of {length} samples to {samples}",
        {
            "it is the beginning, and the stretch with the most energy is expected": first,
            "it is the end, and the stretch with the most energy is expected": quiet[-samples:],
            "it is the middle, and the stretch with the most energy is expected": middle,
            "it is around the largest sample; energy is the sum of the squares of all samples of a stretch": quiet[
                peak : peak + samples
            ],
            "it is next to the stretch with the most energy, one sample too late": quiet[start + 1 :][
                :samples
            ],
            "it is next to the stretch with the most energy, one sample too early": quiet[start - 1 :][
                :samples
            ],
            "nothing is cut": quiet,
        },
    )
    expect_equal(
        answer(quiet / 100, samples),
        quiet[start : start + samples] / 100,
        "fit of the same sound, 40 dB softer, where the same stretch is expected; it",
    )
    one_more = np.r_[0.0, rng.uniform(0.2, 0.9, samples)]
    expect_equal(answer(one_more, samples), one_more[1:], "fit of a sound that has one sample too many")
    for place, where in ((0, "beginning"), (length - samples, "end")):
        loud = rng.uniform(-0.1, 0.1, length)
        loud[place : place + samples] = rng.choice([-1, 1], samples) * rng.uniform(0.6, 0.9, samples)
        expect_equal(
            answer(loud, samples),
            loud[place : place + samples],
            f"fit of a sound that is loudest at its very {where}",
        )
    alike = (
        np.tile(np.r_[np.ones(samples), np.zeros(3)], 2) * np.r_[np.ones(samples + 3), -np.ones(samples + 3)]
    )
    expect_equal(
        answer(alike, samples),
        np.ones(samples),
        "of two stretches with the same energy the first is expected, but fit",
    )


def indices(answer: Any, what: str) -> np.ndarray:
    """One batch as whole numbers."""
    array = expect_array(answer, what)
    expect(
        array.ndim == 1 and array.dtype.kind in "iu",
        f"{what} has shape {array.shape} and type {array.dtype}: a batch is a row of whole numbers, the indices "
        f"of clips",
    )
    return array


def order_of(answer: Any, count: int, size: int, seed: int) -> np.ndarray:
    """All batches of an epoch joined, once their sizes and their completeness are sure."""
    what = f"batches({count}, {size}, {seed})"
    made = answer(count, size, seed)
    expect(made is not None, f"{what} is None: does the function end in `return …`?")
    expect(
        hasattr(made, "__iter__"),
        f"{what} is of type {type(made).__name__}, and a list of batches is expected",
    )
    made = [indices(batch, "a batch") for batch in made]
    whole, rest = divmod(count, size)
    sizes = [size] * whole + [rest] * bool(rest)
    got = [len(batch) for batch in made]
    expect(
        got != [size] * whole or not rest,
        f"the last {rest} of {count} clips are in no batch of {what}: the last batch may be smaller",
    )
    expect(got == sizes, f"{what} has batches of the sizes {got[:9]}, and {sizes[:9]} are expected")
    joined = np.concatenate(made)
    expect(
        joined.min() >= 0 and joined.max() < count,
        f"{what} holds the index {joined.max() if joined.max() >= count else joined.min()}: clips are counted from 0 "
        f"to {count - 1}",
    )
    twice = count - len(np.unique(joined))
    expect(not twice, f"{what} leaves out {twice} clips and takes others twice: each comes once in an epoch")
    return joined


@lesson.exercise(
    reference=datasets.batches,
    points=2,
    minutes=8,
    hints=(
        "Two steps: put the numbers from 0 to count − 1 in a random order, then cut that order into pieces.",
        "`torch.randperm(count, generator=…)` gives the order. The generator makes it depend on the seed and on "
        "nothing "
        "else: `torch.Generator().manual_seed(seed)`.",
        "`order.split(size)` cuts a tensor into pieces of `size`, and leaves the rest in the last one.",
    ),
    instead_of=LOADERS,
)
def batches(answer, rng: np.random.Generator) -> None:
    """All indices once, in pieces of the size; an order that the seed decides, alone and wholly."""
    size, seed = int(rng.integers(5, 9)), int(rng.integers(1000))
    count = size * int(rng.integers(6, 10)) + int(rng.integers(1, size))
    order = order_of(answer, count, size, seed)
    order_of(answer, 3 * size, size, seed)
    state = torch.random.get_rng_state()
    again = order_of(answer, count, size, seed)
    expect(
        np.array_equal(order, again),
        "two calls with the same seed give different orders: the seed must decide the order, and nothing else",
    )
    expect(
        torch.equal(state, torch.random.get_rng_state()),
        "the global random generator has moved: whatever is drawn after it would change; use a "
        "`torch.Generator()` of your own",
    )
    expect(not np.array_equal(order, np.arange(count)), "the clips come in their old order: shuffle them")
    others = [order_of(answer, count, size, seed + more) for more in (1, 2, 3)]
    expect(
        not any(np.array_equal(order, other) for other in others),
        "another seed gives the same order: each epoch must be shuffled anew",
    )
    neighbours = np.mean([np.mean(np.abs(np.diff(each)) == 1) for each in (order, *others)])
    expect(
        neighbours < 0.3,
        "clips that are neighbours in the data set come one after the other: shuffle the clips, not only the batches",
    )


@lesson.exercise(
    reference=1 - 0.2**3,
    minutes=4,
    hints=(
        "Take one clip of the test part. It has three sisters. Each of them is in the test part, too, with probability "
        "0.2.",
        "No sister is in the training part only if all three are in the test part: 0.2 · 0.2 · 0.2.",
        "`1 - 0.2**3`",
    ),
)
def leaked(answer, rng: np.random.Generator) -> None:
    """1 − 0.2³, or the same without replacement in any large collection."""
    number = expect_number(answer, "leaked")
    expect(not 90 < number < 100, f"{number:g} looks like a percentage: give a share between 0 and 1")
    expect(0 <= number <= 1, f"{number:g} is no share: it lies between 0 and 1")
    expect(
        abs(number - 0.2**3) > 0.004,
        f"{number:g} is the probability that *no* sister is in the training part: the question asks for the opposite",
    )
    expect(
        abs(number - (1 - 0.2**4)) > 0.001,
        f"{number:g} counts four other takes, but a clip has three sisters: it is in the test part itself",
    )
    expect(
        abs(number - 0.8**3) > 0.004,
        f"{number:g} is the probability that all three sisters are in the training part: one is enough",
    )
    expect(abs(number - 0.8) > 0.004, f"{number:g} is for one sister, and there are three")
    expect(
        abs(number - (1 - 0.2**3)) <= 0.0015,
        f"{number:g} is not right: with what probability are all three sisters in the test part?",
    )


@lesson.exercise(
    reference=datasets.split_by_group,
    points=2,
    minutes=10,
    hints=(
        "Draw groups and not clips: `groups.unique()` lists the groups, each once.",
        "Put them in a random order with `torch.randperm(…, generator=torch.Generator().manual_seed(seed))`, "
        "and take the "
        "first `max(1, round(share * len(names)))`.",
        "`torch.isin(groups, chosen)` says of each clip whether its group is among those that are chosen.",
    ),
    instead_of=("sklearn",),
)
def split_by_group(answer, rng: np.random.Generator) -> None:
    """A mask; whole groups; about the share of the groups, one at least; by the seed alone."""
    count, seed = int(rng.integers(14, 22)), int(rng.integers(1000))
    share = float(rng.uniform(0.15, 0.4))
    # of very different sizes, in no order, with numbers that are no indices
    names = rng.choice(1000, count, replace=False) + 5
    groups = torch.from_numpy(rng.permutation(np.repeat(names, rng.integers(1, 9, count)))).long()
    kept = groups.numpy().copy()

    def tested(which: int, of: torch.Tensor = groups, part: float = share) -> np.ndarray:
        mask = expect_array(answer(of, part, which), "split_by_group")
        expect(
            mask.shape == tuple(of.shape),
            f"split_by_group has shape {mask.shape}, and one entry for each of the {len(of)} clips is expected",
        )
        expect(
            mask.dtype == bool,
            f"split_by_group has the type {mask.dtype}: a mask of True, for testing, and False is expected",
        )
        return mask

    mask = tested(seed)
    expect(mask.any(), "no clip is in the test part")
    expect(not mask.all(), "all clips are in the test part, and none is left to train on")
    torn = np.intersect1d(kept[mask], kept[~mask])
    expect(
        not len(torn),
        f"{len(torn)} of {count} groups are on both sides: draw groups, and take all clips of a group with it",
    )
    drawn = len(np.unique(kept[mask]))
    wanted = round(share * count)
    expect(
        drawn != count - wanted or 2 * wanted == count,
        f"{drawn} of {count} groups are True for a share of {share:.2f}: True is for testing",
    )
    expect(
        abs(drawn - share * count) <= 0.5 + 1e-9,
        f"{drawn} of {count} groups are in the test part, and a share of {share:.2f} is about {wanted}",
    )
    expect(
        np.array_equal(mask, tested(seed)),
        "two calls with the same seed give different splits: the seed must decide, and nothing else",
    )
    state = torch.random.get_rng_state()
    others = [tested(seed + more) for more in (1, 2, 3, 4)]
    expect(
        torch.equal(state, torch.random.get_rng_state()),
        "the global random generator has moved: use a `torch.Generator()` of your own",
    )
    expect(not all(np.array_equal(mask, other) for other in others), "another seed gives the same split")
    few = torch.tensor([3, 3, 8, 8, 8, 9])
    expect(
        tested(seed, few, 0.1).any(), "with 3 groups and a share of 0.1 no group is tested: take one at least"
    )
    expect(
        np.unique(few.numpy()[tested(seed, few, 0.1)]).size == 1,
        "with 3 groups and a share of 0.1 more than one group is tested: one is expected",
    )


@lesson.exercise(
    reference=spectral.to_unit,
    points=2,
    minutes=8,
    hints=(
        "Three steps: never below the floor, into dB, and onto [−1, 1]. `10 ** (floor / 20)` is the magnitude "
        "at the floor.",
        "`db = 20 * torch.log10(magnitude.clamp(min=10 ** (floor / 20)))` is between floor and anything. The "
        "line that is "
        "−1 at the floor and 1 at the ceiling is `2 * (db - floor) / (ceiling - floor) - 1`.",
        "What is above the ceiling would be above 1: `.clamp(max=1)`.",
    ),
)
def to_unit(answer, rng: np.random.Generator) -> None:
    """Linear in dB between floor and ceiling, clipped at both; silence is −1."""
    floor, ceiling = float(-rng.integers(40, 110)), float(rng.integers(2, 30))
    db = rng.uniform(floor, ceiling, (3, 4))
    x = torch.from_numpy(10 ** (db / 20))
    unit = 2 * (db - floor) / (ceiling - floor) - 1
    natural = 20 * np.log(x.numpy())
    require_equal(
        answer(x, floor, ceiling),
        unit,
        f"to_unit with floor {floor:g} dB and ceiling {ceiling:g} dB",
        {
            "these are numbers from 0 to 1; from −1 to 1 is expected": (unit + 1) / 2,
            "dB of a magnitude are 20 times the logarithm, 10 times is for power": np.clip(
                2 * (db / 2 - floor) / (ceiling - floor) - 1, -1, 1
            ),
            "dB take the logarithm to base 10, `torch.log10`": np.clip(
                2 * (natural - floor) / (ceiling - floor) - 1, -1, 1
            ),
            "this is still in dB: bring it to [−1, 1]": db,
            "the ceiling belongs to it, too: the whole range is ceiling − floor": np.clip(
                2 * (db - floor) / -floor - 1, -1, 1
            ),
        },
    )
    silent = expect_array(
        answer(torch.zeros(2, dtype=torch.float64), floor, ceiling), "to_unit of silence, which is −∞ dB,"
    )
    expect_equal(silent, [-1.0, -1.0], "to_unit of silence, a magnitude of 0,")
    faint = torch.tensor([10 ** ((floor - 20) / 20)], dtype=torch.float64)
    expect_equal(answer(faint, floor, ceiling), [-1.0], "to_unit of what is 20 dB below the floor")
    loud = torch.tensor([10 ** ((ceiling + 9) / 20)], dtype=torch.float64)
    expect_equal(answer(loud, floor, ceiling), [1.0], "to_unit of what is 9 dB above the ceiling")
    usual = 2 * (20 * np.log10(0.01) + 80) / 90 - 1
    expect_equal(
        answer(torch.tensor([0.01]).double()),
        [usual],
        "to_unit with the usual floor of −80 dB and ceiling of 10 dB",
    )
    expect_equal(answer(x.float(), floor, ceiling), unit, "to_unit of float32 magnitudes", tolerance=1e-4)


@lesson.exercise(
    reference=spectral.from_unit,
    minutes=6,
    hints=(
        "Solve `z = 2 * (db - floor) / (ceiling - floor) - 1` for db, then undo the dB: `10 ** (db / 20)`.",
        "`db = floor + (z + 1) / 2 * (ceiling - floor)`. A generator draws beyond 1, too: `z.clamp(max=1)` first.",
        "The floor stands for silence: multiply by `(z > -1)`, which is 1 where there is something and 0 where "
        "there is "
        "not.",
    ),
)
def from_unit(answer, rng: np.random.Generator) -> None:
    """The way back; −1 and below is silence, 1 and above the ceiling."""
    floor, ceiling = float(-rng.integers(40, 110)), float(rng.integers(2, 30))
    z = torch.from_numpy(rng.uniform(-0.99, 0.99, (3, 4)))
    db = floor + (z.numpy() + 1) / 2 * (ceiling - floor)
    wanted = 10 ** (db / 20)
    require_equal(
        answer(z, floor, ceiling),
        wanted,
        f"from_unit with floor {floor:g} dB and ceiling {ceiling:g} dB",
        {
            "this is in dB: make it a magnitude, `10 ** (db / 20)`": db,
            "a magnitude is 10 to the power of dB over 20; 10 is for power": 10 ** (db / 10),
            "the numbers are from −1 to 1, not from 0 to 1": 10
            ** ((floor + z.numpy() * (ceiling - floor)) / 20),
            "dB are a logarithm to base 10, not the natural one": np.exp(db / 20),
        },
    )
    silent = expect_array(
        answer(torch.tensor([-1.0, -1.3]).double(), floor, ceiling), "from_unit of −1 and −1.3"
    )
    expect(
        not silent.any(),
        f"from_unit of −1 and below is {silent[0]:.2g}: the floor stands for silence, so a magnitude of 0 is expected",
    )
    beyond = answer(torch.tensor([1.0, 1.4]).double(), floor, ceiling)
    expect_equal(
        beyond,
        [10 ** (ceiling / 20)] * 2,
        "from_unit of 1 and of 1.4, which a generator may draw: both the ceiling; it",
    )
    usual = 10 ** ((-80 + 45 * 1.5) / 20)
    expect_equal(
        answer(torch.tensor([0.5]).double()),
        [usual],
        "from_unit with the usual floor of −80 dB and ceiling of 10 dB",
    )
    expect_equal(answer(z.float(), floor, ceiling), wanted, "from_unit of float32 numbers", tolerance=1e-4)


@lesson.exercise(
    reference=datasets.standardise,
    points=2,
    minutes=8,
    hints=(
        "The mean over clips and frames, for each band: `train.mean((0, 2), keepdim=True)` has shape (1, "
        "frequency, 1), and "
        "fits to all clips and frames.",
        "Both statistics are those of `train`, and it is `x` that is changed: less the mean, over the deviation.",
        "`.clamp(min=0.001)` keeps a deviation from being 0: in some bands there may never be any sound.",
    ),
    instead_of=("sklearn",),
)
def standardise(answer, rng: np.random.Generator) -> None:
    """By the statistics of the training part, band by band, over clips and frames."""
    bands, many = int(rng.integers(4, 7)), int(rng.integers(8, 12))
    shape = (many, bands, many + 2)
    train = rng.normal(rng.uniform(-2, 2, (1, bands, 1)), rng.uniform(0.3, 3, (1, bands, 1)), shape)
    train += rng.normal(0, 0.5, (many, 1, 1)) + rng.normal(0, 0.5, (1, 1, many + 2))
    x = rng.normal(rng.uniform(2, 4), 2, (5, bands, many + 2))

    def by(statistics: np.ndarray, axes: tuple[int, ...], of: np.ndarray = x) -> np.ndarray:
        return (of - statistics.mean(axes, keepdims=True)) / statistics.std(axes, ddof=1, keepdims=True)

    mean, deviation = train.mean((0, 2), keepdims=True), train.std((0, 2), ddof=1, keepdims=True)
    got = expect_array(answer(torch.from_numpy(x), torch.from_numpy(train)), "standardise")
    what = f"standardise of {x.shape} by {train.shape}"
    wanted = by(train, (0, 2))
    biased = (x - mean) / train.std((0, 2), keepdims=True)
    if got.shape != wanted.shape or not _near(got, biased, 1e-5):
        require_equal(
            got,
            wanted,
            what,
            {
                "these are the statistics of x itself; take those of the training part": by(x, (0, 2)),
                "one mean for all bands was taken; each band has its own": by(train, (0, 1, 2)),
                "the mean of each band over the clips is right, and the frames belong to it, too": by(
                    train, (0,)
                ),
                "only the mean is taken away; divide by the standard deviation, too": x - mean,
                "the mean is not taken away": x / deviation,
                "it is divided by the variance; take its root, the standard deviation": (x - mean)
                / deviation**2,
                "it is the training part that is returned; x is what is to be standardised": by(
                    train, (0, 2), train
                ),
            },
        )
    still = train.copy()
    still[:, 1] = 0.25
    flat = expect_array(
        answer(torch.from_numpy(np.full_like(x, 0.26)), torch.from_numpy(still)),
        "standardise with a band that never changes in training",
    )
    expect_equal(
        flat[:, 1],
        np.full_like(flat[:, 1], 10.0),
        "a band that never changes in training is divided by 0.001; here it",
    )
    alone = expect_array(answer(torch.from_numpy(x[:1]), torch.from_numpy(train)), "standardise of one clip")
    expect(
        _near(alone, got[:1], 1e-6),
        "a clip alone comes out otherwise than among others: only the training part decides, "
        + (difference(alone, got[:1], 1e-6) if alone.shape == got[:1].shape else "and the shape stays"),
    )


@lesson.exercise(
    reference=objectives.cross_entropy,
    points=2,
    minutes=10,
    hints=(
        "For one row: log Σ exp(logits) less the logit of the true class. `logits.gather(1, labels[:, None])` "
        "picks the "
        "true ones.",
        "exp(1000) is infinite. Take the largest logit of each row out first: log Σ exp(l) = m + log Σ exp(l − "
        "m), where m "
        "is the largest.",
        "`largest = logits.amax(1)`; `largest + (logits - largest[:, None]).exp().sum(1).log()` is the first "
        "part. At the "
        "end take the mean over the batch.",
    ),
    instead_of=(
        "torch.nn.functional.cross_entropy",
        "torch.nn.functional.nll_loss",
        "torch.nn.functional.log_softmax",
        "torch.log_softmax",
        "torch.Tensor.log_softmax",
        "torch.logsumexp",
        "torch.Tensor.logsumexp",
        "torch.nn.CrossEntropyLoss",
        "scipy.special",
        "sklearn",
    ),
)
def cross_entropy(answer, rng: np.random.Generator) -> None:
    """The mean of −log softmax at the true class, in nats, finite for any logits, unmoved by a constant."""
    batch, classes = int(rng.integers(4, 8)), int(rng.integers(3, 7))
    logits = rng.normal(0, 2, (batch, classes))
    labels = rng.integers(0, classes, batch)
    labels[0] = classes - 1
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    true = shares[np.arange(batch), labels]
    wanted = -np.log(true).mean()
    got = expect_number(answer(torch.from_numpy(logits), torch.from_numpy(labels)), "cross_entropy")
    for sentence, mistaken in {
        "the sign is wrong: a cost is above 0": -wanted,
        "it is the sum over the batch; take the mean": wanted * batch,
        "it is in bits; take the natural logarithm": wanted / np.log(2),
        "it is the mean probability of the true class; take −log of each first": true.mean(),
        "take the logarithm of each probability before the mean, not after it": -np.log(true.mean()),
        "the softmax is over the batch; it is over the classes": -np.log(
            (np.exp(logits) / np.exp(logits).sum(0))[np.arange(batch), labels]
        ).mean(),
        "the mean is over all classes; only the true one counts": -np.log(shares).mean(),
        "it is divided by the number of classes, too; take the mean over the batch only": wanted / classes,
    }.items():
        expect(
            abs(got - mistaken) > 1e-6 or abs(wanted - mistaken) < 1e-5,
            f"cross_entropy is not right: {sentence}",
        )
    expect(
        abs(got - wanted) <= 1e-5 * max(1, wanted),
        f"cross_entropy is {got:.5g} where {wanted:.5g} is expected",
    )
    large = logits + rng.choice([-1, 1], (batch, 1)) * rng.uniform(1500, 3000, (batch, 1))
    for dtype in (torch.float64, torch.float32):
        value = expect_array(
            answer(torch.from_numpy(large).to(dtype), torch.from_numpy(labels)),
            "cross_entropy of logits in the thousands: it overflows unless the largest is taken out first; it",
        )
        expect(
            abs(float(value) - wanted) < 1e-2 * max(1, wanted),
            f"a constant added to a row of logits must change nothing; here the cross-entropy changes from "
            f"{wanted:.4g} to "
            f"{float(value):.4g}",
        )
    sure = np.full((2, 3), -1000.0)
    sure[:, 0] = 0
    value = expect_array(
        answer(torch.from_numpy(sure), torch.tensor([1, 2])),
        "cross_entropy where the truth was given a probability of e^−1000: the logarithm of 0 is taken; it",
    )
    expect(
        abs(float(value) - 1000) < 1e-3,
        f"where the truth was given a probability of e^−1000 it is 1000, and not {float(value):.4g}",
    )


@lesson.exercise(
    reference=evaluation.confusion_matrix,
    points=2,
    minutes=6,
    hints=(
        "Begin with `torch.zeros(count, count, dtype=torch.int64)`, and add 1 for each clip at `[truth, heard]`.",
        "`for t, h in zip(truth, heard): counts[t, h] += 1` does it. (`counts[truth, heard] += 1` does not: of "
        "several equal "
        "pairs it counts only one.)",
        "Without a loop: number the pairs, `count * truth + heard`, and count each number with `torch.bincount(…, "
        "minlength=count**2)`.",
    ),
    instead_of=("sklearn", "torchmetrics"),
)
def confusion_matrix(answer, rng: np.random.Generator) -> None:
    """Counts, true classes downwards, all classes in it even if no clip has them."""
    count = int(rng.integers(4, 8))
    truth = rng.integers(0, count - 1, 40)  # the last class never comes
    heard = np.where(rng.random(40) < 0.5, truth, rng.integers(0, count - 1, 40))
    truth[:3], heard[:3] = 0, 1
    wanted = np.zeros((count, count))
    np.add.at(wanted, (truth, heard), 1)
    got = expect_array(answer(torch.from_numpy(truth), torch.from_numpy(heard), count), "confusion_matrix")
    if got.shape == wanted.shape and not _near(wanted, wanted.T, 1e-6):
        expect(
            not _near(got, wanted.T, 1e-6),
            "rows and columns are swapped: true classes go downwards, heard ones across",
        )
    expect(
        got.shape != (count**2,),
        "these are the counts in one row: make a square of them, with `.view(count, count)`",
    )
    require_equal(
        got,
        wanted,
        f"the confusion matrix of {count} classes",
        {
            "each pair is counted only once; `counts[truth, heard] += 1` does that where pairs come again": (
                wanted > 0
            ).astype(float),
            "these are shares of the rows; counts are expected": wanted
            / np.maximum(wanted.sum(1, keepdims=True), 1),
            "these are shares of all; counts are expected": wanted / wanted.sum(),
            "only what was heard right is counted": np.diag(np.diag(wanted)),
            "only mistakes are counted; what was heard right is on the diagonal": wanted
            - np.diag(np.diag(wanted)),
            "a class without a clip is missing": wanted[:-1, :-1],
        },
    )
    perfect = answer(torch.arange(count), torch.arange(count), count)
    expect_equal(perfect, np.eye(count), "the confusion matrix where each class is heard right once")


CASES = {
    "A": (
        False,
        "CC BY-SA asks you to name the authors and the licence wherever you share. Say them beside the recordings",
    ),
    "B": (True, "credit, licence and what you changed are all there, and that is what CC BY-SA asks for"),
    "C": (
        False,
        "CC BY-SA lets you change and share, but under the same licence: a ban on commercial use would take away what "
        "the speakers' licence gives",
    ),
    "D": (
        True,
        "their terms forbid to pass on the samples, not to learn from them; numbers and pictures are no samples",
    ),
    "E": (
        False,
        'these are the samples "as is", only shorter; their terms forbid just that, whether or not there is a price',
    ),
    "F": (
        False,
        "nobody whose voice is imitated was asked. That you may listen to a talk is no consent to speak with "
        "its voice, "
        "and a voice is personal data in many countries",
    ),
    "G": (
        True,
        "the person who is imitated agreed to this very use, hears it first, and the model is gone afterwards",
    ),
    "H": (
        False,
        "what is on line is not free to copy: you may listen, under the service's terms. Exceptions for text and data "
        "mining differ from country to country and can be opted out of, so without permission the answer is no",
    ),
}


@lesson.exercise(
    reference={case: may for case, (may, _) in CASES.items()},
    points=2,
    minutes=8,
    hints=(
        "Ask of each case: what does the licence ask for, and is it done? CC BY-SA: credit, and the same "
        "licence for what you "
        "make of it. Philharmonia: not as samples.",
        "And then: who can be heard, and did they agree to *this*? A licence of a recording is no consent of "
        "the person in "
        "it, and being able to listen is no licence.",
        "Four of the first five are decided by the licence texts above; F and G differ in one thing only, consent.",
    ),
)
def allowed(answer, rng: np.random.Generator) -> None:
    """For each case True or False, with the reason where the decision is another one."""
    given = given_for(answer, "allowed", tuple(CASES))
    for case, (may, reason) in CASES.items():
        decision = given[case]
        expect(
            isinstance(decision, (bool, np.bool_)),
            f"the decision on case {case} is {decision!r}: write True, go ahead, or False, do not",
        )
        expect(bool(decision) == may, f"case {case} should be {may}: {reason}")
