"""A model judged: what it is compared with, and which ears listen. Lesson 10."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch

from gan_course import datasets
from gan_course.datasets import Clips
from gan_course.datasets.splits import HELD_OUT_SEED
from gan_course.evaluation.ear import Ear, Listener
from gan_course.evaluation.report import FEWEST, Verdict, judge
from gan_course.training import checkpoint
from gan_course.zoo.ears import load_ear
from gan_course.zoo.model import Model
from gan_course.zoo.textures import load_texture_ear

JUDGES = {"notes": "ear-notes-judge", "digits": "ear-digits-judge", "orchestra": "ear-orchestra-judge"}
"""The ear for labels that judges models of each data set; nothing was trained with its help."""
FEW = 0.1
"""With fewer held-out sounds than this share whose labels came together in training, copying is judged by distance."""
STRANGER = "ear-notes-judge"
"""Whose features describe the sounds of a data set that no ear was trained on."""


@dataclass(frozen=True)
class Judged:
    """A verdict with the clips it is about: generated ones, and real ones with the same labels."""

    model: Model
    verdict: Verdict
    generated: Clips
    real: Clips
    seed: int

    def about(self) -> list[str]:
        """Sentences on how it was judged."""
        labels = " and ".join(self.generated.classes)
        asked = f"asked for with the {labels} of as many real ones" if labels else "drawn without labels"
        return [
            f"{len(self.generated):,} generated sounds, {asked}, from seed {self.seed}; against real sounds that it "
            f"was not trained on: {self.real.name} ({self.real.note}).",
            f"Sounds are made from pictures by {'a vocoder' if self.model.vocoder else 'the representation itself'}.",
        ]

    def card(self) -> str:
        """The model card; for a run that has none, what its recipe says."""
        model = self.model
        conditions = "; ".join(f"{name}: {', '.join(values)}" for name, values in model.classes.items())
        rows = {
            "data": f"{model.recipe.data} {model.recipe.data_options}",
            "conditions": conditions or "none",
            "representation": ", ".join(
                f"{k} {v}" for k, v in model.encoding.to_dict().items() if v is not None
            ),
            "game": model.recipe.in_words(),
            "training": f"{model.about['steps']:,} of {model.recipe.steps:,} steps of {model.recipe.batch} sounds",
            "parameters": f"{model.parameters:,}",
        }
        table = "\n".join(f"| {name} | {text} |" for name, text in rows.items())
        return model.card or f"A run that has no card yet; its recipe says:\n\n| | |\n|---|---|\n{table}"


def evaluate(
    model: Model,
    count: int = 444,
    seed: int = 0,
    two_sample: bool = True,
    say: Callable[[str], None] = lambda text: None,
    *,
    sounds: Path | str | None = None,
) -> Judged:
    """Judge `count` sounds of a model against real ones that it was not trained on.

    Those of the built-in notes are of another seed; of other data, of the test split, and where that is small, fewer
    are judged. The sounds are asked for with the labels of as many real ones. `say` is told what is being done.
    `sounds` is where the folder that the model was trained on is now. Raises ValueError, in one sentence, where there
    are too few real sounds, where the model was trained on others than its recipe names, and what loading the data
    raises.
    """
    say("loading real sounds")
    reference, other, training, unseen = _real(model, count, seed, sounds)
    kinds = list(model.classes)
    other = _labelled(other, kinds)
    say(f"generating {len(other):,} sounds, and taking as many real ones through the same representation")
    generated, decoded = generated_like(model, other, seed), through(model, other)
    trained: dict[Literal["generated", "other", "through"], Clips] | None = None
    if _new_to(training, other):
        say("once more, with labels that came together in training")
        order = torch.randperm(len(training), generator=torch.Generator().manual_seed(seed))
        known = _labelled(training.select(order[: len(other)]), kinds)
        trained = {
            "generated": generated_like(model, known, seed),
            "other": known,
            "through": through(model, known),
        }
    ear, listeners, left_out = _ears(model)
    verdict = judge(
        generated,
        reference,
        other,
        training=training,
        unseen=unseen,
        through=decoded,
        trained=trained,
        ear=ear,
        listeners=listeners,
        two_sample=two_sample,
        by_distance=_known(training, other) < FEW,
        seed=seed,
        say=say,
    )
    verdict = replace(verdict, left_out=(*left_out, *verdict.left_out))
    return Judged(model, verdict, generated, other, seed)


def from_another_seed(model: Model, seed: int, count: int = 444) -> Verdict:
    """What is measured without an ear, from this seed: other sounds, other halves of the real ones, other judges.

    The interval of a verdict says what other clips of the same kind would change. How much of a number is the luck of a
    draw, of z and of how the judges were trained, it does not say, and of an AUC that may be more. Raises ValueError as
    `evaluate` does.
    """
    reference, other, _, _ = _real(model, count, seed)
    other = _labelled(other, list(model.classes))
    return judge(generated_like(model, other, seed), reference, other, seed=seed)


def _real(
    model: Model, count: int, seed: int, sounds: Path | str | None = None
) -> tuple[Clips, Clips, Clips, Clips | None]:
    """The reference, as many others, the training clips, and for memorisation about as many unseen ones."""
    recipe = model.recipe
    if sounds is not None:
        if recipe.data != "folder":
            raise ValueError(
                f"{model.name} was trained on {recipe.data}, and not on a folder of sounds: leave out --sounds"
            )
        recipe = recipe.with_sounds_in(Path(sounds).expanduser().absolute())
    options: dict[str, Any] = {"rate": model.rate, "samples": model.about["samples"]}
    options |= dict(recipe.data_options)
    if recipe.data == "folder" and not Path(options["path"]).expanduser().is_dir():
        raise FileNotFoundError(
            f"{model.name} was trained on the sounds in {model.recipe.data_options['path']}, and there is no folder "
            f"{options['path']}: say where they are now (--sounds)"
        )
    training = datasets.load(recipe.data, **options)
    for kind, names in model.classes.items():
        if tuple(training.classes.get(kind, ())) != tuple(names):
            raise ValueError(
                f"{model.name} was trained on {kind} {', '.join(names)}, and its data ({model.recipe.data}) now have "
                f"{', '.join(training.classes.get(kind, ())) or 'none'}: bring back those, or train anew"
            )
    _check_same(model, training)
    if recipe.data == "notes":
        drawn = options | {"count": 2 * count, "seed": HELD_OUT_SEED}
        pool = datasets.load("notes", **drawn)
        unseen = datasets.load("notes", **options | {"seed": HELD_OUT_SEED + 1})
    else:
        pool, unseen = datasets.load(recipe.data, **options | {"split": "test"}), None
        if options.get("split", "all") == "all":
            raise ValueError(
                f"{model.name} was trained on all of its data ({recipe.data}), so no real sounds are left to "
                f'judge it by: train it with "split": "train" among the data_options of its recipe'
            )
    if len(pool) < 2 * FEWEST:
        raise ValueError(
            f"there are {len(pool)} real sounds that {model.name} was not trained on: {2 * FEWEST} or more are needed"
        )
    # one shuffled pool: the two halves differ by chance alone
    order = torch.randperm(len(pool), generator=torch.Generator().manual_seed(seed))
    half = min(count, len(pool) // 2)
    return pool.select(order[:half]), pool.select(order[half : 2 * half]), training, unseen


def _check_same(model: Model, training: Clips) -> None:
    """Raise ValueError unless these are the clips that the model was trained on; one that does not say is believed."""
    now = {"clips": checkpoint.fingerprint(training, model.classes)}
    if differing := checkpoint.differences({"clips": model.about.get("clips")}, now):
        place = ", say where they are (--sounds)" if model.recipe.data == "folder" else ""
        raise ValueError(
            f"{model.name} was trained on other sounds ({model.about.get('data')}) than those of its recipe, "
            f"{training.name} ({training.note}), by which it would be judged ({'; '.join(differing)}): bring those "
            f"back{place}, or train by a recipe that names them, as gan-course train --sounds writes it"
        )


def generated_like(model: Model, like: Clips, seed: int) -> Clips:
    """As many sounds of the model, asked for with the labels of these clips."""
    names = {kind: [like.classes[kind][i] for i in like.labels[kind].tolist()] for kind in model.classes}
    pictures = torch.cat(
        [
            model.pictures(
                z, **{kind: given[64 * part : 64 * part + len(z)] for kind, given in names.items()}
            )
            for part, z in enumerate(model.z(seed, len(like)).split(64))
        ]
    )
    return replace(like, audio=model.decode(pictures), name=model.name, note="generated", parameters={})


def through(model: Model, clips: Clips) -> Clips:
    """The clips after they went through the model's representation and back."""
    encoded = torch.cat([model.encoding.encode(part) for part in clips.audio.split(64)])
    return replace(clips, audio=model.decode(encoded), parameters={})


