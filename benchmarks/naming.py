"""Who knows a sound by its label that was in no training? ``python -m benchmarks.naming orchestra``.

A generator can be told what it was heard as, and is told well only if whoever names it is right. Of the orchestra some
pairs, an instrument at a pitch, are held out, and a generator is asked for them all the same. Here each way of naming
is trained by itself on the recipe's data, in as many steps and from the same sounds: by the features of a banded
discriminator, by a `Namer` that hears everything as it is, and by one that learns in noise, as in a game. The table
says how often each names a label right, of the sounds of the training and of those held out, without noise. Lesson 09.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from gan_course import datasets
from gan_course.datasets import Clips
from gan_course.networks import BandDiscriminator, Namer
from gan_course.networks.namer import SEED
from gan_course.training import Recipe
from gan_course.training.loop import Training
from gan_course.training.schedules import held_then_falling

Labels = Mapping[str, Tensor]


class Features(nn.Module):
    """The features of a banded discriminator, which name by their projection, and judge nothing."""

    def __init__(self, shape: Sequence[int], classes: Mapping[str, int], widths: Sequence[int]) -> None:
        super().__init__()
        self.discriminator = BandDiscriminator(shape, classes, widths)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """For each kind of label, logits ``(batch, class)``."""
        return self.discriminator.judge.heard(self.discriminator.seen(x))

    def naming(self, x: Tensor, labels: Labels) -> Tensor:
        """What it costs to name the labels of ``x``."""
        return self.discriminator.judge.naming(self.discriminator.seen(x), labels)


class Quiet(Namer):
    """A namer that hears everything as it is."""

    def naming(self, x: Tensor, labels: Labels) -> Tensor:
        """What it costs to name the labels of ``x``, without noise."""
        return super().naming(x, {kind: label for kind, label in labels.items() if kind != SEED})


def playing(recipe: Recipe) -> Recipe:
    """The recipe, such that its data are played to a namer, in noise."""
    return replace(recipe, networks="textured", namer=True, naming=recipe.naming or 1.0, precision="32-true")


def ways(recipe: Recipe, shape: Sequence[int], classes: Mapping[str, int]) -> dict[str, Callable[[], Any]]:
    """Each way of naming, by its name: a fresh network that has ``naming``."""
    return {
        "features of D": lambda: Features(shape, classes, recipe.discriminator_widths),
        "a namer, without noise": lambda: Quiet(shape, classes),
        "a namer": lambda: Namer(shape, classes),
    }


def taught(make: Callable[[], Any], data: Training, steps: int, seed: int) -> Any:
    """A network that ``make`` makes, after so many steps of Adam on what ``data`` plays."""
    torch.manual_seed(seed)
    network, random = make().to(data.fabric.device), torch.Generator().manual_seed(seed)
    recipe = data.recipe
    optimiser = torch.optim.Adam(network.parameters(), recipe.learning_rate, recipe.betas, fused=True)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = recipe.learning_rate * held_then_falling(step, steps)
        x, labels = data.notes(recipe.batch, random)
        optimiser.zero_grad(set_to_none=True)
        network.naming(x, labels).backward()
        optimiser.step()
    return network


@torch.no_grad()
def right(network: nn.Module, x: Tensor, labels: Labels) -> dict[str, float]:
    """For each kind of label, the share of pictures ``x`` that is named right."""
    parts = [network(part) for part in x.split(256)]
    heard = {kind: torch.cat([part[kind] for part in parts]).argmax(1) for kind in parts[0]}
    return {kind: float((named == labels[kind].to(named)).float().mean()) for kind, named in heard.items()}


def rows(
    data: Training, held_out: Clips, steps: int, seeds: int
) -> Iterator[tuple[str, int, dict[str, dict[str, float]]]]:
    """A name, a seed, and the shares that are right of the training sounds and of those held out, as they come."""
    unseen = torch.cat([data.encoding.encode(part) for part in held_out.audio.split(256)]).to(
        data.fabric.device
    )
    for seed in range(seeds):
        for name, make in ways(data.recipe, data.shape, data.classes).items():
            network = taught(make, data, steps, seed)
            shares = {
                "training": right(network, data.real, data.labels),
                "held out": right(network, unseen, held_out.labels),
            }
            yield name, seed, shares


def main(words: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("recipe", nargs="?", default="orchestra", help="a shipped recipe, or its JSON file")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seeds", type=int, default=1)
    given = parser.parse_args(words)
    try:
        recipe = Recipe.read(given.recipe)
    except ValueError as error:
        parser.error(str(error))
    if recipe.data_options.get("split") != "train" or not recipe.conditions:
        parser.error(
            f"{given.recipe} trains on {recipe.data} {dict(recipe.data_options)}, conditions "
            f"{', '.join(recipe.conditions) or 'none'}, and labelled data with a split are expected: name a recipe "
            f"that trains on split train, such as orchestra"
        )
    data = Training(playing(recipe))
    held_out = datasets.load(recipe.data, **dict(recipe.data_options) | {"split": "test"})
    for name, seed, shares in rows(data, held_out, given.steps, given.seeds):
        told = "   ".join(
            f"{part}: " + ", ".join(f"{kind} {share:.3f}" for kind, share in of.items())
            for part, of in shares.items()
        )
        print(f"{name:23} seed {seed}   {told}", flush=True)


if __name__ == "__main__":
    main()
