"""The short-time Fourier transform and its inverse. Lesson 03."""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from gan_course.sound import Sound
from gan_course.synthesis.edge import edge


def hann(length: int, dtype: torch.dtype = torch.float32, device: torch.device | None = None) -> Tensor:
    """The periodic Hann window `(sample,)`: sin²(πn / length) for n = 0 … length − 1.

    Its period is `length`, so that copies shifted by length / 2, length / 3, … add up to a constant. (The symmetric
    window used in filter design has the period length − 1.) Blackman and Tukey (1958). Lesson 03.
    """
    n = torch.arange(length, dtype=torch.float64)
    return (torch.sin(torch.pi * n / length) ** 2).to(dtype=dtype, device=device)


def frames(x: Tensor | np.ndarray, length: int, hop: int) -> Tensor:
    """Overlapping pieces `(..., frame, sample)` of `x` `(..., sample)`: `length` samples from every `hop`-th one on.

    Nothing is copied: the pieces share the memory of `x`. Samples after the last whole piece are left out.
    Raises ValueError where x is shorter than one piece. Lesson 03.
    """
    return waveform(x, at_least=length).unfold(-1, length, _positive(hop))


def reflect(x: Tensor | np.ndarray, margin: int) -> Tensor:
    """`x` `(..., sample)`, continued by `margin` samples at both ends: mirrored about its first and its last sample.

    Raises ValueError unless x has more than `margin` samples. Lesson 03.
    """
    x = waveform(x, at_least=margin + 1)
    before, after = x[..., 1 : margin + 1].flip(-1), x[..., x.shape[-1] - margin - 1 : -1].flip(-1)
    return torch.cat([before, x, after], dim=-1)


