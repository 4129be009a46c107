"""A waveform from magnitudes alone. Lesson 03."""

import torch
from torch import Tensor

from gan_course.spectral.mel import mel_to_magnitude
from gan_course.spectral.stft import check_istft, hann, istft, overlap_add, stft
from gan_course.synthesis.edge import edge


def _arguments(
    magnitude: Tensor,
    hop: int,
    iterations: int,
    momentum: float,
    phase: Tensor | None,
    length: int | None,
    seed: int,
) -> tuple[Tensor, int, int, float, Tensor | None, int | None, int]:
    n_fft, count = _sizes(magnitude, momentum)
    if iterations:
        _require_frames(n_fft, hop, count, length)
    return magnitude, hop, iterations, momentum, _fitting(phase, magnitude), length, seed


def _fitting(phase: Tensor | None, magnitude: Tensor) -> Tensor | None:
    if phase is None:
        return None
    try:
        return phase.to(magnitude).expand_as(magnitude)
    except RuntimeError:
        raise ValueError(
            f"the phase must have the shape of the magnitude, {tuple(magnitude.shape)}, not {tuple(phase.shape)}"
        ) from None


@edge(_arguments)
def griffin_lim(
    magnitude: Tensor,
    hop: int = 256,
    iterations: int = 32,
    momentum: float = 0.99,
    phase: Tensor | None = None,
    length: int | None = None,
    seed: int = 0,
) -> Tensor:
    """A waveform `(..., sample)` whose STFT has nearly this `magnitude` `(..., frequency, frame)`; Hann window.

    Each round makes a waveform from the magnitudes and the phases so far, and takes its phases: Griffin and Lim
    (1984). The fast version goes on in the direction of the last change, by `momentum` in [0, 1), which is α of
    Perraudin, Balazs and Søndergaard (2013); 0 gives the version of 1984. torchaudio and librosa write the step
    as rebuilt − α / (1 + α) · previous, which is ours over 1 + α and so has the same phase: from equal momentum
    and initial phase they find the same waveform.

    `phase` `(..., frequency, frame)`, in radians, is where it begins; unless given it is drawn from `seed`, alike
    for all items of a batch. `length` in samples is hop · (frame − 1) unless given. Raises ValueError for
    magnitudes that are negative, complex or no tensor, a phase of another shape, a length for which there are fewer
    frames, and a momentum outside [0, 1). Lesson 03.
    """
    n_fft, count = 2 * (magnitude.shape[-2] - 1), magnitude.shape[-1]
    phase = random_phase(magnitude, seed) if phase is None else phase
    estimate, previous = torch.polar(magnitude, phase), 0.0
    for _ in range(iterations):
        rebuilt = stft(istft(estimate, hop, length), n_fft, hop)[..., :count]
        estimate = magnitude * torch.sgn(rebuilt + momentum * (rebuilt - previous))
        previous = rebuilt
    return istft(estimate, hop, length)


def mel_griffin_lim(
    mel: Tensor,
    filters: Tensor,
    hop: int = 256,
    iterations: int = 32,
    momentum: float = 0.99,
    length: int | None = None,
    seed: int = 0,
) -> Tensor:
    """A waveform `(..., sample)` whose STFT has nearly this `mel` spectrogram `(..., mel, frame)`; Hann window.

    `griffin_lim` holds the magnitudes fixed. Here only `filters @ magnitude` is known, so each round keeps the
    magnitudes that the waveform has, and mends them by one `mel_update`: within a band, the waveform decides.
    `filters` `(mel, frequency)`; the rest is as in `griffin_lim`. Lesson 03.
    """
    magnitude = mel_to_magnitude(mel, filters, updates=4)
    _sizes(magnitude, momentum)
    start = torch.polar(magnitude, random_phase(magnitude, seed).expand_as(magnitude))
    return mel_rounds(start, mel, filters, hop, iterations, momentum, length)


def mel_rounds(
    estimate: Tensor,
    mel: Tensor,
    filters: Tensor,
    hop: int = 256,
    iterations: int = 32,
    momentum: float = 0.99,
    length: int | None = None,
    relaxation: float = 1.0,
) -> Tensor:
    """The rounds of `mel_griffin_lim`, from an `estimate` `(..., frequency, frame)` of the complex STFT on.

    In short: rebuilt = stft(istft(estimate)), and estimate = mel_update(|rebuilt|) · sgn(rebuilt + momentum · (rebuilt
    − previous)). Written for speed, in six tenths of the time of those two lines: real and imaginary parts apart,
    frequency last, as the memory lies, and memory used again. `relaxation` is the exponent of the ratios, wanted by
    present, in the `mel_update`; above 1 it mends more than is amiss ("over-relaxation"), since the waveform takes a
    part of it back. Gradients pass where there are no rounds. Lesson 03.
    """
    if not iterations:
        return istft(estimate, hop, length)
    with torch.no_grad():
        nearest = _Consistent(estimate, hop, length)
        return _after_rounds(estimate, mel, filters, iterations, momentum, relaxation, nearest)


