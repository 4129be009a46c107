"""The ears that come with the course: what each is trained on, how it is measured, and its card.

Of each kind there are two, which nothing but chance tells apart. A model that was chosen by what one ear hears must be
judged by another: the second, whose name ends in "-judge", is for that. Where trainings are compared by it all the
same, as in the tables of lesson 09 and by `benchmarks.quality`, the best of them looks a little better than it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import torch

from gan_course import datasets
from gan_course.datasets import Clips
from gan_course.datasets.splits import HELD_OUT_SEED, held_out
from gan_course.evaluation import Ear, train_ear
from gan_course.spectral import LogMel
from gan_course.training.loop import Observer
from gan_course.zoo.model import EARS, WEIGHTS
from gan_course.zoo.textures import TEXTURE, TEXTURE_PLANS, make_texture_ear

PITCHED = ("instrument", "pitch")


class Trial(NamedTuple):
    """Clips to train on, clips to measure with, in words how the two differ, and the labels to be heard in both."""

    train: Clips
    test: Clips
    what: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What decides a shipped ear. Its first trial's ear is shipped; those of harder ones are only measured."""

    trials: Callable[[], list[Trial]]
    seed: int
    steps: int = 500
    encoding: LogMel = field(default_factory=LogMel)
    licence: str = "weights: CC BY 4.0; code: MIT"
    credit: str = ""


def notes(seed: int) -> list[Trial]:
    """The built-in notes, and others of them."""
    clips = datasets.notes(4096, seed=seed), datasets.notes(1332, seed=HELD_OUT_SEED)
    return [Trial(*clips, "notes of another seed", PITCHED)]


def digits() -> list[Trial]:
    """Takes 5 to 44 and then 45 to 49, so that the official test takes stay unheard; and speakers apart."""
    takes, apart = (
        [datasets.load("digits", split=side, by=by) for side in ("train", "test")]
        for by in ("take", "speaker")
    )
    return [
        Trial(
            *takes,
            "other takes (45 to 49) by the same speakers",
            ("digit", "speaker"),
        ),
        Trial(*apart, "speakers whom it never heard", ("digit",)),
    ]


def orchestra() -> list[Trial]:
    """A tenth of the takes held out, the other dynamics of the same note being trained on; and whole notes held out."""
    clips = datasets.load("orchestra", peak=-3.0)
    apart = torch.tensor([held_out(clips.says(i), 0.1) for i in range(len(clips))])
    strict = (datasets.load("orchestra", peak=-3.0, split=side) for side in ("train", "test"))
    return [
        Trial(
            clips.select(~apart),
            clips.select(apart),
            "other takes of the same notes, in another dynamic",
            PITCHED,
        ),
        Trial(*strict, "notes (an instrument at a pitch) that it never heard", PITCHED),
    ]


FINE = LogMel(n_mels=128, n_fft=2048, hop=512)
DIGITS = "weights: CC BY-SA 4.0, as the recordings; code: MIT"
SPOKEN = "Free Spoken Digit Dataset, Zohar Jackson and contributors, CC BY-SA 4.0"
ORCHESTRAL = (
    'Philharmonia Orchestra sound samples: free to use, not to be sold or offered "as is"; the weights '
    "hold no recording"
)
PLANS = {
    "ear-notes": Plan(lambda: notes(seed=0), seed=0),
    "ear-notes-judge": Plan(lambda: notes(seed=7), seed=7),
    "ear-digits": Plan(digits, seed=0, licence=DIGITS, credit=SPOKEN),
    "ear-digits-judge": Plan(digits, seed=7, licence=DIGITS, credit=SPOKEN),
    "ear-orchestra": Plan(orchestra, seed=0, steps=1000, encoding=FINE, credit=ORCHESTRAL),
    "ear-orchestra-judge": Plan(orchestra, seed=7, steps=1000, encoding=FINE, credit=ORCHESTRAL),
}


def ear_names() -> list[str]:
    """The names of the ears for labels that come with the course; `load_texture_ear` has the one for texture."""
    found = (path.stem for path in WEIGHTS.glob(f"{EARS}*.safetensors"))
    return sorted(name for name in found if not name.endswith(TEXTURE))


def load_ear(name: str | Path) -> Ear:
    """A shipped ear by its name, such as ``"ear-notes"``, or one of yours by the path of its file.

    Raises ValueError for a name that is neither, CheckpointError for a file that holds no ear.
    """
    path = Path(name) if Path(name).is_file() else WEIGHTS / f"{name}.safetensors"
    if not path.is_file():
        raise ValueError(f"there is no ear {str(name)!r}: choose {', '.join(ear_names())}, or an ear's file")
    return Ear.load(path)


