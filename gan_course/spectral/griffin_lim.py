"""A waveform from magnitudes alone. Lesson 03."""

import torch
from torch import Tensor

from gan_course.spectral.mel import mel_to_magnitude, mel_update
from gan_course.spectral.stft import istft, stft
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
    _sizes(magnitude, momentum)
    phase = None if phase is None else phase.to(magnitude)
    return magnitude, hop, iterations, momentum, phase, length, seed


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
    magnitudes that are negative or complex, and for a momentum outside [0, 1). Lesson 03.
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
    n_fft, count = _sizes(magnitude, momentum)
    estimate, previous = torch.polar(magnitude, random_phase(magnitude, seed).expand_as(magnitude)), 0.0
    for _ in range(iterations):
        rebuilt = stft(istft(estimate, hop, length), n_fft, hop)[..., :count]
        magnitude = mel_update(rebuilt.abs(), mel, filters)
        estimate = magnitude * torch.sgn(rebuilt + momentum * (rebuilt - previous))
        previous = rebuilt
    return istft(estimate, hop, length)


def random_phase(magnitude: Tensor, seed: int = 0) -> Tensor:
    """Phases `(frequency, frame)` in [0, 2π) from `seed`, in the type and on the device of `magnitude`. Lesson 03."""
    generator = torch.Generator().manual_seed(seed)
    return (2 * torch.pi * torch.rand(magnitude.shape[-2:], generator=generator)).to(magnitude)


def spectral_convergence(estimate: Tensor, target: Tensor) -> Tensor:
    """‖estimate − target‖ / ‖target‖ of magnitudes `(..., frequency, frame)`, over the last two axes; 0 is perfect.

    20 log₁₀ of it is in dB. Sturmel and Daudet (2011). Lesson 03.
    """
    return torch.linalg.norm(estimate - target, dim=(-2, -1)) / torch.linalg.norm(target, dim=(-2, -1))


def _sizes(magnitude: Tensor, momentum: float) -> tuple[int, int]:
    if not magnitude.is_floating_point() or magnitude.ndim < 2 or not (magnitude >= 0).all():
        raise ValueError(
            "magnitudes must be real numbers (frequency, frame), none negative or NaN: take .abs() of an STFT"
        )
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be at least 0 and below 1, not {momentum}")
    return 2 * (magnitude.shape[-2] - 1), magnitude.shape[-1]
