"""The training of a conditional spectrogram GAN: what is played is real notes, how is the game of `game.py`."""

from __future__ import annotations

import json
import math
import os
import shlex
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gan_course.datasets import Clips
from gan_course.datasets.augmentation import delayed
from gan_course.networks import comb
from gan_course.networks.convolutional import fitting_samples
from gan_course.networks.namer import SEED
from gan_course.sound import Sound
from gan_course.spectral import representation
from gan_course.synthesis.pitch import is_note, midi_number
from gan_course.training import checkpoint
from gan_course.training.game import Game, Observer, play
from gan_course.training.processes import alone_in, cards, check_shares, end_others, fabric
from gan_course.training.recipe import Recipe
from gan_course.training.recorders import History

__all__ = [
    "Audience",
    "Examiner",
    "Observer",
    "Training",
    "begun_in",
    "convolution_seconds",
    "done_in",
    "fastest_precision",
    "mend_recipe",
    "steps_within",
    "train",
]

PICTURES, SOUNDS = 16, 3
RECIPE = "recipe.json"
"""What a run's recipe is called, in the run's folder."""


@runtime_checkable
class Audience(Observer, Protocol):
    """An observer that is shown, from time to time, what the generator makes."""

    def sample(self, images: NDArray[np.floating], sounds: list[Sound]) -> None:
        """Spectrograms ``(count, frequency, frame)`` in (−1, 1), and some of them as sounds."""


@runtime_checkable
class Examiner(Observer, Protocol):
    """An observer that is told, from time to time, how good the generator is."""

    def metrics(self, step: int, numbers: Mapping[str, float]) -> None:
        """What was measured after ``step`` steps."""


