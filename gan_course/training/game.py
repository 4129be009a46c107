"""Any generator against any discriminator: the rules, the one step of the game, and the loop around it. Lesson 06.

The rings of lesson 06, the notes of lesson 05 and the spectrograms of lesson 09 are played by this one step.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor, nn
from torch.func import functional_call

from gan_course.objectives import (
    OBJECTIVES,
    Objective,
    gradient_penalty,
    lazily,
    r1,
    r2,
    spectral_normalisation,
)
from gan_course.training import checkpoint
from gan_course.training.processes import check_shares, mean_of_all
from gan_course.training.schedules import average_decay, falling_geometrically, held_then_falling

Played = TypeVar("Played", bound="Playable")

Distribution = Callable[[int, torch.Generator], Any]
"""What is real: ``(count, random)`` → samples ``(count, …)``, or a tuple of samples and what both networks are told.

All its chance must come from ``random``. A tuple ``(samples, labels)`` is for networks that are called as
``generator(z, labels)`` and ``discriminator(samples, labels)``.
"""


class Observer(Protocol):
    """What watches a training: a live picture, a line in a terminal, a file of numbers."""

    def started(self, total_steps: int) -> None:
        """The loop begins."""

    def step(self, step: int, losses: Mapping[str, float], seconds_left: float) -> None:
        """A step is done."""

    def finished(self) -> None:
        """The loop has ended."""


class Playable(Protocol):
    """What `play` takes on: a `Game`, or another training that goes step by step and can go back to a state."""

    done: int
    seconds: float

    @property
    def finite(self) -> bool:
        """Whether every weight is a finite number."""

    def step(self, real: Distribution) -> dict[str, Tensor]:
        """One step; numbers that say how it went."""

    def state(self) -> dict[str, Tensor]:
        """Every tensor that the next step needs, by name; not copies."""

    def restore(self, tensors: Mapping[str, Tensor], done: int) -> None:
        """Take up a `state` of before, after ``done`` steps."""

    def details(self) -> dict[str, float]:
        """How the machine ran at the last step, for an `Engineer`."""

    def agreed(self, *said: bool) -> tuple[bool, ...]:
        """Each answer, as all processes of the training have it."""


@runtime_checkable
class Engineer(Observer, Protocol):
    """An observer that is also told how the machine runs.

    One that has a whole number ``every`` is told at every ``every``-th step, however often `play` tells the others.
    """

    def details(self, step: int, numbers: Mapping[str, float]) -> None:
        """Both gradient norms, the learning rate, the share of the penalties' weights, steps a second."""


