"""A small neural vocoder: from a log-mel picture to a waveform in one pass. Lesson 03.

Its shape is that of Vocos (Siuzdak 2023): ConvNeXt blocks at the rate of the frames, which draw a magnitude and a phase
for every bin, and one inverse STFT. A network of this size looks at half a second, and cannot count how often a tone
has turned since it began. So two things are added:

- it draws how far each phase advances from frame to frame, and when what is new begins; the advances are added up, as
  in a phase vocoder (Flanagan and Golden 1966), and bins that show one partial are held together (Puckette 1995);
- some rounds of `mel_griffin_lim`, which by itself needs dozens, mend what does not fit together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_course.networks.convolutional import SLOPE
from gan_course.spectral import LogMel, expected_advance, mel_rounds, stft

NEIGHBOURS = 2
"""How many bins on either side the main lobe of a Hann window reaches: so far away a partial is seen."""
FLANK = 1.6
"""How steep the main lobe of a Hann window is, in nepers per bin, a bin away from its top, nearly."""
SWEEP = 0.1
"""So much of a window later begins the highest frequency than the lowest: 6 ms, less than half of a hop. If all began
at once, with their crests together, notes would peak at 1.5 times their height. After Schroeder (1970)."""
GAUSSIAN = 0.25645
"""The Gaussian window nearest to a Hann window of length 1 is exp(−πt² / this). Průša, Balazs, Søndergaard (2017)."""
RELAXATION = 1.3
"""Each round mends so many times what is amiss, in dB, as in `mel_rounds`: 6 rounds so come about as near as 7 without.
The 32 of Griffin-Lim by itself, which do not, would gain as much by it."""
PASS = 64
"""How many pictures `Vocoder.decode` takes at a time."""


class Vocoder(nn.Module):
    """Log-mel pictures → waveforms; its `decode` stands in for that of the `encoding` it was built for.

    A picture `(batch, 1, mel, frame)` in [−1, 1] is embedded in `width` channels by a convolution over `kernel` frames,
    and passes through `blocks` ConvNeXt blocks with `hidden` channels inside. A linear layer then draws, for every bin,
    by how much its magnitude differs from that of the mel spectrogram, spread over the bins, and how far its phase
    advances beyond what the magnitudes around it say; and for every frame, where in it a new sound begins. `rounds` of
    Griffin-Lim end the decoding. Lesson 03.

    Raises ValueError for an encoding other than `LogMel`, sizes below 1, and an even kernel.
    """

    def __init__(
        self,
        encoding: LogMel,
        width: int = 128,
        hidden: int = 256,
        blocks: int = 4,
        kernel: int = 7,
        rounds: int = 6,
    ) -> None:
        super().__init__()
        if not isinstance(encoding, LogMel):
            raise ValueError(
                f"a vocoder finds the phases that LogMel throws away, and was given {type(encoding).__name__}: "
                f"give a LogMel, or decode without a vocoder"
            )
        for name, size, least in (
            ("width", width, 1),
            ("hidden", hidden, 1),
            ("blocks", blocks, 1),
            ("kernel", kernel, 1),
            ("rounds", rounds, 0),
        ):
            if size < least:
                raise ValueError(f"{name} is {size}, and at least {least} is expected")
        if kernel % 2 == 0:
            raise ValueError(
                f"the kernel is {kernel} frames, and an odd number is expected, which has a middle"
            )
        self.encoding, self.rounds = encoding, rounds
        self.turn = 2 * math.pi * encoding.hop / encoding.n_fft
        bins = encoding.n_fft // 2 + 1
        self.embed = nn.Conv1d(encoding.n_mels, width, kernel, padding=kernel // 2)
        self.norm = nn.LayerNorm(width)
        self.blocks = nn.Sequential(*(Block(width, hidden, kernel, 1 / blocks) for _ in range(blocks)))
        self.last = nn.LayerNorm(width)
        self.draw = nn.Linear(width, 2 * bins + 1)
        spread, offset = spreading(encoding)
        for name, table in (
            ("spread", spread),
            ("offset", offset),
            ("filters", encoding.filters(spread)),
            ("expected", expected_advance(encoding.n_fft, encoding.hop)[:, 0]),
            # The transform of a frame counts time from its first sample; phases are counted here from its middle.
            ("middle", 1.0 - 2 * (torch.arange(bins) % 2)),
        ):
            self.register_buffer(name, table, persistent=False)
        self.apply(start_weights)

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures `(batch, 1, mel, frame)` → levels, advances and delays.

        Levels `(batch, frame, frequency)` in dB relative to n_fft / 4, as those of the encoding; how far the phases
        advance from the frame before, in radians, of the same shape; and by how many samples what begins in a frame
        comes later than its middle, `(batch, frame)`.
        """
        bands = z.squeeze(-3).clamp(-1, 1)
        h = self.norm(self.embed(bands).transpose(1, 2))
        bins = len(self.expected)
        level, turn, delay = self.draw(self.last(self.blocks(h))).split([bins, bins, 1], dim=-1)
        level = self._decibels(bands).transpose(1, 2) @ self.spread.T + self.offset + 10 * level
        advance = self.expected + self.turn * (nearest_partial(level) + turn)
        return level, advance, self.encoding.hop * delay[..., 0]

    def spectrum(
        self, z: Tensor, level: Tensor, advance: Tensor, delay: Tensor, sweep: float = 0.0
    ) -> Tensor:
        """The complex STFT `(batch, frequency, frame)` from what `forward` makes of `z`.

        Bins are silent where all the bands that they feed are at −1. `sweep`: by what share of a window the highest
        frequency begins later than the lowest.
        """
        of, heard = self.encoding, (z.squeeze(-3).transpose(1, 2) > -1).to(level) @ self.spread.T
        magnitude = amplitude(level, of.n_fft / 4)
        k = 2 * math.pi / of.n_fft
        lag = -k * of.n_fft**2 / of.hop * nearest_event(level)
        bins = torch.arange(len(self.expected), device=z.device)
        beginning = -k * delay.unsqueeze(-1) * bins - k * sweep * bins.square()
        size = magnitude * heard * self.middle
        return accumulated(magnitude, advance, lag, beginning, size).transpose(1, 2)

    def sounds(self, z: Tensor, rounds: int = 0) -> Tensor:
        """Waveforms `(batch, sample)` of hop · frame samples, from pictures `(batch, 1, mel, frame)`.

        After the network come so many `rounds` of Griffin-Lim; gradients pass where there are none. The last frame is
        taken twice, as by `LogMel.decode`.
        """
        z = torch.cat([z, z[..., -1:]], dim=-1)
        of, bands = self.encoding, z.squeeze(-3).clamp(-1, 1)
        mel = amplitude(self._decibels(bands), of.n_fft / 4) * (bands > -1)
        spectrum = self.spectrum(z, *self(z), sweep=SWEEP)
        return mel_rounds(spectrum, mel, self.filters, of.hop, rounds, relaxation=RELAXATION)

    @torch.no_grad()
    def decode(self, z: Tensor | np.ndarray, iterations: int | None = None, seed: int = 0) -> Tensor:
        """Pictures `(batch, 1, mel, frame)` as sounds `(batch, sample)` of hop · frame samples, as `LogMel.decode`.

        Values beyond [−1, 1] are clipped; −1 is silence. `iterations` of Griffin-Lim follow, or the vocoder's own
        `rounds`. Nothing is drawn, whatever the `seed`. Raises ValueError for another shape, NaN or infinity.
        """
        z = torch.as_tensor(z).to(self.spread)
        if z.ndim != 4 or tuple(z.shape[1:3]) != (1, self.encoding.n_mels) or not len(z):
            raise ValueError(
                f"this vocoder decodes (batch, 1, {self.encoding.n_mels}, frame), not {tuple(z.shape)}: it was "
                f"trained for {described(self.encoding)}"
            )
        if not z.isfinite().all():
            raise ValueError("the picture holds NaN or infinity, so the network that made it has diverged")
        rounds = self.rounds if iterations is None else iterations
        return torch.cat([self.sounds(part, rounds) for part in z.split(PASS)])

    def require(self, encoding: Any) -> None:
        """Raise ValueError unless pictures by `encoding` are those that this vocoder was built for."""
        if encoding != self.encoding:
            raise ValueError(
                f"the pictures are by {described(encoding)}, and this vocoder was trained for "
                f"{described(self.encoding)}: choose a vocoder of theirs, or decode without one"
            )

    def _decibels(self, bands: Tensor) -> Tensor:
        floor, ceiling = self.encoding.floor, self.encoding.ceiling
        return floor + (bands + 1) / 2 * (ceiling - floor)


