"""The built-in data set: notes of six synthetic instruments, made in seconds from a seed. Lesson 04.

Nothing is downloaded, and everything is known: the pitch, the instrument, and every number that the synthesis
used. `gan_course.synthesis.instruments` says how the instruments sound.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gan_course.datasets.clips import Clips
from gan_course.sound import Sound
from gan_course.synthesis.instruments import COMMON, ORCHESTRA, Score, decibels
from gan_course.synthesis.pitch import frequency_of, midi_number, note_name

INSTRUMENTS: tuple[str, ...] = tuple(ORCHESTRA)
"""The instruments of the data set, as `notes` and `note` know them."""

PITCHES = range(40, 77)
"""The MIDI numbers of the data set's notes: E2 (82 Hz) to E5 (659 Hz), three octaves."""

BATCH = 16
CEILING = 0.98
SHORTEST = 0.25


def notes(
    count: int = 2048,
    *,
    seed: int = 0,
    rate: int = 16_000,
    samples: int = 16_384,
    instruments: Sequence[str] = INSTRUMENTS,
    pitches: Iterable[int | str] = PITCHES,
) -> Clips:
    """`count` notes of `samples` samples each at `rate` (Hz); the same notes for the same seed.

    Labels: "instrument" and "pitch" (classes such as "A4"; `pitches` are MIDI numbers or names). Every
    combination comes once before any comes again, so that a part from the start is as balanced as the whole;
    note i has the same parameters whatever `count` is, and the same samples but for rounding.
    Parameters: "midi", "frequency" (Hz, as it is heard), "level_db" (RMS over the clip, dB; lowered where the
    peak would exceed 0.98), and all that the instruments were played with, see
    `gan_course.synthesis.instruments.MEANINGS`; NaN where an instrument has no such parameter.

    Raises ValueError for an unknown instrument or pitch, a pitch too high for the rate, clips of less than a
    quarter of a second, and a count, seed, rate or length that is no whole number in range.
    """
    instruments, numbers = tuple(instruments), tuple(_midi(pitch) for pitch in pitches)
    _check(count, seed, rate, samples, instruments, numbers)
    played = _shuffled([(name, number) for name in instruments for number in numbers], count, seed)
    audio = torch.empty(count, samples)
    own = [name for instrument in instruments for name in ORCHESTRA[instrument].ranges]
    table = {name: torch.full((count,), torch.nan) for name in ("midi", "frequency", *COMMON, *own)}

    def play_some(instrument: str, some: list[int]) -> None:
        streams = [np.random.default_rng([seed, 1, i]) for i in some]
        audio[some], parameters = _play(instrument, [played[i][1] for i in some], streams, rate, samples)
        for name, values in parameters.items():
            table[name][some] = values[:, 0]

    _each_on_one_thread(play_some, _batches(played))
    return Clips(
        audio,
        rate,
        labels={
            "instrument": torch.tensor([instruments.index(name) for name, _ in played], dtype=torch.int64),
            "pitch": torch.tensor([numbers.index(number) for _, number in played], dtype=torch.int64),
        },
        classes={"instrument": instruments, "pitch": tuple(note_name(number) for number in numbers)},
        parameters=table,
        name="synthetic notes",
        note=f"seed {seed}",
    )


def note(
    instrument: str,
    pitch: int | str,
    seed: int = 0,
    *,
    rate: int = 16_000,
    samples: int = 16_384,
    **parameters: float,
) -> Sound:
    """One note, such as `note("bell", "A4")` or `note("bowed", 69, vibrato_cents=0, level_db=-20)`.

    Another seed is another note; `parameters` are set instead of drawn, within their range or beyond it.
    Raises ValueError for an unknown instrument, pitch or parameter, or a value that cannot be played.
    """
    midi = _midi(pitch)
    _check(1, seed, rate, samples, (instrument,), (midi,))
    known = ORCHESTRA[instrument].parameters
    for name, value in parameters.items():
        if name not in known:
            raise ValueError(
                f"The instrument {instrument!r} has no parameter {name!r}; it has {', '.join(known)}."
            )
        if not np.isfinite(value):
            raise ValueError(f"The parameter {name!r} must be a finite number: {value!r} was given.")
    sound, _ = _play(instrument, [midi], [np.random.default_rng([seed, 2])], rate, samples, **parameters)
    if not sound.isfinite().all():
        raise ValueError(f"The instrument {instrument!r} cannot be played with {parameters}.")
    return Sound(sound[0].numpy(), rate, f"{instrument} {note_name(midi)}")