@dataclass(frozen=True)
class Rules:
    """How a game is played, as plain data. Lesson 06.

    ``objective`` is a name in `OBJECTIVES`. ``r1``, ``r2`` and ``gradient_penalty`` are the weights of these penalties
    (0: none; R1 and R2 have a ½, the gradient penalty has none); they are taken at every ``penalty_every``-th step of
    the discriminator, times that number. ``generator_rate`` and ``discriminator_rate`` are the players' learning rates,
    constant or, with ``falling_over`` steps, constant over the first half of these and falling linearly to a tenth over
    the second; the weights of the penalties fall geometrically to ``penalty_falls_to`` times what they were, over the
    same steps. ``naming`` is the weight of what it costs the discriminator to name the labels of what is real, and the
    generator when it is not heard as what it was asked for: a discriminator is then called with ``naming=True`` and
    returns this cost beside its logits. ``optimiser`` is "adam" or "sgd". For each step of the generator the
    discriminator makes ``discriminator_steps``, and then the generator answers; ``simultaneous``: both move at once,
    from where they stood. ``average`` is the half-life, in steps, of the averaged generator (0: none), shorter at the
    beginning: at most half of the steps done. Raises ValueError for values that cannot work.
    """

    objective: str = "non_saturating"
    r1: float = 0.0
    r2: float = 0.0
    gradient_penalty: float = 0.0
    one_sided: bool = False
    penalty_every: int = 1
    penalty_falls_to: float = 1.0
    spectral_norm: bool = False
    naming: float = 0.0
    generator_rate: float = 1e-3
    discriminator_rate: float = 1e-3
    falling_over: int = 0
    optimiser: str = "adam"
    betas: tuple[float, float] = (0.0, 0.99)
    batch: int = 128
    discriminator_steps: int = 1
    simultaneous: bool = False
    average: float = 0.0

    def __post_init__(self) -> None:
        if self.objective not in OBJECTIVES:
            raise ValueError(f"there is no objective {self.objective!r}: choose {', '.join(OBJECTIVES)}")
        if self.optimiser not in ("adam", "sgd"):
            raise ValueError(f"optimiser is {self.optimiser!r}: choose adam or sgd")
        for name in ("penalty_every", "batch", "discriminator_steps"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}, and at least 1 is expected")
        for name in ("r1", "r2", "gradient_penalty", "naming", "average", "falling_over"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} is {getattr(self, name)}, and 0 or more is expected")
        for name in ("generator_rate", "discriminator_rate", "penalty_falls_to"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}, and a number above 0 is expected")
        if len(self.betas) != 2 or not all(0 <= beta < 1 for beta in self.betas):
            raise ValueError(f"betas is {self.betas}, and two numbers are expected, each at least 0 and below 1")
        if self.penalty_falls_to != 1 and not self.falling_over:
            raise ValueError("penalties fall over the steps that falling_over names, and it is 0: name them")
        if self.simultaneous and self.discriminator_steps > 1:
            raise ValueError(
                f"players that move at once make a step each, and discriminator_steps is {self.discriminator_steps}: "
                f"choose 1, or let them move by turns"
            )

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Rules:
        """Rules from plain data; unknown names raise ValueError."""
        known = [f.name for f in fields(cls)]
        if unknown := set(data) - set(known):
            raise ValueError(f"rules have no {', '.join(sorted(unknown))}; they have {', '.join(known)}")
        return cls(**{name: tuple(v) if isinstance(v, list) else v for name, v in data.items()})

    @property
    def penalised(self) -> bool:
        """Whether slopes of the discriminator cost it anything."""
        return bool(self.r1 or self.r2 or self.gradient_penalty)

    def in_words(self) -> str:
        """The objective, the penalties and the bound on the layers in one line, as a table or a card needs it."""
        words = [f"{self.objective.replace('_', ' ')} loss"]
        weights = {"R1": self.r1, "R2": self.r2, "gradient penalty": self.gradient_penalty}
        for weight in sorted({w for w in weights.values() if w}):
            names = " + ".join(name for name, w in weights.items() if w == weight)
            words.append(f"{'with' if len(words) == 1 else 'and'} {names}, γ = {weight:g}")
        lazy = f", every {self.penalty_every} steps" if len(words) > 1 and self.penalty_every > 1 else ""
        if self.penalised and self.penalty_falls_to != 1:
            lazy = f", falling to {self.penalty_falls_to:g} of it" + lazy
        bound = ", spectral normalisation" if self.spectral_norm else ""
        return (
            " ".join(words) + lazy + bound + (f", naming with weight {self.naming:g}" if self.naming else "")
        )

    def pace_at(self, step: int) -> float:
        """The share of the learning rates at ``step`` (0-based), from 1 to 0.1."""
        return held_then_falling(step, self.falling_over)

    def penalty_at(self, step: int) -> float:
        """The share of the penalties' weights at ``step`` (0-based), from 1 to `penalty_falls_to`."""
        return falling_geometrically(step, self.falling_over, self.penalty_falls_to)

    def decay_at(self, step: int) -> float:
        """Share of the averaged generator that is kept at ``step``; the half-life grows to its full length."""
        return average_decay(step, self.average)


