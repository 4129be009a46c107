"""A recipe: everything that decides what a training run does, as plain data."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

from torch import Tensor, zeros

from gan_course import datasets
from gan_course.datasets import Clips
from gan_course.datasets.registry import NAMES
from gan_course.networks import FAMILIES
from gan_course.synthesis.pitch import is_note
from gan_course.training.game import Rules

PENALTIES = ("r1", "r2", "gradient_penalty")
RECIPES = Path(__file__).parent / "recipes"
SEEDS = 2**43
"""Seeds are below it: times the most steps that a run may have, they are then whole numbers that torch knows."""


@dataclass(frozen=True)
class Recipe:
    """Plain data that is saved with the weights and rebuilds networks, data and schedule.

    ``representation`` is a representation's ``to_dict()``. ``objective`` is a name in `OBJECTIVES`, and ``gamma`` the
    weight of each of the ``penalties``, of "r1", "r2" and "gradient_penalty"; they are taken every
    ``penalty_every``-th step, times that number. The learning rate is constant over the first half of the steps and
    falls linearly to a tenth over the second; the discriminator's is ``discriminator_speed`` times the generator's.
    ``gamma`` stays as it is or, with ``gamma_at_end``, falls to it geometrically over the steps. ``average`` is the
    half-life of the averaged generator, as a share of the steps. ``networks`` is a name in `FAMILIES`, and the widths
    are those of its two networks. ``conditions`` are labels of the data: any of them, or none. With ``partials`` the
    generator is shown where the partials of a pitch lie, as in `networks.Partials`; ``antialiased``, it smooths what it
    doubles, as in `networks.convolutional.stretched`. ``detail`` is how many times what is quick in a picture is
    magnified for the judge of patches of `textured` networks, which is not shown it for 0; ``modulation`` is the scale
    of their `networks.ModulationJudge`, and for 0 there is none; ``apart``, their judges play a game each, as in
    `Game`, and do not add up their logits; with a ``namer``, a `networks.Namer` names the labels, and not they.
    ``naming`` is the weight of naming the labels, as in `Rules`, and ``unheard`` the share of the generator's turns in
    which a pitch is drawn anew from the range of what else was asked for, as in `Training.wishes`.

    Each time that a clip is played to the discriminator it begins up to ``shift`` seconds later, at random, and so do
    those that the generator learns to make. Whatever is played to it, real or generated, is up to ``softer`` dB softer,
    at random, so that the generator need not play softer itself. The pitch, which may be a condition, is never touched.
    The rest is as in `Rules`.
    Raises ValueError for values that cannot work.
    """

    data: str = "notes"
    data_options: Mapping[str, Any] = field(default_factory=lambda: {"count": 4096, "seed": 0})
    conditions: tuple[str, ...] = ("pitch", "instrument")
    representation: Mapping[str, Any] = field(default_factory=lambda: {"representation": "LogMel"})
    shift: float = 0.0
    softer: float = 0.0
    latent: int = 64
    networks: str = "convolutional"
    generator_widths: tuple[int, ...] = (128, 96, 64, 32)
    discriminator_widths: tuple[int, ...] = (32, 64, 96, 128)
    partials: bool = False
    antialiased: bool = False
    detail: float = 0.0
    modulation: float = 0.0
    apart: bool = False
    namer: bool = False
    steps: int = 2600
    batch: int = 16
    learning_rate: float = 1e-3
    betas: tuple[float, float] = (0.0, 0.99)
    objective: str = "relativistic_pairing"
    penalties: tuple[str, ...] = ("r1", "r2")
    gamma: float = 1.0
    gamma_at_end: float | None = None
    one_sided: bool = False
    penalty_every: int = 8
    spectral_norm: bool = False
    naming: float = 0.0
    unheard: float = 0.0
    discriminator_steps: int = 1
    discriminator_speed: float = 1.0
    average: float = 0.08
    seed: int = 0
    precision: str = "auto"

    def __post_init__(self) -> None:
        _check_types(self)
        for name in ("steps", "batch", "latent", "penalty_every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}, and at least 1 is expected")
        for name in ("learning_rate", "discriminator_speed"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}, and a number above 0 is expected")
        for name in ("generator_widths", "discriminator_widths"):
            if not (widths := getattr(self, name)) or min(widths) < 1:
                raise ValueError(f"{name} is {list(widths)}, and at least one is expected, each 1 or more")
        if not 0 <= self.seed < SEEDS:
            raise ValueError(f"seed is {self.seed}, and a whole number from 0 to {SEEDS - 1} is expected")
        if self.precision not in ("auto", "32-true", "bf16-mixed"):
            raise ValueError(f"precision is {self.precision!r}: choose auto, 32-true or bf16-mixed")
        for name in ("shift", "softer", "detail", "modulation", "gamma", "naming", "average"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} is {getattr(self, name)}, and 0 or more is expected")
        if self.gamma_at_end is not None and not (self.gamma > 0 and self.gamma_at_end > 0):
            raise ValueError(
                f"gamma falls from {self.gamma} to {self.gamma_at_end}, and numbers above 0 are expected"
            )
        if self.networks not in FAMILIES:
            raise ValueError(f"there are no networks {self.networks!r}: choose {', '.join(FAMILIES)}")
        for name, judge in (
            ("detail", "judge of patches to be shown it"),
            ("modulation", "judge of it"),
            ("apart", "judges beside the first"),
            ("namer", "namer beside their judges"),
        ):
            if (given := getattr(self, name)) and self.networks != "textured":
                raise ValueError(
                    f"{name} is {_typed(given)}, and {self.networks} networks have no {judge}: take textured ones, or "
                    f"set {name} to {_typed(type(given)(0))}"
                )
        if unknown := set(self.penalties) - set(PENALTIES):
            raise ValueError(
                f"there is no penalty {', '.join(sorted(unknown))}: choose from {', '.join(PENALTIES)}"
            )
        if not 0 <= self.unheard <= 1:
            raise ValueError(f"unheard is {self.unheard}, and a share from 0 to 1 is expected")
        for name, does in (("unheard", "draws"), ("partials", "needs")):
            if getattr(self, name) and "pitch" not in self.conditions:
                raise ValueError(
                    f"{name} is {getattr(self, name)}, and it {does} pitches, which are none of the conditions: name "
                    f"pitch among them, or set {name} to {type(getattr(self, name))(0)}"
                )
        if self.naming and not self.conditions:
            raise ValueError(
                f"naming is {self.naming}, and there are no conditions to be named: choose some, or set it to 0"
            )
        if self.namer and not self.naming:
            raise ValueError(
                "namer is true, and naming is 0, so that it is asked nothing: set naming above 0, or namer to false"
            )
        _ = self.rules  # which refuse what no game can be played by

    def load_data(self) -> Clips:
        """The clips that the recipe names; raises ValueError for options that such data do not have, or lack."""
        if self.data in NAMES:
            module = import_module(f"gan_course.datasets.{self.data}")
            known = signature(module.notes if self.data == "notes" else module.load)
            try:
                known.bind(**self.data_options)
            except TypeError as error:
                raise ValueError(
                    f"data_options do not fit the data {self.data!r} ({error}): name some of "
                    f"{', '.join(known.parameters)}"
                ) from None
        return datasets.load(self.data, **self.data_options)

    def new_generator(
        self, shape: Sequence[int], classes: Mapping[str, int], comb: Tensor | None = None
    ) -> Any:
        """A fresh generator of spectrograms ``shape`` ``(channel, frequency, frame)``.

        ``classes`` has the number of values of each condition. For a recipe with ``partials``, a `networks.comb`
        `(pitch, frequency)` says where they are; without one there is room for it, as for all that is loaded later.
        Raises ValueError for a shape that does not fit.
        """
        if self.partials and comb is None:
            comb = zeros(classes["pitch"], shape[1])
        return FAMILIES[self.networks][0](
            shape, classes, self.latent, self.generator_widths, comb, self.antialiased
        )

    def new_discriminator(self, shape: Sequence[int], classes: Mapping[str, int]) -> Any:
        """A fresh discriminator of such spectrograms."""
        shown = {
            name: getattr(self, name)
            for name in ("detail", "modulation", "apart", "namer")
            if getattr(self, name)
        }
        return FAMILIES[self.networks][1](shape, classes, self.discriminator_widths, **shown)

    @property
    def rules(self) -> Rules:
        """The rules of the game that the recipe asks for."""
        return Rules(
            objective=self.objective,
            **{name: self.gamma for name in self.penalties},  # type: ignore[arg-type]
            one_sided=self.one_sided,
            penalty_every=self.penalty_every,
            penalty_falls_to=1.0 if self.gamma_at_end is None else self.gamma_at_end / self.gamma,
            spectral_norm=self.spectral_norm,
            naming=self.naming,
            generator_rate=self.learning_rate,
            discriminator_rate=self.learning_rate * self.discriminator_speed,
            falling_over=self.steps,
            betas=self.betas,
            batch=self.batch,
            discriminator_steps=self.discriminator_steps,
            average=self.average * self.steps,
        )

    def in_words(self) -> str:
        """The game in one line, as a card needs it: that of the rules, and what the generator is asked for."""
        anew = f", {self.unheard:.0%} of the pitches that G is asked for drawn anew" if self.unheard else ""
        return self.rules.in_words() + anew

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Recipe:
        """A recipe from plain data; unknown names raise ValueError."""
        known = {f.name: f.default for f in fields(cls)}
        if unknown := set(data) - set(known):
            raise ValueError(f"a recipe has no {', '.join(sorted(unknown))}; it has {', '.join(known)}")
        values = {name: tuple(v) if isinstance(v, list) else v for name, v in data.items()}
        return cls(**values)

    @classmethod
    def read(cls, name: str | Path, **changes: Any) -> Recipe:
        """A shipped recipe by its name, or one of yours by the path of its JSON file, with ``changes``.

        Raises ValueError for a name that is neither and for a file that is no recipe.
        """
        path = Path(name) if Path(name).is_file() else RECIPES / f"{name}.json"
        if not path.is_file():
            known = ", ".join(sorted(p.stem for p in RECIPES.glob("*.json")))
            raise ValueError(f"there is no recipe {str(name)!r}: choose {known}, or name a JSON file")
        try:
            data = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise ValueError(f"{path.name} is no JSON ({error}): name a file that holds a recipe") from None
        if not isinstance(data, dict):
            raise ValueError(
                f"{path.name} is no recipe: names with values are expected, as in recipe.json of a run"
            )
        return cls.from_dict(data | changes)

    def changed(self, words: Iterable[str]) -> Recipe:
        """This recipe with changes as they are typed: ``["gamma=2", "conditions=pitch", "data_options.count=512"]``.

        A value is read as JSON, and as plain text where it is none; a list can be written with commas, ``none`` is no
        value or an empty list, and a dot leads into ``data_options`` and ``representation``. With other conditions,
        what these do not allow is left out, as in `conditioned_on`, unless it is among the changes. Raises ValueError
        for what is no such change.
        """
        data = self.to_dict()
        named = set()
        for word in words:
            path, equals, text = word.partition("=")
            *above, last = path.strip().split(".")
            where: Any = data
            for name in above:
                where = where.get(name) if isinstance(where, dict) else None
            if not equals or not isinstance(where, dict) or (where is data and last not in data):
                raise ValueError(
                    f"{word!r} changes nothing in a recipe: write name=value, with a name of {', '.join(data)}"
                )
            where[last] = _value(text.strip(), list_wanted=isinstance(where.get(last), (tuple, list)))
            named.add(path.strip())
        if "conditions" in named and isinstance(data["conditions"], list):
            left_out = _left_out("pitch" in data["conditions"], labelled=bool(data["conditions"]))
            data |= {name: v for name, v in left_out.items() if name not in named}
        return Recipe.from_dict(data)

    def conditioned_on(self, classes: Mapping[str, Sequence[str]]) -> Recipe:
        """This recipe for data with other labels, as by name their values: all are conditions.

        What they do not allow is left out: naming where there are none, and partials and unheard where no label is a
        pitch, or one that is has values which are no notes.
        """
        pitched = "pitch" in classes and all(map(is_note, classes["pitch"]))
        return replace(
            self,
            conditions=tuple(classes),
            **_left_out(pitched, labelled=bool(classes)),
        )

    def with_sounds_in(self, path: Path) -> Recipe:
        """This recipe with its folder of sounds at another ``path``; a table of labels that lay in it lies there too.

        Raises ValueError for a recipe of other data.
        """
        if self.data != "folder":
            raise ValueError(
                f"the recipe is for the data {self.data!r}, which have no folder of sounds: name none"
            )
        options = dict(self.data_options)
        before, table = Path(options.get("path", "")), options.get("labels")
        if isinstance(table, str) and Path(table).is_relative_to(before):
            options["labels"] = str(Path(table).relative_to(before))
        return replace(self, data_options=options | {"path": str(path)})

    def rate_at(self, step: int) -> float:
        """Learning rate at ``step`` (0-based)."""
        return self.learning_rate * self.rules.pace_at(step)

    def decay_at(self, step: int) -> float:
        """Share of the averaged generator that is kept at ``step``; the half-life grows to its full length."""
        return self.rules.decay_at(step)


def _left_out(pitched: bool, labelled: bool) -> dict[str, Any]:
    # What conditions without pitches, or none, do not allow, as it must be set.
    without_pitch = {} if pitched else {"partials": False, "unheard": 0.0}
    return without_pitch | ({} if labelled else {"naming": 0.0, "namer": False})


def _value(text: str, list_wanted: bool) -> Any:
    if text.lower() == "none":
        return [] if list_wanted else None
    if text.lower() in ("true", "false"):  # as in Python too
        return text.lower() == "true"
    if list_wanted and not text.startswith("["):
        return [_value(part.strip(), False) for part in text.split(",")]
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _typed(value: Any) -> str:
    # As JSON and `changed` have it.
    return repr(value).lower() if isinstance(value, bool) else repr(value)


def _check_types(recipe: Recipe) -> None:
    for one in fields(Recipe):
        name, default, value = one.name, one.default, getattr(recipe, one.name)
        if isinstance(default, bool):
            fits, wanted = isinstance(value, bool), "true or false"
        elif isinstance(default, int):
            fits, wanted = isinstance(value, int) and not isinstance(value, bool), "a whole number"
        elif isinstance(default, float) or (name == "gamma_at_end" and value is not None):
            fits, wanted = _is_number(value), "a finite number"
            default = 0.5 if default is None else default
        elif isinstance(default, str):
            fits, wanted = isinstance(value, str), "a name"
        elif isinstance(default, tuple):
            kind = type(default[0])
            fits = isinstance(value, tuple) and all(
                isinstance(v, str) if kind is str else _is_number(v) and isinstance(v, (kind, int))
                for v in value
            )
            wanted = f"a list of {'names' if kind is str else 'numbers'}"
        elif default is None:
            continue  # there may be none
        else:
            fits, wanted = isinstance(value, Mapping), "names with values"
            default = one.default_factory()  # type: ignore[misc]
        if not fits:
            raise ValueError(f"{name} is {value!r}, and {wanted} is expected, such as {_typed(default)}")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
