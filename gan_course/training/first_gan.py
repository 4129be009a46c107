"""A whole spectrogram GAN in one small file, from a folder of sounds to a sound file: what lesson 07 repairs.

read_folder → encode → paired_batches → build_generator and build_discriminator → discriminator_step and generator_step
→ train → may_stop → write_sound. Each piece is one that the lesson's broken program gets wrong, mended. Lesson 09 does
the same with more care: labels, several resolutions, checkpoints that a run resumes from.
"""

from __future__ import annotations

import builtins
import dis
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soundfile  # type: ignore[import-untyped]
import soxr  # type: ignore[import-untyped]
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from gan_course.objectives import Objective, r1
from gan_course.spectral import amplitude_to_db, stft

SHAPE = (1, 64, 64)
"""Channels, mel bands and frames of the pictures that both networks are built for."""


def missing_names(function: Callable[..., Any]) -> list[str]:
    """The names, sorted, that a function looks up outside itself and that nobody has defined. Lesson 07.

    What a notebook once defined and no longer does is not missing until the notebook is restarted, and neither is what
    only exists in somebody else's. Functions inside the function are not looked into.
    """
    used = {step.argval for step in dis.get_instructions(function) if step.opname == "LOAD_GLOBAL"}
    known = set(function.__globals__) | set(dir(builtins))
    return sorted(used - known)


def read_folder(folder: Path | str, rate: int, samples: int) -> Tensor:
    """All wav files of a folder, in the order of their names, as clips `(clip, sample)` of one rate and length.

    A sound of another rate is resampled, a longer one cut, a shorter one followed by silence. Files are mono.
    Lesson 07.
    """
    clips = []
    for file in sorted(Path(folder).glob("*.wav")):
        x, own_rate = soundfile.read(file, dtype="float32")
        x = soxr.resample(x, own_rate, rate)[:samples]
        clips.append(np.pad(x, (0, samples - len(x))))
    return torch.from_numpy(np.stack(clips))


def encode(audio: Tensor, filters: Tensor, floor: float = -80.0, ceiling: float = 10.0) -> Tensor:
    """Sounds `(batch, sample)` as pictures `(batch, 1, mel, frame)` in [−1, 1]. Lesson 07.

    The same as `LogMel().encode`, with `filters` `(mel, frequency)` for a window of 1,024 samples and a hop of 256:
    [floor, ceiling] dB, 0 dB being a sine of amplitude 1, becomes [−1, 1], and what is louder is clipped.
    """
    magnitude = stft(audio, 1024, 256)[..., :-1].abs()
    db = amplitude_to_db(filters @ magnitude, floor, 256)
    return (2 * (db - floor) / (ceiling - floor) - 1).clamp(max=1).unsqueeze(1)


def paired_batches(
    pictures: Tensor, labels: Tensor, size: int, random: torch.Generator
) -> list[tuple[Tensor, Tensor]]:
    """All pictures once, in a new order, as pairs of `size` pictures and their labels; the last pair holds the rest.

    Lesson 07.
    """
    order = torch.randperm(len(pictures), generator=random)
    return [(pictures[chosen], labels[chosen]) for chosen in order.split(size)]


def build_generator(latent: int) -> nn.Sequential:
    """Layers from z `(batch, latent)` to unbounded pictures `(batch, 1, 64, 64)`: `bounded` comes after them.

    A linear layer to 64 maps of 8 × 8; then each transposed convolution doubles height and width. Lesson 07.
    """
    return nn.Sequential(
        nn.Linear(latent, 64 * 8 * 8),
        nn.Unflatten(1, (64, 8, 8)),
        nn.LeakyReLU(0.2),
        nn.ConvTranspose2d(64, 32, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.ConvTranspose2d(32, 16, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.ConvTranspose2d(16, 1, kernel_size=4, stride=2, padding=1),
    )


def bounded(h: Tensor) -> Tensor:
    """Any numbers, each into (−1, 1), rising, and with a slope everywhere: the generator's last layer. Lesson 07."""
    return torch.tanh(h)


def build_discriminator() -> nn.Sequential:
    """Layers from pictures `(batch, 1, 64, 64)` to one logit each, `(batch, 1)`, unbounded. Lesson 07."""
    return nn.Sequential(
        nn.Conv2d(1, 16, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(16, 32, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(32, 64, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(64 * 8 * 8, 1),
    )


def discriminator_step(
    objective: Objective,
    D: nn.Module,
    G: Callable[[Tensor], Tensor],
    optimiser: Optimizer,
    real: Tensor,
    z: Tensor,
    gamma: float,
) -> Tensor:
    """Move the discriminator, and only it, one step down its loss and γ times R1; returns the loss without R1.

    real: a batch of samples; z: a batch of latents; optimiser: that of D. G gets no gradient. Lesson 07.
    """
    fake = G(z).detach()
    loss = objective.discriminator(D(real), D(fake))
    penalty = gamma * r1(D, real) if gamma else 0.0
    optimiser.zero_grad()
    (loss + penalty).backward()
    optimiser.step()
    return loss


def train(
    step: Callable[[], Mapping[str, float]],
    steps: int,
    watch: Callable[[int, Mapping[str, float]], Any],
    keep: Callable[[int], Any],
    every: int = 100,
) -> None:
    """Make `steps` steps; after each tell `watch` its number (from 1) and its losses; `keep` what there is, in time.

    `keep` is called with the number of steps done after every `every`-th and after the last one, once. Lesson 07.
    """
    for done in range(1, steps + 1):
        watch(done, step())
        if done % every == 0 or done == steps:
            keep(done)


def may_stop(real: Tensor, fake: Tensor, near: float = 0.05) -> bool:
    """Whether a discriminator cannot tell generated from real by its logits `(sample,)` of each. Lesson 07.

    Of all pairs of a real and a generated sample, the real one has the larger logit in one half, give or take `near`;
    equal logits count as half a pair. A discriminator that is always wrong can tell them apart just as well.
    """
    larger = (real[:, None] > fake) + 0.5 * (real[:, None] == fake)
    return bool((larger.mean() - 0.5).abs() <= near)


def write_sound(path: Path | str, x: Tensor, rate: int) -> None:
    """Write samples `(sample,)` to a wav file of 16 bits, scaled down if any is beyond [−1, 1]. Lesson 07."""
    x = x / x.abs().max().clamp(min=1)
    soundfile.write(path, x.numpy(), rate)
