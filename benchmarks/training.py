"""How fast the spectrogram GANs train, beside what one would write by hand: ``python -m benchmarks training``.

By hand is a plain DCGAN (Radford, Metz and Chintala 2016): transposed convolutions, batch normalisation, the
non-saturating loss and no labels, in 32 bit, with that paper's start, rate and β₁ and half of its widths.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from benchmarks.quality import judged
from gan_course import datasets
from gan_course.datasets.splits import HELD_OUT_SEED
from gan_course.evaluation import kernel_distance
from gan_course.training import Recipe, Training
from gan_course.training.processes import cards
from gan_course.zoo.ears import load_ear

Row = tuple[str, str, str]
LATENT = 100
GOAL = 2.5
"""Kernel distance × 100 by the features of the judging ear, which is 0 on average for real notes."""
LOOK_EVERY = 100


class PlainDCGAN:
    """What a user might write by hand for pictures ``(1, 64, 64)``; `step` takes a batch of real ones."""

    def __init__(self, device: torch.device | str = "cpu", width: int = 64, seed: int = 0) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.generator, self.discriminator = _generator(width), _discriminator(width)
            for network in (self.generator, self.discriminator):
                network.apply(_start)
        self.players = (self.generator.to(device), self.discriminator.to(device))
        for network in self.players:
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.g_optimiser, self.d_optimiser = (
            torch.optim.Adam(network.parameters(), lr=2e-4, betas=(0.5, 0.999)) for network in self.players
        )
        self.device, self.random = device, torch.Generator().manual_seed(seed)

    def generate(self, count: int) -> Tensor:
        """Pictures ``(count, 1, 64, 64)`` in (−1, 1)."""
        z = torch.randn(count, LATENT, 1, 1, generator=self.random).to(self.device)
        return self.generator(z)

    def step(self, real: Tensor) -> None:
        """One step of each player."""
        fake = self.generate(len(real))
        loss = (
            F.softplus(-self.discriminator(real)).mean()
            + F.softplus(self.discriminator(fake.detach())).mean()
        )
        self.d_optimiser.zero_grad()
        loss.backward()
        self.d_optimiser.step()
        loss = F.softplus(-self.discriminator(fake)).mean()
        self.g_optimiser.zero_grad()
        loss.backward()
        self.g_optimiser.step()


def _start(module: nn.Module) -> None:
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)


def _generator(width: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    inputs = LATENT
    for place, times in enumerate((8, 4, 2, 1)):
        layers += [
            nn.ConvTranspose2d(inputs, times * width, 4, *((2, 1) if place else (1, 0)), bias=False),
            nn.BatchNorm2d(times * width),
            nn.ReLU(),
        ]
        inputs = times * width
    return nn.Sequential(*layers, nn.ConvTranspose2d(inputs, 1, 4, 2, 1), nn.Tanh())


def _discriminator(width: int) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(1, width, 4, 2, 1), nn.LeakyReLU(0.2)]
    for times in (1, 2, 4):
        layers += [
            nn.Conv2d(times * width, 2 * times * width, 4, 2, 1, bias=False),
            nn.BatchNorm2d(2 * times * width),
            nn.LeakyReLU(0.2),
        ]
    return nn.Sequential(*layers, nn.Conv2d(8 * width, 1, 4), nn.Flatten())


class _Counter(TorchDispatchMode):
    """Adds up what torch says of each operation. Its own ``FlopCounterMode`` cannot count a slope's slope."""

    def __init__(self) -> None:
        super().__init__()
        self.totals: dict[torch.dtype, int] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if counted := flop_registry.get(func._overloadpacket):
            kind = next(one.dtype for one in args if isinstance(one, torch.Tensor))
            self.totals[kind] = self.totals.get(kind, 0) + counted(*args, **(kwargs or {}), out_val=result)
        return result


def operations(call: Callable[[], object]) -> dict[torch.dtype, int]:
    """Floating-point operations of the matrix products and convolutions in ``call``, two for each multiply-add.

    By the type of the numbers: a run in ``bf16-mixed`` takes its penalties in float32.
    """
    with _Counter() as counter:
        call()
    return counter.totals


def matrix_peak(device: torch.device | str, dtype: torch.dtype, runs: int = 12) -> float:
    """Operations a second in the product of two large matrices: what this machine can do, measured.

    On a graphics card float32 is rounded for products where it is for convolutions (TF32).
    """
    size = 8192 if torch.device(device).type == "cuda" else 2048
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    usual = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32
    try:
        return 2 * size**3 / min(_taken(lambda: a @ b, 1) for _ in range(runs))
    finally:
        torch.backends.cuda.matmul.allow_tf32 = usual