class Training:
    """A run: networks, optimisers and data, at some step.

    All randomness of step t comes from a generator seeded with the recipe's seed and t, so a run that is
    taken up again from a checkpoint goes on exactly as if it had not stopped, and nearly so on a graphics card, whose
    sums differ from time to time in their last digits.
    """

    def __init__(
        self, recipe: Recipe, clips: Clips | None = None, devices: int = 1, machines: int = 1
    ) -> None:
        check_shares(recipe.batch, devices * machines)  # before any process is started
        self.recipe = recipe
        self.clips = clips if clips is not None else recipe.load_data()
        self.encoding = representation(recipe.representation)
        _check_that_they_fit(recipe, self.clips, self.encoding)
        self.classes = {name: len(self.clips.classes[name]) for name in recipe.conditions}
        self.shape = self.encoding.shape(self.clips.audio.shape[-1])
        torch.manual_seed(recipe.seed)
        known = comb(self.encoding, self._pitches("partials")) if recipe.partials else None
        try:
            generator = recipe.new_generator(self.shape, self.classes, known)
            discriminator = recipe.new_discriminator(self.shape, self.classes)
        except ValueError as error:
            raise ValueError(f"{error}{self._that_fit() if 'halved' in str(error) else ''}") from None
        self.precision = recipe.precision
        if self.precision == "auto":
            several = devices * machines > 1 and not cards()
            # Each of several processes would time its own steps, and they must agree.
            self.precision = "32-true" if several else fastest_precision()
        self.fabric = fabric(self.precision, devices, machines)
        generator, discriminator = (_laid_out(network) for network in (generator, discriminator))
        self.game = Game(
            generator,
            discriminator,
            recipe.rules,
            recipe.latent,
            recipe.seed,
            fabric=self.fabric,
            wishes=self.wishes if recipe.unheard else None,
            varied=self._softer if recipe.softer else None,
        )
        self.audio = self.clips.audio.to(self.fabric.device) if recipe.shift else None
        if not recipe.shift:
            # Now, and not in the first step. Clips that begin later are encoded when they are drawn.
            _ = self.real
        self.labels = {name: self.clips.labels[name].to(self.fabric.device) for name in recipe.conditions}
        if recipe.unheard:
            heights = [midi_number(name) for name in self._pitches("unheard")]
            upwards = sorted(range(len(heights)), key=heights.__getitem__)
            self._upwards = torch.tensor(upwards).to(self.fabric.device)

    def _pitches(self, asked_by: str) -> tuple[str, ...]:
        pitches = tuple(self.clips.classes["pitch"])
        if strangers := [name for name in pitches if not is_note(name)]:
            raise ValueError(
                f"{asked_by} asks how high each pitch is, and {strangers[0]!r} is no note, such as 'F#3': do without "
                f"{asked_by}"
            )
        return pitches

    def _that_fit(self) -> str:
        # Which samples would, where the frames of these do not.
        halvings = max(len(self.recipe.generator_widths), len(self.recipe.discriminator_widths))
        if self.shape[-1] % 2**halvings == 0:
            return ""
        seconds = self.clips.audio.shape[-1] / self.clips.rate
        samples = fitting_samples(seconds, self.clips.rate, self.encoding.hop, halvings)
        return f"; clips of {samples:,} samples would fit, data_options.samples={samples}"

    def _encode(self, audio: Tensor) -> Tensor:
        return torch.cat([self.encoding.encode(part.to(self.fabric.device)) for part in audio.split(256)])

    @cached_property
    def real(self) -> Tensor:
        """The pictures of all clips ``(clip, channel, frequency, frame)``, where the networks are."""
        return self._encode(self.clips.audio)

    @property
    def generator(self) -> Any:
        """The generator as it stands."""
        return self.game.generator

    @property
    def discriminator(self) -> Any:
        """The discriminator as it stands."""
        return self.game.discriminator

    @property
    def averaged(self) -> dict[str, Tensor]:
        """The weights of the averaged generator, by name."""
        return self.game.averaged

    @property
    def done(self) -> int:
        """Steps that are done."""
        return self.game.done

    def notes(self, count: int, random: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """Real spectrograms ``(count, channel, frequency, frame)`` and their labels: a `Distribution`.

        Each begins later by a time of its own, as far as the recipe's ``shift`` allows.
        For a `Namer` there stand beside the labels the seeds of the noise in which it hears each of them.
        """
        chosen = torch.randint(len(self.clips), (count,), generator=random)
        x = self.real[chosen] if self.audio is None else self._later(self.audio[chosen], random)
        x = x.contiguous(memory_format=torch.channels_last)
        labels = {name: label[chosen] for name, label in self.labels.items()}
        return x, labels | self._noise(count, random)

    def _noise(self, count: int, random: torch.Generator) -> dict[str, Tensor]:
        return {SEED: torch.randint(2**62, (count,), generator=random)} if self.recipe.namer else {}

    def _later(self, audio: Tensor, random: torch.Generator) -> Tensor:
        latest = round(self.recipe.shift * self.clips.rate)
        delays = torch.randint(latest + 1, (len(audio),), generator=random).to(audio.device)
        return self.encoding.encode(delayed(audio, delays))

    def _softer(self, pictures: Tensor, shares: Tensor) -> Tensor:
        return self.encoding.softer(pictures, self.recipe.softer * shares)

    def wishes(self, labels: Mapping[str, Tensor], random: torch.Generator) -> dict[str, Tensor]:
        """What the generator is asked for in its turn: ``labels`` `(batch,)`, a share of the pitches drawn anew.

        The recipe's ``unheard`` is that share. Such a pitch lies between the lowest and the highest that the data have
        of the same other labels, so it is one that the instrument can play, though perhaps none that was recorded. It
        is uniform there. The discriminator's own turn is not changed: it has no real sound to set beside it. A `Namer`
        hears them in another noise. Lesson 09.
        """
        pitch, upwards = labels["pitch"], self._upwards
        heights = upwards.argsort()[self.labels["pitch"]].expand(len(pitch), -1)
        alike = torch.ones_like(heights, dtype=torch.bool)
        for name in self.labels.keys() - {"pitch"}:
            alike &= labels[name][:, None] == self.labels[name]
        low = heights.where(alike, heights.max()).amin(1)
        high = heights.where(alike, heights.min()).amax(1)
        chance, place = torch.rand(2, len(pitch), generator=random).to(pitch.device)
        anew = upwards[low + (place * (high - low + 1)).long()]
        pitch = anew.where(chance < self.recipe.unheard, pitch)
        return {**labels, "pitch": pitch, **self._noise(len(pitch), random)}

    def step(self) -> dict[str, Tensor]:
        """One step of the game; the losses and D's margin between real and generated."""
        return self.game.step(self.notes)

    def heard(self) -> tuple[NDArray[np.floating], list[Sound]]:
        """What the averaged generator makes now, always from the same z and labels: pictures, and some as sounds."""
        chosen = torch.linspace(0, len(self.clips) - 1, PICTURES).long()
        labels = {name: label[chosen] for name, label in self.labels.items()}
        pictures = self.game.sample(PICTURES, labels, seed=self.recipe.seed).cpu()
        audio = self.encoding.decode(pictures[:SOUNDS]).numpy()
        names = [
            " ".join(self.clips.classes[name][int(label[number])] for name, label in labels.items())
            or f"sound {number + 1}"
            for number in range(len(audio))
        ]
        sounds = [Sound(x, self.clips.rate, name) for x, name in zip(audio, names, strict=True)]
        return pictures[:, 0].numpy(), sounds

    # Saving and resuming

    def save(self, path: Path) -> None:
        """Write everything that the next step needs to ``path``, and what tells the data from others."""
        checkpoint.save(path, self.game.state(), self.about())

    @cached_property
    def fingerprint(self) -> dict[str, Any]:
        """What tells the clips from others, as `checkpoint.fingerprint` has it."""
        return checkpoint.fingerprint(self.clips, self.recipe.conditions)

    def about(self) -> dict[str, Any]:
        """What a reader of the weights needs: the recipe, the classes, the shape, the clips, the steps done."""
        threads = torch.get_num_threads()
        return {
            "recipe": self.recipe.to_dict() | {"precision": self.precision},
            "classes": {name: list(self.clips.classes[name]) for name in self.recipe.conditions},
            "shape": list(self.shape),
            "samples": self.clips.audio.shape[-1],
            "rate": self.clips.rate,
            "data": self.clips.note or self.clips.name,
            "clips": self.fingerprint,  # they may be others than the recipe names
            "steps": self.done,
            "seconds": round(self.game.seconds, 1),
            "device": f"{self.fabric.device.type}, {threads} thread{'s' * (threads != 1)}",
        }

    def resume(self, path: Path) -> None:
        """Take up the run saved at ``path``; raises CheckpointError when its recipe or its data are others.

        Sounds of a folder may have been moved: they are the same if they sound the same.
        """
        saved, about = _run_at(path)
        if differing := _changes(saved, replace(self.recipe, precision=self.precision), "clips" in about):
            file = path.with_name(RECIPE)
            command = f"`gan-course train {shlex.quote(str(file))} --folder {shlex.quote(str(path.parent))}`"
            raise checkpoint.CheckpointError(
                f"the run in {path.parent} was made with another recipe ({'; '.join(differing)}): choose another "
                f"folder, or go on with the one that is there, {command}"
                + (f", after you moved {file}, which was changed, away" if _edited(file, saved) else "")
            )
        checkpoint.check_data(about, self.about(), path.parent)
        tensors, about = checkpoint.load(path)
        self.game.restore(tensors, about["steps"])
        self.game.seconds = about["seconds"]

    def save_generator(self, path: Path) -> None:
        """Write the averaged generator alone, in 16 bit: what is shipped and played."""
        checkpoint.save(path, {name: w.half() for name, w in self.averaged.items()}, self.about())


def train(
    recipe: Recipe,
    clips: Clips | None = None,
    folder: Path | str | None = None,
    observers: Iterable[Observer] = (),
    save_every: int = 250,
    sample_every: int = 250,
    devices: int = 1,
    machines: int = 1,
    *,
    measure: Callable[[Training], Mapping[str, float]] | None = None,
    measure_every: int = 1000,
    seconds: float = math.inf,
) -> Training:
    """Train ``recipe`` on ``clips`` (by default, on the data that the recipe names) and return the run.

    With a ``folder``, a checkpoint and the generator alone are written every ``save_every`` steps and a run found
    there is taken up; so many ``seconds`` after the call, or when it is interrupted, it stops with them written. The
    recipe lies beside them, in ``recipe.json``, and the tables of a `History`, which is added where there is none among
    the observers.

    Observers that have a method `sample`, such as `display.Monitor`, are shown pictures and sounds every
    ``sample_every`` steps and at the end; those that have a method `metrics` are told what ``measure`` finds, every
    ``measure_every`` steps and at the end. On several ``devices`` or ``machines`` one process on each takes its share
    of every batch, and the first of them writes and tells the observers; the folder must be one that all can read.

    Raises ValueError where another training is running in the folder, CheckpointError where it holds another run, or
    one of other data, and FloatingPointError when a loss or a weight is no longer finite; the last checkpoint stays.
    """
    for name, every in (
        ("save_every", save_every),
        ("sample_every", sample_every),
        ("measure_every", measure_every),
    ):
        if every < 1:
            raise ValueError(f"{name} is {every}, and at least 1 is expected")
    begun_at = time.monotonic()
    several = devices * machines > 1
    if not several and folder is not None and int(os.environ.get("WORLD_SIZE", 1)) > 1:
        raise ValueError(
            f"{os.environ['WORLD_SIZE']} processes were started, and each would train alone in {folder}: say with "
            f"devices and machines (--devices, --machines) how many there are, or start one"
        )
    check_shares(recipe.batch, devices * machines)  # before any process is started
    together = fabric(devices=devices, machines=machines) if several else None
    first = together is None or together.is_global_zero
    path = Path(folder) / checkpoint.CHECKPOINT if folder is not None else None
    with ExitStack() as held:
        refused = None
        if path and first:
            try:
                held.enter_context(alone_in(path.parent))
            except ValueError as error:
                refused = error
            except OSError as error:
                refused = checkpoint.not_written(path.parent, error)
        begun_before = path is not None and path.is_file()
        if together:
            # What the first process finds counts for all, or some would wait for the others for ever.
            begun_before, refused = together.broadcast((begun_before, refused))
        if refused:
            raise refused
        if path and begun_before and recipe.precision == "auto":
            # What was fastest then stays: a run must not change its arithmetic half way.
            recipe = replace(recipe, precision=_run_at(path)[0].precision)
        run = Training(recipe, clips, devices, machines)
        if path and begun_before:
            run.resume(path)
        if path and first:
            try:
                if begun_before:
                    mend_recipe(path.parent, run.recipe)
                    _mend_generator(run, path.with_name(checkpoint.GENERATOR))
                else:
                    _write_beside(path, recipe)
            except (ValueError, OSError) as error:
                refused = error
        if together:
            refused = together.broadcast(refused)
        if refused:
            raise refused
        watching = list(observers) if first else []
        if path and first and not any(isinstance(observer, History) for observer in watching):
            watching.append(History(path.parent))
        left = max(0.0, seconds - (time.monotonic() - begun_at))
        try:
            _play(
                run, path if first else None, watching, save_every, sample_every, measure, measure_every, left
            )
        except BaseException:
            if together and first:
                end_others(together)
            raise
        if together:
            together.barrier()  # none goes on before the first has written all
    return run


def _play(
    run: Training,
    path: Path | None,
    watching: list[Observer],
    save_every: int,
    sample_every: int,
    measure: Callable[[Training], Mapping[str, float]] | None,
    measure_every: int,
    seconds: float,
) -> None:
    audience = [observer for observer in watching if isinstance(observer, Audience)]
    examiners = [observer for observer in watching if isinstance(observer, Examiner)]

    def perform(_: Game) -> None:
        images, sounds = run.heard()
        for observer in audience:
            observer.sample(images, sounds)

    def keep(_: Game) -> None:
        if path:
            run.save(path)
            run.save_generator(path.with_name(checkpoint.GENERATOR))

    also: list[tuple[Callable[[Game], Any], int]] = []
    if measure and examiners:

        def examine(game: Game) -> None:
            numbers = measure(run)
            for examiner in examiners:
                examiner.metrics(game.done, numbers)

        also.append((examine, measure_every))
    recipe = run.recipe
    try:
        play(
            run.game,
            run.notes,
            recipe.steps,
            watching,
            show=perform if audience else None,
            show_every=sample_every,
            also=also,
            keep=keep,
            keep_every=save_every,
            seconds=seconds,
        )
    except FloatingPointError as error:
        where, how = (", in another folder", "--set ") if path else ("", "")
        raise FloatingPointError(
            f"{error}{where}: such as {how}learning_rate={recipe.learning_rate / 2:g}, or a gamma above "
            f"{recipe.gamma:g}"
        ) from None


def begun_in(folder: Path) -> Recipe | None:
    """The recipe of the run in ``folder``, or None where none was begun.

    Before the first checkpoint it is that of the file ``recipe.json``. Raises CheckpointError for a checkpoint that is
    of no such run, and ValueError for a file that holds no recipe.
    """
    if (path := folder / checkpoint.CHECKPOINT).is_file():
        return _run_at(path)[0]
    file = folder / RECIPE
    return Recipe.read(file) if file.is_file() else None


def done_in(folder: Path) -> int:
    """How many steps the run in ``folder`` has done, 0 where none is saved; raises CheckpointError as `begun_in`."""
    path = folder / checkpoint.CHECKPOINT
    return int(_run_at(path)[1]["steps"]) if path.is_file() else 0


def _run_at(path: Path) -> tuple[Recipe, dict[str, Any]]:
    # The recipe of the run that was saved there, and what else is said of it.
    about = checkpoint.about(path)
    try:
        recipe, _ = Recipe.from_dict(about["recipe"]), (about["steps"], about["seconds"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise checkpoint.CheckpointError(
            f"{path} holds no run of a recipe that could go on: move it away, or choose another folder"
        ) from None
    return recipe, about


def _changes(saved: Recipe, now: Recipe, known: bool = True) -> list[str]:
    # By which a run of the one recipe cannot go on as one of the other. known: what sounds they are is compared too.
    then, new = saved.to_dict(), now.to_dict()
    if known and saved.data == now.data == "folder":
        for one in (then, new):  # it tells more than where they lie
            one["data_options"] = {
                k: v for k, v in one["data_options"].items() if k not in ("path", "labels")
            }
    return [f"{name} was {was} and is {new[name]}" for name, was in then.items() if was != new[name]]


def _edited(file: Path, saved: Recipe) -> bool:
    # Whether it holds something else than the recipe of the run that is saved beside it, or half of it.
    if not file.is_file() or _as_json(saved).startswith(file.read_bytes()):
        return False
    try:
        there = Recipe.read(file)
    except ValueError:
        return True
    return bool(
        _changes(saved, replace(there, precision=saved.precision) if there.precision == "auto" else there)
    )


def mend_recipe(folder: Path, recipe: Recipe | None = None) -> None:
    """Write ``recipe.json`` of the run in ``folder`` anew, from its checkpoint, where it is missing or half is there.

    With a ``recipe``, which is that of the run or has its sounds in another place, also where the place is an old one.
    What somebody wrote into it stays. Raises CheckpointError as `begun_in`, and OSError where it cannot be written.
    """
    saved, file = _run_at(folder / checkpoint.CHECKPOINT)[0], folder / RECIPE
    recipe, before = recipe or saved, file.read_bytes() if file.is_file() else b""
    after = _as_json(recipe)
    half = before != after and any(_as_json(one).startswith(before) for one in (recipe, saved))
    moved = not half and not _edited(file, saved) and Recipe.read(file).data_options != recipe.data_options
    if half or moved:
        checkpoint.write_whole(file, after)


def _mend_generator(run: Training, path: Path) -> None:
    # A process may have been killed between the two files. One that does not say its clips is an older one.
    try:
        there = checkpoint.about(path)
    except checkpoint.CheckpointError:
        there = {}
    if there.get("steps") != run.done or "clips" not in there:
        run.save_generator(path)


def steps_within(recipe: Recipe, seconds: float, clips: Clips | None = None, probe: int = 24) -> int:
    """How many steps of ``recipe`` this machine does in so many ``seconds``, from ``probe`` steps that it tries.

    The number is then part of the recipe, since the schedules depend on it: fix it once, before the run begins.
    """
    run = Training(recipe, clips)
    cycle = recipe.penalty_every
    for _ in range(cycle):  # the first steps are slower: memory is laid out, and a graphics card warms up
        run.step()
    whole = cycle * -(-probe // cycle)
    _wait_for_card()
    begun = time.perf_counter()
    for _ in range(whole):
        run.step()
    _wait_for_card()
    return max(1, int(seconds * whole / (time.perf_counter() - begun)))


def _wait_for_card() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _check_that_they_fit(recipe: Recipe, clips: Clips, encoding: Any) -> None:
    if unknown := [name for name in recipe.conditions if name not in clips.classes]:
        held = ", ".join(clips.classes) or "none"
        raise ValueError(
            f"{clips.name} has no label {', '.join(unknown)}, and the recipe is conditioned on it: its labels are "
            f"{held}; name some of these as conditions, or none"
        )
    if encoding.rate != clips.rate:
        raise ValueError(
            f"{clips.name} has a rate of {clips.rate:,} Hz, and the representation is for {encoding.rate:,} Hz: load "
            f"the sounds at that rate, or name it in the representation"
        )


def _write_beside(path: Path, recipe: Recipe) -> None:
    file = path.with_name(RECIPE)
    if file.is_file() and Recipe.read(file) != recipe:
        raise ValueError(
            f"{file} holds another recipe, and there is no run of it here: move it away, or choose another folder"
        )
    if not file.is_file():
        checkpoint.write_whole(file, _as_json(recipe))


def _as_json(recipe: Recipe) -> bytes:
    return (json.dumps(recipe.to_dict(), indent=2) + "\n").encode()


def _laid_out(network: nn.Module) -> nn.Module:
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def fastest_precision(steps: int = 6) -> str:
    """``"bf16-mixed"`` where a convolution of two axes took less than 0.8 of its time in ``"32-true"``, else that.

    On a graphics card nothing is timed: it is bfloat16 where torch says that the card has units for it, which it says
    of all of AMD's.
    """
    if cards():
        return "bf16-mixed" if torch.cuda.is_bf16_supported(including_emulation=False) else "32-true"
    taken = convolution_seconds(steps)
    return "bf16-mixed" if taken["bf16-mixed"] < 0.8 * taken["32-true"] else "32-true"


def convolution_seconds(steps: int = 6) -> dict[str, float]:
    """How long (s) this processor takes for one step of a convolution, in either precision: the least of `steps`."""
    layer = nn.Conv2d(64, 64, 4, 2, 1).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    x = torch.randn(16, 64, 32, 32).contiguous(memory_format=torch.channels_last)

    def seconds(mixed: bool) -> float:
        taken = []
        for _ in range(steps):
            begun = time.perf_counter()
            with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
                layer(x).float().square().mean().backward()
            taken.append(time.perf_counter() - begun)
        return min(taken[1:])

    return {"32-true": seconds(False), "bf16-mixed": seconds(True)}
