"""Failures to learn from, each the output of a training that is really broken, as a sound that comes with the course.

``python -m gan_course.zoo.failures FOLDER`` makes them again: the runs, the sounds (FLAC, 16 bit, so that clipping and
phase are as they were), what was measured on them, and the card. Lesson 07's table of diagnoses plays them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gan_course import datasets
from gan_course.datasets import Clips
from gan_course.objectives import least_squares, wasserstein
from gan_course.sound import Sound
from gan_course.spectral import LogMel
from gan_course.training.first_gan import (
    bounded,
    build_discriminator,
    build_generator,
    discriminator_step,
    paired_batches,
)
from gan_course.training.steps import generator_step
from gan_course.zoo.model import Model, load

FAILURES = Path(__file__).parent / "broken"
SCALE = ("C4", "D4", "E4", "G4", "A4", "C5")
INSTRUMENTS = ("bell", "plucked", "reed")
LATENT, BATCH, RATE, NOTES = 64, 16, 16_000, 3
LENGTH = 44 * 256
"""Samples of each of the three notes of an example: a whole number of hops, 0.7 s."""

MEL = LogMel()


@dataclass(frozen=True)
class Failure:
    """One example: its sound, what was wrong with the run, its losses, and what was measured on the sound.

    ``fault`` says what was changed, ``steps`` and ``seed`` belong to the run, ``losses`` holds "step", "D" and "G".
    """

    name: str
    fault: str
    steps: int
    seed: int
    losses: dict[str, list[float]]
    measured: dict[str, float]
    sound: Sound

    @property
    def notes(self) -> Tensor:
        """The three notes of the example, `(note, sample)`."""
        return self.sound.tensor().view(NOTES, LENGTH)


def training_notes(count: int = 480, seed: int = 0) -> Clips:
    """What the runs learn from: bells, plucked strings and reeds on six notes of a pentatonic scale."""
    return datasets.notes(count, seed=seed, rate=RATE, instruments=INSTRUMENTS, pitches=SCALE)


class Run:
    """A small training, from its data to an averaged generator, with whatever is wrong with it."""

    def __init__(
        self,
        real: Tensor,
        steps: int,
        seed: int = 0,
        layers: Callable[[], nn.Module] = lambda: build_generator(LATENT),
        judge: Callable[[], nn.Module] = build_discriminator,
        head: Callable[[Tensor], Tensor] = bounded,
        rates: tuple[float, float] = (1e-3, 1e-3),
        betas: tuple[float, float] = (0.0, 0.99),
        gamma: float = 1.0,
        penalty_every: int = 4,
        alone: int = 0,
    ) -> None:
        """``rates``: of G and of D. ``alone``: so many steps of G at the end, up the logit of a D that stands still.

        The rest is as in the lesson: R1 now and then, and a generator averaged with a half-life of 60 steps.
        """
        self.steps, self.seed, self.head = steps + alone, seed, head
        self.losses: dict[str, list[float]] = {"step": [], "D": [], "G": []}
        random = torch.Generator().manual_seed(seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.layers, D = layers(), judge()
        self.averaged = {name: w.clone() for name, w in self.layers.state_dict().items()}
        g_adam, d_adam = (
            torch.optim.Adam(network.parameters(), rate, betas)
            for network, rate in zip((self.layers, D), rates, strict=True)
        )
        batches: list[tuple[Tensor, Tensor]] = []
        for done in range(1, self.steps + 1):
            batches = batches or paired_batches(real, torch.zeros(len(real)), BATCH, random)
            x, _ = batches.pop()
            z = torch.randn(2, len(x), LATENT, generator=random)
            if done <= steps:
                lazy = penalty_every * gamma * (done % penalty_every == 0)
                d_loss = discriminator_step(least_squares, D, self.generate, d_adam, x, z[0], lazy)
            answer = least_squares if done <= steps else wasserstein
            g_loss = generator_step(answer, D, self.generate, g_adam, x, z[1])
            keep = 0.5 ** (1 / max(1.0, min(60.0, done / 2)))
            for name, w in self.layers.state_dict().items():
                self.averaged[name].lerp_(w, 1 - keep)
            for name, value in (("step", done), ("D", d_loss.item()), ("G", g_loss.item())):
                self.losses[name].append(value)

    def generate(self, z: Tensor) -> Tensor:
        """Pictures of z `(batch, latent)`, as the weights are now."""
        return self.head(self.layers(z))

    @torch.no_grad()
    def pictures(self, count: int, averaged: bool = True) -> Tensor:
        """What the (averaged) generator draws in the end, always from the same z."""
        z = torch.randn(count, LATENT, generator=torch.Generator().manual_seed(self.seed + 1))
        weights = self.averaged if averaged else self.layers.state_dict()
        return self.head(torch.func.functional_call(self.layers, weights, (z,)))

    def curve(self, points: int = 60) -> dict[str, list[float]]:
        """The losses as means over runs of steps, to be drawn."""
        parts = np.array_split(np.arange(self.steps), min(points, self.steps))
        return {n: [round(float(np.mean(np.array(v)[p])), 4) for p in parts] for n, v in self.losses.items()}


def clipped(h: Tensor) -> Tensor:
    """The head of fault 18: into [−1, 1], without a slope outside."""
    return h.clamp(-1, 1)


def joined(clips: Tensor) -> Sound:
    """The beginnings of three clips `(clip, sample)`, one after the other, softer if any sample is beyond [−1, 1]."""
    x = clips[:NOTES, :LENGTH].reshape(-1)
    return Sound((x / x.abs().max().clamp(min=1)).numpy(), RATE)


def small_layers() -> nn.Module:
    """A generator that does not grow, fault 2: 8 × 8 all the way."""
    return nn.Sequential(
        nn.Linear(LATENT, 16 * 8 * 8),
        nn.Unflatten(1, (16, 8, 8)),
        nn.LeakyReLU(0.2),
        nn.ConvTranspose2d(16, 1, kernel_size=5, stride=1, padding=2),
    )


def small_judge() -> nn.Module:
    """A discriminator of 8 × 8 samples."""
    return nn.Sequential(nn.Conv2d(1, 16, 4, 2, 1), nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(16 * 4 * 4, 1))


# What is measured, on the sounds as they are shipped ----------------------------------------------------------


def pictures_of(notes: Tensor) -> Tensor:
    """Log-mel pictures of notes, in dB, `(note, value)`."""
    return 45.0 * MEL.encode(notes[..., : notes.shape[-1] // 256 * 256].clamp(-1, 1)).flatten(1)


def distance(one: Tensor, other: Tensor) -> Tensor:
    """Root-mean-square difference of the pictures of each of two sets of notes, `(one, other)`, in dB."""
    a, b = pictures_of(one[:, :LENGTH]), pictures_of(other[:, :LENGTH])
    return torch.cdist(a, b) / a.shape[1] ** 0.5


def level(notes: Tensor) -> float:
    """The level of all notes together (dB); −200 for silence."""
    return 20 * np.log10(max(float(notes.square().mean().sqrt()), 1e-10))


def spread(notes: Tensor) -> float:
    """The mean difference of the notes from each other, in dB of their pictures."""
    among = distance(notes, notes)
    return float(among.sum() / (len(notes) * (len(notes) - 1)))


def at_multiples(notes: Tensor, frequency: float = 250.0, within: float = 6.0) -> float:
    """The share of the power above 100 Hz that lies at multiples of a frequency, give or take ``within`` Hz."""
    power = torch.fft.rfft(notes.reshape(-1) * torch.hann_window(notes.numel())).abs().square()
    hertz = torch.fft.rfftfreq(notes.numel(), 1 / RATE)
    off = (hertz / frequency - (hertz / frequency).round()).abs() * frequency
    return float(power[(off <= within) & (hertz > 100)].sum() / power[hertz > 100].sum())


def at_full_scale(notes: Tensor) -> float:
    """The share of samples that are as large as can be."""
    return float((notes.abs() > 0.999).float().mean())


def nearest_training_note(notes: Tensor, training: Tensor) -> float:
    """The mean distance (dB) of each note to the nearest of the training notes."""
    return float(distance(notes, training).min(1).values.mean())


def measure(name: str, notes: Tensor, good: Tensor) -> dict[str, float]:
    """The figures that show what is wrong with an example; ``good``: the example that is as it should be."""
    few = training_notes(4).audio
    unheard = training_notes(NOTES + 18, seed=1).audio[-NOTES:]
    figures: dict[str, Callable[[], dict[str, float]]] = {
        "silence": lambda: {"level_db": level(notes), "level_db_as_it_should_be": level(good)},
        "one note": lambda: {
            "spread_db": spread(notes),
            "spread_db_as_it_should_be": spread(good),
        },
        "buzz": lambda: {
            "at_multiples_of_250_hz": at_multiples(notes),
            "at_multiples_as_it_should_be": at_multiples(good),
        },
        "phase smear": lambda: {
            "off_the_picture_db": float(distance(notes, good).diagonal().mean()),
            "level_db": level(notes),
        },
        "clipping": lambda: {"at_full_scale": at_full_scale(notes), "mean": float(notes.mean())},
        "memorised": lambda: {
            "to_training_db": nearest_training_note(notes, few),
            "others_to_training_db": nearest_training_note(unheard, few),
        },
        "as it should be": lambda: {"level_db": level(notes), "spread_db": spread(notes)},
    }
    return {key: round(float(value), 3) for key, value in figures[name]().items()}


# Making them --------------------------------------------------------------------------------------------------


def runs() -> dict[str, tuple[str, Run, Sound]]:
    """Each example's fault in words, its run, and the sound."""
    clips = training_notes()
    real = MEL.encode(clips.audio)
    whole = Run(real, 800)
    drawn = whole.pictures(NOTES)
    good = MEL.decode(drawn)
    off = Run(
        real, 50, seed=2, head=clipped, rates=(5e-3, 1e-3), betas=(0.9, 0.999), gamma=100.0, penalty_every=1
    )
    alone = Run(real, 300, alone=100)
    rows = 4 * clips.audio[:, 4096 : 4096 + 64].reshape(-1, 1, 8, 8)
    raw = Run(rows, 400, layers=small_layers, judge=small_judge)
    few = Run(MEL.encode(training_notes(4).audio).repeat(4, 1, 1, 1), 400)
    looped = raw.pictures(NOTES).reshape(NOTES, -1).repeat(1, LENGTH // 64) / 4
    return {
        "as it should be": ("nothing: the repaired program", whole, joined(good)),
        "silence": (
            "fault 18: the pictures are clipped to [−1, 1], and long steps of G (Adam as it comes, but a learning rate "
            "of 0.005; D's 0.001, R1 with γ = 100) take nearly all of them below −1, where no gradient comes from",
            off,
            joined(MEL.decode(off.pictures(NOTES, averaged=False))),
        ),
        "one note": (
            "fault 15, max-min: after 300 steps D stands still, and G goes 100 steps up its logit",
            alone,
            joined(MEL.decode(alone.pictures(NOTES, averaged=False))),
        ),
        "buzz": (
            "faults 2 and 14: no spectrogram; 64 samples are arranged in 8 rows of 8, G never grows beyond that, and "
            "what it gives is played over and over",
            raw,
            joined(looped),
        ),
        "phase smear": (
            "fault 14, the way back: the pictures of the repaired program with phases left to chance",
            whole,
            joined(MEL.decode(drawn, iterations=0)),
        ),
        "clipping": (
            "fault 11: the sounds of the repaired program, mapped by 2x − 1",
            whole,
            joined((2 * good.clamp(-1, 1) - 1).clamp(-1, 1)),
        ),
        "memorised": (
            "fault 17, nearly: the data is four files",
            few,
            joined(MEL.decode(few.pictures(NOTES))),
        ),
    }


def make(folder: Path = FAILURES) -> Path:
    """Train all the runs anew and write the sounds, ``failures.json`` and the card to ``folder``; the card's path."""
    folder.mkdir(parents=True, exist_ok=True)
    told: dict[str, Any] = {}
    made = runs()
    for name, (fault, run, sound) in made.items():
        path = sound.save(folder / file_of(name), overwrite=True)
        told[name] = {"fault": fault, "steps": run.steps, "seed": run.seed, "losses": run.curve()}
        made[name] = (fault, run, Sound.load(path))
    good = made["as it should be"][2].tensor().view(NOTES, LENGTH)
    for name, (_, _, sound) in made.items():
        told[name]["measured"] = measure(name, sound.tensor().view(NOTES, LENGTH), good)
    (folder / "failures.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
    card = folder / "failures.md"
    card.write_text(describe(told), "utf-8")
    return card


def file_of(name: str) -> str:
    """The file of an example's sound."""
    return name.replace(" ", "_") + ".flac"


def failures(folder: Path = FAILURES) -> dict[str, Failure]:
    """The examples by name: "silence", "one note", "buzz", "phase smear", "clipping", "memorised" and the good one."""
    told = json.loads((folder / "failures.json").read_text("utf-8"))
    return {
        name: Failure(name=name, sound=Sound.load(folder / file_of(name)).named(name), **about)
        for name, about in told.items()
    }


def memoriser(folder: Path = FAILURES) -> Model:
    """A generator that learnt its 64 training notes by heart, as `gan-course train memoriser` makes it. Lesson 10."""
    return load(folder / "memoriser.safetensors")


def describe(told: dict[str, Any]) -> str:
    """The card, as Markdown."""
    rows = "\n".join(
        f"| {name} | {about['fault']} | {about['steps']} | {about['seed']} | "
        + ", ".join(f"{key.replace('_', ' ')} {value:g}" for key, value in about["measured"].items())
        + " |"
        for name, about in told.items()
    )
    return f"""# Failures

Sounds of trainings that are really broken, and of one that is not: three outputs of {LENGTH / RATE:.2f} s each, FLAC,
16 bit, {RATE:,} Hz.
Everything is learnt from the course's synthetic notes ({", ".join(INSTRUMENTS)}; {", ".join(SCALE)});
no recording of anybody. Licence: CC BY 4.0; code: MIT.

| example | what is wrong with the run | steps | seed | measured on the sound |
|---|---|---|---|---|
{rows}

Levels are RMS in dB, 0 being full scale. A spread or a distance is the root-mean-square difference of log-mel pictures
in dB: between the three notes, to the same picture decoded well ("off the picture"), to the nearest training note.

## To make them again

```
python -m gan_course.zoo.failures FOLDER
```

The sounds agree bit for bit only on the same kind of processor with the same number of threads (one, here).
"""


if __name__ == "__main__":
    import sys

    torch.set_num_threads(1)
    print(f"Made and described in {make(Path(sys.argv[1]) if len(sys.argv) > 1 else FAILURES)}.")
