"""The vocoders that come with the course: what each is trained on, how it is measured, and its card."""

from __future__ import annotations

import os
import shutil
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan_course import datasets
from gan_course.datasets import Clips, archive, digits, orchestra
from gan_course.datasets.splits import HELD_OUT_SEED
from gan_course.evaluation import pitch_accuracy
from gan_course.networks.vocoder import RELAXATION, Vocoder, described
from gan_course.spectral import log_mel_distance, spectral_convergence, stft
from gan_course.synthesis import frequency_of, midi_number
from gan_course.training.loop import Observer
from gan_course.training.vocoder import VocoderRecipe, train_vocoder
from gan_course.training.vocoder import load_vocoder as read
from gan_course.zoo.licences import source_of
from gan_course.zoo.model import VOCODERS, WEIGHTS, load

RECIPES = {"vocoder-notes": VocoderRecipe(steps=8000)}
ITERATIONS = 32
"""Of Griffin-Lim, which every vocoder is compared with: the course's default, at its default momentum."""
REMARKS = {
    "vocoder-notes": """\
- Five such vocoders were trained before, which differ in seed, arithmetic or length of training. After 6 rounds the
  log-mel error on the held-out notes was 0.43 dB for one of them, which took 2,000 steps, and 0.45 to 0.46 dB for the
  others, which is more than Griffin-Lim's. This one took 8,000 steps; no other seed has been tried with so many.
""",
}
"""What a card says beside its measurements, by the name of the vocoder."""
RUNS = 1000
"""So often a vocoder decodes when its speed is measured: half a minute, in which a busy machine may be idle once."""


@dataclass(frozen=True)
class Row:
    """What one way of decoding makes of some clips: means and medians over them."""

    log_mel: float
    """Mean absolute difference in dB of log-mel spectrograms."""
    convergence: float
    """Spectral convergence: 0 is perfect."""
    share: float
    """Share heard within 50 cents of the pitch; NaN where there is none."""
    cents: float
    """Median error of the pitch in cents; NaN where there is none."""


def vocoder_names() -> list[str]:
    """The names of the vocoders that come with the course."""
    return sorted(path.stem for path in WEIGHTS.glob(f"{VOCODERS}*.safetensors"))


def load_vocoder(name: str | Path) -> Vocoder:
    """A shipped vocoder by its name, such as ``"vocoder-notes"``, or one of yours by the path of its file or folder.

    Its `decode` takes the pictures of the representation that it was trained for, and no others. Raises ValueError for
    a name that is neither, CheckpointError for a file that holds no vocoder.
    """
    return read(_path(name))[0]


def vocoder_card(name: str | Path) -> str:
    """The card of a vocoder, as Markdown; empty if it has none. Raises ValueError as `load_vocoder` does."""
    card = _path(name).with_suffix(".md")
    return card.read_text("utf-8") if card.is_file() else ""


def _path(name: str | Path) -> Path:
    path = Path(name)
    if path.is_dir():
        path = path / "vocoder.safetensors"
    if not path.is_file():
        path = WEIGHTS / f"{name}.safetensors"
    if not path.is_file():
        raise ValueError(
            f"there is no vocoder {str(name)!r}: choose {', '.join(vocoder_names())}, or a vocoder's file"
        )
    return path


def make_vocoder(
    name: str,
    folder: Path,
    recipe: VocoderRecipe | None = None,
    observers: Iterable[Observer] = (),
) -> Path:
    """Train a vocoder, measure it and write it and its card to ``folder``; the card's path.

    The recipe is that of the shipped vocoder of this name, unless given. A run that was broken off is taken up again
    from the folder ``name`` in there. Raises ValueError for a name without a recipe, and DataError where its
    recordings cannot be had.
    """
    if recipe is None and name not in RECIPES:
        raise ValueError(
            f"there is no vocoder {name!r}: choose {', '.join(RECIPES)}, or say what to train on"
        )
    train_vocoder(recipe or RECIPES[name], folder=folder / name, observers=observers)
    return publish(folder / name / "vocoder.safetensors", name, folder)