class Block(nn.Module):
    """A ConvNeXt block over frames: each channel looks around in time, then each frame thinks. Liu et al. (2022)."""

    def __init__(self, width: int, hidden: int, kernel: int, scale: float) -> None:
        super().__init__()
        self.look = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, hidden)
        self.narrow = nn.Linear(hidden, width)
        self.scale = nn.Parameter(torch.full((width,), scale))

    def forward(self, h: Tensor) -> Tensor:
        """`(batch, frame, channel)` → the same shape."""
        around = self.norm(self.look(h.transpose(1, 2)).transpose(1, 2))
        return h + self.scale * self.narrow(F.gelu(self.widen(around)))


def accumulated(
    magnitude: Tensor, advance: Tensor, lag: Tensor, beginning: Tensor, size: Tensor | None = None
) -> Tensor:
    """Complex numbers of this `size`, or of size 1, whose phases are the advances added up.

    magnitude; and in radians: the advance, which leads to a frame from the one before; the lag, by which the phase of a
    bin is ahead of that of the bin below; and beginning, the phase of what is new in a frame: all `(batch, frame,
    frequency)`, as is what comes out. Each phase is that of a sum. What was there before advances, in the bin and in
    `NEIGHBOURS` bins on either side, each as loud as it still is and turned by the lag between: so the loud lead, and
    one partial stays one, where bins by themselves would drift apart. What the magnitude has gained comes on top, with
    the phase of a beginning. Gradients pass one frame only, since those through all the frames before explode.
    Flanagan and Golden (1966); that neighbours are added is Puckette's (1995).
    """
    left, bins = torch.minimum(magnitude[:, 1:], magnitude[:, :-1]), magnitude.shape[-1]
    gained = polar(magnitude[:, 1:] - left, beginning[:, 1:])
    onwards = polar(left, advance[:, 1:])
    once, turns = polar(torch.ones_like(left), lag[:, 1:]), {}
    for n in range(1, NEIGHBOURS + 1):  # from so many bins below
        turns[-n] = once if n == 1 else turns[1 - n] * once
    turns |= {-n: torch.conj_physical(turn) for n, turn in turns.items()}
    turning = [polar(torch.ones_like(left[:, 0]), beginning[:, 0])]
    for new, on, *around in zip(*(x.unbind(1) for x in (gained, onwards, *turns.values())), strict=True):
        near = F.pad(turning[-1].detach() * on, (NEIGHBOURS, NEIGHBOURS))
        total = new + near[:, NEIGHBOURS : NEIGHBOURS + bins]
        for n, turn in zip(turns, around, strict=True):
            total = torch.addcmul(total, near[:, NEIGHBOURS + n : NEIGHBOURS + n + bins], turn)
        turning.append(torch.sgn(total))
    phases = torch.stack(turning, dim=1)
    return phases if size is None else phases * size


