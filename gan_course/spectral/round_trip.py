"""What encoding and decoding costs. Lesson 03."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import torch
from torch import Tensor

from gan_course.spectral.decibels import amplitude_to_db
from gan_course.spectral.griffin_lim import spectral_convergence
from gan_course.spectral.mel import mel_filters
from gan_course.spectral.representations import Representation
from gan_course.spectral.stft import stft


@dataclass(frozen=True)
class RoundTrip:
    """The cost of one round trip: means over a batch, with `noise` added to the picture on the way."""

    noise: float
    """Standard deviation of the Gaussian noise on each channel, whose range is [−1, 1]."""
    snr: float
    """Signal-to-noise ratio of the waveform in dB; NaN where the phase was thrown away, as it says nothing then."""
    convergence: float
    """Spectral convergence: 0 is perfect, 1 as far off as silence."""
    log_mel: float
    """Mean absolute difference in dB of log-mel spectrograms (80 bands, no lower than −80 dB)."""


@dataclass(frozen=True)
class RoundTripReport:
    """A table of round trips, one a row; `print` shows it."""

    name: str
    rows: tuple[RoundTrip, ...]

    def __str__(self) -> str:
        head = f"{self.name:<16}{'noise':>8}{'SNR / dB':>12}{'convergence':>14}{'log-mel / dB':>15}"
        return "\n".join([head, *(self._line(row) for row in self.rows)])

    @staticmethod
    def _line(row: RoundTrip) -> str:
        snr = "–" if row.snr != row.snr else f"{row.snr:.1f}"
        return f"{'':<16}{row.noise:>8.1%}{snr:>12}{row.convergence:>14.3f}{row.log_mel:>15.2f}"


def round_trip_report(
    representation: Representation,
    audio: Tensor,
    noise: Sequence[float] = (0.0, 0.01),
    iterations: int | None = None,
    seed: int = 0,
) -> RoundTripReport:
    """What `audio` `(batch, sample)` loses by encoding and decoding, clean and with noise on every channel.

    The noise is what a generator adds, if its errors were independent. Each row: Gaussian noise of that standard
    deviation, drawn from `seed`, is added to the picture in [−1, 1]; `iterations` as in `decode`. Lesson 03.
    """
    options = {} if iterations is None else {"iterations": iterations}
    z = representation.encode(audio)
    error = torch.randn(z.shape, generator=torch.Generator().manual_seed(seed)).to(z)
    decoded = {level: representation.decode(z + level * error, **options) for level in noise}
    rows = (_row(level, torch.as_tensor(audio), y, representation) for level, y in decoded.items())
    return RoundTripReport(type(representation).__name__, tuple(rows))


def signal_to_noise(estimate: Tensor, target: Tensor) -> Tensor:
    """10 log₁₀(‖target‖² / ‖estimate − target‖²) in dB, over the last axis of waveforms `(..., sample)`. Lesson 03."""
    return 20 * torch.log10(target.norm(dim=-1) / (estimate - target).norm(dim=-1))


def log_mel_distance(estimate: Tensor, target: Tensor, rate: int) -> Tensor:
    """Mean absolute difference in dB of log-mel spectrograms of `(..., sample)`, over all: a scalar. Lesson 03.

    80 bands by Slaney's scale, and nothing softer than −80 dB of the magnitude that a sine of amplitude 1 has.
    """
    S, T = stft(estimate).abs(), stft(target).abs()
    filters = mel_filters(80, 1024, rate, scale="slaney").to(S)
    difference = amplitude_to_db(filters @ S, -80, 256) - amplitude_to_db(filters @ T, -80, 256)
    return difference.abs().mean()


def _row(noise: float, target: Tensor, estimate: Tensor, of: Representation) -> RoundTrip:
    snr = signal_to_noise(estimate, target).mean().item() if of.keeps_phase else nan
    convergence = spectral_convergence(stft(estimate).abs(), stft(target).abs()).mean().item()
    return RoundTrip(noise, snr, convergence, log_mel_distance(estimate, target, of.rate).item())
