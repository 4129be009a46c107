"""The training of a conditional spectrogram GAN: one step that fits on a screen, and the loop around it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from gan_course import datasets
from gan_course.datasets import Clips
from gan_course.networks import Discriminator, Generator
from gan_course.objectives import relativistic_pairing, squared_gradient
from gan_course.spectral import representation
from gan_course.training import checkpoint
from gan_course.training.recipe import Recipe


class Observer(Protocol):
    """What watches a training: a live picture, a line in a terminal, a file of numbers."""

    def started(self, total_steps: int) -> None:
        """The loop begins."""

    def step(self, step: int, losses: Mapping[str, float], seconds_left: float) -> None:
        """A step is done."""

    def finished(self) -> None:
        """The loop has ended."""


class Training:
    """A run: networks, optimisers and data, at some step.

    All randomness of step t comes from a generator seeded with the recipe's seed and t, so a run that is
    taken up again from a checkpoint goes on exactly as if it had not stopped.
    """

    def __init__(self, recipe: Recipe, clips: Clips | None = None) -> None:
        from lightning_fabric import Fabric

        self.recipe = recipe
        self.clips = clips if clips is not None else datasets.load(recipe.data, **recipe.data_options)
        self.encoding = representation(recipe.representation)
        self.classes = {name: len(self.clips.classes[name]) for name in recipe.conditions}
        self.shape = self.encoding.shape(self.clips.audio.shape[-1])
        torch.manual_seed(recipe.seed)
        generator = Generator(self.shape, self.classes, recipe.latent, recipe.generator_widths)
        discriminator = Discriminator(self.shape, self.classes, recipe.discriminator_widths)
        self.precision = fastest_precision() if recipe.precision == "auto" else recipe.precision
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self.fabric = Fabric(accelerator=device, devices=1, precision=self.precision)  # type: ignore[arg-type]
        self.generator, self.g_optimiser = self._set_up(generator)
        self.discriminator, self.d_optimiser = self._set_up(discriminator)
        self.averaged = {name: w.detach().clone() for name, w in self.generator.state_dict().items()}
        self.real = self._encode(self.clips.audio)
        self.labels = {name: self.clips.labels[name].to(self.fabric.device) for name in recipe.conditions}
        self.done = 0
        self.seconds = 0.0

    def _set_up(self, network: nn.Module) -> tuple[Any, Any]:
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        recipe = self.recipe
        optimiser = torch.optim.Adam(
            network.parameters(), lr=recipe.learning_rate, betas=recipe.betas, fused=True
        )
        return self.fabric.setup(network, optimiser)

    def _encode(self, audio: Tensor) -> Tensor:
        parts = [self.encoding.encode(part) for part in audio.split(256)]
        return torch.cat(parts).to(self.fabric.device)

    def step(self) -> dict[str, float]:
        """One step of each player; the losses and D's margin between real and generated."""
        recipe, t = self.recipe, self.done
        random = torch.Generator().manual_seed(recipe.seed * 1_000_003 + t)
        chosen = torch.randint(len(self.real), (recipe.batch,), generator=random)
        z_d, z_g = torch.randn(2, recipe.batch, recipe.latent, generator=random).to(self.fabric.device)
        x, labels = self.real[chosen], {name: label[chosen] for name, label in self.labels.items()}
        x = x.contiguous(memory_format=torch.channels_last)
        for optimiser in (self.d_optimiser, self.g_optimiser):
            optimiser.param_groups[0]["lr"] = recipe.rate_at(t)

        with torch.no_grad():
            fake = self.generator(z_d, labels)
        real_logits, fake_logits = self.discriminator(x, labels), self.discriminator(fake, labels)
        d_loss = relativistic_pairing.discriminator(real_logits, fake_logits)
        loss = d_loss
        if t % recipe.penalty_every == 0:
            loss = loss + recipe.penalty_every * recipe.gamma * self._penalty(x, fake, labels)
        self._update(self.d_optimiser, loss)

        self.discriminator.requires_grad_(False)
        fake_logits = self.discriminator(self.generator(z_g, labels), labels)
        with torch.no_grad():
            real_logits = self.discriminator(x, labels)
        g_loss = relativistic_pairing.generator(real_logits, fake_logits)
        self._update(self.g_optimiser, g_loss)
        self.discriminator.requires_grad_(True)

        self._average()
        self.done += 1
        margin = (real_logits - fake_logits).mean()
        return {"D": d_loss.item(), "G": g_loss.item(), "margin": margin.item()}

    def _penalty(self, x: Tensor, fake: Tensor, labels: Mapping[str, Tensor]) -> Tensor:
        # In full precision: the penalty is a sum of many small squares.
        bare = self.discriminator.module

        def judge(samples: Tensor) -> Tensor:
            return bare(samples, labels)

        with torch.autocast(self.fabric.device.type, enabled=False):
            return squared_gradient(judge, x) + squared_gradient(judge, fake.float())

    def _update(self, optimiser: Any, loss: Tensor) -> None:
        optimiser.zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        optimiser.step()

    @torch.no_grad()
    def _average(self) -> None:
        decay = self.recipe.decay_at(self.done)
        weights = self.generator.state_dict()
        torch._foreach_lerp_(list(self.averaged.values()), [weights[k] for k in self.averaged], 1 - decay)

    # Saving and resuming

    def save(self, path: Path) -> None:
        """Write everything that the next step needs to ``path``."""
        tensors = {f"averaged/{name}": w for name, w in self.averaged.items()}
        networks = {"generator": self.generator, "discriminator": self.discriminator}
        optimisers = {"generator": self.g_optimiser, "discriminator": self.d_optimiser}
        for player, network in networks.items():
            tensors |= {f"{player}/{name}": w for name, w in network.state_dict().items()}
            for index, state in optimisers[player].state_dict()["state"].items():
                tensors |= {f"{player}.adam/{index}/{name}": value for name, value in state.items()}
        checkpoint.save(path, tensors, self.about())

    def about(self) -> dict[str, Any]:
        """What a reader of the weights needs: the recipe, the classes, the shape, the steps done."""
        return {
            "recipe": self.recipe.to_dict() | {"precision": self.precision},
            "classes": {name: list(self.clips.classes[name]) for name in self.recipe.conditions},
            "shape": list(self.shape),
            "samples": self.clips.audio.shape[-1],
            "rate": self.clips.rate,
            "data": self.clips.note or self.clips.name,
            "steps": self.done,
            "seconds": round(self.seconds, 1),
            "device": f"{self.fabric.device.type}, {torch.get_num_threads()} threads",
        }

    @torch.no_grad()
    def resume(self, path: Path) -> None:
        """Take up the run saved at ``path``; raises CheckpointError when its recipe is another."""
        tensors, about = checkpoint.load(path)
        if Recipe.from_dict(about["recipe"]).to_dict() != self.recipe.to_dict() | {
            "precision": self.precision
        }:
            raise checkpoint.CheckpointError(
                f"the run in {path.parent} was made with another recipe: choose another folder, or go on with "
                f"the recipe that is saved there"
            )
        for name, weight in self.averaged.items():
            weight.copy_(tensors[f"averaged/{name}"])
        for player, network, optimiser in (
            ("generator", self.generator, self.g_optimiser),
            ("discriminator", self.discriminator, self.d_optimiser),
        ):
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
        self.done, self.seconds = about["steps"], about["seconds"]

    def save_generator(self, path: Path) -> None:
        """Write the averaged generator alone, in 16 bit: what is shipped and played."""
        weights = {name.removeprefix("module."): w.half() for name, w in self.averaged.items()}
        checkpoint.save(path, weights, self.about())


