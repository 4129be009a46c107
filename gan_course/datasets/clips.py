"""A data set of short sounds of one length, with what is known about each. Lesson 04."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from gan_course.sound import Sound


@dataclass(frozen=True, eq=False)
class Clips:
    """Clips of one length and rate, their labels, and the numbers they were made from.

    audio: `(clip, sample)` float32, nominally in [-1, 1]. rate: Hz.
    labels: by name, `(clip,)` int64, each an index into `classes[name]`.
    classes: by name, what the indices stand for, such as ("A3", "A#3", …).
    parameters: by name, `(clip,)` float32: what was measured or set, NaN where a clip has no such parameter.
    name: what this data set is called. note: a sentence fragment such as "2,700 of 3,000 recordings".
    report: lines of text that say what was done to which file, where that differs from file to file.

    Raises ValueError if these do not fit together.
    """

    audio: Tensor
    rate: int
    labels: dict[str, Tensor]
    classes: dict[str, tuple[str, ...]]
    parameters: dict[str, Tensor] = field(default_factory=dict)
    name: str = "clips"
    note: str = ""
    report: str = ""

    def __post_init__(self) -> None:
        if self.audio.ndim != 2:
            raise ValueError(f"Clips have audio of shape (clip, sample), and not {tuple(self.audio.shape)}.")
        if self.labels.keys() != self.classes.keys():
            raise ValueError(
                f"Labels {sorted(self.labels)} and classes {sorted(self.classes)} must have the same names."
            )
        for kind, values in [*self.labels.items(), *self.parameters.items()]:
            if values.shape != (len(self),):
                raise ValueError(
                    f"{kind!r} must hold one value for each of {len(self)} clips,"
                    f" and not {tuple(values.shape)}."
                )
        for kind, values in self.labels.items():
            if len(values) and not 0 <= int(values.min()) <= int(values.max()) < len(self.classes[kind]):
                raise ValueError(
                    f"A label of {kind!r} is no index into its {len(self.classes[kind])} classes."
                )

    def __len__(self) -> int:
        return len(self.audio)

    def __getitem__(self, index: int) -> Sound:
        """One clip as a Sound whose label says what it is.

        Raises IndexError as a list does, and TypeError for a slice, for which there is `select`.
        """
        if isinstance(index, slice):
            raise TypeError(
                "One clip is taken by its number: take several with .select(slice(0, 2)), for example."
            )
        position = range(len(self))[index]
        return Sound(self.audio[position].numpy(), self.rate, self.says(position))

    def __iter__(self) -> Iterator[Sound]:
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        return self.summary()

    def says(self, index: int) -> str:
        """What the labels say of one clip, such as "bell A4"."""
        words = [self.classes[kind][int(values[index])] for kind, values in self.labels.items()]
        return " ".join(words) or f"{self.name} {index}"

    def select(self, which: Tensor | np.ndarray | Sequence[int] | Sequence[bool] | slice) -> "Clips":
        """The clips of a mask `(clip,)` of booleans, of indices in any order, or of a slice; classes stay.

        Raises ValueError if a mask has another length, IndexError if an index is out of range.
        """
        chosen = torch.arange(len(self))[which] if isinstance(which, slice) else torch.as_tensor(which)
        if chosen.dtype == torch.bool and chosen.shape != (len(self),):
            raise ValueError(
                f"A mask must have one entry for each of {len(self)} clips, and not {tuple(chosen.shape)}."
            )
        chosen = chosen.nonzero()[:, 0] if chosen.dtype == torch.bool else chosen.long()
        return replace(
            self,
            audio=self.audio[chosen],
            labels={kind: values[chosen] for kind, values in self.labels.items()},
            parameters={kind: values[chosen] for kind, values in self.parameters.items()},
        )

    def summary(self) -> str:
        """One line: how many clips, how long, and of what."""
        seconds = self.audio.shape[1] / self.rate
        kinds = ", ".join(f"{kind} ({len(names)} classes)" for kind, names in self.classes.items())
        told = f" ({self.note})" if self.note else ""
        size = f"{len(self):,} clips of {seconds:.3g} s at {self.rate:,} Hz"
        return f"{self.name}{told}: {size}, {kinds or 'no labels'}"
