"""The training of a small neural vocoder: hear a sound, see its picture, and draw the spectrum that was lost.

Three distances are brought down together, each where it has a useful slope: magnitudes bin by bin, the phase's advance
from frame to frame, and, through the inverse STFT, the spectrograms of the sound at several resolutions. A critic may
judge as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_course import datasets
from gan_course.datasets import Clips
from gan_course.networks.vocoder import SpectrogramCritic, Vocoder, amplitude
from gan_course.objectives import hinge
from gan_course.objectives.reconstruction import advance_distance, log_distance, multi_resolution_stft
from gan_course.spectral import frames, hann, istft, reflect, representation, stft
from gan_course.training import checkpoint
from gan_course.training.game import Distribution, Observer, chance_at, play
from gan_course.training.processes import alone_in
from gan_course.training.schedules import average_decay, held_then_falling


@dataclass(frozen=True)
class VocoderRecipe:
    """Plain data that is saved with the weights: what a vocoder is trained on, and how.

    ``representation`` is that of the pictures, a `LogMel`; ``width`` to ``rounds`` are as in `Vocoder`. The sounds of a
    batch come together up to ``varispeed`` semitones higher or lower, a third of them with hiss from −100 dB up to
    ``hiss`` dB (RMS), and ``chords`` of them (a share) with another sound on top. A picture's every pixel is moved by
    normal numbers of up to ``smudge`` (standard deviation, drawn for each picture; the range of a pixel is 2), since
    generators draw less exactly than nature. The learning rate rises over a fiftieth of the steps, and falls linearly
    to 2% over the second half. ``average`` is the half-life of the averaged network, as a share of the steps.
    ``critic`` is the weight of a critic's verdict, hinge loss (0: none). Raises ValueError for values that cannot work.
    """

    data: str = "notes"
    data_options: Mapping[str, Any] = field(default_factory=lambda: {"count": 4096, "seed": 0})
    representation: Mapping[str, Any] = field(
        default_factory=lambda: {"representation": "LogMel", "n_mels": 128}
    )
    width: int = 128
    hidden: int = 256
    blocks: int = 4
    kernel: int = 7
    rounds: int = 6
    steps: int = 2000
    batch: int = 4
    learning_rate: float = 2e-3
    betas: tuple[float, float] = (0.8, 0.99)
    average: float = 0.02
    varispeed: float = 6.0
    hiss: float = -40.0
    chords: float = 0.2
    smudge: float = 0.0
    critic: float = 0.0
    critic_rate: float = 5e-4
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("steps", "batch"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}, and at least 1 is expected")
        for name in ("learning_rate", "critic_rate", "average"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}, and a number above 0 is expected")
        for name in ("varispeed", "chords", "smudge", "critic"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} is {getattr(self, name)}, and 0 or more is expected")

    def vocoder(self) -> Vocoder:
        """The network, with weights that come from the seed; the global random state is left alone."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            sizes = {name: getattr(self, name) for name in ("width", "hidden", "blocks", "kernel", "rounds")}
            return Vocoder(representation(self.representation), **sizes)

    def pace_at(self, step: int) -> float:
        """The share of the learning rate at ``step`` (0-based)."""
        rising = min(1.0, (step + 1) / max(1.0, self.steps / 50))
        return rising * held_then_falling(step, self.steps, end=0.02)

    def decay_at(self, step: int) -> float:
        """Share of the averaged network that is kept at ``step``; the half-life grows to its full length."""
        return average_decay(step, self.average * self.steps)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> VocoderRecipe:
        """A recipe from plain data; unknown names raise ValueError."""
        known = [f.name for f in fields(cls)]
        if unknown := set(data) - set(known):
            raise ValueError(
                f"a vocoder's recipe has no {', '.join(sorted(unknown))}; it has {', '.join(known)}"
            )
        return cls(**{name: tuple(v) if isinstance(v, list) else v for name, v in data.items()})


