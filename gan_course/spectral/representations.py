"""Sounds as pictures that a network can learn, and the way back. Lesson 03."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from gan_course.spectral.decibels import amplitude_to_db, db_to_amplitude
from gan_course.spectral.griffin_lim import griffin_lim, mel_griffin_lim
from gan_course.spectral.instantaneous_frequency import (
    expected_advance,
    instantaneous_frequency,
    phase_from_instantaneous_frequency,
)
from gan_course.spectral.mel import MelScale, hertz_to_mel, mel_filters, mel_to_hertz
from gan_course.spectral.stft import istft, stft, waveform


@dataclass(frozen=True)
class LogMel:
    """Mel magnitudes in dB as one channel; the phase is thrown away, and so is detail within a mel band.

    The magnitudes of the STFT, summed by `mel_filters`, in dB relative to the magnitude n_fft / 4 that a sine of
    amplitude 1 has at the centre of a bin. [floor, ceiling] dB becomes [−1, 1], and what lies outside is clipped.
    A full-scale sine reaches 6 dB, since a filter adds up the bins of the window's main lobe, a square wave 8 dB and
    noise 2 dB: in the middle of a steady sound the default ceiling of 10 dB is not reached. At its ends, where the
    sound is mirrored, and in fast sweeps a full-scale sound can reach 13 dB, and is clipped there.

    The last of the centred frames is left out, so 16,384 samples make 64 frames at the default hop. The defaults,
    64 bands by HTK's scale from 40 Hz, were chosen by the pitch of notes from 82 to 660 Hz after decoding: at 64
    bands Slaney's scale, whose low bands are wider, moves some low notes to other pitches. 128 bands sound better
    wherever a network can afford them. Lesson 03.

    Raises ValueError for sizes that do not fit together, and for so many bands that some hold no bin.
    """

    rate: int = 16_000
    n_fft: int = 1024
    hop: int = 256
    n_mels: int = 64
    low: float = 40.0
    high: float | None = None
    scale: MelScale = "htk"
    norm: Literal["slaney"] | None = None
    floor: float = -80.0
    ceiling: float = 10.0

    channels: ClassVar[int] = 1
    keeps_phase: ClassVar[bool] = False

    def __post_init__(self) -> None:
        _require_sizes(self)
        if not _filters(self).sum(1).all():
            raise ValueError(
                f"with n_fft {self.n_fft} some of the {self.n_mels} mel bands hold no frequency: "
                "take fewer bands, a larger n_fft or a higher low"
            )

    def encode(self, audio: Tensor | np.ndarray) -> Tensor:
        """Sounds `(batch, sample)` as pictures `(batch, 1, mel, frame)` in [−1, 1]; other leading axes too.

        Raises ValueError unless the samples are real, finite, a whole number of hops, and more than n_fft / 2, and for
        an empty batch.
        """
        magnitude = stft(_clip(audio, self), self.n_fft, self.hop)[..., :-1].abs()
        mel = self.filters(magnitude) @ magnitude
        return _to_unit(amplitude_to_db(mel, self.floor, self.n_fft / 4), self).unsqueeze(-3)

    def decode(self, z: Tensor, iterations: int = 32, seed: int = 0) -> Tensor:
        """Pictures `(batch, 1, mel, frame)` as sounds `(batch, sample)`, by `mel_griffin_lim`.

        Values beyond [−1, 1] are clipped; −1 is silence. The last frame is taken twice, since without the one that
        `encode` leaves out, the end would stand on half as many frames, and clicked where they disagreed.
        Raises ValueError for another shape, an empty batch, frames for no more than n_fft / 2 samples, NaN or infinity.
        """
        mel = _to_magnitude(_picture(z, self).squeeze(-3), self)
        length = mel.shape[-1] * self.hop
        mel = torch.cat([mel, mel[..., -1:]], dim=-1)
        return mel_griffin_lim(mel, self.filters(mel), self.hop, iterations, length=length, seed=seed)

    def softer(self, z: Tensor, decibels: Tensor) -> Tensor:
        """Pictures `(batch, 1, mel, frame)` of the same sounds, each softer by its own number of dB, `(batch,)`."""
        return _softer(z, decibels, self)

    def filters(self, like: Tensor) -> Tensor:
        """The mel filters `(mel, frequency)`, in the type and on the device of `like`."""
        return _filters(self).to(like)

    def frequencies(self) -> Tensor:
        """The centre of each band in Hz, `(mel,)`."""
        high = self.rate / 2 if self.high is None else self.high
        low, high = hertz_to_mel(torch.tensor([self.low, high]), self.scale).tolist()
        return mel_to_hertz(torch.linspace(low, high, self.n_mels + 2), self.scale)[1:-1]

    def shape(self, samples: int) -> tuple[int, int, int]:
        """`(channel, frequency, frame)` of the picture of so many samples."""
        return self.channels, self.n_mels, samples // self.hop

    def to_dict(self) -> dict[str, Any]:
        """Plain data, which `representation` reads back."""
        return {"representation": type(self).__name__, **asdict(self)}


@dataclass(frozen=True)
class LogMagnitudeIF:
    """Magnitudes in dB and instantaneous frequencies, as two channels; next to nothing is thrown away.

    Channel 0: [floor, ceiling] dB, relative to the magnitude n_fft / 4 that a sine of amplitude 1 has at the centre
    of a bin, becomes [−1, 1]. Channel 1: the phase advance per hop beyond that of the bin's own centre frequency,
    its principal value [−π, π) scaled to [−1, 1). Relative to the bin rather than plain, because on notes it
    changes less from frame to frame, seldom wraps, and the more so the larger n_fft / hop. Where magnitudes are low
    it is noise.

    The Nyquist bin is left out, so that the number of frequencies is a power of two, and found again from the bins
    beside it. The last of the centred frames is left out too: 16,384 samples make 512 × 64 at the defaults.
    After Engel et al. (2019), whose frequencies are mel bands. Lesson 03.

    Raises ValueError for sizes that do not fit together.
    """

    rate: int = 16_000
    n_fft: int = 1024
    hop: int = 256
    floor: float = -120.0
    ceiling: float = 6.0

    channels: ClassVar[int] = 2
    keeps_phase: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _require_sizes(self)

    def encode(self, audio: Tensor | np.ndarray) -> Tensor:
        """Sounds `(batch, sample)` as pictures `(batch, 2, frequency, frame)` in [−1, 1]; other leading axes too.

        Raises ValueError unless the samples are real, finite, a whole number of hops, and more than n_fft / 2, and for
        an empty batch.
        """
        X = stft(_clip(audio, self), self.n_fft, self.hop)[..., :-1, :-1]
        level = _to_unit(amplitude_to_db(X, self.floor, self.n_fft / 4), self)
        advance = instantaneous_frequency(X.angle(), self._expected(level))
        return torch.stack([level, advance / torch.pi], dim=-3)

    def decode(self, z: Tensor, iterations: int = 0, seed: int = 0) -> Tensor:
        """Pictures `(batch, 2, frequency, frame)` as sounds `(batch, sample)`.

        Levels beyond [−1, 1] are clipped, and −1 is silence. `iterations` of `griffin_lim` may follow, beginning
        from the phases of the picture; with independent noise on both channels they made the result no better,
        so there are none unless asked for. Nothing is drawn, whatever the `seed`. Raises ValueError for another
        shape, an empty batch, frames for no more than n_fft / 2 samples, NaN or infinity.
        """
        level, advance = _picture(z, self).unbind(-3)
        phase = phase_from_instantaneous_frequency(torch.pi * advance, self._expected(level))
        length = z.shape[-1] * self.hop
        X = _with_nyquist(torch.polar(_to_magnitude(level, self), phase), self.hop, length)
        return griffin_lim(X.abs(), self.hop, iterations, phase=X.angle(), length=length)

    def softer(self, z: Tensor, decibels: Tensor) -> Tensor:
        """Pictures `(batch, 2, frequency, frame)` of the same sounds, each softer by its own dB `(batch,)`."""
        return torch.cat([_softer(z[:, :1], decibels, self), z[:, 1:]], dim=1)

    def _expected(self, like: Tensor) -> Tensor:
        return expected_advance(self.n_fft, self.hop)[:-1].to(like)

    def shape(self, samples: int) -> tuple[int, int, int]:
        """`(channel, frequency, frame)` of the picture of so many samples."""
        return self.channels, self.n_fft // 2, samples // self.hop

    def to_dict(self) -> dict[str, Any]:
        """Plain data, which `representation` reads back."""
        return {"representation": type(self).__name__, **asdict(self)}


Representation = LogMel | LogMagnitudeIF
REPRESENTATIONS: dict[str, type[Representation]] = {"LogMel": LogMel, "LogMagnitudeIF": LogMagnitudeIF}


def representation(data: Mapping[str, Any]) -> Representation:
    """The representation that `to_dict` made into `data`.

    Raises ValueError for an unknown name or field.
    """
    fields = dict(data)
    name = fields.pop("representation", None)
    if name not in REPRESENTATIONS:
        raise ValueError(f'"representation" must be one of {", ".join(REPRESENTATIONS)}, not {name!r}')
    try:
        return REPRESENTATIONS[name](**fields)
    except TypeError:
        known = ", ".join(REPRESENTATIONS[name].__dataclass_fields__)
        raise ValueError(f"{name} has the fields {known}, not {', '.join(fields)}") from None


@lru_cache(maxsize=16)
def _filters(of: LogMel) -> Tensor:
    return mel_filters(of.n_mels, of.n_fft, of.rate, of.low, of.high, of.scale, of.norm, dtype=torch.float64)


def _to_unit(db: Tensor, scale: Representation) -> Tensor:
    return (2 * (db - scale.floor) / (scale.ceiling - scale.floor) - 1).clamp(-1, 1)


def _softer(level: Tensor, decibels: Tensor, scale: Representation) -> Tensor:
    down = 2 * decibels.to(level) / (scale.ceiling - scale.floor)
    return (level - down[:, None, None, None]).clamp(min=-1)


def _to_magnitude(level: Tensor, scale: Representation) -> Tensor:
    db = scale.floor + (level.clamp(-1, 1) + 1) / 2 * (scale.ceiling - scale.floor)
    return db_to_amplitude(db, scale.n_fft / 4) * (level > -1)


def _with_nyquist(X: Tensor, hop: int, length: int, rounds: int = 4) -> Tensor:
    """`X` `(..., frequency, frame)` with the Nyquist bin that its other bins imply, as frames and bins overlap.

    Each round takes the bin from the waveform so far, Papoulis's extrapolation (1975), and is worth about 4 dB.
    """
    X = pad(X, (0, 0, 0, 1))
    for _ in range(rounds):
        implied = stft(istft(X, hop, length), 2 * (X.shape[-2] - 1), hop)[..., -1:, : X.shape[-1]]
        X = torch.cat([X[..., :-1, :], implied], dim=-2)
    return X


def _clip(audio: Tensor | np.ndarray, of: Representation) -> Tensor:
    audio = waveform(audio, at_least=of.n_fft // 2 + 1)
    if not audio.numel():
        raise ValueError(f"there is no sound in a batch of the shape {tuple(audio.shape)}: give at least one")
    if over := audio.shape[-1] % of.hop:
        whole = audio.shape[-1] - over
        raise ValueError(
            f"{audio.shape[-1]} samples are not a whole number of hops of {of.hop}: "
            f"cut the sound to {whole} samples or pad it to {whole + of.hop}"
        )
    if not audio.isfinite().all():
        raise ValueError("the sound holds samples that are NaN or infinite: mend or leave out this recording")
    return audio


def _picture(z: Tensor, of: Representation) -> Tensor:
    z = torch.as_tensor(z)
    z = z if z.dtype == torch.float64 else z.float()
    expected = of.shape(of.hop)[:2]
    if z.ndim < 3 or tuple(z.shape[-3:-1]) != expected:
        raise ValueError(
            f"{type(of).__name__} decodes (batch, {expected[0]}, {expected[1]}, frame), not {tuple(z.shape)}"
        )
    if not z.numel():
        raise ValueError(f"there is no picture in a batch of the shape {tuple(z.shape)}: give at least one")
    if z.shape[-1] < (least := of.n_fft // 2 // of.hop + 1):
        raise ValueError(
            f"a picture of {z.shape[-1]} frames is too short to be a sound: give at least {least}"
        )
    if not z.isfinite().all():
        raise ValueError("the picture holds NaN or infinity, so the network that made it has diverged")
    return z


def _require_sizes(of: Representation) -> None:
    if of.n_fft < 8 or of.n_fft % 2 or not 1 <= of.hop <= of.n_fft // 4:
        raise ValueError(
            f"n_fft must be even, and the hop at most a quarter of it, not n_fft {of.n_fft} and hop {of.hop}"
        )
    if not of.floor < of.ceiling:
        raise ValueError(f"the floor must be below the ceiling, not {of.floor:g} dB and {of.ceiling:g} dB")