class Game:
    """A generator and a discriminator at some step of their game. Lesson 06.

    The generator maps z ``(batch, latent)`` of standard normal numbers to samples ``(batch, …)``, the discriminator
    samples to one logit each, ``(batch,)`` or ``(batch, 1)``; with several, ``(batch, judges)``, each judge plays a
    game of its own, and their losses are added up. A discriminator that has `shown`, samples → ``(batch, number)``, and
    `judge_shown`, this → logits, is penalised for slopes by what it is shown, and not by samples: what is little in a
    sample may be much in what is shown of it. Both players are trained in place. ``objective`` stands in for the one
    that the rules name, such as one of your own. A ``fabric`` (Lightning) takes care of device, precision and
    processes: of several, each plays its share of the same batch, and they take the mean of their gradients, so they
    play the game that one process would play. Raises ValueError for a batch that they cannot share evenly.

    ``wishes``, called with the labels of the real samples and a random generator, says what the generator is asked for
    in its own turn; unless given, it is asked for what the real samples are. ``varied``, called with samples and as
    many random numbers from 0 to 1 ``(batch,)``, changes each sample by its own, and the discriminator is shown nothing
    else, of real and of generated ones: what only real ones undergo, the generator learns to imitate (Karras et al.
    2020, "Training generative adversarial networks with limited data").

    All randomness of step t comes from a generator seeded with ``seed`` and t, so a game that is taken up again goes on
    exactly as if it had not stopped, and nearly so on a graphics card, whose sums differ in their last digits. ``done``
    counts the steps; ``averaged`` holds the weights of the averaged generator by name (without averaging, the weights
    themselves).
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        rules: Rules | None = None,
        latent: int = 2,
        seed: int = 0,
        objective: Objective | None = None,
        fabric: Any = None,
        wishes: Callable[..., Any] | None = None,
        varied: Callable[[Tensor, Tensor], Tensor] | None = None,
    ) -> None:
        self.rules, self.latent, self.seed, self.fabric = rules or Rules(), latent, seed, fabric
        self.wishes, self.varied = wishes, varied
        self.processes, self._rank = (fabric.world_size, fabric.global_rank) if fabric else (1, 0)
        check_shares(self.rules.batch, self.processes)
        self.objective = objective or OBJECTIVES[self.rules.objective]
        if self.rules.spectral_norm:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                spectral_normalisation(discriminator)
        self.bare_generator, self.bare_discriminator = generator, discriminator
        self.generator, self.g_optimiser = self._set_up(generator, self.rules.generator_rate)
        self.discriminator, self.d_optimiser = self._set_up(discriminator, self.rules.discriminator_rate)
        self.device = next(generator.parameters()).device
        self._judged = [w for w in discriminator.parameters() if w.requires_grad]
        self._weights = generator.state_dict()
        self.averaged = self._weights
        if self.rules.average:
            self.averaged = {name: w.clone() for name, w in self._weights.items()}
        # Whole numbers, such as the batches that a normalisation has counted, have no mean on the way.
        self._real_valued = [name for name, w in self._weights.items() if w.is_floating_point()]
        self.done = 0
        self.seconds = 0.0

    def _set_up(self, network: nn.Module, rate: float) -> tuple[Any, Any]:
        optimiser: torch.optim.Optimizer
        if self.rules.optimiser == "adam":
            first, second = map(float, self.rules.betas)
            optimiser = torch.optim.Adam(network.parameters(), rate, (first, second), fused=True)
        else:
            optimiser = torch.optim.SGD(network.parameters(), rate, fused=True)
        return self.fabric.setup(network, optimiser) if self.fabric else (network, optimiser)

    def step(self, real: Distribution) -> dict[str, Tensor]:
        """One step of the generator, and as many of the discriminator as the rules say.

        Returns what was before the last steps, as scalars: the losses D and G, the margin (the mean difference between
        the logits of real and generated samples; of several judges added up) and, where they were taken, the penalty
        with its weights and what it cost to name the real samples.
        """
        rules, said = self.rules, {}
        random = chance_at(self.seed, self.done)
        self._keep_pace()
        for turn in range(rules.discriminator_steps):
            drawn = _drawn(real, rules.batch, random)
            x, labels = self._own(drawn)
            z = torch.randn(2, rules.batch, self.latent, generator=random)
            z_d, z_g = (self._own(part).to(self.device, x.dtype) for part in z)
            with torch.no_grad():
                fake = self.generator(z_d, *labels)
            x, fake = self._varied(x, random), self._varied(fake, random)
            real_logits, unnamed = self._heard(x, labels)
            fake_logits = self.discriminator(fake, *labels).flatten()
            judges = len(real_logits) // len(x)
            loss = said["D"] = judges * self.objective.discriminator(real_logits, fake_logits)
            if rules.naming:
                said["naming"] = unnamed
                loss = loss + rules.naming * unnamed
            lazy = lazily(self.done * rules.discriminator_steps + turn, rules.penalty_every)
            if rules.penalised and lazy:
                weight = rules.penalty_at(self.done)
                said["penalty"] = weight * self._penalty(x, fake, labels, random)
                loss = loss + lazy * said["penalty"]
            self._slope(self.d_optimiser, loss)
            if not rules.simultaneous:
                self.d_optimiser.step()

        asked = self._own((self.wishes(*drawn[1], random),)) if self.wishes else labels
        with self._judge_held():
            fake_logits, unnamed = self._heard(self._varied(self.generator(z_g, *asked), random), asked)
            with torch.no_grad():
                real_logits = self.discriminator(x, *labels).flatten()
            said["G"] = judges * self.objective.generator(real_logits, fake_logits)
            self._slope(self.g_optimiser, said["G"] + rules.naming * unnamed)
            self.g_optimiser.step()
        if rules.simultaneous:
            self.d_optimiser.step()
        self._average()
        self.done += 1
        said["margin"] = judges * (real_logits - fake_logits).mean()
        numbers = torch.stack([value.detach().float() for value in said.values()])
        return dict(zip(said, mean_of_all(numbers, self.processes), strict=True))

    def _heard(self, samples: Tensor, labels: tuple[Any, ...]) -> tuple[Tensor, Tensor | float]:
        # The logits, and what it costs to name the labels where the rules ask for it.
        if not self.rules.naming:
            return self.discriminator(samples, *labels).flatten(), 0.0
        logits, unnamed = self.discriminator(samples, *labels, naming=True)
        return logits.flatten(), unnamed

    def _varied(self, samples: Tensor, random: torch.Generator) -> Tensor:
        if self.varied is None:
            return samples
        return self.varied(samples, self._own(torch.rand(self.rules.batch, generator=random)).to(samples))

    def _penalty(self, x: Tensor, fake: Tensor, labels: tuple[Any, ...], random: torch.Generator) -> Tensor:
        rules, fake, judges = self.rules, fake.to(x.dtype), self.bare_discriminator
        if hasattr(judges, "shown"):
            with torch.no_grad():
                x, fake = judges.shown(x), judges.shown(fake)
            judges = judges.judge_shown

        def judge(samples: Tensor) -> Tensor:
            return judges(samples, *labels)

        penalty = torch.zeros((), device=x.device)
        # In full precision: the penalty is a sum of many small squares.
        with torch.autocast(self.device.type, enabled=False):
            if rules.r1:
                penalty = penalty + rules.r1 * r1(judge, x)
            if rules.r2:
                penalty = penalty + rules.r2 * r2(judge, fake)
            if rules.gradient_penalty:
                # The places between pairs are drawn for the whole batch, by each process its own ones only.
                _pass_over(random, self._rank * len(x), x.dtype)
                between = gradient_penalty(judge, x, fake, random, rules.one_sided)
                _pass_over(random, (self.processes - 1 - self._rank) * len(x), x.dtype)
                penalty = penalty + rules.gradient_penalty * between
        return penalty

    def _slope(self, optimiser: Any, loss: Tensor) -> None:
        optimiser.zero_grad(set_to_none=True)
        if self.fabric:
            self.fabric.backward(loss)
            if self.processes > 1:
                self._share_gradients(optimiser)
        else:
            loss.backward()

    def _share_gradients(self, optimiser: Any) -> None:
        weights = [w for group in optimiser.param_groups for w in group["params"] if w.grad is not None]
        together = mean_of_all(torch.cat([w.grad.flatten() for w in weights]), self.processes)
        for w, mean in zip(weights, together.split([w.numel() for w in weights]), strict=True):
            w.grad.copy_(mean.view_as(w.grad))

    def _own(self, batch: Any) -> Any:
        # This process's share of samples, of labels, or of a tuple or a mapping of them.
        if self.processes == 1:
            return batch
        if isinstance(batch, Mapping):
            return {name: self._own(part) for name, part in batch.items()}
        if isinstance(batch, tuple):
            return tuple(self._own(part) for part in batch)
        return batch.chunk(self.processes)[self._rank]

    @contextmanager
    def _judge_held(self) -> Iterator[None]:
        # The generator's loss needs slopes through the discriminator, but not of its weights.
        for weight in self._judged:
            weight.requires_grad_(False)
        try:
            yield
        finally:
            for weight in self._judged:
                weight.requires_grad_(True)

    def _keep_pace(self) -> None:
        pace = self.rules.pace_at(self.done)
        self.g_optimiser.param_groups[0]["lr"] = self.rules.generator_rate * pace
        self.d_optimiser.param_groups[0]["lr"] = self.rules.discriminator_rate * pace

    @torch.no_grad()
    def _average(self) -> None:
        if self.rules.average:
            behind, ahead = ([w[name] for name in self._real_valued] for w in (self.averaged, self._weights))
            torch._foreach_lerp_(behind, ahead, 1 - self.rules.decay_at(self.done))
            for name in self._weights.keys() - set(self._real_valued):
                self.averaged[name].copy_(self._weights[name])

    # Looking

    @torch.no_grad()
    def generate(self, z: Tensor, *labels: Any, averaged: bool = True) -> Tensor:
        """The samples of z ``(batch, latent)``, made by the averaged generator, if there is one."""
        weights = self.averaged if averaged else self._weights
        with _at_rest(self.bare_generator):
            return functional_call(self.bare_generator, dict(weights), (z, *labels))

    def sample(self, count: int, *labels: Any, seed: int = 0, averaged: bool = True) -> Tensor:
        """``count`` generated samples ``(count, …)``; for one seed always from the same z."""
        like = next(self.bare_generator.parameters())
        z = torch.randn(count, self.latent, generator=torch.Generator().manual_seed(seed)).to(like)
        return self.generate(z, *labels, averaged=averaged)

    @torch.no_grad()
    def judge(self, samples: Tensor, *labels: Any) -> Tensor:
        """The discriminator's logits ``(batch,)`` of samples ``(batch, …)``."""
        with _at_rest(self.bare_discriminator):
            return self.bare_discriminator(samples, *labels).reshape(len(samples), -1).sum(1)

    def agreed(self, *said: bool) -> tuple[bool, ...]:
        """Each answer, true for all processes if it is for one: they stop together, or some would wait for ever."""
        if self.processes == 1:
            return said
        votes = torch.tensor(said, dtype=torch.float32, device=self.device)
        return tuple(vote > 0 for vote in mean_of_all(votes, self.processes).tolist())

    def gradient_norms(self) -> dict[str, float]:
        """How long each player's gradient was at the last step: "D", the penalty included, and "G"."""
        norms = {}
        for name, network in (("D", self.bare_discriminator), ("G", self.bare_generator)):
            slopes = [w.grad for w in network.parameters() if w.grad is not None]
            norms[name] = float(torch.stack(torch._foreach_norm(slopes)).norm()) if slopes else math.nan
        return norms

    def details(self) -> dict[str, float]:
        """Both gradient norms, the learning rate and the share of the penalties' weights, of the last step."""
        step = self.done - 1
        return {
            **{f"gradient norm {name}": norm for name, norm in self.gradient_norms().items()},
            "learning rate": self.rules.generator_rate * self.rules.pace_at(step),
            "penalty share": self.rules.penalty_at(step),
        }

    # Keeping and going on

    def state(self) -> dict[str, Tensor]:
        """Every tensor that the next step needs, by name; not copies."""
        tensors: dict[str, Tensor] = {}
        if self.rules.average:
            tensors |= {f"averaged/{name}": w for name, w in self.averaged.items()}
        for player, network, optimiser in self._players():
            tensors |= {f"{player}/{name}": w for name, w in network.state_dict().items()}
            for index, state in optimiser.state_dict()["state"].items():
                entries = {name: value for name, value in state.items() if isinstance(value, Tensor)}
                tensors |= {f"{player}.adam/{index}/{name}": value for name, value in entries.items()}
        return tensors

    @torch.no_grad()
    def restore(self, tensors: Mapping[str, Tensor], done: int) -> None:
        """Take up a `state` of before, after ``done`` steps; CheckpointError, before anything moves, if none fits."""
        players = {player: list(network.parameters()) for player, network, _ in self._players()}
        checkpoint.check_fit(tensors, self.state(), players)
        if self.rules.average:
            for name, weight in self.averaged.items():
                weight.copy_(tensors[f"averaged/{name}"])
        for player, network, optimiser in self._players():
            network.load_state_dict({name: tensors[f"{player}/{name}"] for name in network.state_dict()})
            parameters = list(network.parameters())
            state: dict[int, dict[str, Tensor]] = {}
            for name, tensor in tensors.items():
                if name.startswith(f"{player}.adam/"):
                    _, index, entry = name.split("/")
                    like = parameters[int(index)]
                    # In the memory layout of its parameter, which a file does not keep: the fused step needs it.
                    laid_out = torch.empty_like(like).copy_(tensor) if tensor.shape == like.shape else tensor
                    state.setdefault(int(index), {})[entry] = laid_out
            optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
        self.done = done

    def _players(self) -> list[tuple[str, nn.Module, Any]]:
        return [
            ("generator", self.bare_generator, self.g_optimiser),
            ("discriminator", self.bare_discriminator, self.d_optimiser),
        ]

    @property
    def finite(self) -> bool:
        """Whether every weight of both players is a finite number."""
        weights = [*self.bare_generator.parameters(), *self.bare_discriminator.parameters()]
        return bool(torch.stack(torch._foreach_norm([w.detach() for w in weights])).isfinite().all())

    def save(self, path: Path | str) -> None:
        """Write everything that the next step needs to ``path``."""
        checkpoint.save(Path(path), self.state(), self._about())

    def resume(self, path: Path | str) -> None:
        """Take up the game saved at ``path``; raises CheckpointError for other rules, another seed, other networks."""
        tensors, about = checkpoint.load(Path(path))
        mine = self._about()
        if (
            "rules" not in about
            or Rules.from_dict(about["rules"]) != self.rules
            or about["seed"] != mine["seed"]
        ):
            raise checkpoint.CheckpointError(
                f"the game in {Path(path).name} was played by other rules or from another seed: name another file, or "
                f"take the rules and the seed that are saved there"
            )
        self.restore(tensors, about["steps"])

    def _about(self) -> dict[str, Any]:
        return {"rules": self.rules.to_dict(), "seed": self.seed, "steps": self.done}


