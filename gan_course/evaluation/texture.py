"""The ear for texture: it hears how a note of the built-in data set was made. Lesson 10.

An ear that was trained on labels saturates: a blurred bell is still a bell. To say how long an attack took, how deep a
vibrato went or how loud the bow's rasp was, a network must look at what a blur or a hiss changes. So its features
notice what those of the label ear do not, and distances between them say something about quality.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from gan_course.datasets import Clips
from gan_course.evaluation.ear import Listener, Sounds
from gan_course.evaluation.two_sample import with_detail
from gan_course.networks import Classifier
from gan_course.spectral import LogMel
from gan_course.training.loop import Observer

LEFT_OUT = ("frequency",)
"""Parameters that say the same as another: this one is "midi" in Hz."""
TURNS = "_phase"
"""What the names of parameters end in that go round: 0 and 1 are the same. Their cosine and sine are regressed."""


def targets(clips: Clips) -> dict[str, Tensor]:
    """What the parameters of `clips` ask a network for: by name, `(clip,)` float32, NaN where a clip has no such one.

    All of them but those `LEFT_OUT`; of a phase, which is a part of a turn, the cosine and the sine.
    """
    found: dict[str, Tensor] = {}
    for name, values in clips.parameters.items():
        if name.endswith(TURNS):
            angle = 2 * math.pi * values
            found |= {f"{name}_cosine": angle.cos(), f"{name}_sine": angle.sin()}
        elif name not in LEFT_OUT:
            found[name] = values
    return found


class TextureEar(Listener):
    """A network that hears how notes were made: one number for each of `parameters`, and features. Lesson 10.

    scales: for each instrument the mean and the standard deviation of each parameter that it has. What the network is
    asked for is standardised by these: who only knows the instrument knows nothing. The rest is as in `Listener`.
    """

    stored_as, stored_names, called = "texture", "scales", "an ear for texture"

    def __init__(
        self,
        classifier: Classifier,
        encoding: LogMel,
        scales: Mapping[str, Mapping[str, Sequence[float]]],
        about: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(classifier, encoding, about)
        self.scales = {
            instrument: {name: (float(mean), float(spread)) for name, (mean, spread) in own.items()}
            for instrument, own in scales.items()
        }

    @property
    def parameters(self) -> tuple[str, ...]:
        """What it regresses, in the order of `estimate`."""
        return tuple(self.classifier.classes)

    def __repr__(self) -> str:
        return (
            f"TextureEar for {len(self.parameters)} parameters of {len(self.scales)} instruments; clips of "
            f"{self.samples:,} samples at {self.rate:,} Hz"
        )

    @staticmethod
    def prepare(pictures: Tensor) -> Tensor:
        """The pictures and their finest detail magnified: `(batch, 2 channel, frequency, frame)`."""
        return with_detail(pictures)

    def estimate(self, sounds: Sounds) -> Tensor:
        """Each parameter as it is heard: `(batch, parameter)`, in standard deviations from its instrument's mean."""
        logits = self.classifier.logits(self.features(sounds))
        return torch.cat([logits[name] for name in self.parameters], 1)

    def explained(self, clips: Clips) -> dict[str, float]:
        """For each parameter R², the share of its variance within the instruments that the ear explains.

        1: it hears it. 0: it does no better than whoever says the mean each time; below 0, worse. The clips need the
        label "instrument" and the parameters; raises ValueError if they lack them or hold another instrument.
        """
        wanted, heard = standardised(clips, self.scales, self.parameters), self.estimate(clips)
        result = {}
        for column, name in enumerate(self.parameters):
            known = wanted[:, column].isfinite()
            truth, said = wanted[known, column].double(), heard[known, column].double()
            result[name] = float(1 - (said - truth).square().sum() / (truth - truth.mean()).square().sum())
        return result

    def _names(self) -> dict[str, Any]:
        return {"parameters": self.parameters, "scales": self.scales}

    @staticmethod
    def _sizes(made: Mapping[str, Any]) -> dict[str, int]:
        return dict.fromkeys(made["parameters"], 1)