def _stft_arguments(
    x: Tensor | np.ndarray, n_fft: int, hop: int, window: Tensor | None
) -> tuple[Tensor, int, int, Tensor | None]:
    x = waveform(x, at_least=n_fft // 2 + 1)
    if x.dtype in (torch.float16, torch.bfloat16):
        raise ValueError(
            f"the STFT is computed in single or double precision, not in {x.dtype}: take .float()"
        )
    return x, n_fft, hop, _window(window, n_fft, x)


@edge(_stft_arguments)
def stft(x: Tensor | np.ndarray, n_fft: int = 1024, hop: int = 256, window: Tensor | None = None) -> Tensor:
    """The short-time Fourier transform of `x` `(..., sample)`: complex `(..., frequency, frame)`.

    X[k, m] = Σₙ w[n] x[n + m · hop − n_fft / 2] exp(−2πi · kn / n_fft): frequency k is k · rate / n_fft Hz, for
    k = 0 … n_fft / 2, and frame m is centred on sample m · hop, for m = 0 … samples // hop, with the sound mirrored
    at both ends. The window `(n_fft,)` is Hann's unless given. Equal to
    `torch.stft(center=True, pad_mode="reflect", return_complex=True)`.

    Raises ValueError for an odd n_fft, a window of another length, whole numbers, half precision, and fewer than
    n_fft / 2 + 1 samples. Allen and Rabiner (1977). Lesson 03.
    """
    window = hann(n_fft, x.dtype, x.device) if window is None else window
    pieces = frames(reflect(x, n_fft // 2), n_fft, hop)
    return torch.fft.rfft(pieces * window).transpose(-1, -2)


def _istft_arguments(
    X: Tensor, hop: int, length: int | None, window: Tensor | None
) -> tuple[Tensor, int, int | None, Tensor | None]:
    n_fft, count = 2 * (X.shape[-2] - 1), X.shape[-1]
    window = _window(window, n_fft, X.real)
    if window is None:
        check_istft(n_fft, hop, count, length)
    else:
        _require_overlap(window, hop, count, hop * (count - 1) if length is None else length)
    return X, hop, length, window


def check_istft(n_fft: int, hop: int, count: int, length: int | None) -> int:
    """How many samples `istft` makes of so many frames with Hann's window; it raises ValueError where it does."""
    samples = hop * (count - 1) if length is None else length
    _require_overlap_of_hann(n_fft, hop, count, samples)
    return samples


@edge(_istft_arguments)
def istft(X: Tensor, hop: int = 256, length: int | None = None, window: Tensor | None = None) -> Tensor:
    """The waveform `(..., sample)` whose STFT is nearest to `X`, complex `(..., frequency, frame)`.

    x[n] = Σₘ w[n − m · hop] xₘ[n − m · hop] / Σₘ w²[n − m · hop], where xₘ is frame m transformed back: the
    least-squares answer of Griffin and Lim (1984). So istft(stft(x), length=samples) is x. The `length` in samples
    is hop · (frame − 1) unless given. Equal to `torch.istft`.

    Raises ValueError where the squared windows add up to nothing at a sample that is asked for: the hop is too large
    for the window, or no frame reaches so far. Lesson 03.
    """
    n_fft = 2 * (X.shape[-2] - 1)
    window = hann(n_fft, X.real.dtype, X.device) if window is None else window
    length = hop * (X.shape[-1] - 1) if length is None else length
    pieces = window * torch.fft.irfft(X.transpose(-1, -2), n_fft)
    weight = overlap_add(window.square().expand(X.shape[-1], n_fft), hop)
    wanted = slice(n_fft // 2, n_fft // 2 + length)
    return overlap_add(pieces, hop)[..., wanted] / weight[wanted]


def overlap_add(pieces: Tensor, hop: int) -> Tensor:
    """The sum `(..., sample)` of `pieces` `(..., frame, sample)`, each laid `hop` samples after the one before.

    (frame − 1) · hop + length samples come out. The adjoint of `frames`. Lesson 03.
    """
    count, length = pieces.shape[-2:]
    blocks = -(-length // _positive(hop))  # each piece, cut into blocks of one hop, spreads over so many rows
    whole = pieces if length == blocks * hop else pad(pieces, (0, blocks * hop - length))
    cut = whole.unflatten(-1, (blocks, hop))
    total = cut.new_zeros(*cut.shape[:-3], count + blocks - 1, hop)
    for block in range(blocks):
        total[..., block : block + count, :] += cut[..., block, :]
    return total.flatten(-2)[..., : (count - 1) * hop + length]


def cola(window: Tensor, hop: int, power: int = 1) -> bool:
    """Whether copies of `window` `(sample,)`, `hop` samples apart, add up to a constant: "constant overlap-add".

    With power=2, whether the squared copies do. `istft` divides by their sum, so it asks for less: a sum that is
    nowhere zero. Allen (1977). Lesson 03.
    """
    blocks = -(-len(window) // _positive(hop))
    total = pad(window.double() ** power, (0, blocks * hop - len(window))).reshape(blocks, hop).sum(0)
    return bool(total.max() - total.min() <= 1e-6 * total.max())


def waveform(x: Tensor | np.ndarray | Sound, at_least: int = 1) -> Tensor:
    """`x` `(..., sample)` as a tensor of real floating-point numbers; a tensor or array that is one is not copied.

    Raises ValueError for whole and for complex numbers, and for fewer than `at_least` samples.
    """
    x = torch.as_tensor(np.asarray(x) if isinstance(x, Sound) else x)
    if not x.is_floating_point():
        raise ValueError(
            f"samples must be real floating-point numbers, nominally in [−1, 1], not {x.dtype}: "
            "divide whole numbers by the full scale of their type, 32768 for 16 bit"
        )
    if x.ndim == 0 or x.shape[-1] < at_least:
        given = "a single number" if x.ndim == 0 else f"{x.shape[-1]} samples"
        raise ValueError(
            f"at least {at_least} samples are needed along the last axis, not {given}: pad the sound"
        )
    return x


def _positive(hop: int) -> int:
    if hop < 1:
        raise ValueError(f"the hop must be at least one sample, not {hop}")
    return hop


def _window(window: Tensor | None, n_fft: int, like: Tensor) -> Tensor | None:
    if n_fft < 2 or n_fft % 2:
        raise ValueError(f"n_fft must be an even number of samples, such as 1024, not {n_fft}")
    if window is not None and tuple(window.shape) != (n_fft,):
        raise ValueError(f"the window must have n_fft = {n_fft} samples, not the shape {tuple(window.shape)}")
    return None if window is None else window.to(like)


@lru_cache(maxsize=64)
def _require_overlap_of_hann(n_fft: int, hop: int, count: int, asked: int) -> None:
    _require_overlap(hann(n_fft, torch.float64), hop, count, asked)


def _require_overlap(window: Tensor, hop: int, count: int, asked: int) -> None:
    n_fft = len(window)
    weight = overlap_add(window.square().expand(count, n_fft), hop)[n_fft // 2 :][:asked]
    if len(weight) < asked:
        raise ValueError(
            f"the frames reach over {len(weight)} samples only, not {asked}: ask for a smaller length"
        )
    if asked and weight.min() < 1e-11:
        raise ValueError(
            f"windows of {n_fft} samples every {hop} leave samples that none of them sees, so the sound cannot be "
            f"found again: take a smaller hop, such as {n_fft // 4}, or a smaller length"
        )