def chance_at(seed: int, step: int) -> torch.Generator:
    """The random generator of one step of a run, which depends on ``seed`` and ``step`` (0 or more) and nothing else.

    So a run that is taken up at a step draws what it would have drawn without the pause. Two runs share no step's
    numbers as long as they have fewer than a million steps and seeds up to 4,000: torch uses the lowest 32 bits of
    what a generator is seeded with. Lesson 09.
    """
    return torch.Generator().manual_seed(seed * 1_000_003 + step)


def play(
    game: Played,
    real: Distribution,
    steps: int,
    observers: Iterable[Observer] = (),
    *,
    show: Callable[[Played], Any] | None = None,
    show_every: int = 50,
    also: Iterable[tuple[Callable[[Played], Any], int]] = (),
    keep: Callable[[Played], Any] | None = None,
    keep_every: int = 250,
    details_every: int = 10,
    seconds: float = math.inf,
) -> Played:
    """Take the game on until ``steps`` steps are done in all, and return it; or for at most so many ``seconds``.

    Observers are told every step, and those that have a method `details` how the machine runs, at every
    ``details_every``-th, or as often as the observer's own ``every`` says. They are told that the loop has ended,
    however it ends. ``show`` is called after every ``show_every``-th step and the last: to draw a picture, to note a
    number; so is each call in ``also``, after as many steps as it says. ``keep`` is called after every
    ``keep_every``-th step and the last, to save the game.

    An interruption (Ctrl-C, the square in a notebook) waits for the end of the step, keeps the game and then raises
    KeyboardInterrupt; a second one does not wait. Raises FloatingPointError when a loss or a weight is no finite number
    any more; the game is then back where it was the last time that it would have been kept. Raises ValueError where
    something is to happen every 0 steps.
    """
    shows = [*([(show, show_every)] if show else []), *also]
    for every in (show_every, keep_every, details_every, *(n for _, n in shows)):
        if every < 1:
            raise ValueError(f"something is to happen every {every} steps, and at least 1 is expected")
    watching = list(observers)
    engineers = [(o, getattr(o, "every", details_every)) for o in watching if isinstance(o, Engineer)]
    for observer in watching:
        observer.started(steps)
    several = getattr(game, "processes", 1) > 1
    begun, first, good, good_at = time.monotonic(), game.done, _copied(game.state()), game.done
    try:
        with _interruptions_wait() as interrupted:
            while game.done < steps:
                step_begun = time.monotonic()
                losses = game.step(real)
                stopping, timed_out = game.agreed(bool(interrupted), time.monotonic() - begun >= seconds)
                last = game.done == steps or stopping or timed_out
                shown, kept = ((game.done % n == 0) or last for n in (show_every, keep_every))
                # Of several processes all look: one that stopped alone would leave the others waiting.
                if watching or shown or kept or several:
                    numbers = {name: value.item() for name, value in losses.items()}
                    if not all(map(math.isfinite, numbers.values())) or (kept and not game.finite):
                        complaint = _no_numbers(game.done, numbers, good_at)
                        game.restore(good, good_at)
                        raise FloatingPointError(complaint)
                game.seconds += time.monotonic() - step_begun
                if kept:  # before anybody is told, which may fail
                    good, good_at = _copied(game.state()), game.done
                    if keep:
                        keep(game)
                if watching:
                    pace = (time.monotonic() - begun) / (game.done - first)
                    due = [engineer for engineer, every in engineers if game.done % every == 0 or last]
                    if due:
                        told = game.details() | {"steps a second": 1 / max(pace, 1e-9)}
                        for engineer in due:
                            engineer.details(game.done, told)
                    for observer in watching:
                        observer.step(game.done, numbers, pace * (steps - game.done))
                if stopping:
                    # None ends before all is kept: what started them would then end the others.
                    game.agreed(False)
                    raise KeyboardInterrupt
                for call, every in shows:
                    if game.done % every == 0 or last:
                        call(game)
                if last:
                    break
    except BaseException:
        for observer in watching:
            with suppress(Exception):  # what has ended the loop is what is raised
                observer.finished()
        raise
    for observer in watching:
        observer.finished()
    return game


