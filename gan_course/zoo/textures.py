"""The ear for texture that comes with the course: what it is trained on, how it is measured, and its card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gan_course import datasets
from gan_course.datasets.splits import HELD_OUT_SEED
from gan_course.evaluation import frechet_distance, kernel_distance
from gan_course.evaluation.damage import blurred, noisy
from gan_course.evaluation.ear import Ear, Listener
from gan_course.evaluation.texture import TextureEar, train_texture
from gan_course.synthesis.instruments import MEANINGS
from gan_course.training.loop import Observer
from gan_course.zoo.model import WEIGHTS

TEXTURE = "-texture"
"""What the names of ears for texture end in."""


@dataclass(frozen=True)
class TexturePlan:
    """What decides a shipped ear for texture. No generator is trained on notes of this seed."""

    count: int = 8192
    seed: int = 21
    steps: int = 1500
    measured_with: int = 1332
    """How many notes of another seed."""


TEXTURE_PLANS = {"ear-notes-texture": TexturePlan()}


def load_texture_ear(name: str | Path = "ear-notes-texture") -> TextureEar:
    """The shipped ear for texture, or one of yours by the path of its file.

    Raises ValueError for a name that is neither, CheckpointError for a file that holds no such ear.
    """
    path = Path(name) if Path(name).is_file() else WEIGHTS / f"{name}.safetensors"
    if not path.is_file():
        raise ValueError(
            f"there is no ear for texture {str(name)!r}: choose {', '.join(TEXTURE_PLANS)}, or its file"
        )
    return TextureEar.load(path)


def make_texture_ear(name: str, folder: Path = WEIGHTS, observers: Iterable[Observer] = ()) -> Path:
    """Train the ear anew, measure it and write it and its card to ``folder``; the card's path."""
    plan, path = TEXTURE_PLANS[name], folder / f"{name}.safetensors"
    train_texture(
        datasets.notes(plan.count, seed=plan.seed), steps=plan.steps, seed=plan.seed, observers=observers
    ).save(path)
    ear = TextureEar.load(path)
    held_out = datasets.notes(plan.measured_with, seed=HELD_OUT_SEED)
    label_ear = Ear.load(WEIGHTS / "ear-notes-judge.safetensors")
    noticed = {
        one: noticing(listener, plan.measured_with)
        for one, listener in ((name, ear), ("ear-notes-judge", label_ear))
    }
    card = describe_texture(name, ear, ear.explained(held_out), len(held_out), noticed)
    path.with_suffix(".md").write_text(card, encoding="utf-8")
    return path.with_suffix(".md")


DAMAGES = {
    "other real notes": lambda x: x,
    "slightly noisy, σ = 0.02 (0.9 dB)": lambda x: noisy(x, 0.02),
    "noisy, σ = 0.05 (2.2 dB)": lambda x: noisy(x, 0.05),
    "blurred by a mean over 3 × 3": blurred,
}
"""What is done to the pictures of real notes to see whether an ear notices."""


def noticing(ear: Listener, count: int, seed: int = HELD_OUT_SEED) -> dict[str, tuple[float, float]]:
    """How far real notes are from other real notes that were damaged, by the ear's features: for each of `DAMAGES`
    the Fréchet distance, in multiples of that of undamaged ones, and the kernel distance × 100."""
    real, other = (ear.pictures(datasets.notes(count, seed=seed + part)) for part in (0, 1))
    features = ear.describe(real)
    found = {}
    for what, damage in DAMAGES.items():
        damaged = ear.describe(damage(other))
        found[what] = frechet_distance(features, damaged), 100 * kernel_distance(features, damaged)
    floor = found["other real notes"][0]
    return {what: (frechet / floor, kernel) for what, (frechet, kernel) in found.items()}


def describe_texture(
    name: str,
    ear: TextureEar,
    explained: Mapping[str, float],
    count: int,
    noticed: Mapping[str, Mapping[str, tuple[float, float]]],
) -> str:
    """The ear's card, as Markdown."""
    training, size = ear.about["training"], sum(p.numel() for p in ear.classifier.parameters())
    encoding = ", ".join(f"{k} {v}" for k, v in ear.encoding.to_dict().items() if v is not None)
    rows = "\n".join(
        f"| {one} | {_meaning(one)} | {_instruments(one, ear)} | {share:.2f} |".replace("| -", "| −")
        for one, share in sorted(explained.items(), key=lambda pair: -pair[1])
    )
    heads = " | ".join(f"{one}: Fréchet | kernel" for one in noticed)
    changes = "\n".join(
        f"| {what} | "
        + " | ".join(f"{table[what][0]:.1f} | {table[what][1]:.2f}" for table in noticed.values()).replace(
            "-", "−"
        )
        + " |"
        for what in DAMAGES
    )
    return f"""# {name}

An ear for texture: a network of {size:,} parameters, stored in 16 bit, that
hears how a note was made and describes it by {ear.classifier.describe.out_features} numbers.

| | |
|---|---|
| trained on | {ear.about["data"]} |
| credit | no recording of anybody |
| hears | {len(ear.parameters)} parameters of the synthesis, each in standard deviations from its instrument's mean |
| sound | clips of {ear.samples:,} samples at {ear.rate:,} Hz |
| encoding | {encoding} |
| training | {training["steps"]:,} steps of {training["batch"]} clips, AdamW, learning rate up to \
{training["learning_rate"]:g}, seed {training["seed"]} |
| time | {ear.about["seconds"]:.0f} s of wall clock on {ear.about["device"]} |
| licence | weights: CC BY 4.0; code: MIT |

## What it notices, measured

Pictures of {count:,} real notes against those of other real notes that were damaged, by the features of this ear and of
one that was trained on labels. Fréchet distance in multiples of that between undamaged ones (1: notices nothing);
kernel distance × 100 (0: notices nothing).

| the other notes are | {heads} |
|---|{"---|---|" * len(noticed)}
{changes}

## What it hears, measured

R²: the share of a parameter's variance within the instruments that it explains in {count:,} notes of another seed.
1: all of it. 0 or less: nothing.

| parameter | what it is | instruments | R² |
|---|---|---|---|
{rows}

## What it does not hear

- Whether a note is what was asked for: that is the label ear's.
- Parameters near 0 in the table: the picture hardly shows them, or the notes were too few to learn them from.
- Anything of other sounds than the built-in notes as such. Its features describe these too, but nobody has measured
  what they notice there.

It judges, and no model may be chosen by it that it is to judge.

## To make it again

```
gan-course train-ear {name} --folder ears
```

The weights agree bit for bit only on the same kind of processor with the same number of threads.
"""


def _meaning(target: str) -> str:
    for ending in ("_cosine", "_sine"):
        if target.endswith(ending):
            return f"{ending[1:]} of: {MEANINGS[target.removesuffix(ending)]}"
    return MEANINGS[target]


def _instruments(target: str, ear: TextureEar) -> str:
    own = [instrument for instrument, scales in ear.scales.items() if target in scales]
    return "all" if len(own) == len(ear.scales) else ", ".join(own)
