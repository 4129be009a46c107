"""From a finished run to shipped weights: measured, and described on a card."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

import torch

from gan_course import datasets
from gan_course.datasets.splits import HELD_OUT_SEED
from gan_course.evaluation import pitch_accuracy
from gan_course.evaluation.report import QUESTIONS, TOLD, Verdict, cells, number
from gan_course.synthesis import frequency_of, midi_number
from gan_course.training import checkpoint
from gan_course.training.recipe import RECIPES, Recipe
from gan_course.zoo.judging import evaluate, from_another_seed
from gan_course.zoo.licences import source_of
from gan_course.zoo.model import EARS, VOCODERS, WEIGHTS, Model, load
from gan_course.zoo.vocoders import load_vocoder, vocoder_names

SEEDS = (1, 2, 3)
"""From which seeds a model is judged besides 0."""
REMARKS = {
    "orchestra-full": "The recipe is the best of several that were compared with the same ear, judges and held-out "
    "recordings (lesson 09), so it looks a little better here than it would with others.",
    "digits-full": "Of three trainings that were compared with the same ear, judges and held-out recordings this is "
    "the best, so it looks a little better here than it would with others. By the label ear its sounds lie a little "
    "nearer to those that it was trained on than new recordings do: of so few, something was learnt by heart.",
}
"""What a card says besides, by the name of the model."""
BY_LUCK = ("band levels", "modulation", TOLD)
"""What is given for each of them."""


def release(
    run: Path, name: str, weights: Path = WEIGHTS, overwrite: bool = False, vocoder: str | None = None
) -> Path:
    """Copy the generator of the folder ``run`` to ``weights`` as ``name`` and write its card; the card's path.

    Of one that was trained on somebody's sounds both hold the name of their folder, and not where it lies.
    With a ``vocoder`` that comes with the course it is judged, and from then on heard, through that one. Raises
    ValueError for a run without a finished generator, for a name that has other than letters, digits and hyphens, by
    which an ear or a vocoder would be known, or that is taken unless told to ``overwrite``, and for a vocoder that is
    none of the course's or not for its pictures.
    """
    if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9-]*", name):
        raise ValueError(
            f"{name!r} is no name of a model: use letters a to z, digits and hyphens, as in notes-full"
        )
    if name.startswith((EARS, VOCODERS)):
        raise ValueError(
            f"{name} would not be found among the generators, as names with {EARS} and {VOCODERS} are for ears and "
            "vocoders: choose another"
        )
    model = load(run / "generator.safetensors")
    if model.about["steps"] < model.recipe.steps:
        raise ValueError(
            f"the run in {run} has done {model.about['steps']} of {model.recipe.steps} steps: finish it"
        )
    if vocoder is not None:
        if vocoder not in vocoder_names():
            raise ValueError(
                f"{vocoder} is no vocoder that comes with the course, and a released model needs one that does: choose "
                f"{', '.join(vocoder_names())}"
            )
        model.heard_through(load_vocoder(vocoder))
        model.about["vocoder"] = vocoder
    copy, card = weights / f"{name}.safetensors", weights / f"{name}.md"
    if not overwrite and (copy.exists() or card.exists()):
        raise ValueError(f"there is a {name} in {weights} already: choose another name, or --overwrite it")
    played = model.recipe.data == "notes" and {"pitch", "instrument"} <= set(model.classes)
    again = {seed: from_another_seed(model, seed) for seed in SEEDS}
    text = describe(model, name, evaluate(model).verdict, again, measured(model) if played else {})
    weights.mkdir(parents=True, exist_ok=True)
    recipe = model.about["recipe"]
    about = model.about | {"recipe": recipe | {"data_options": _public(recipe["data_options"])}}
    if vocoder is None and about == model.about:
        shutil.copyfile(run / "generator.safetensors", copy)
    else:
        checkpoint.save(copy, checkpoint.load(run / "generator.safetensors")[0], about)
    card.write_text(text, encoding="utf-8")
    return card


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
    generated = model.decode(pictures)
    wanted = torch.tensor([frequency_of(midi_number(p)) for p, _ in asked])
    through = model.decode(model.encoding.encode(held_out.audio))
    real = held_out.parameters["frequency"]
    return {
        "generated": pitch_accuracy(generated, model.rate, wanted),
        "held-out notes, through the same representation": pitch_accuracy(through, model.rate, real),
        "held-out notes": pitch_accuracy(held_out.audio, model.rate, real),
    }


def recipe_name(recipe: Recipe, otherwise: str) -> str:
    """The shipped recipe that this one is, whatever precision "auto" came to."""
    for path in sorted(RECIPES.glob("*.json")):
        if replace(Recipe.read(path), precision=recipe.precision) == recipe:
            return path.stem
    return otherwise


def describe(
    model: Model,
    name: str,
    verdict: Verdict,
    again: Mapping[int, Verdict],
    tracked: dict[str, dict[str, float]],
) -> str:
    """The model card, as Markdown: what was judged, again from other seeds, and for notes what a tracker heard."""
    about, recipe = model.about, model.recipe
    data, licence = source_of(recipe.data)
    encoding = ", ".join(f"{k} {v}" for k, v in model.encoding.to_dict().items() if v is not None)
    conditions = "; ".join(f"{c} ({len(values)})" for c, values in model.classes.items())
    networks = recipe.networks + ", G antialiased" * recipe.antialiased
    networks += ", G shown where a pitch has its partials" * recipe.partials
    networks += f", D's patches shown with what is quick {recipe.detail:g} times" if recipe.detail else ""
    networks += f", D with a judge of modulations (scale {recipe.modulation:g})" if recipe.modulation else ""
    networks += ", D's judges play a game each" * recipe.apart
    networks += ", labels named by a namer beside them" * recipe.namer
    vocoder = about.get("vocoder")
    by, heard = (f": by {vocoder}", f" --vocoder {vocoder}") if vocoder else ("", "")
    row = f"| made to sound by | {vocoder}, whose card says what it was trained on |\n" if vocoder else ""
    made = recipe_name(recipe, f"{name}.json")
    options = _public(recipe.data_options)
    shown = json.dumps(recipe.to_dict() | {"data_options": options}, indent=2, ensure_ascii=False)
    own = f"With this as `{made}`:\n\n```json\n{shown}\n```\n\n"
    return f"""# {name}