def polar(size: Tensor, angle: Tensor) -> Tensor:
    """size · exp(i · angle), as `torch.polar`, in a quarter of its time on a processor."""
    return torch.complex(size * angle.cos(), size * angle.sin())


def amplitude(dB: Tensor, reference: float) -> Tensor:
    """reference · 10^(dB / 20), as `db_to_amplitude`, in a tenth of its time."""
    return (dB * (math.log(10) / 20)).exp() * reference


def nearest_partial(level: Tensor) -> Tensor:
    """How many bins above its own centre the partial lies that a bin shows, from the levels `(..., frequency)` in dB.

    A bin on the rising flank of a lobe shows a partial above it, the further above the steeper: the top of a Hann
    window's main lobe falls by `FLANK` nepers per bin for each bin of distance. That magnitudes tell the phases'
    derivatives is Portnoff's (1979); Průša, Balazs and Søndergaard (2017) build whole phases of them.
    """
    return (slope(level) / FLANK).clamp(-NEIGHBOURS, NEIGHBOURS)


def nearest_event(level: Tensor) -> Tensor:
    """How much later than the middle of a frame a bin's sound comes, from the levels `(..., frame, frequency)` in dB.

    In windows, as a share of their length times that of the hop: where the level rises, a sound comes that has its
    greater part still before it. The other half of what `nearest_partial` reads from magnitudes.
    """
    return (GAUSSIAN / (2 * math.pi) * slope(level.transpose(-1, -2)).transpose(-1, -2)).clamp(-0.1, 0.1)


