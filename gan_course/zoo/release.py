"""From a finished run to shipped weights: measured, and described on a card."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch

from gan_course import datasets
from gan_course.evaluation import pitch_accuracy
from gan_course.synthesis import frequency_of, midi_number
from gan_course.zoo.model import WEIGHTS, Model, load

HELD_OUT_SEED = 1_000_003
"""Seed of the notes that measure a model; no recipe trains on it."""


def release(run: Path, name: str, weights: Path = WEIGHTS) -> Path:
    """Copy the generator of the folder ``run`` to ``weights`` as ``name`` and write its card; the card's path.

    Raises ValueError for a run without a finished generator.
    """
    model = load(run)
    if model.about["steps"] < model.recipe.steps:
        raise ValueError(
            f"the run in {run} has done {model.about['steps']} of {model.recipe.steps} steps: finish it"
        )
    card = describe(model, name, measured(model))
    weights.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(run / "generator.safetensors", weights / f"{name}.safetensors")
    path = weights / f"{name}.md"
    path.write_text(card, encoding="utf-8")
    return path


def measured(model: Model, draws: int = 2) -> dict[str, dict[str, float]]:
    """Pitch of notes as a tracker hears it, which knows nothing of the model.

    Three rows: generated notes (every pitch and instrument, ``draws`` times), held-out notes of the data set
    through the same representation, which is what a perfect generator would reach, and as they are.
    """
    pitches, instruments = model.classes["pitch"], model.classes["instrument"]
    asked = [(p, i) for _ in range(draws) for p in pitches for i in instruments]
    held_out = datasets.notes(len(asked), seed=HELD_OUT_SEED, rate=model.rate, samples=model.about["samples"])
    pictures = model.pictures(
        model.z(seed=0, count=len(asked)), pitch=[p for p, _ in asked], instrument=[i for _, i in asked]
    )
    generated = _decoded(model, pictures)
    wanted = torch.tensor([frequency_of(midi_number(p)) for p, _ in asked])
    through = _decoded(model, model.encoding.encode(held_out.audio))
    real = held_out.parameters["frequency"]
    return {
        "generated": pitch_accuracy(generated, model.rate, wanted),
        "held-out notes, through the same representation": pitch_accuracy(through, model.rate, real),
        "held-out notes": pitch_accuracy(held_out.audio, model.rate, real),
    }


def _decoded(model: Model, pictures: torch.Tensor) -> torch.Tensor:
    return torch.cat([model.encoding.decode(part) for part in pictures.split(64)])


def describe(model: Model, name: str, quality: dict[str, dict[str, float]]) -> str:
    """The model card, as Markdown."""
    about, recipe = model.about, model.recipe
    rows = "\n".join(
        f"| {what} | {row['share']:.3f} | {row['median_cents']:.1f} | {row['n']} |"
        for what, row in quality.items()
    )
    encoding = ", ".join(f"{k} {v}" for k, v in model.encoding.to_dict().items() if v is not None)
    conditions = "; ".join(f"{c}: {', '.join(values)}" for c, values in model.classes.items())
    return f"""# {name}

A conditional spectrogram GAN: {model.parameters:,} parameters, stored in 16 bit.

| | |
|---|---|
| data | the course's built-in synthetic notes ({recipe.data_options}); no recording of anybody |
| conditions | {conditions} |
| sound | {about["samples"]} samples at {about["rate"]} Hz |
| representation | {encoding} |
| game | {recipe.rules.in_words()} |
| training | {about["steps"]:,} steps of {recipe.batch} notes, seed {recipe.seed}, {recipe.precision} |
| time | {about["seconds"] / 60:.0f} minutes of wall clock on {about["device"]} |
| licence | weights: CC BY 4.0; code: MIT |

## Quality, measured

Every pitch and instrument was asked for equally often; a tracker by autocorrelation, which knows nothing of the model,
listened to the decoded sound. "Right" is within 50 cents.

| notes | right pitch | median error (cents) | n |
|---|---|---|---|
{rows}

This says that the model plays what it is asked for. How natural it sounds is not measured here.

## To make it again

```
gan-course train {name} --folder runs/{name}
gan-course release runs/{name} {name}
```

The weights agree bit for bit only on the same kind of processor with the same number of threads.
"""