def make_ear(name: str, folder: Path = WEIGHTS, observers: Iterable[Observer] = ()) -> Path:
    """Train the ear ``name`` of the course anew, measure it and write it and its card to ``folder``; the card's path.

    Raises ValueError for a name that is no ear's, and DataError where its recordings cannot be had.
    """
    if name in TEXTURE_PLANS:
        return make_texture_ear(name, folder, observers)
    if name not in PLANS:
        raise ValueError(f"there is no ear {name!r}: choose {', '.join([*PLANS, *TEXTURE_PLANS])}")
    plan, path = PLANS[name], folder / f"{name}.safetensors"
    trials = plan.trials()
    ears = [
        train_ear(
            trial.train,
            trial.kinds,
            encoding=plan.encoding,
            steps=plan.steps,
            seed=plan.seed,
            observers=observers,
        )
        for trial in trials
    ]
    ears[0].save(path)
    ears[0] = Ear.load(path)
    rows = [(t.what, ear.accuracy(t.test), len(t.test)) for ear, t in zip(ears, trials, strict=True)]
    test = shuffled(trials[0].test)
    rows.insert(1, ("… with their labels shuffled", ears[0].accuracy(test), len(test)))
    path.with_suffix(".md").write_text(describe(name, plan, ears[0], rows), encoding="utf-8")
    return path.with_suffix(".md")


def shuffled(clips: Clips, seed: int = 0) -> Clips:
    """The same clips, each with the labels of another: a planted failure that an ear must hear."""
    order = torch.randperm(len(clips), generator=torch.Generator().manual_seed(seed))
    return replace(clips, labels={kind: values[order] for kind, values in clips.labels.items()})


def describe(name: str, plan: Plan, ear: Ear, rows: list[tuple[str, dict[str, float], int]]) -> str:
    """The ear's card, as Markdown."""
    table = "\n".join(
        f"| {what} | {' | '.join(f'{heard[kind]:.3f}' if kind in heard else '–' for kind in ear.classes)} | {n:,} |"
        for what, heard, n in rows
    )
    chance = " | ".join(f"{1 / len(names):.3f}" for names in ear.classes.values())
    classes = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in ear.classes.items())
    encoding = ", ".join(f"{k} {v}" for k, v in ear.encoding.to_dict().items() if v is not None)
    training = ear.about["training"]
    schedule = f"AdamW, learning rate up to {training['learning_rate']:g}, seed {training['seed']}"
    soft, loud = ear.about["level_db"]
    everyday = name.removesuffix("-judge")
    harder = (
        "\nThe row before the last is of another ear, trained in the same way without what it was to hear, and not "
        "shipped.\n"
        if len(rows) > 2
        else ""
    )
    return f"""# {name}

An ear: a classifier of {sum(p.numel() for p in ear.classifier.parameters()):,} parameters, stored in 16 bit, that hears
what a sound is and describes it by {ear.classifier.describe.out_features} numbers.

| | |
|---|---|
| trained on | {ear.about["data"]} |
| credit | {plan.credit or "no recording of anybody"} |
| hears | {classes} |
| sound | clips of {ear.samples:,} samples at {ear.rate:,} Hz; nine in ten of {soft:.0f} to {loud:.0f} dB (RMS) |
| encoding | {encoding} |
| training | {training["steps"]:,} steps of {training["batch"]} clips, {schedule} |
| time | {ear.about["seconds"]:.0f} s of wall clock on {ear.about["device"]} |
| licence | {plan.licence} |

## Quality, measured

The share that is heard as labelled, by kind of label, of clips that were not trained on.

| clips | {" | ".join(ear.classes)} | n |
|---|{"---|" * (len(ear.classes) + 1)}
{table}
| chance | {chance} | |
{harder}
## What it does not hear

- Quality. It was trained on labels and hears what they say: a blur or a hiss that leaves these as they are can cost a
  generated sound nothing. It judges control; a two-sample judge or a listener judges quality.
- That a sound is none of its classes. It always chooses one, and is often sure of it; only silence is heard as
  nothing, each class being equally probable.
- Clips of another length or rate, which it refuses; and clips much softer or louder than those that it was trained on
  may be heard as something else.

`{everyday}` is for every day. `{everyday}-judge` is trained with another seed, and kept for judging
models that were chosen by the first.

## To make it again

```
gan-course train-ear {name} --folder ears
```

The weights agree bit for bit only on the same kind of processor with the same number of threads.
"""
