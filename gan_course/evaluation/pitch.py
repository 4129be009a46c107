"""A pitch tracker that knows nothing of any model, and the share of notes that it hears as asked."""

from __future__ import annotations

import torch
from torch import Tensor


def track_pitch(audio: Tensor, rate: int, low: float = 60.0, high: float = 1000.0) -> Tensor:
    """Fundamental frequency in Hz of each clip ``(batch, sample)`` → ``(batch,)``.

    The first strong peak of the normalised autocorrelation of the loudest half second, refined by a parabola
    through its neighbours. NaN for a silent clip. ``low`` and ``high`` bound the search, in Hz.
    """
    length = min(audio.shape[-1], rate // 2)
    loud = audio.square().cumsum(-1)
    ends = torch.arange(length - 1, audio.shape[-1], rate // 100)
    power = loud[:, ends] - torch.where(ends >= length, loud[:, (ends - length).clamp(min=0)], 0)
    starts = ends[power.argmax(1)] - (length - 1)
    x = audio.gather(1, starts[:, None] + torch.arange(length))
    x = (x - x.mean(1, keepdim=True)).double()
    # r(τ) = Σ x(t) x(t+τ), divided by the energy of the two parts that overlap.
    spectrum = torch.fft.rfft(x, 2 * length)
    r = torch.fft.irfft(spectrum.abs().square())[:, :length]
    energy = x.square().cumsum(1)
    head = energy.flip(1)
    tail = energy[:, -1:] - torch.cat([torch.zeros_like(energy[:, :1]), energy[:, :-1]], 1)
    r = 2 * r / (head + tail).clamp(min=1e-12)
    first, last = int(rate / high), min(int(rate / low) + 1, length - 2)
    r = r[:, : last + 2]
    peak = (r[:, 1:-1] > r[:, :-2]) & (r[:, 1:-1] >= r[:, 2:])
    lags = torch.arange(1, r.shape[1] - 1)
    heights = torch.where(peak & (lags >= first), r[:, 1:-1], -1.0)
    best = heights.max(1, keepdim=True).values
    index = (heights >= 0.9 * best).int().argmax(1) + 1
    before, here, after = (r.gather(1, (index + k)[:, None]).squeeze(1) for k in (-1, 0, 1))
    shift = 0.5 * (before - after) / (before - 2 * here + after)
    silent = (energy[:, -1] < 1e-8) | (best.squeeze(1) <= 0)
    return torch.where(silent, torch.nan, rate / (index + shift)).float()


def search_range(wanted: Tensor, rate: int) -> tuple[float, float]:
    """Where `track_pitch` is to search (Hz) among sounds that should have pitches ``wanted`` (Hz).

    From half an octave below the lowest, so that two periods of it are not taken for one, to an octave and a tone above
    the highest, so that one that is played an octave too high is heard there; at most a quarter of the rate.
    """
    return float(wanted.min()) / 2**0.5, min(float(wanted.max()) * 2 ** (14 / 12), rate / 4)


def cents(heard: Tensor, wanted: Tensor) -> Tensor:
    """How far ``heard`` lies above ``wanted`` (Hz), in hundredths of a semitone."""
    return 1200 * torch.log2(heard / wanted)


def pitch_accuracy(audio: Tensor, rate: int, wanted: Tensor, within: float = 50.0) -> dict[str, float]:
    """Share of clips heard within ``within`` cents of ``wanted`` (Hz), and the median absolute error in cents.

    The tracker searches from 60 to 1,000 Hz, and beyond where `search_range` goes further.
    """
    low, high = search_range(wanted, rate)
    error = cents(track_pitch(audio, rate, min(60.0, low), max(1000.0, high)), wanted).abs()
    right = (error <= within).float().mean().item()
    return {"share": right, "median_cents": error.nanmedian().item(), "n": len(audio)}
