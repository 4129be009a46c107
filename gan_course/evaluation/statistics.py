"""What needs no embedding: how loud each band of frequencies is, and how fast it wavers. Lesson 10.

Two sets of sounds are compared band by band, and the answer is in dB, which one can look at and hear. Statistics of
this kind, of the bands of a filter bank and of the modulation within them, are enough to make sounds that pass for rain
or applause (McDermott and Simoncelli 2011). They know nothing of labels and were trained on nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gan_course.spectral import hann, hertz_to_mel, mel_filters, mel_to_hertz, stft

BANDS = 32
LOW = 40.0
"""Where the lowest band begins (Hz)."""
N_FFT = 1024
FLOOR_DB = -80.0
"""What is softer counts as this (dB; 0 is a sine at full scale)."""
AUDIBLE_DB = -65.0
"""A band that is softer than this on average has no modulation that anybody hears (dB)."""
QUANTILES = 99
SHALLOWEST = 0.01
"""Modulation that is less deep counts as this: less than half of what listeners just notice (Viemeister 1979)."""
SLOWEST = 1.5
"""The lowest frequency of modulation that is looked at (Hz): what is slower is the rise and fall of the clip."""
FASTEST = 35.0
"""The highest frequency of modulation that is looked at (Hz): what is faster is smoothed away by the STFT's window."""
PART = 256
"""How many clips are looked at together: memory stays small however many there are."""


def band_levels(audio: Tensor, rate: int, bands: int = BANDS) -> Tensor:
    """How loud each clip is in each mel band: `(clip, band)`, dB, of sounds `(clip, sample)`.

    The power of the STFT, averaged over the frames and added up over the band by `mel_filters`; a sine of amplitude 1
    has 0 dB in all. Less than −80 dB counts as −80 dB. Raises ValueError for sounds that are none.
    """
    parts = [_power(part, rate, bands, N_FFT // 4).mean(-1) for part in _clips(audio).split(PART)]
    power = torch.cat(parts)
    return (10 * power.clamp(min=1e-30).log10()).clamp(min=FLOOR_DB)


def band_distance(real: Tensor, generated: Tensor) -> float:
    """How far two sets of band levels `(clip, band)` are apart, in dB: 0 if they are spread alike in every band.

    In each band the 1-Wasserstein distance of the levels, which is the mean difference of their quantiles; then the
    mean over the bands. All sounds louder by 6 dB makes 6 dB. Raises ValueError for sets that do not fit.
    """
    if real.ndim != 2 or generated.ndim != 2 or real.shape[1] != generated.shape[1]:
        raise ValueError(
            f"the levels have shapes {tuple(real.shape)} and {tuple(generated.shape)}: (clip, band) is expected, with "
            f"as many bands in both"
        )
    if not len(real) or not len(generated):
        raise ValueError(f"there are {len(real)} real clips and {len(generated)} generated ones: give some")
    places = (torch.arange(QUANTILES, dtype=torch.float64) + 0.5) / QUANTILES
    apart = [
        (one.double().quantile(places, dim=0) - other.double().quantile(places, dim=0)).abs().sum()
        for one, other in zip(real.split(64, dim=1), generated.split(64, dim=1), strict=True)
    ]
    return float(torch.stack(apart).sum()) / (QUANTILES * real.shape[1])


def modulation_spectra(audio: Tensor, rate: int, bands: int = BANDS, hop: int = 128) -> tuple[Tensor, Tensor]:
    """How deep each band wavers at which frequency: `(clip, band, modulation)` in dB, and the frequencies in Hz.

    The magnitude of each band over the frames is its envelope; the spectrum of that envelope (Hann window), divided by
    its mean, is the depth of the modulation: an envelope 1 + m sin 2πft has 20 log₁₀ m dB at f. Frequencies from
    `SLOWEST` to `FASTEST` are looked at. Less than −40 dB (a hundredth, which nobody hears) counts as −40 dB, as does
    all modulation of a band that is softer than `AUDIBLE_DB`.
    """
    parts = [_modulation(_power(part, rate, bands, hop).sqrt()) for part in _clips(audio).split(PART)]
    depth = torch.cat(parts)
    frequencies = torch.fft.rfftfreq(audio.shape[1] // hop + 1, hop / rate)
    kept = (frequencies >= SLOWEST) & (frequencies <= FASTEST)
    return depth[..., kept], frequencies[kept]


def modulation_distance(real: Tensor, generated: Tensor) -> float:
    """How far two sets of modulation spectra `(clip, band, modulation)` are apart, in dB of depth.

    As `band_distance`, for each band and frequency of modulation, and averaged over all of them.
    """
    if real.ndim != 3 or generated.ndim != 3:
        raise ValueError(
            f"the spectra have shapes {tuple(real.shape)} and {tuple(generated.shape)}: (clip, band, modulation) is "
            f"expected"
        )
    return band_distance(real.flatten(1), generated.flatten(1))


def band_centres(rate: int, bands: int = BANDS) -> Tensor:
    """The middle of each band in Hz, `(band,)`."""
    ends = hertz_to_mel(torch.tensor([LOW, rate / 2]))
    return mel_to_hertz(torch.linspace(float(ends[0]), float(ends[1]), bands + 2))[1:-1]


def _power(audio: Tensor, rate: int, bands: int, hop: int) -> Tensor:
    """The power of each band and frame, `(clip, band, frame)`; a sine of amplitude 1 has 1 in all bands together."""
    filters = mel_filters(bands, N_FFT, rate, LOW)
    # by Parseval the squares of a sine's positive frequencies add up to N Σw² / 4
    return filters @ stft(audio, N_FFT, hop).abs().square() / (N_FFT * float(hann(N_FFT).square().sum()) / 4)


def _modulation(envelope: Tensor) -> Tensor:
    """The depth of modulation of envelopes `(clip, band, frame)` in dB, `(clip, band, modulation)`."""
    window = hann(envelope.shape[-1])
    mean = (envelope * window).sum(-1, keepdim=True) / window.sum()
    wavering = torch.fft.rfft((envelope - mean) * window).abs() * 2 / window.sum()
    audible = mean > 10 ** (AUDIBLE_DB / 20)
    return 20 * torch.where(audible, wavering / mean.clamp(min=1e-12), 0.0).clamp(min=SHALLOWEST).log10()


def _clips(audio: Tensor) -> Tensor:
    if audio.ndim != 2 or not len(audio):
        raise ValueError(
            f"the sounds have shape {tuple(audio.shape)}: (clip, sample) is expected, with one clip or more"
        )
    if not bool(audio.isfinite().all()):
        raise ValueError("the sounds hold NaN or infinity: look for broken clips first")
    return audio.float()
