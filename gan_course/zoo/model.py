"""A trained generator that can be played."""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan_course.networks.vocoder import Vocoder
from gan_course.sound import Sound
from gan_course.spectral import representation
from gan_course.synthesis.edge import whole
from gan_course.synthesis.pitch import is_note, midi_number
from gan_course.training import checkpoint
from gan_course.training.recipe import Recipe
from gan_course.training.vocoder import load_vocoder

WEIGHTS = Path(__file__).parent / "weights"
GENERATOR = "generator.safetensors"
"""What a run's generator is called, in the run's folder."""
EARS, VOCODERS = "ear-", "vocoder-"
"""What the names of ears and of vocoders begin with; all other weights are generators."""


class Model:
    """A generator, the classes it was trained on, and the representation that turns its pictures into sound.

    ``classes`` maps each condition to the names of its values; ``card`` is the model card, as Markdown. ``vocoder``
    makes its sounds if there is one: see `heard_through`.
    """

    vocoder: Vocoder | None = None

    def __init__(
        self, name: str, tensors: Mapping[str, Tensor], about: Mapping[str, Any], card: str = ""
    ) -> None:
        self.name, self.about, self.card = name, dict(about), card
        self.recipe = Recipe.from_dict(about["recipe"])
        self.classes = {condition: tuple(values) for condition, values in about["classes"].items()}
        self.encoding = representation(self.recipe.representation)
        self.rate = about["rate"]
        self.generator = self._fresh()
        self._check_fit(tensors)
        self.generator.load_state_dict({key: tensor.float() for key, tensor in tensors.items()})
        self.generator.eval().requires_grad_(False)

    def _fresh(self, comb: Tensor | None = None) -> Any:
        numbers = {condition: len(values) for condition, values in self.classes.items()}
        return self.recipe.new_generator(self.about["shape"], numbers, comb)

    def _check_fit(self, tensors: Mapping[str, Tensor]) -> None:
        wanted, given = (
            {key: tensor.shape for key, tensor in some.items()}
            for some in (self.generator.state_dict(), tensors)
        )
        odd = sorted(key for key in wanted.keys() | given.keys() if wanted.get(key) != given.get(key))
        if odd:
            raise ValueError(
                f"what is saved of {self.name} does not fit the generator of its recipe: {len(odd)} of its tensors "
                f"are others, such as {odd[0]}: name the {GENERATOR} of a run"
            )

    @property
    def parameters(self) -> int:
        """Number of parameters of the generator."""
        return sum(p.numel() for p in self.generator.parameters())

    def z(self, seed: int = 0, count: int = 1) -> Tensor:
        """``count`` latent vectors ``(count, latent)``; vector i of a seed is the same for any count.

        Raises ValueError for a seed that is no whole number of 64 bits.
        """
        z, random = torch.empty(count, self.recipe.latent), torch.Generator().manual_seed(_seed(seed))
        for vector in z:  # one by one: what torch draws at once depends on how much it draws
            vector.normal_(generator=random)
        return z

    def pictures(self, z: Tensor, **conditions: str | Sequence[str]) -> Tensor:
        """Spectrograms ``(batch, channel, frequency, frame)`` in (−1, 1) for latent vectors ``z``.

        Each condition (``pitch="A4"``, ``instrument="bell"``) is one name for all, or one for each vector; of one that
        is not given, the middle one is played. Raises ValueError for a condition or a name that the model does not
        know.
        """
        return self.generator(
            z, {c: self._labels(c, names, len(z)) for c, names in self.asked(conditions).items()}
        )

    def asked(self, given: Mapping[str, str | Sequence[str]]) -> dict[str, list[str]]:
        """What is played when so much is ``given``: of each condition one name for all, or one for each sound.

        Names are as in `classes`: a note may be given by another of its names, such as "Bb4" for "A#4". Raises
        ValueError for a condition or a name that the model does not know.
        """
        given = {_alike(condition, self.classes): names for condition, names in given.items()}
        if unknown := set(given) - set(self.classes):
            raise ValueError(
                f"{self.name} knows no {', '.join(sorted(unknown))}: its conditions are "
                f"{', '.join(self.classes) or 'none'}"
            )
        wanted = {c: given.get(c, values[len(values) // 2]) for c, values in self.classes.items()}
        return {c: [self._known(c, name) for name in self._each(c, names)] for c, names in wanted.items()}

    def _each(self, condition: str, names: str | Sequence[str]) -> list[str]:
        if isinstance(names, str):
            return [names]
        if not isinstance(names, Iterable):
            values = self.classes[condition]
            raise ValueError(
                f"{condition} is {names!r}, and a name is expected, such as {values[len(values) // 2]!r}, or one for "
                f"each sound"
            )
        return list(names)

    def _known(self, condition: str, name: str) -> str:
        values = self.classes[condition]
        if (known := _alike(name, values)) in values:
            return known
        if is_note(name):
            for value in values:
                if is_note(value) and midi_number(value) == midi_number(name):
                    return value
        raise ValueError(f"{self.name} knows no {condition} {name!r}: choose from {', '.join(values)}")

    def _labels(self, condition: str, names: list[str], count: int) -> Tensor:
        if len(names) not in (1, count):
            raise ValueError(f"{len(names)} values of {condition} for {count} sounds: give one, or {count}")
        numbers = [self.classes[condition].index(name) for name in names]
        return torch.tensor(numbers * count if len(names) == 1 else numbers)

    def heard_through(self, vocoder: Vocoder | None) -> Model:
        """This model, whose sounds are made by a vocoder from now on, or by Griffin-Lim for None.

        Raises ValueError for a vocoder of another representation.
        """
        if vocoder is not None:
            vocoder.require(self.encoding)
        self.vocoder = vocoder
        return self

    def decode(self, pictures: Tensor) -> Tensor:
        """Spectrograms → audio ``(batch, sample)``: by its vocoder, or as the representation does (Griffin-Lim)."""
        return torch.cat([(self.vocoder or self.encoding).decode(part) for part in pictures.split(64)])

    def sounds(self, pictures: Tensor, label: str | Sequence[str] = "") -> list[Sound]:
        """Spectrograms → sounds, by `decode`; one label for all, or one for each."""
        labels = [label] * len(pictures) if isinstance(label, str) else label
        audio = self.decode(pictures).numpy()
        return [Sound(x, self.rate, text) for x, text in zip(audio, labels, strict=True)]

    def generate(self, seed: int = 0, **conditions: str) -> Sound:
        """One sound, as in ``generate(pitch="A4", instrument="bell", seed=3)``; the same for the same seed."""
        played = [name for names in self.asked(conditions).values() for name in names]
        label = " ".join([self.name, *played, f"(seed {seed})"])
        return self.sounds(self.pictures(self.z(seed), **conditions), label)[0]

    def untrained(self, seed: int = 0) -> Model:
        """The same network with the random weights of before its first step, heard in the same way."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(_seed(seed))
            fresh = self._fresh(self.generator.partials.comb)
        model = Model("untrained", fresh.state_dict(), self.about)
        model.vocoder = self.vocoder
        return model

    def interpolate(self, start: int, end: int, steps: int = 5, **conditions: str) -> list[Sound]:
        """``steps`` sounds on the way from the latent vector of seed ``start`` to that of seed ``end``.

        The way is along the arc, not the chord: normal vectors have nearly one length, and the middle of the
        chord is shorter than nearly all vectors that the generator was trained on (White 2016). Raises ValueError for
        fewer than one step.
        """
        shares = torch.linspace(0, 1, whole("steps", steps))
        path = torch.cat([slerp(self.z(start), self.z(end), share) for share in shares.tolist()])
        labels = [f"{share:.0%} of the way" for share in shares.tolist()]
        return self.sounds(self.pictures(path, **conditions), labels)


def _seed(given: int) -> int:
    try:
        seed = None if isinstance(given, bool) else operator.index(given)
    except TypeError:
        seed = None
    if seed is None or not -(2**63) <= seed < 2**64:
        raise ValueError(f"a seed is a whole number of at most 64 bits, such as 7, and not {given!r}")
    return seed


def _alike(name: str, values: Iterable[str]) -> str:
    """That of the values which reads the same, however its accents are written; the name itself if there is none."""
    values = tuple(values)
    if name in values or not isinstance(name, str):
        return name
    composed = unicodedata.normalize("NFC", name)
    return next((value for value in values if unicodedata.normalize("NFC", value) == composed), name)


def as_file_name(text: str) -> str:
    """A name or a label as a part of a file's name on any system: ``kick/808`` is ``kick-808``.

    What a system forbids, and full stops at the beginning, become hyphens.
    """
    return re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f]|^\.+', "-", text)


def slerp(a: Tensor, b: Tensor, share: float) -> Tensor:
    """The vector at ``share`` of the arc from ``a`` to ``b`` ``(…, latent)`` (Shoemake 1985); of the chord where the
    two lie in one line. Lesson 09."""
    cosine = torch.nn.functional.cosine_similarity(a, b, dim=-1).clamp(-1, 1)
    angle = torch.arccos(cosine).unsqueeze(-1)
    arc = (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)
    return torch.where(torch.sin(angle) < 1e-4, (1 - share) * a + share * b, arc)


def names() -> list[str]:
    """The names of the generators that come with the course."""
    return sorted(
        path.stem for path in WEIGHTS.glob("*.safetensors") if not path.stem.startswith((EARS, VOCODERS))
    )


def load(name: str | Path) -> Model:
    """A shipped model by its name, or one of yours by the path of its ``generator.safetensors`` or run folder.

    Yours is called as its folder is. One that was released with a vocoder is heard through it;
    ``load(name).heard_through(None)`` is not. Raises ValueError for a name that is neither, and for a file that holds
    no generator.
    """
    path = Path(name)
    if path.is_dir():
        path = path / GENERATOR
        if not path.is_file() and not (WEIGHTS / f"{name}.safetensors").is_file():
            raise ValueError(f"the folder {name} holds no {GENERATOR}: name that of a run that was trained")
    called = path.resolve().parent.name if path.name == GENERATOR else path.stem
    if not path.is_file():
        path, called = WEIGHTS / f"{name}.safetensors", str(name)
    if not path.is_file():
        raise ValueError(f"there is no model {str(name)!r}: choose {', '.join(names())}, or a run's folder")
    tensors, about = checkpoint.load(path)
    if any(key.startswith("averaged/") for key in tensors):
        raise ValueError(
            f"{path} is the checkpoint of a training: name the run's folder or its {path.with_name(GENERATOR).name}"
        )
    if not {"recipe", "classes", "shape", "rate"} <= about.keys():
        raise ValueError(
            f"{path.name} holds no generator: load an ear with zoo.load_ear, a vocoder with load_vocoder"
        )
    card = path.with_suffix(".md")
    model = Model(called, tensors, about, card.read_text("utf-8") if card.is_file() else "")
    if "vocoder" in about:
        model.heard_through(load_vocoder(WEIGHTS / f"{about['vocoder']}.safetensors")[0])
    return model