A conditional spectrogram GAN: {model.parameters:,} parameters, stored in 16 bit.

| | |
|---|---|
| data | {data} {options} |
| conditions | {conditions or "none"} |
| sound | {about["samples"]} samples at {about["rate"]} Hz |
| representation | {encoding} |
{row}| networks | {networks} |
| game | {recipe.in_words()} |
| training | {about["steps"]:,} steps of {recipe.batch} sounds, seed {recipe.seed}, {recipe.precision} |
| time | {_wall_clock(about["seconds"])} of wall clock on {about["device"]} |
| licence | weights: {licence}; code: MIT |

## Quality, measured
{_tracked(tracked)}
Judged by `gan-course evaluate`, seed 0. "Real" stands for as many other real sounds in the place of the generated ones,
"decoded" for these after they went through the representation and back, as all generated sounds do{by}.

{as_markdown(verdict)}

{from_seeds({0: verdict, **again})}
{f"{chr(10)}{REMARKS[name]}{chr(10)}" if name in REMARKS else ""}
## To make it again

{own if made == f"{name}.json" else ""}```
gan-course train {made}{" --sounds FOLDER" * (recipe.data == "folder")} --folder runs/{name}
gan-course release runs/{name} {name}{heard} --overwrite
```

The weights agree bit for bit only on the same kind of processor with the same number of threads.
"""


def _public(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of data without where they lie on somebody's machine: of a path the last name alone."""
    paths = {name: options[name] for name in ("path", "labels") if isinstance(options.get(name), str)}
    return dict(options) | {name: Path(path).expanduser().absolute().name for name, path in paths.items()}


def _wall_clock(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 300 else f"{seconds / 60:.0f} minutes"


def from_seeds(verdicts: Mapping[int, Verdict]) -> str:
    """What `BY_LUCK` names, of verdicts by their seed, with the mean and what real sounds get: a Markdown table."""
    metrics = [metric for metric in BY_LUCK if all(metric in verdict for verdict in verdicts.values())]
    found = {seed: [verdict[metric] for metric in metrics] for seed, verdict in verdicts.items()}
    rows = {f"seed {seed}": [row.value for row in some] for seed, some in found.items()}
    rows["mean"] = [mean(values) for values in zip(*rows.values(), strict=True)]
    rows["mean, real"] = [mean(row.floor for row in some) for some in zip(*found.values(), strict=True)]
    units = [f", {row.unit}" if row.unit else "" for row in found[0]]
    head = " | ".join(metric + unit for metric, unit in zip(metrics, units, strict=True))
    table = "\n".join(f"| {name} | {' | '.join(map(number, values))} |" for name, values in rows.items())
    return f"""**How much of this is the luck of a draw?**

From other seeds come other sounds, other halves of the real ones, and judges that are trained anew.

| | {head} |
|---|{"---|" * len(metrics)}
{table}"""


def _tracked(quality: dict[str, dict[str, float]]) -> str:
    if not quality:
        return ""
    rows = "\n".join(
        f"| {what} | {row['share']:.3f} | {row['median_cents']:.1f} | {row['n']} |"
        for what, row in quality.items()
    )
    return f"""
Every pitch and instrument was asked for equally often; a tracker by autocorrelation, which knows nothing of the model,
listened to the decoded sound. "Right" is within 50 cents.

| notes | right pitch | median error (cents) | n |
|---|---|---|---|
{rows}
"""


def as_markdown(verdict: Verdict) -> str:
    """A verdict as tables, by question."""
    lines = []
    for question in QUESTIONS:
        if rows := [cells(row) for row in verdict.rows if row.question == question]:
            lines += ["", f"**{question}**", "", "| metric | value | 95% | real | decoded | best | by | n |"]
            lines += ["|---|---|---|---|---|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]
    lines += [f"\n{said}" for said in verdict.remarks()]
    return "\n".join(lines).strip()
