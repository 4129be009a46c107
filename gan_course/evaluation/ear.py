"""The ear: a classifier that hears what a sound is, and whose features compare sounds. Lesson 04.

It says whether a generated sound is what was asked for, and its features are what the distances of lesson 10 measure.
It was trained on labels, so it hears what the labels say and little else: it judges control, not quality, and
`tell_apart` is there for quality.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from gan_course.datasets import Clips
from gan_course.networks import Classifier
from gan_course.sound import Sound
from gan_course.spectral import LogMel
from gan_course.training import checkpoint
from gan_course.training.loop import Observer

LATEST = 4
"""How many frames earlier or later clips may come in training: 64 ms at the default hop."""
SOFTEST = 12.0
"""How much softer a clip may come in training (dB)."""
FAINTEST = 80.0
"""How much fainter than at its loudest the hiss behind a clip may be in training (dB)."""

Sounds = Clips | Sound | Sequence[Sound] | Tensor | np.ndarray
"""What an ear listens to. A tensor or an array is `(batch, sample)` or `(sample,)`, at the ear's own rate."""


class Listener:
    """A network that describes sounds, and the encoding that makes pictures for it: what all ears have in common.

    about: plain data on how it was made. `prepare` is what the network sees of a picture; here all of it, as it is.

    It listens to clips of `samples` samples at `rate` (Hz). What does not fit is refused with a ValueError: another
    rate, another length, NaN or infinity, no clip at all. Lesson 04.
    """

    stored_as: ClassVar[str] = "listener"
    stored_names: ClassVar[str] = ""
    called: ClassVar[str] = "a listener"

    def __init__(
        self, classifier: Classifier, encoding: LogMel, about: Mapping[str, Any] | None = None
    ) -> None:
        self.classifier = classifier.eval().requires_grad_(False)
        self.encoding, self.about = encoding, dict(about or {})

    @property
    def rate(self) -> int:
        """The rate of the sounds that it listens to (Hz)."""
        return self.encoding.rate

    @property
    def samples(self) -> int:
        """The number of samples of the clips that it listens to."""
        return self.classifier.shape[2] * self.encoding.hop

    def features(self, sounds: Sounds) -> Tensor:
        """What the classifier makes of each sound before it decides: `(batch, feature)` float32. Lesson 10."""
        return self.describe(self.pictures(sounds))

    def describe(self, pictures: Tensor) -> Tensor:
        """The features `(batch, feature)` of pictures `(batch, channel, frequency, frame)` of its own encoding."""
        return torch.cat([self.classifier.features(self.prepare(x)) for x in pictures.split(256)])

    @staticmethod
    def prepare(pictures: Tensor) -> Tensor:
        """What the network sees of pictures `(batch, channel, frequency, frame)`."""
        return pictures

    def pictures(self, sounds: Sounds) -> Tensor:
        """What the classifier sees: `(batch, channel, frequency, frame)` float32 in [−1, 1]."""
        return torch.cat([self.encoding.encode(part).float() for part in self._audio(sounds).split(256)])

    def _audio(self, sounds: Sounds) -> Tensor:
        """The samples `(batch, sample)`, where they fit this ear."""
        if isinstance(sounds, Clips):
            self._check(sounds.rate, sounds.audio.shape[-1])
            audio = sounds.audio
        elif isinstance(sounds, (Tensor, np.ndarray)):
            audio = torch.as_tensor(sounds)
            audio = audio[None] if audio.ndim == 1 else audio
        else:
            given = [sounds] if isinstance(sounds, Sound) else list(sounds)
            for sound in given:
                self._check(sound.rate, len(sound))
            audio = (
                torch.stack([sound.tensor() for sound in given]) if given else torch.empty(0, self.samples)
            )
        if audio.ndim != 2 or not len(audio):
            raise ValueError(
                f"the sounds have shape {tuple(audio.shape)}, and (batch, sample) is expected: give one clip or more"
            )
        self._check(self.rate, audio.shape[1])
        return audio.cpu()

    def _check(self, rate: int, samples: int) -> None:
        if rate != self.rate:
            raise ValueError(
                f"the sounds have a rate of {rate:,} Hz, and this ear hears {self.rate:,} Hz: resample them first"
            )
        if samples != self.samples:
            raise ValueError(
                f"the sounds have {samples:,} samples, and this ear hears clips of {self.samples:,}: cut them, or "
                f"add silence"
            )

    def save(self, path: Path | str) -> None:
        """Write the ear to a safetensors file, in 16 bit; raises OSError where that cannot be done."""
        own = self.classifier
        shape = {"shape": own.shape, "widths": own.widths, "features": own.describe.out_features}
        about = {"classifier": shape, "encoding": self.encoding.to_dict(), **self._names()}
        weights = {name: w.half() if w.is_floating_point() else w for name, w in own.state_dict().items()}
        checkpoint.save(Path(path), weights, {self.stored_as: about, **self.about})

    def _names(self) -> dict[str, Any]:
        """What is stored beside the weights, as plain data."""
        return {}

    @staticmethod
    def _sizes(made: Mapping[str, Any]) -> dict[str, int]:
        """The classifier's classes, from what was stored."""
        raise NotImplementedError

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """The one in a file that `save` wrote; raises CheckpointError if it is missing, damaged or another's."""
        path = Path(path)
        weights, about = checkpoint.load(path)
        try:
            made = about.pop(cls.stored_as)
            fields = {name: value for name, value in made["encoding"].items() if name != "representation"}
            classifier = Classifier(classes=cls._sizes(made), **made["classifier"])
            classifier.load_state_dict(weights)
            return cls(classifier, LogMel(**fields), made[cls.stored_names], about)
        except (KeyError, TypeError, RuntimeError) as error:
            raise checkpoint.CheckpointError(
                f"{path.name} does not hold {cls.called}: name a file that one was saved to"
            ) from error