def _play(
    instrument: str,
    pitches: Sequence[int],
    streams: Sequence[np.random.Generator],
    rate: int,
    samples: int,
    **fixed: float,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Notes of one instrument `(note, sample)` and their parameters, each `(note, 1)`.

    All that is left to chance in a note comes from its own stream of random numbers.
    """
    ranges = ORCHESTRA[instrument].parameters
    low, high = np.array(list(ranges.values())).T
    drawn = low + (high - low) * np.stack([stream.random(len(ranges)) for stream in streams])
    parameters = dict(zip(ranges, torch.tensor(drawn.T, dtype=torch.float32)[:, :, None], strict=True))
    # whoever plays louder plays brighter, on every instrument
    softest, loudest = ranges["level_db"]
    loudness = (parameters["level_db"] - softest) / (loudest - softest)
    parameters["brightness"] = 0.7 * parameters["brightness"] + 0.3 * loudness
    parameters |= {name: torch.full((len(streams), 1), float(value)) for name, value in fixed.items()}
    parameters["midi"] = torch.tensor(pitches, dtype=torch.float32)[:, None]
    parameters["frequency"] = torch.tensor([[frequency_of(pitch)] for pitch in pitches], dtype=torch.float32)
    bins = samples // 2 + 1
    white = np.stack([stream.random(2 * bins, dtype=np.float32) for stream in streams]) - np.float32(0.5)
    score = Score(parameters, torch.from_numpy(white.view(np.complex64)), samples, rate)
    sound = ORCHESTRA[instrument].play(score)
    gain = torch.minimum(decibels(parameters["level_db"]), CEILING / sound.abs().amax(1, keepdim=True))
    parameters["level_db"] = 20 * gain.log10()
    return sound.mul_(gain), parameters


def _shuffled(pairs: list[tuple[str, int]], count: int, seed: int) -> list[tuple[str, int]]:
    """`count` of `pairs`, all of them in a new order again and again."""
    turns = range(-(-count // len(pairs)))
    orders = (np.random.default_rng([seed, 0, turn]).permutation(len(pairs)) for turn in turns)
    return [pairs[which] for order in orders for which in order][:count]


def _batches(played: list[tuple[str, int]]) -> list[tuple[str, list[int]]]:
    """Notes of one instrument and of nearly one pitch together: they have about as many partials."""
    order = sorted(range(len(played)), key=lambda i: played[i])
    batches = []
    for instrument in dict.fromkeys(name for name, _ in played):
        own = [i for i in order if played[i][0] == instrument]
        batches += [(instrument, own[start : start + BATCH]) for start in range(0, len(own), BATCH)]
    return batches


def _each_on_one_thread(work: Callable[[str, list[int]], None], batches: list[tuple[str, list[int]]]) -> None:
    """Share the batches out among as many threads as torch has, each batch computed by one.

    One batch is too little to be shared between threads: they would wait for each other at every operation,
    the more so on a busy machine. And what one thread computes has the same bits however many there are.
    """
    threads = torch.get_num_threads()
    try:
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            for done in [pool.submit(work, *batch) for batch in batches]:
                done.result()
    finally:
        torch.set_num_threads(threads)


def _midi(pitch: int | str) -> int:
    """The MIDI number of a pitch that is given as a number or by name."""
    if isinstance(pitch, str):
        return midi_number(pitch)
    if isinstance(pitch, bool) or not isinstance(pitch, (int, float, np.number)) or int(pitch) != pitch:
        raise ValueError(f"A pitch is a whole MIDI number or a name such as 'A4': {pitch!r} was given.")
    return int(pitch)


def _check(
    count: Any, seed: Any, rate: Any, samples: Any, instruments: tuple[str, ...], pitches: tuple[int, ...]
) -> None:
    """Raise ValueError, with the reason, for notes that cannot be made."""
    for what, value, least in (("count", count, 1), ("seed", seed, 0), ("rate", rate, 1)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
            raise ValueError(f"The {what} must be a whole number of at least {least}: {value!r} was given.")
    if isinstance(samples, bool) or not isinstance(samples, (int, np.integer)) or samples < SHORTEST * rate:
        raise ValueError(
            f"A note needs a whole number of at least {SHORTEST * rate:.0f} samples at {rate} Hz:"
            f" {samples!r} was given."
        )
    for what, chosen in (("instrument", instruments), ("pitch", pitches)):
        if not chosen or len(set(chosen)) != len(chosen):
            raise ValueError(f"Give at least one {what}, and each only once: {list(chosen)!r} was given.")
    for name in instruments:
        if name not in ORCHESTRA:
            raise ValueError(f"There is no instrument {name!r}: choose from {', '.join(ORCHESTRA)}.")
    for pitch in pitches:
        if not 20 <= frequency_of(pitch) <= 0.4 * rate:
            raise ValueError(
                f"{note_name(pitch)} has {frequency_of(pitch):.0f} Hz: at a rate of {rate} Hz,"
                f" choose pitches from 20 Hz to {0.4 * rate:.0f} Hz."
            )