@contextmanager
def _interruptions_wait() -> Iterator[list[int]]:
    # Half a step is no state to go on from. The list is empty until somebody interrupts.
    caught: list[int] = []
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or usual is not signal.default_int_handler:
        yield caught
        return

    def wait(number: int, frame: Any) -> None:
        if caught:
            signal.default_int_handler(number, frame)
        caught.append(number)

    signal.signal(signal.SIGINT, wait)
    try:
        yield caught
    finally:
        signal.signal(signal.SIGINT, usual)


def _no_numbers(step: int, losses: Mapping[str, float], good: int) -> str:
    said = ", ".join(f"{name} {value:.3g}" for name, value in losses.items())
    return (
        f"the losses or the weights at step {step} are no finite numbers any more ({said}): all is back where it "
        f"was after {good} steps, from where the same rules lead here again; begin anew with a smaller learning rate "
        f"or a larger penalty"
    )


def _copied(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in tensors.items()}


def _pass_over(random: torch.Generator, count: int, dtype: torch.dtype) -> None:
    torch.rand(count, generator=random, dtype=dtype)


def _drawn(real: Distribution, count: int, random: torch.Generator) -> tuple[Tensor, tuple[Any, ...]]:
    drawn = real(count, random)
    return (drawn[0], tuple(drawn[1:])) if isinstance(drawn, tuple) else (drawn, ())


@contextmanager
def _at_rest(network: nn.Module) -> Iterator[None]:
    # So that looking changes nothing: no running mean, no power iteration.
    training = network.training
    network.eval()
    try:
        yield
    finally:
        network.train(training)