def standardised(
    clips: Clips, scales: Mapping[str, Mapping[str, Sequence[float]]], parameters: Sequence[str]
) -> Tensor:
    """What `targets` asks for in standard deviations from each instrument's mean: `(clip, parameter)`, or NaN.

    Raises ValueError for clips without these parameters or of an instrument without scales.
    """
    asked = targets(clips)
    if "instrument" not in clips.labels or (missing := [name for name in parameters if name not in asked]):
        lacking = "the label instrument" if "instrument" not in clips.labels else ", ".join(missing)
        raise ValueError(f"the clips lack {lacking}: give notes of the built-in data set")
    used = {clips.classes["instrument"][i] for i in clips.labels["instrument"].unique().tolist()}
    if strange := used - set(scales):
        raise ValueError(
            f"this ear was not trained on {', '.join(sorted(strange))}: it knows {', '.join(scales)}"
        )
    unknown = (math.nan, 1.0)
    table = torch.tensor(
        [
            [scales.get(instrument, {}).get(name, unknown) for name in parameters]
            for instrument in clips.classes["instrument"]
        ]
    )[clips.labels["instrument"]]
    return (torch.stack([asked[name] for name in parameters], 1) - table[..., 0]) / table[..., 1]


def scales_of(clips: Clips) -> dict[str, dict[str, tuple[float, float]]]:
    """For each instrument the mean and the standard deviation of each parameter that it has and that varies."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for index, instrument in enumerate(clips.classes["instrument"]):
        own = {
            name: values[clips.labels["instrument"] == index].double()
            for name, values in targets(clips).items()
        }
        found[instrument] = {
            name: (float(values.mean()), float(values.std()))
            for name, values in own.items()
            if len(values) > 1 and bool(values.isfinite().all()) and float(values.std()) > 0
        }
    return found


def train_texture(
    clips: Clips,
    *,
    encoding: LogMel | None = None,
    steps: int = 1500,
    batch: int = 64,
    learning_rate: float = 3e-3,
    seed: int = 0,
    observers: Iterable[Observer] = (),
) -> TextureEar:
    """Train an ear to hear every parameter of `clips`, which are notes of the built-in data set.

    The squared error of the standardised parameters, averaged over those that a note has; Adam with decoupled weight
    decay and a learning rate that rises and falls once, as `train_ear`. Clips come as they are: how much hiss there is,
    and when a note begins, is what it is to hear. Observers are told "error", where 1 is what the mean would have. The
    same ear for the same seed on the same machine; the global random state is left alone. Lesson 10.

    Raises ValueError for clips without instruments or parameters, FloatingPointError when the loss is no longer finite.
    """
    if not len(clips) or "instrument" not in clips.labels or not targets(clips):
        raise ValueError(
            "the clips lack instruments or parameters to be heard: give notes of the built-in data set"
        )
    encoding = LogMel(rate=clips.rate) if encoding is None else encoding
    begun, watching = time.monotonic(), list(observers)
    scales = scales_of(clips)
    names = [name for name in targets(clips) if any(name in own for own in scales.values())]
    wanted = standardised(clips, scales, names)
    pictures = torch.cat([encoding.encode(part).float() for part in clips.audio.split(256)])
    shape = (2 * pictures.shape[1], *pictures.shape[2:])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Classifier(shape, dict.fromkeys(names, 1)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(network.parameters(), learning_rate, weight_decay=0.05, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, learning_rate, steps)
    random = torch.Generator().manual_seed(seed)
    for observer in watching:
        observer.started(steps)
    for step in range(1, steps + 1):
        chosen = torch.randint(len(pictures), (batch,), generator=random)
        logits = network(TextureEar.prepare(pictures[chosen]))
        heard, truth = torch.cat([logits[name] for name in names], 1), wanted[chosen]
        known = truth.isfinite()
        loss = (heard - truth)[known].square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if not loss.isfinite():
            raise FloatingPointError(f"the loss at step {step} is {loss:g}: take a smaller learning rate")
        left = (time.monotonic() - begun) / step * (steps - step)
        for observer in watching:
            observer.step(step, {"error": loss.item()}, left)
    for observer in watching:
        observer.finished()
    about = {
        "data": clips.summary(),
        "training": {"steps": steps, "batch": batch, "learning_rate": learning_rate, "seed": seed},
        "seconds": round(time.monotonic() - begun, 1),
        "device": f"cpu, {torch.get_num_threads()} threads",
    }
    return TextureEar(network, encoding, scales, about)
