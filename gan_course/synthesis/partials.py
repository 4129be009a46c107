"""Many partials of many notes at once, fast: what the instruments are made of.

Nothing here knows about instruments. Shapes are `(note, partial)` for what describes a partial and
`(note, sample)` for what lasts; frequencies are in Hz, times in s.
"""

import math

import torch
from torch import Tensor

CHUNK = 128


def damped_partials(
    frequency: Tensor, amplitude: Tensor, decay: Tensor, onset: Tensor, samples: int, rate: int
) -> Tensor:
    """A sum of decaying sinusoids for each note: Σ_k a_k exp(-d_k t) sin(2π f_k t), t counted from the onset.

    frequency: `(note, partial)` Hz; amplitude: `(note, partial)`; decay: `(note, partial)`, d in 1/s;
    onset: `(note, 1)` s. Returns `(note, sample)`, 0 before the onset.

    Such a sinusoid is a geometric series, z^n = z^(128 c) z^m for sample n = 128 c + m, so that a note is
    the product of two small matrices: one holds each partial at the start of each chunk, the other within a
    chunk. The phase is reckoned in double precision and reduced to one turn before it is rounded.
    """
    chunks = math.ceil(samples / CHUNK)
    starts = torch.arange(chunks, dtype=torch.float64) * (CHUNK / rate) - onset[:, :, None].double()
    within = torch.arange(CHUNK, dtype=torch.float64) / rate
    coarse_cos, coarse_sin = _damped(starts, frequency, decay)
    fine_cos, fine_sin = _damped(within, frequency, decay)
    coarse = torch.cat([coarse_sin, coarse_cos], dim=1).mul_(amplitude.float().repeat(1, 2)[:, :, None])
    fine = torch.cat([fine_cos, fine_sin], dim=1)
    sound = torch.bmm(coarse.transpose(1, 2), fine).flatten(1)[:, :samples]
    return sound.mul_(torch.arange(samples) / rate >= onset)


def _damped(time: Tensor, frequency: Tensor, decay: Tensor) -> tuple[Tensor, Tensor]:
    """exp(-d t) cos(2πft) and exp(-d t) sin(2πft): `(note, partial, time)` float32."""
    turns = frequency.double()[:, :, None] * time
    angle = turns.sub_(turns.floor()).float().mul_(2 * math.pi)
    size = (decay[:, :, None] * -time).float().exp_()
    return angle.cos().mul_(size), angle.sin_().mul_(size)


def harmonics(angle: Tensor, amplitude: Tensor, radius: Tensor) -> Tensor:
    """A sum of exact harmonics of a moving phase: Σ_k a_k r^k sin(k φ), k = 1 … K.

    angle: φ `(note, sample)`, within one turn; amplitude: a `(note, partial)`; radius: r `(note, sample)` in
    [0, 1]: below 1 it takes the more from a harmonic the higher it is, and so is a brightness that may move
    with time. Returns `(note, sample)`. By the recurrence of Clenshaw (1955), two products a harmonic.
    """
    twice = angle.cos().mul_(radius).mul_(2)
    square = radius.square().neg_()
    last, before = torch.zeros_like(angle), torch.zeros_like(angle)
    for a in reversed(amplitude.unbind(1)):
        before.mul_(square).addcmul_(twice, last).add_(a[:, None])
        last, before = before, last
    return last.mul_(radius).mul_(angle.sin())


def running_phase(frequency: Tensor, cents: Tensor, rate: int) -> Tensor:
    """The angle `(note, sample)` in [0, 2π) of a tone of `frequency` `(note, 1)` Hz, bent by `cents`."""
    turns = (cents / 1200).exp2_().double().mul_(frequency.double() / rate).cumsum(1)
    return turns.sub_(turns.floor()).float().mul_(2 * math.pi)


def ramp(time: Tensor, length: Tensor | float) -> Tensor:
    """From 0 to 1 while `time` goes from 0 to `length`, level at both ends (3u² - 2u³)."""
    u = (time / length).clamp_(0, 1)
    return u.mul(-2).add_(3).mul_(u).mul_(u)


def below_nyquist(frequency: Tensor, rate: int) -> Tensor:
    """1 for what is well below half the rate, falling to 0 at 96% of it: nothing is left to alias."""
    return ((0.96 - frequency / (rate / 2)) / 0.08).clamp(0, 1)


def coloured_noise(white: Tensor, gain: Tensor, samples: int) -> Tensor:
    """Noise of level 1 (RMS), `(note, sample)`: a `white` spectrum `(note, frequency)`, times `gain`."""
    noise = torch.fft.irfft(white * gain, n=samples)
    return noise.div_(rms(noise))


def rms(x: Tensor) -> Tensor:
    """Root mean square over time: `(note, sample)` to `(note, 1)`, never quite 0."""
    return x.square().mean(1, keepdim=True).sqrt_().clamp_min_(1e-12)