def publish(trained: Path, name: str, folder: Path = WEIGHTS) -> Path:
    """Copy a trained vocoder to ``folder`` as ``name``, measure it and write its card; the card's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.safetensors"
    shutil.copyfile(trained, path)
    vocoder, about = read(path)
    card = path.with_suffix(".md")
    card.write_text(describe(name, vocoder, about, *measured(vocoder)), encoding="utf-8")
    return card


# Measuring


def ways(vocoder: Vocoder) -> dict[str, Callable[[Tensor], Tensor]]:
    """What is compared: the vocoder, its network alone, and Griffin-Lim."""
    encoding = vocoder.encoding
    return {
        f"this vocoder, {vocoder.rounds} rounds": vocoder.decode,
        "its network alone": lambda z: vocoder.decode(z, 0),
        f"Griffin-Lim, {ITERATIONS} iterations": lambda z: torch.cat(
            [encoding.decode(part, ITERATIONS) for part in z.split(32)]
        ),
    }


def compared(vocoder: Vocoder, clips: Clips) -> dict[str, Row]:
    """The clips as they are, and what each way makes of their pictures; they must have the vocoder's rate."""
    wanted = _pitch(clips)
    target = stft(clips.audio).abs()
    rows = {}
    for what, decode in ({"nothing: as recorded": None} | ways(vocoder)).items():
        heard = clips.audio if decode is None else decode(vocoder.encoding.encode(clips.audio))
        pitch = {"share": float("nan"), "median_cents": float("nan")}
        if wanted is not None:
            pitch = pitch_accuracy(heard, clips.rate, wanted)
        rows[what] = Row(
            log_mel_distance(heard, clips.audio, clips.rate).item(),
            spectral_convergence(stft(heard).abs(), target).mean().item(),
            pitch["share"],
            pitch["median_cents"],
        )
    return rows


def _pitch(clips: Clips) -> Tensor | None:
    if "frequency" in clips.parameters:
        return clips.parameters["frequency"]
    if "pitch" in clips.classes:
        frequency = torch.tensor([frequency_of(midi_number(name)) for name in clips.classes["pitch"]])
        return frequency[clips.labels["pitch"]]
    return None


def generated(vocoder: Vocoder, model: str = "notes-full") -> dict[str, Row]:
    """The same of pictures that a generator drew, of which there is no sound to compare with.

    So the distance is from the picture to that of the sound, in dB; there is no convergence.
    """
    player = load(model)
    pitches, instruments = player.classes["pitch"], player.classes["instrument"]
    asked = [(p, i) for p in pitches for i in instruments]
    z = player.pictures(
        player.z(0, len(asked)), pitch=[p for p, _ in asked], instrument=[i for _, i in asked]
    )
    wanted = torch.tensor([frequency_of(midi_number(p)) for p, _ in asked])
    encoding, rows = vocoder.encoding, {}
    for what, decode in ways(vocoder).items():
        heard = decode(z)
        pitch = pitch_accuracy(heard, player.rate, wanted)
        off = (encoding.encode(heard.clamp(-1, 1)) - z).abs().mean().item()
        off *= (encoding.ceiling - encoding.floor) / 2
        rows[what] = Row(off, float("nan"), pitch["share"], pitch["median_cents"])
    return rows