def _new_to(training: Clips, clips: Clips) -> bool:
    """Whether labels of some of the clips come together in no training clip, though each of them may be there."""
    return _known(training, clips) < 1


def _known(training: Clips, clips: Clips) -> float:
    """The share of the clips whose labels come together in some training clip; 1 where they have fewer than two."""
    kinds = list(clips.classes)

    def combinations(some: Clips) -> list[tuple[str, ...]]:
        named = [[some.classes[kind][i] for i in some.labels[kind].tolist()] for kind in kinds]
        return list(zip(*named, strict=True))

    if len(kinds) < 2:
        return 1.0
    met = set(combinations(training))
    return sum(one in met for one in combinations(clips)) / len(clips)


def _labelled(clips: Clips, kinds: list[str]) -> Clips:
    """The clips with these kinds of labels alone."""
    return replace(
        clips,
        labels={kind: clips.labels[kind] for kind in kinds},
        classes={kind: clips.classes[kind] for kind in kinds},
    )


def _ears(model: Model) -> tuple[Ear | None, Mapping[str, Listener], list[str]]:
    """The ear for labels, those whose features are compared, and what is left out."""
    data = model.recipe.data
    ear = load_ear(JUDGES[data]) if data in JUDGES else None
    label, texture = ear or load_ear(STRANGER), load_texture_ear()
    named: dict[str, Listener] = {"label ear" if ear else "label ear of notes": label}
    named["texture ear" if data == "notes" else "texture ear of notes"] = texture
    fits = {
        name: one
        for name, one in named.items()
        if one.rate == model.rate and one.samples <= model.about["samples"]
    }
    left_out = [
        f"features of the {name}: it hears {one.samples:,} samples at {one.rate:,} Hz, and these sounds have "
        f"{model.about['samples']:,} at {model.rate:,} Hz"
        for name, one in named.items()
        if name not in fits
    ]
    return (ear if "label ear" in fits else None), fits, left_out