class VocoderTraining:
    """A run: the vocoder, perhaps a critic, their optimisers and the sounds, at some step.

    All randomness of step t comes from a generator seeded with the recipe's seed and t, so a run that is taken up again
    goes on exactly as if it had not stopped. ``averaged`` holds the averaged network's weights by name, and ``done``
    counts the steps. Raises ValueError where the clips have another rate than the representation, or a length that is
    no whole number of hops.
    """

    def __init__(self, recipe: VocoderRecipe, clips: Clips | None = None) -> None:
        self.recipe = recipe
        self.clips = clips if clips is not None else datasets.load(recipe.data, **recipe.data_options)
        self.vocoder = recipe.vocoder()
        self.encoding = self.vocoder.encoding
        if self.clips.rate != self.encoding.rate:
            raise ValueError(
                f"the clips have a rate of {self.clips.rate:,} Hz, and the representation is for "
                f"{self.encoding.rate:,} Hz: give both one"
            )
        self.encoding.encode(self.clips.audio[:1])
        self.optimiser = torch.optim.AdamW(
            self.vocoder.parameters(), recipe.learning_rate, recipe.betas, fused=True
        )
        self._players: dict[str, tuple[nn.Module, torch.optim.Optimizer]] = {
            "vocoder": (self.vocoder, self.optimiser)
        }
        if recipe.critic:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(recipe.seed)
                self.critic = SpectrogramCritic()
            self.critic_optimiser = torch.optim.AdamW(
                self.critic.parameters(), recipe.critic_rate, recipe.betas, fused=True
            )
            self._players["critic"] = self.critic, self.critic_optimiser
        self.averaged = {name: w.clone() for name, w in self.vocoder.state_dict().items()}
        self.done = 0
        self.seconds = 0.0

    def sounds(self, count: int, random: torch.Generator) -> Tensor:
        """Sounds to learn from, ``(count, sample)``: clips, changed as the recipe says. A `Distribution`."""
        recipe, length = self.recipe, self.clips.audio.shape[1]
        x = self.clips.audio[torch.randint(len(self.clips), (count,), generator=random)]
        other = self.clips.audio[torch.randint(len(self.clips), (count,), generator=random)]
        both, hissing, loudness = torch.rand(3, count, 1, generator=random)
        x = x + other * (both < recipe.chords)
        speed = 2 ** (recipe.varispeed / 12 * (2 * float(torch.rand((), generator=random)) - 1))
        x = played_at(x, speed, length)
        noise = torch.randn(x.shape, generator=random)
        level = 10 ** ((-100 + (100 + recipe.hiss) * loudness) / 20)
        return x + noise * level * (hissing < 1 / 3)

    def step(self, real: Distribution) -> dict[str, Tensor]:
        """One step; the distances before it: of magnitudes (nepers), advances, delays (hops), and sounds."""
        recipe, encoding = self.recipe, self.encoding
        random = chance_at(recipe.seed, self.done)
        for name, (_, optimiser) in self._players.items():
            rate = recipe.learning_rate if name == "vocoder" else recipe.critic_rate
            optimiser.param_groups[0]["lr"] = rate * recipe.pace_at(self.done)
        x = real(recipe.batch, random)
        z = encoding.encode(x)
        size = recipe.smudge * torch.rand(len(z), 1, 1, 1, generator=random)
        z = z + size * torch.randn(z.shape, generator=random)
        z = torch.cat([z, z[..., -1:]], dim=-1)
        level, advance, delay = self.vocoder(z)
        y = istft(self.vocoder.spectrum(z, level, advance, delay), encoding.hop)

        X = stft(x, encoding.n_fft, encoding.hop).transpose(1, 2) * self.vocoder.middle
        present, floor = X.abs(), 10 ** (encoding.floor / 20) * encoding.n_fft / 4
        # Where there is little, the advance is chance; but partials of −60 dB are heard too.
        both = (present[:, 1:] * present[:, :-1]).sqrt().sqrt()
        late, loud = lateness(x, encoding.n_fft, encoding.hop)
        losses = {
            "magnitude": log_distance(amplitude(level, encoding.n_fft / 4), present, floor),
            "advance": advance_distance(advance[:, 1:], (X[:, 1:] * X[:, :-1].conj()).angle(), both),
            "delay": (loud * (delay - late).abs()).sum() / loud.sum().clamp(min=floor) / encoding.hop,
            "sound": multi_resolution_stft(y, x, floor=encoding.floor),
        }
        if recipe.critic:
            losses["critic"] = self._criticise(x, y.detach())
            losses["verdict"] = hinge.generator(self.critic(x), self.critic(y))
        loss = losses["magnitude"] + losses["advance"] + losses["delay"] + losses["sound"]
        if recipe.critic:
            loss = loss + recipe.critic * losses["verdict"]
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.vocoder.parameters(), 5.0)
        self.optimiser.step()
        self._average()
        self.done += 1
        return {name: value.detach() for name, value in losses.items()}

    def _criticise(self, x: Tensor, y: Tensor) -> Tensor:
        loss = hinge.discriminator(self.critic(x), self.critic(y))
        self.critic_optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_optimiser.step()
        return loss

    @torch.no_grad()
    def _average(self) -> None:
        decay = self.recipe.decay_at(self.done)
        for name, weight in self.vocoder.state_dict().items():
            self.averaged[name].lerp_(weight, 1 - decay)

    def details(self) -> dict[str, float]:
        """The learning rate of the last step."""
        return {"learning rate": self.recipe.learning_rate * self.recipe.pace_at(self.done - 1)}

    def agreed(self, *said: bool) -> tuple[bool, ...]:
        """The answers as they are: it trains in one process."""
        return said

    # Saving and resuming

    @property
    def finite(self) -> bool:
        """Whether every weight is a finite number."""
        weights = [w.detach() for network, _ in self._players.values() for w in network.parameters()]
        return bool(torch.stack(torch._foreach_norm(weights)).isfinite().all())

    def state(self) -> dict[str, Tensor]:
        """Every tensor that the next step needs, by name; not copies."""
        tensors = {f"averaged/{name}": w for name, w in self.averaged.items()}
        for player, (network, optimiser) in self._players.items():
            tensors |= {f"{player}/{name}": w for name, w in network.state_dict().items()}
            for index, entries in optimiser.state_dict()["state"].items():
                tensors |= {f"{player}.adam/{index}/{name}": value for name, value in entries.items()}
        return tensors

    @torch.no_grad()
    def restore(self, tensors: Mapping[str, Tensor], done: int) -> None:
        """Take up a `state` of before, after ``done`` steps; CheckpointError, before anything moves, if none fits."""
        players = {player: list(network.parameters()) for player, (network, _) in self._players.items()}
        checkpoint.check_fit(tensors, self.state(), players)
        for name, weight in self.averaged.items():
            weight.copy_(tensors[f"averaged/{name}"])
        for player, (network, optimiser) in self._players.items():
            network.load_state_dict({name: tensors[f"{player}/{name}"] for name in network.state_dict()})
            state: dict[int, dict[str, Tensor]] = {}
            for name, tensor in tensors.items():
                if name.startswith(f"{player}.adam/"):
                    _, index, entry = name.split("/")
                    state.setdefault(int(index), {})[entry] = tensor.clone()
            optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
        self.done = done

    def save(self, path: Path) -> None:
        """Write everything that the next step needs to ``path``, and what tells the data from others."""
        checkpoint.save(path, self.state(), self.about() | self.data)

    @cached_property
    def data(self) -> dict[str, Any]:
        """What tells the clips from others, as `checkpoint.check_data` compares it."""
        return {
            "samples": self.clips.audio.shape[-1],
            "rate": self.clips.rate,
            "clips": checkpoint.fingerprint(self.clips, ()),
        }

    def resume(self, path: Path) -> None:
        """Take up the run saved at ``path``; raises CheckpointError when its recipe or its data are others."""
        tensors, about = checkpoint.load(path)
        if about.get("vocoder") != _plain(self.recipe) or not {"steps", "seconds"} <= about.keys():
            raise checkpoint.CheckpointError(
                f"the run in {path.parent} was made with another recipe: choose another folder, or go on with "
                f"the recipe that is saved there"
            )
        checkpoint.check_data(about, self.data, path.parent)
        self.restore(tensors, about["steps"])
        self.seconds = about["seconds"]

    def about(self) -> dict[str, Any]:
        """What a reader of the weights needs: the recipe, the data, the steps done, the time they took."""
        return {
            "vocoder": _plain(self.recipe),
            "data": self.clips.summary(),
            "steps": self.done,
            "seconds": round(self.seconds, 1),
            "device": f"cpu, {torch.get_num_threads()} threads",
        }

    def save_vocoder(self, path: Path) -> None:
        """Write the averaged vocoder alone, in 16 bit: what is shipped and played."""
        checkpoint.save(path, {name: w.half() for name, w in self.averaged.items()}, self.about())