class Ear(Listener):
    """A classifier, the encoding that makes pictures for it, and the names of what it tells apart.

    classes: for each kind of label the names of its values, in the order of the classifier's logits.
    about: plain data on how the ear was made.

    It listens to clips of `samples` samples at `rate` (Hz). What does not fit is refused with a ValueError: another
    rate, another length, NaN or infinity, no clip at all. A clip whose every band stays below the encoding's floor is
    silence: every class is then equally probable, and none is right. Lesson 04.
    """

    stored_as, stored_names, called = "ear", "classes", "an ear"

    def __init__(
        self,
        classifier: Classifier,
        encoding: LogMel,
        classes: Mapping[str, Sequence[str]],
        about: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(classifier, encoding, about)
        self.classes = {kind: tuple(names) for kind, names in classes.items()}
        if (sizes := {kind: len(names) for kind, names in self.classes.items()}) != classifier.classes:
            raise ValueError(
                f"the classifier tells apart {classifier.classes}, and names are given for {sizes}: "
                f"give one name for each class"
            )

    def __repr__(self) -> str:
        kinds = ", ".join(f"{kind} ({len(names)} classes)" for kind, names in self.classes.items())
        return f"Ear for {kinds}; clips of {self.samples:,} samples at {self.rate:,} Hz"

    def hear(self, sounds: Sounds) -> dict[str, Tensor]:
        """For each kind of label, the probability of each class: `(batch, class)` float32."""
        return self._hear(sounds)[0]

    def says(self, sounds: Sounds) -> list[str]:
        """The most probable classes of each sound in words, such as "bell A4"; "silence" where there is none."""
        heard, silent = self._hear(sounds)
        words = [[self.classes[kind][i] for i in p.argmax(1).tolist()] for kind, p in heard.items()]
        return [
            "silence" if quiet else " ".join(said)
            for said, quiet in zip(zip(*words, strict=True), silent.tolist(), strict=True)
        ]

    def accuracy(self, clips: Clips) -> dict[str, float]:
        """For each kind of label that clips and ear have in common, the share that is heard as labelled.

        Classes are compared by name, whatever their order. Raises ValueError if there is no such kind, and for clips
        of a class that the ear does not know.
        """
        kinds = [kind for kind in self.classes if kind in clips.classes]
        if not kinds:
            raise ValueError(
                f"the clips are labelled with {', '.join(clips.classes) or 'nothing'}, and this ear hears "
                f"{', '.join(self.classes)}: give clips with one of these labels"
            )
        truth = {kind: self.truth(clips, kind) for kind in kinds}
        heard, silent = self._hear(clips)
        right = {kind: (heard[kind].argmax(1) == truth[kind]) & ~silent for kind in kinds}
        return {kind: float(correct.double().mean()) for kind, correct in right.items()}

    def confusion(self, clips: Clips, kind: str) -> Tensor:
        """How often each class was heard as which: counts `(truth, heard)` int64, in the order of `classes[kind]`.

        Silent clips are in no column. Raises ValueError as `accuracy` does.
        """
        truth, count = self.truth(clips, kind), len(self.classes.get(kind, ()))
        heard, silent = self._hear(clips)
        pairs = (truth * count + heard[kind].argmax(1))[~silent]
        return torch.bincount(pairs, minlength=count**2).view(count, count)

    def truth(self, clips: Clips, kind: str) -> Tensor:
        """The labels of one kind as indices into the ear's own classes: `(clip,)` int64.

        Raises ValueError for a kind that clips or ear do not have, and for a class that the ear does not know.
        """
        for owner, known in (
            ("this ear hears", self.classes),
            ("these clips are labelled with", clips.classes),
        ):
            if kind not in known:
                raise ValueError(f"{owner} {', '.join(known)}, and not {kind}: choose another kind of label")
        names, own = clips.classes[kind], self.classes[kind]
        index = torch.tensor([own.index(name) if name in own else -1 for name in names])
        truth = index[clips.labels[kind]]
        if len(strange := clips.labels[kind][truth < 0].unique()):
            raise ValueError(
                f"this ear does not know the {kind} {', '.join(names[i] for i in strange.tolist())}: leave such "
                f"clips out, or train an ear on clips that have it"
            )
        return truth

    def _hear(self, sounds: Sounds) -> tuple[dict[str, Tensor], Tensor]:
        """The probabilities by kind, and which clips are silent: `(batch,)`."""
        pictures = self.pictures(sounds)
        silent = pictures.amax((1, 2, 3)) <= -1
        parts = [self.classifier(x) for x in pictures.split(256)]
        heard = {kind: torch.cat([part[kind] for part in parts]).softmax(1) for kind in self.classes}
        return {kind: torch.where(silent[:, None], 1 / p.shape[1], p) for kind, p in heard.items()}, silent

    def _names(self) -> dict[str, Any]:
        return {"classes": self.classes}

    @staticmethod
    def _sizes(made: Mapping[str, Any]) -> dict[str, int]:
        return {kind: len(names) for kind, names in made["classes"].items()}


def train_ear(
    clips: Clips,
    kinds: Sequence[str] | None = None,
    *,
    encoding: LogMel | None = None,
    steps: int = 500,
    batch: int = 64,
    learning_rate: float = 2e-3,
    hiss: float = -20.0,
    seed: int = 0,
    observers: Iterable[Observer] = (),
) -> Ear:
    """Train an ear to hear the labels of `clips`: those of `kinds`, or all.

    Adam with decoupled weight decay (Loshchilov and Hutter 2019) and a learning rate that rises and falls once (Smith
    2018). Clips come each time a little earlier, later or softer, and with some hiss, of `hiss` dB (RMS) at its loudest
    (-inf: none), as `varied` says; never higher or lower, since pitch is a label. An observer is told the cross-entropy
    of each kind (nats). The same ear for the same seed on the same machine; the global random state is left alone.
    Lesson 04.

    Raises ValueError for clips that are none, are labelled with no such kind or are of another rate than the encoding,
    and FloatingPointError when the loss is no longer finite.
    """
    kinds = list(clips.classes) if kinds is None else list(kinds)
    encoding = LogMel(rate=clips.rate) if encoding is None else encoding
    _check(clips, kinds, encoding, steps, batch)
    begun, watching = time.monotonic(), list(observers)
    x = torch.cat([encoding.encode(part).float() for part in clips.audio.split(256)])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classifier = Classifier(x.shape[1:], {kind: len(clips.classes[kind]) for kind in kinds})
    optimiser = torch.optim.AdamW(classifier.parameters(), learning_rate, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, learning_rate, steps)
    random = torch.Generator().manual_seed(seed)
    noise = encoding.encode(10 ** (hiss / 20) * torch.randn(64, clips.audio.shape[1], generator=random))
    for observer in watching:
        observer.started(steps)
    for step in range(1, steps + 1):
        chosen = torch.randint(len(x), (batch,), generator=random)
        logits = classifier(varied(x[chosen], noise, encoding, random))
        losses = {kind: F.cross_entropy(logits[kind], clips.labels[kind][chosen]) for kind in kinds}
        loss = torch.stack(list(losses.values())).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if not loss.isfinite():
            raise FloatingPointError(f"the loss at step {step} is {loss:g}: take a smaller learning rate")
        left = (time.monotonic() - begun) / step * (steps - step)
        for observer in watching:
            observer.step(step, {kind: value.item() for kind, value in losses.items()}, left)
    for observer in watching:
        observer.finished()
    level = 10 * clips.audio.square().mean(1).clamp(min=1e-12).log10()
    about = {
        "data": clips.summary(),
        "level_db": [round(level.quantile(share).item(), 1) for share in (0.05, 0.95)],
        "training": {"steps": steps, "batch": batch, "learning_rate": learning_rate, "seed": seed},
        "seconds": round(time.monotonic() - begun, 1),
        "device": f"cpu, {torch.get_num_threads()} threads",
    }
    return Ear(classifier, encoding, {kind: clips.classes[kind] for kind in kinds}, about)


def varied(pictures: Tensor, noise: Tensor, encoding: LogMel, random: torch.Generator) -> Tensor:
    """Pictures `(batch, channel, frequency, frame)`, all a little earlier or later, each a little softer, with hiss.

    noise: pictures of the hiss at its loudest, of which one is drawn for each clip. Without hiss an ear of clean sounds
    learns how silent their silence is: one of the built-in notes heard the instrument in one of five of them, instead
    of in all, as soon as there was noise 40 dB below the note. Lesson 04.
    """
    batch, dB = len(pictures), 2 / (encoding.ceiling - encoding.floor)
    start = int(torch.randint(2 * LATEST + 1, (), generator=random))
    moved = F.pad(pictures, (LATEST, LATEST), value=-1.0)[..., start : start + pictures.shape[-1]]
    softer, fainter = torch.rand(2, batch, 1, 1, 1, generator=random)
    behind = noise[torch.randint(len(noise), (batch,), generator=random)]
    return mixed(moved - SOFTEST * dB * softer, behind - FAINTEST * dB * fainter, encoding)


def mixed(one: Tensor, other: Tensor, encoding: LogMel) -> Tensor:
    """The picture of two sounds at once that know nothing of each other, from their pictures: their powers add."""
    # by how much a picture rises when the power is multiplied by e
    neper = 20 / math.log(10) / (encoding.ceiling - encoding.floor)
    return (neper * torch.logaddexp(one / neper, other / neper)).clamp(-1, 1)


def _check(clips: Clips, kinds: Sequence[str], encoding: LogMel, steps: int, batch: int) -> None:
    if not len(clips):
        raise ValueError("there are no clips to train an ear on: give some with labels")
    if not kinds or (strange := [kind for kind in kinds if kind not in clips.labels]):
        asked = ", ".join(strange) if kinds else "nothing"
        raise ValueError(
            f"the clips are labelled with {', '.join(clips.labels) or 'nothing'}, and the ear is to hear {asked}: "
            f"choose among the labels"
        )
    if clips.rate != encoding.rate:
        raise ValueError(
            f"the clips have a rate of {clips.rate:,} Hz, and the encoding is for {encoding.rate:,} Hz: give both one"
        )
    if steps < 1 or batch < 2:
        raise ValueError(f"steps is {steps} and batch is {batch}: at least 1 and 2 are needed")