def _after_rounds(
    estimate: Tensor,
    mel: Tensor,
    filters: Tensor,
    iterations: int,
    momentum: float,
    relaxation: float,
    nearest: "_Consistent",
) -> Tensor:
    estimate = estimate.transpose(-1, -2).clone(memory_format=torch.contiguous_format)
    mel, bands = mel.transpose(-1, -2).contiguous(), filters.T.contiguous()
    share, previous = filters / filters.sum(0).clamp(min=1e-9), None
    for _ in range(iterations):
        x, y = now = nearest(estimate)
        size = x.square().addcmul_(y, y).sqrt_()
        ratio = mel / (size @ bands).clamp_(min=1e-9)
        if relaxation != 1:
            ratio.pow_(relaxation)
        wanted = (ratio @ share).mul_(size)
        if previous is not None:
            x, y = (
                torch.lerp(old, new, 1 + momentum, out=old) for old, new in zip(previous, now, strict=True)
            )
        # A little above 0 everywhere, so that it can be divided by.
        scale = torch.mul(x, x, out=size).addcmul_(y, y).add_(1e-24).rsqrt_().mul_(wanted)
        torch.complex(torch.mul(x, scale, out=wanted), scale.mul_(y), out=estimate)
        previous = now
    return nearest.sound(estimate)[..., nearest.start : nearest.end]


class _Consistent:
    """stft(istft(X, hop, length), n_fft, hop) of one X after another: the spectrogram of a sound that is nearest to X.

    ``like`` is an X `(..., frequency, frame)`; what is called has frequency last, and so have the real and the
    imaginary part that come out. As many frames come out as go in. Raises ValueError where there are not so many.
    """

    def __init__(self, like: Tensor, hop: int, length: int | None) -> None:
        *batch, bins, count = like.shape
        n_fft, real = 2 * (bins - 1), like.real.new_empty
        samples = _require_frames(n_fft, hop, count, length)
        self.n_fft, self.hop = n_fft, hop
        self.window = hann(n_fft, like.real.dtype, like.device)
        weight = overlap_add(self.window.square().expand(count, n_fft), hop)
        self.share = torch.where(weight > 0, 1 / weight, 0.0)
        self.start, self.end = n_fft // 2, n_fft // 2 + samples
        self.pieces = real(*batch, count, n_fft)

    def sound(self, estimate: Tensor) -> Tensor:
        """istft(X), with the margins of half a frame that it cuts off: from ``start`` to ``end`` it is the sound."""
        pieces = torch.fft.irfft(estimate, self.n_fft, out=self.pieces).mul_(self.window)
        return overlap_add(pieces, self.hop).mul_(self.share)

    def __call__(self, estimate: Tensor) -> tuple[Tensor, Tensor]:
        x = self.sound(estimate)
        # Mirrored about the first and the last sample, as by `reflect`, where the margins are already.
        x[..., : self.start] = x[..., self.start + 1 : 2 * self.start + 1].flip(-1)
        beyond = max(0, x.shape[-1] - self.end)
        x[..., self.end :] = x[..., self.end - 1 - beyond : self.end - 1].flip(-1)
        torch.mul(x.unfold(-1, self.n_fft, self.hop), self.window, out=self.pieces)
        X = torch.fft.rfft(self.pieces)
        return X.real.contiguous(), X.imag.contiguous()


def random_phase(magnitude: Tensor, seed: int = 0) -> Tensor:
    """Phases `(frequency, frame)` in [0, 2π) from `seed`, in the type and on the device of `magnitude`. Lesson 03."""
    generator = torch.Generator().manual_seed(seed)
    return (2 * torch.pi * torch.rand(magnitude.shape[-2:], generator=generator)).to(magnitude)


def spectral_convergence(estimate: Tensor, target: Tensor) -> Tensor:
    """‖estimate − target‖ / ‖target‖ of magnitudes `(..., frequency, frame)`, over the last two axes; 0 is perfect.

    20 log₁₀ of it is in dB. Sturmel and Daudet (2011). Lesson 03.
    """
    return torch.linalg.norm(estimate - target, dim=(-2, -1)) / torch.linalg.norm(target, dim=(-2, -1))


def _require_frames(n_fft: int, hop: int, count: int, length: int | None) -> int:
    """How many samples `istft` makes; it raises ValueError unless their `stft` has as many frames again."""
    samples = check_istft(n_fft, hop, count, length)
    if samples < max(hop * (count - 1), n_fft // 2 + 1):
        raise ValueError(
            f"{samples} samples have no {count} frames of {n_fft}, {hop} samples apart: ask for "
            f"{hop * (count - 1)} and for more than {n_fft // 2}"
        )
    return samples


def _sizes(magnitude: Tensor, momentum: float) -> tuple[int, int]:
    if not isinstance(magnitude, Tensor):
        raise ValueError(
            f"magnitudes must be a tensor, not of type {type(magnitude).__name__}: take torch.as_tensor"
        )
    if not magnitude.is_floating_point() or magnitude.ndim < 2 or not (magnitude >= 0).all():
        raise ValueError(
            "magnitudes must be real numbers (frequency, frame), none negative or NaN: take .abs() of an STFT"
        )
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be at least 0 and below 1, not {momentum}")
    return 2 * (magnitude.shape[-2] - 1), magnitude.shape[-1]