def train_vocoder(
    recipe: VocoderRecipe | None = None,
    clips: Clips | None = None,
    folder: Path | str | None = None,
    observers: Iterable[Observer] = (),
    save_every: int = 250,
) -> VocoderTraining:
    """Train a vocoder on the recipe's data, or on ``clips`` of any kind, and return the finished run.

    With a ``folder`` the run is saved there every ``save_every`` steps and taken up again from there, and the finished
    vocoder is its ``vocoder.safetensors``. Raises ValueError for clips that do not fit and a folder in which another
    training is running, CheckpointError for a folder that holds another run, or one of other data, and
    FloatingPointError when a loss is no finite number any more; interrupted, it stops with the run saved, as `play`
    does.
    """
    if save_every < 1:
        raise ValueError(f"save_every is {save_every}, and at least 1 is expected")
    run = VocoderTraining(recipe or VocoderRecipe(), clips)
    path = Path(folder) / "checkpoint.safetensors" if folder is not None else None
    with alone_in(path.parent) if path else nullcontext():
        if path and path.is_file():
            run.resume(path)
        keep = (lambda done: done.save(path)) if path else None
        play(run, run.sounds, run.recipe.steps, observers, keep=keep, keep_every=save_every)
        if path:
            run.save_vocoder(path.with_name("vocoder.safetensors"))
    return run