def speed(
    decode: Callable[[Tensor], Tensor], z: Tensor, seconds: float, threads: int = 2, runs: int = RUNS
) -> float:
    """How many times faster than real time: the best of several runs, since other programs only slow it down.

    seconds: how long the sound of the pictures ``z`` is.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        decode(z)
        taken = []
        for _ in range(runs):
            begun = time.perf_counter()
            decode(z)
            taken.append(time.perf_counter() - begun)
    finally:
        torch.set_num_threads(before)
    return seconds / min(taken)


def measured(vocoder: Vocoder, count: int = 222) -> tuple[dict[str, dict[str, Row]], dict[str, float], str]:
    """Rows by kind of sound and by way of decoding, the speeds by way, and when and how the speeds were taken.

    Recordings are measured where they are at hand.
    """
    encoding = vocoder.encoding
    notes = datasets.notes(count, seed=HELD_OUT_SEED, rate=encoding.rate, samples=16_384)
    tables = {f"held-out notes of the built-in data set ({len(notes)})": compared(vocoder, notes)}
    for what, kind, clips in _recordings():
        if kind == encoding.rate:
            tables[what] = compared(vocoder, clips)
    if load("notes-full").encoding == encoding:
        tables["notes drawn by the generator notes-full (222)"] = generated(vocoder)
    z = encoding.encode(notes.audio[:8])
    taken = {
        what: speed(decode, z, 8 * 1.024, runs=RUNS // 10 if "Griffin-Lim" in what else RUNS)
        for what, decode in ways(vocoder).items()
    }
    load_now = f", load average {os.getloadavg()[0]:.1f} with itself" if hasattr(os, "getloadavg") else ""
    return tables, taken, f"{date.today():%d %B %Y} on {os.cpu_count()} cores{load_now}"


def _recordings(count: int = 100) -> Iterable[tuple[str, int, Clips]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # which say which recordings are left out
        if archive.at_hand(orchestra.ARCHIVE):
            yield "orchestral notes, recorded", *_some(orchestra.load(peak=-3.0), count)
        if archive.at_hand(digits.ARCHIVE):
            yield "spoken digits, recorded", *_some(digits.load(), count)


def _some(clips: Clips, count: int) -> tuple[int, Clips]:
    order = torch.randperm(len(clips), generator=torch.Generator().manual_seed(0))[:count]
    return clips.rate, clips.select(order)


def describe(
    name: str,
    vocoder: Vocoder,
    about: Mapping[str, Any],
    tables: Mapping[str, Mapping[str, Row]],
    taken: Mapping[str, float],
    when: str,
) -> str:
    """The vocoder's card, as Markdown."""
    recipe = VocoderRecipe.from_dict(about["vocoder"])
    rows = "\n".join(
        f"| {kind} | {what} | {row.log_mel:.2f} | {_number(row.convergence, 3)} | {_number(row.share, 3)} | "
        f"{_number(row.cents, 1)} |"
        for kind, table in tables.items()
        for what, row in table.items()
    )
    speeds = "\n".join(f"| {what} | {times:.0f} |" for what, times in taken.items())
    licence = source_of(recipe.data)[1]
    again = name if recipe == RECIPES.get(name) else f"{name} --data …"
    critic = f"a critic of weight {recipe.critic:g}" if recipe.critic else "no critic"
    return f"""# {name}

A neural vocoder: {sum(p.numel() for p in vocoder.parameters()):,} parameters, stored in 16 bit, that turn log-mel
pictures into sound. Its shape is that of Vocos (Siuzdak 2023), with phases that are added up from frame to frame, and
{vocoder.rounds} rounds of Griffin-Lim at the end.

| | |
|---|---|
| trained on | {about["data"]} |
| representation | {described(vocoder.encoding)}; pictures of another are refused |
| objective | log magnitudes, phase advances, multi-resolution STFT (Yamamoto, Song and Kim 2020); {critic} |
| training | {about["steps"]:,} steps of {recipe.batch} clips, AdamW, learning rate up to {recipe.learning_rate:g}, \
seed {recipe.seed}; clips up to {recipe.varispeed:g} semitones higher or lower, {recipe.chords:.0%} in pairs |
| time | {about["seconds"] / 60:.0f} minutes of wall clock on {about["device"]} |
| licence | weights: {licence}; code: MIT |

## Quality, measured

Log-mel: mean absolute difference in dB (80 bands, no lower than −80 dB). Convergence: 0 is perfect. Right: the share of
notes that a tracker by autocorrelation hears within 50 cents; error: their median. Griffin-Lim is `mel_griffin_lim` at
its default momentum of 0.99, as are the vocoder's own rounds, which mend {RELAXATION} times what is amiss in a \
band, in dB; it would gain by that about as much. For
drawn pictures there is no true sound: their first column compares the picture with that of the sound, over the bands of
the representation.

| sounds | decoded by | log-mel / dB | convergence | right | error / cents |
|---|---|---|---|---|---|
{rows}

## Speed, measured

8 clips at once, 2 threads, 32 bit, the best of {RUNS:,} runs (of {RUNS // 10} by Griffin-Lim), since other programs \
only slow it down;
{when}.

| | × real time |
|---|---|
{speeds}

## What it does not do

- It has heard what the first table says and nothing else: the rows of other sounds show what that costs.
- It is nearer than Griffin-Lim on held-out notes of the kind that it heard. For other sounds, and for notes that a
  generator drew, compare the rows: it is quicker, and not always nearer.
- These distances say how near a sound is to the one that the picture was taken from. They do not say how it sounds.
{REMARKS.get(name, "")}
## To make it again

```
gan-course train-vocoder {again} --folder vocoders
```

The weights agree bit for bit only on the same kind of processor with the same number of threads.
"""


def _number(value: float, digits: int) -> str:
    return "–" if value != value else f"{value:.{digits}f}"


def trained_on(data: str, **changes: Any) -> VocoderRecipe:
    """The default recipe for the data set ``data``, or for the sounds in a folder of that path, with ``changes``."""
    if data == "notes":
        return replace(VocoderRecipe(), **changes)
    if data in ("digits", "orchestra"):
        return replace(VocoderRecipe(), data=data, data_options={"split": "train"}, **changes)
    if Path(data).is_dir():
        return replace(VocoderRecipe(), data="folder", data_options={"path": data}, **changes)
    raise ValueError(
        f"there is neither a data set nor a folder {data!r}: choose notes, digits, orchestra or a folder"
    )