def slope(level: Tensor) -> Tensor:
    """The slope of levels `(..., place)` in dB, in nepers from one place to the next; 0 at both ends."""
    around = torch.cat([level[..., 1:2], level, level[..., -2:-1]], dim=-1)
    return (around[..., 2:] - around[..., :-2]) * (math.log(10) / 40)


def spreading(encoding: LogMel) -> tuple[Tensor, Tensor]:
    """Weights `(frequency, mel)` and offsets `(frequency,)` in dB, by which the levels of bands become those of bins.

    A bin's level is the mean of those of the bands that it feeds; a band that adds up many bins is as much louder.
    """
    filters = encoding.filters(torch.zeros(()))
    weights = filters.T.clone()
    fed = (weights.sum(1) > 0).nonzero()
    first, last = int(fed[0]), int(fed[-1])
    weights[:first], weights[last + 1 :] = weights[first], weights[last]
    weights /= weights.sum(1, keepdim=True)
    return weights, -weights @ (20 * filters.sum(1).log10())


def start_weights(module: nn.Module) -> None:
    """Start a layer with small normal weights, cut off at two standard deviations, as ConvNeXt does."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        nn.init.trunc_normal_(module.weight, std=0.02, a=-0.04, b=0.04)
        nn.init.zeros_(module.bias)


def described(encoding: Any) -> str:
    """An encoding in a few words, such as "LogMel (rate 16000, n_fft 1024, hop 256, n_mels 128)"."""
    data = encoding.to_dict()
    name = data.pop("representation")
    return f"{name} ({', '.join(f'{field} {value}' for field, value in data.items() if value is not None)})"


class SpectrogramCritic(nn.Module):
    """Waveforms `(batch, sample)` → logits `(batch, place)`: which places of their spectrograms look real.

    For each of the `resolutions` (window and hop in samples) the log magnitudes pass through strided convolutions. The
    multi-resolution discriminator of UnivNet (Jang et al. 2021), much smaller.
    """

    def __init__(
        self, resolutions: Sequence[tuple[int, int]] = ((512, 128), (2048, 512)), width: int = 16
    ) -> None:
        super().__init__()
        self.resolutions = tuple(resolutions)
        self.judges = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(1, width, 5, 2, 2),
                nn.LeakyReLU(SLOPE),
                nn.Conv2d(width, 2 * width, 5, 2, 2),
                nn.LeakyReLU(SLOPE),
                nn.Conv2d(2 * width, 2 * width, 3, 2, 1),
                nn.LeakyReLU(SLOPE),
                nn.Conv2d(2 * width, 1, 3, 1, 1),
            )
            for _ in self.resolutions
        )

    def forward(self, x: Tensor) -> Tensor:
        """Waveforms `(batch, sample)` → logits `(batch, place)`."""
        logits = []
        for (n_fft, hop), judge in zip(self.resolutions, self.judges, strict=True):
            X = stft(x, n_fft, hop)
            power = (X.real.square() + X.imag.square()) / (n_fft / 4) ** 2
            logits.append(judge(0.1 * (power + 1e-8).log().unsqueeze(1) + 1).flatten(1))
        return torch.cat(logits, dim=1)