def load_vocoder(path: Path | str) -> tuple[Vocoder, dict[str, Any]]:
    """The vocoder in a file that `VocoderTraining.save_vocoder` wrote, and what it says of itself.

    Raises CheckpointError if it is missing, damaged or no vocoder's.
    """
    path = Path(path)
    tensors, about = checkpoint.load(path)
    try:
        vocoder = VocoderRecipe.from_dict(about["vocoder"]).vocoder()
        vocoder.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise checkpoint.CheckpointError(
            f"{path.name} does not hold a vocoder: name a file that a vocoder was saved to"
        ) from error
    return vocoder.eval().requires_grad_(False), about


def lateness(x: Tensor, n_fft: int, hop: int) -> tuple[Tensor, Tensor]:
    """How late a sound ``(batch, sample)`` is in each frame, in samples after its middle, and how loud.

    The centre of its energy under the window, and the root of the energy, ``(batch, frame)`` both; 0 for silence.
    """
    pieces = frames(reflect(x, n_fft // 2), n_fft, hop) * hann(n_fft)
    energy = pieces.square()
    total = energy.sum(-1)
    n = torch.arange(n_fft) - n_fft / 2
    return energy @ n / total.clamp(min=1e-12), total.sqrt()


def played_at(x: Tensor, speed: float, length: int) -> Tensor:
    """``x`` ``(batch, sample)`` played ``speed`` times as fast, cut or filled with silence to ``length`` samples.

    By straight lines between samples, which dulls the treble; as a sound to learn from, it is as good as another.
    """
    x = F.pad(x, (0, max(0, int(length * speed) + 2 - x.shape[1])))
    place = torch.arange(length, dtype=torch.float64) * speed
    before = place.long()
    share = (place - before).to(x)
    return x[:, before] * (1 - share) + x[:, before + 1] * share


def _plain(recipe: VocoderRecipe) -> dict[str, Any]:
    # As JSON gives it back: lists, not tuples.
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in recipe.to_dict().items()
    }
