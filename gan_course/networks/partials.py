"""What a pitch is, told to a generator: where its partials lie.

To a network that is told a pitch by a one in its place, each pitch is a word of its own: it has to find out for every
single one which bands its partials fall into, and knows nothing of an instrument at a pitch that it never met. Yet a
pitch *is* a row of partials, a comb over the frequencies, which can be drawn beforehand. What is between its teeth, and
how high each tooth stands, is the instrument's: a source and a filter, as Fant (1960) took speech apart, and as
networks have used since that speak (Wang, Takaki and Yamagishi 2019) or play notes (Engel et al. 2020). Lesson 09.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from gan_course.spectral import Representation
from gan_course.synthesis import additive, frequency_of, midi_number

DEEP = 40.0
"""So many dB below the level of a sine as loud as each partial the comb is 0."""


def comb(encoding: Representation, pitches: Sequence[str]) -> Tensor:
    """Where the partials of ``pitches``, such as "A4", lie in the pictures of ``encoding``: `(pitch, frequency)`.

    1 where there is a partial, as broad as it is in a picture, and 0 where there are `DEEP` dB less or none. It is the
    level, in dB and averaged over frames, of a sound in which all the partials of a pitch are equally loud, from `DEEP`
    dB below the amplitude of each up to it. So it knows what the encoding does to them: low ones are drawn apart, and
    those that share a band are one. Rounded to 16 bit, as weights are stored.
    Raises ValueError for a name that is no note.
    """
    loud, span = 10 ** ((encoding.floor + DEEP) / 20), encoding.ceiling - encoding.floor
    samples = -(-4 * encoding.n_fft // encoding.hop) * encoding.hop
    rows = []
    for name in pitches:
        frequency = frequency_of(midi_number(name))
        number = max(1, int(encoding.rate / 2 / frequency))
        tone = additive(frequency, np.full(number, loud), samples / encoding.rate, encoding.rate).tensor()
        level = encoding.encode(tone[None, :samples])[0, 0]
        middle = level[:, level.shape[1] // 4 : 3 * level.shape[1] // 4]
        rows.append(((middle.mean(1) + 1) / 2 * span / DEEP).clamp(0, 1))
    return torch.stack(rows).half().float()


class Partials(nn.Module):
    """How a generator uses a `comb` `(pitch, frequency)`; with None it leaves everything as it is.

    The generator makes ``pictures`` in the place of one: two with a comb, one of what is between the partials and one
    of what is at them.
    """

    comb: Tensor | None

    def __init__(self, comb: Tensor | None = None) -> None:
        super().__init__()
        self.register_buffer("comb", comb)
        self.pictures = 1 if comb is None else 2

    @torch.no_grad()
    def start(self, last: nn.Module, axis: int) -> None:
        """Let a generator begin as it would without a comb: the last layer's weights for the second picture are 0.

        ``axis`` is that of the layer's outputs.
        """
        if self.comb is not None:
            last.weight.chunk(2, dim=axis)[1].zero_()

    def placed(self, made: Tensor, labels: Mapping[str, Tensor]) -> Tensor:
        """One picture of the two that were made: the first, and the second wherever the pitch has partials.

        made: `(batch, pictures × channel, frequency, frame)`. Returns `(batch, channel, frequency, frame)`.
        """
        if self.comb is None:
            return made
        between, at_partials = made.chunk(2, dim=1)
        return between + at_partials * self.comb[labels["pitch"]][:, None, :, None]
