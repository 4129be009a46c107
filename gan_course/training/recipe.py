"""A recipe: everything that decides what a training run does, as plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from gan_course.training.game import Rules

PENALTIES = ("r1", "r2", "gradient_penalty")
RECIPES = Path(__file__).parent / "recipes"


@dataclass(frozen=True)
class Recipe:
    """Plain data that is saved with the weights and rebuilds networks, data and schedule.

    ``representation`` is a representation's ``to_dict()``. ``objective`` is a name in `OBJECTIVES`, and ``gamma`` the
    weight of each of the ``penalties``, of "r1", "r2" and "gradient_penalty"; they are taken every
    ``penalty_every``-th step, times that number. The learning rate is constant over the first half of the steps and
    falls linearly to a tenth over the second; the discriminator's is ``discriminator_speed`` times the generator's.
    ``average`` is the half-life of the averaged generator, as a share of the steps. The rest is as in `Rules`. Raises
    ValueError for values that cannot work.
    """

    data: str = "notes"
    data_options: Mapping[str, Any] = field(default_factory=lambda: {"count": 4096, "seed": 0})
    conditions: tuple[str, ...] = ("pitch", "instrument")
    representation: Mapping[str, Any] = field(default_factory=lambda: {"representation": "LogMel"})
    latent: int = 64
    generator_widths: tuple[int, ...] = (128, 96, 64, 32)
    discriminator_widths: tuple[int, ...] = (32, 64, 96, 128)
    steps: int = 2600
    batch: int = 16
    learning_rate: float = 1e-3
    betas: tuple[float, float] = (0.0, 0.99)
    objective: str = "relativistic_pairing"
    penalties: tuple[str, ...] = ("r1", "r2")
    gamma: float = 1.0
    one_sided: bool = False
    penalty_every: int = 8
    spectral_norm: bool = False
    discriminator_steps: int = 1
    discriminator_speed: float = 1.0
    average: float = 0.08
    seed: int = 0
    precision: str = "auto"

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "latent", "penalty_every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}, and at least 1 is expected")
        if not self.learning_rate > 0:
            raise ValueError(f"learning_rate is {self.learning_rate}, and a number above 0 is expected")
        if self.precision not in ("auto", "32-true", "bf16-mixed"):
            raise ValueError(f"precision is {self.precision!r}: choose auto, 32-true or bf16-mixed")
        if unknown := set(self.penalties) - set(PENALTIES):
            raise ValueError(
                f"there is no penalty {', '.join(sorted(unknown))}: choose from {', '.join(PENALTIES)}"
            )
        _ = self.rules  # which refuse what no game can be played by

    @property
    def rules(self) -> Rules:
        """The rules of the game that the recipe asks for."""
        return Rules(
            objective=self.objective,
            **{name: self.gamma for name in self.penalties},  # type: ignore[arg-type]
            one_sided=self.one_sided,
            penalty_every=self.penalty_every,
            spectral_norm=self.spectral_norm,
            generator_rate=self.learning_rate,
            discriminator_rate=self.learning_rate * self.discriminator_speed,
            falling_over=self.steps,
            betas=self.betas,
            batch=self.batch,
            discriminator_steps=self.discriminator_steps,
            average=self.average * self.steps,
        )

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
            return cls.from_dict(json.loads(path.read_text("utf-8")) | changes)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path.name} is no JSON: {error}") from None

    def rate_at(self, step: int) -> float:
        """Learning rate at ``step`` (0-based)."""
        return self.learning_rate * self.rules.pace_at(step)

    def decay_at(self, step: int) -> float:
        """Share of the averaged generator that is kept at ``step``; the half-life grows to its full length."""
        return self.rules.decay_at(step)