def train(
    recipe: Recipe,
    clips: Clips | None = None,
    folder: Path | str | None = None,
    observers: Iterable[Observer] = (),
    save_every: int = 250,
) -> Training:
    """Train ``recipe`` on ``clips`` (by default, on the data that the recipe names) and return the run.

    With a ``folder``, a checkpoint is written every ``save_every`` steps and a run found there is taken up.
    Raises FloatingPointError when a loss is no longer finite; the last checkpoint stays.
    """
    path = Path(folder) / "checkpoint.safetensors" if folder is not None else None
    begun_before = path is not None and path.is_file()
    if path and begun_before and recipe.precision == "auto":
        # What was fastest then stays: a run must not change its arithmetic half way.
        recipe = replace(recipe, precision=checkpoint.load(path)[1]["recipe"]["precision"])
    run = Training(recipe, clips)
    if path and begun_before:
        run.resume(path)
    watching = list(observers)
    for observer in watching:
        observer.started(recipe.steps)
    begun, first = time.monotonic(), run.done
    while run.done < recipe.steps:
        step_begun = time.monotonic()
        losses = run.step()
        run.seconds += time.monotonic() - step_begun
        if not all(map(torch.isfinite, map(torch.tensor, losses.values()))):
            raise FloatingPointError(
                f"the losses at step {run.done} are no numbers any more ({losses}): go on from the last "
                f"checkpoint with a smaller learning rate or a larger gamma"
            )
        left = (time.monotonic() - begun) / (run.done - first) * (recipe.steps - run.done)
        for observer in watching:
            observer.step(run.done, losses, left)
        if path and (run.done % save_every == 0 or run.done == recipe.steps):
            run.save(path)
    if folder is not None:
        run.save_generator(Path(folder) / "generator.safetensors")
    for observer in watching:
        observer.finished()
    return run


def fastest_precision(steps: int = 6) -> str:
    """``"32-true"`` or ``"bf16-mixed"``: the one in which a few convolution steps were quicker here."""
    if torch.cuda.is_available():
        return "bf16-mixed" if torch.cuda.is_bf16_supported() else "32-true"
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

    return "bf16-mixed" if seconds(True) < 0.8 * seconds(False) else "32-true"