def _taken(call: Callable[[], object], times: int) -> float:
    """Seconds of one ``call``, of so many after one that is not counted."""
    call()
    _wait()
    begun = time.perf_counter()
    for _ in range(times):
        call()
    _wait()
    return (time.perf_counter() - begun) / times


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def steps(names: tuple[str, ...] = ("lite", "notes", "full"), cycles: int = 2) -> Iterator[Row]:
    """A step of shipped recipes and of a plain DCGAN, and their share of what the machine can do at most.

    A step of ours is the mean over whole cycles of the lazy penalties. The share is of the time that its matrix
    products and convolutions would take at the peak, each in its own precision; the peak that is printed is that of the
    run's. On a card, which takes milliseconds, as many cycles are measured as take a second or so. ``full`` is measured
    on a graphics card alone, which it is for.
    """
    for name in names:
        recipe = Recipe.read(name)
        if name == "full" and not cards():
            yield "a step of full", "", "needs a graphics card"
            continue
        run = Training(recipe, datasets.load("notes", **{**recipe.data_options, "count": 256}))
        cycle = recipe.penalty_every
        each = _taken(run.step, cycles * cycle)
        device, bf16 = run.fabric.device, run.precision == "bf16-mixed"
        if device.type == "cuda":
            each = _taken(run.step, cycle * max(cycles, math.ceil(1 / (cycle * each))))
        done = operations(lambda run=run, cycle=cycle: [run.step() for _ in range(cycle)])
        peaks = {kind: matrix_peak(device, kind) for kind in done}
        at_peak = sum(done[kind] / peaks[kind] for kind in done) / cycle
        peak = peaks[torch.bfloat16 if bf16 else torch.float32]
        shape = " × ".join(map(str, run.shape[1:]))
        yield (
            f"a step of {name}: {shape}, batch {recipe.batch}, {run.precision}, {device.type}",
            f"{each * 1e3:.0f} ms",
            f"{1 / each:.1f}/s, {at_peak / each:.0%} of {peak / 1e12:.2g} Tflop/s",
        )
        if name == "lite":
            plain = PlainDCGAN(device)
            x = run.real[: recipe.batch]
            by_hand = _taken(lambda plain=plain, x=x: plain.step(x), cycles * cycle)
            yield (
                f"… of a plain DCGAN by hand, same batch, {_weights(*plain.players):.1f} M weights",
                f"{by_hand * 1e3:.0f} ms",
                f"ours takes {each / by_hand:.2f} ×, has {_weights(run.generator, run.discriminator):.1f} M",
            )


def _weights(*networks: nn.Module) -> float:
    """Millions of them."""
    return sum(w.numel() for network in networks for w in network.parameters()) / 1e6


def to_quality(goal: float = GOAL, seconds: float = 300, count: int = 512) -> Iterator[Row]:
    """How long lite trains to a kernel distance, and how far a plain DCGAN gets in at most twice that time."""
    recipe = Recipe.read("lite")
    clips = datasets.load("notes", **recipe.data_options)
    real = datasets.notes(count, seed=HELD_OUT_SEED)
    ear = load_ear("ear-notes-judge")
    features = ear.features(real)
    run = Training(recipe, clips)

    def ours() -> float:
        return judged(run, real, ear)["KAD x 100"]

    taken, found = _until(run.step, ours, goal, seconds)
    yield (
        f"lite to a kernel distance × 100 of {goal:g}",
        f"{taken:.0f} s",
        f"{run.done:,} steps" if found <= goal else f"not reached: {found:.1f}",
    )
    plain = PlainDCGAN(run.fabric.device)
    random = torch.Generator().manual_seed(0)

    def step() -> None:
        plain.step(run.real[torch.randint(len(run.real), (recipe.batch,), generator=random)])

    @torch.no_grad()
    def by_hand() -> float:
        made = torch.cat([plain.generate(64) for _ in range(count // 64)])
        return 100 * kernel_distance(features, ear.describe(made.cpu()))

    longer, reached = _until(step, by_hand, goal, 2 * taken)
    said = f"{longer / taken:.1f} × as long" if reached <= goal else f"not reached: {reached:.1f}"
    yield "… a plain DCGAN by hand, at most twice as long", f"{longer:.0f} s", said


def _until(
    step: Callable[[], object], measure: Callable[[], float], goal: float, seconds: float
) -> tuple[float, float]:
    """Seconds of training, and the measure at the end: at the goal, or when the time is up."""
    taken = 0.0
    while True:
        _wait()
        begun = time.perf_counter()
        for _ in range(LOOK_EVERY):
            step()
        _wait()
        taken += time.perf_counter() - begun
        found = measure()
        if found <= goal or taken >= seconds:
            return taken, found
