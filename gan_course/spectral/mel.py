"""The mel scale and its filters. Lesson 03."""

import math
from typing import Literal

import torch
from torch import Tensor

from gan_course.synthesis.edge import edge

MelScale = Literal["htk", "slaney"]


def _on_a_scale(value: float | Tensor, scale: str) -> tuple[Tensor, str]:
    if scale not in ("htk", "slaney"):
        raise ValueError(f'the mel scale must be "htk" or "slaney", not {scale!r}')
    value = torch.as_tensor(value)
    return value if value.is_floating_point() else value.double(), scale


@edge(_on_a_scale)
def hertz_to_mel(f: float | Tensor, scale: MelScale = "htk") -> Tensor:
    """Mels of the frequency `f` in Hz; any shape.

    "htk": 2595 log₁₀(1 + f / 700), O'Shaughnessy (1987), used by the Hidden Markov Toolkit (HTK).
    "slaney": 3 f / 200 up to 1 kHz, then 27 mels to each factor of 6.4, Slaney's Auditory Toolbox (1998).
    A mel is a different step in the two. Raises ValueError for any other scale. Lesson 03.
    """
    if scale == "htk":
        return 2595 * torch.log10(1 + f / 700)
    return torch.where(f < 1000, f * 3 / 200, 15 + 27 * torch.log(f / 1000) / math.log(6.4))


@edge(_on_a_scale)
def mel_to_hertz(m: float | Tensor, scale: MelScale = "htk") -> Tensor:
    """The frequency in Hz of `m` mels, the inverse of `hertz_to_mel`; any shape. Lesson 03."""
    if scale == "htk":
        return 700 * (10 ** (m / 2595) - 1)
    return torch.where(m < 15, m * 200 / 3, 1000 * 6.4 ** ((m - 15) / 27))


def triangles(corners: Tensor, f: Tensor) -> Tensor:
    """Triangular filters `(filter, frequency)` at the frequencies `f` `(frequency,)` in Hz.

    Filter i rises from 0 at corners[i] to 1 at corners[i + 1] and falls to 0 at corners[i + 2]; it is 0
    elsewhere. `corners` `(filter + 2,)` in Hz must increase. Lesson 03.
    """
    left, centre, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    return torch.minimum((f - left) / (centre - left), (right - f) / (right - centre)).clamp(min=0)


def mel_filters(
    n_mels: int,
    n_fft: int,
    rate: int,
    low: float = 0.0,
    high: float | None = None,
    scale: MelScale = "htk",
    norm: Literal["slaney"] | None = None,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """Triangular filters `(mel, frequency)`, evenly spaced in mels from `low` to `high` Hz (rate / 2 unless given).

    Each rises from 0 at the centre of the filter below to 1 at its own centre, and falls to 0 at the centre of the
    filter above; with norm "slaney" each is scaled to the area 1 Hz. `mel_filters(…) @ stft(x).abs()` is a mel
    spectrogram `(..., mel, frame)`. Equal to `librosa.filters.mel`, and for even rates to
    `torchaudio.functional.melscale_fbanks`, transposed; their defaults are "slaney" and "slaney", "htk" and None.

    Raises ValueError unless n_mels ≥ 1, n_fft is even and 0 ≤ low < high ≤ rate / 2, and for another scale or norm.
    The scale is that of Stevens, Volkmann and Newman (1937), the filters Davis and Mermelstein's (1980). Lesson 03.
    """
    high = _require_filters(n_mels, n_fft, rate, low, high, norm)
    ends = hertz_to_mel(torch.tensor([low, high], dtype=torch.float64), scale)
    corners = mel_to_hertz(torch.linspace(ends[0], ends[1], n_mels + 2, dtype=torch.float64), scale)
    filters = triangles(corners, torch.linspace(0, rate / 2, n_fft // 2 + 1, dtype=torch.float64))
    width = (corners[2:] - corners[:-2])[:, None]
    return (filters * 2 / width if norm == "slaney" else filters).to(dtype)


def mel_update(magnitude: Tensor, mel: Tensor, filters: Tensor) -> Tensor:
    """`magnitude` `(..., frequency, frame)`, changed so that `filters @ magnitude` comes nearer to `mel`.

    Each bin is multiplied by the mean of wanted / present over the bands that it feeds, weighted by the filters, so
    nothing becomes negative. No update makes the Kullback-Leibler divergence of the two mel spectrograms larger:
    Lee and Seung (2001). Bins that feed no band become 0. Lesson 03.
    """
    ratio = mel / (filters @ magnitude).clamp(min=1e-9)
    return magnitude * (filters.T @ ratio) / filters.sum(0).clamp(min=1e-9).unsqueeze(-1)


def mel_to_magnitude(mel: Tensor, filters: Tensor, updates: int = 32) -> Tensor:
    """Magnitudes `(..., frequency, frame)`, none negative, with nearly this `mel` spectrogram `(..., mel, frame)`.

    There are many, since a band holds several bins: this one begins with all bins of a band alike, and makes so
    many updates. `filters` `(mel, frequency)`. Lesson 03.
    """
    magnitude = filters.T @ (mel / filters.sum(1, keepdim=True).clamp(min=1e-9))
    for _ in range(updates):
        magnitude = mel_update(magnitude, mel, filters)
    return magnitude


def _require_filters(
    n_mels: int, n_fft: int, rate: int, low: float, high: float | None, norm: str | None
) -> float:
    high = rate / 2 if high is None else high
    if n_mels < 1:
        raise ValueError(f"there must be at least one mel band, not {n_mels}")
    if n_fft < 2 or n_fft % 2:
        raise ValueError(f"n_fft must be an even number of samples, such as 1024, not {n_fft}")
    if not 0 <= low < high <= rate / 2:
        raise ValueError(
            f"the bands must lie between 0 and half the rate, {rate / 2:g} Hz, low before high, "
            f"not {low:g} to {high:g} Hz"
        )
    if norm not in (None, "slaney"):
        raise ValueError(f'the norm must be None or "slaney", not {norm!r}')
    return high
