"""Six instruments that differ as instruments do, played by the thousand. Lessons 01 and 04.

Each instrument is one function from a `Score`, what a batch of its notes is to be, to their waveforms
`(note, sample)`, and one table of the ranges from which its parameters are drawn. A parameter is given to
whoever wants to learn it from the sound; nothing else but noise is left to chance.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from gan_course.synthesis.partials import (
    below_nyquist,
    coloured_noise,
    damped_partials,
    harmonics,
    ramp,
    rms,
    running_phase,
)

Ranges = Mapping[str, tuple[float, float]]

SIXTY_DB = math.log(1000)
"""By how much the exponent of a decay changes while it falls by 60 dB."""

COMMON: Ranges = {
    "level_db": (-30.0, -13.0),
    "brightness": (0.0, 1.0),
    "onset": (0.010, 0.045),
    "sounding": (0.62, 0.84),
    "release": (0.04, 0.12),
}
"""What every note has: its level (RMS over the clip, dB), a brightness from 0 to 1, the time at which it
begins (s), the part of the clip after which it is let go, and how long it then takes to fall silent (s)."""

MEANINGS: Mapping[str, str] = {
    "midi": "MIDI number of the pitch",
    "frequency": "fundamental frequency as it is heard, Hz",
    "level_db": "level (RMS) over the whole clip, dB",
    "brightness": "how far up the spectrum reaches, 0 to 1",
    "onset": "when the note begins, s",
    "sounding": "part of the clip after which it is let go, 0 to 1",
    "release": "how long it takes to fall silent then, s",
    "attack": "how long it takes to grow to its full amplitude, s",
    "decay": "how long the fundamental takes to fall by 60 dB, s; of a struck string, at first",
    "damping": "how much faster a partial at 1 kHz decays, 1/s; it grows with frequency",
    "position": "where the string is plucked or struck, as a part of its length",
    "inharmonicity": "stiffness B: partial k lies at k f √(1 + B k²)",
    "detune_cents": "how far strings or ranks that belong together are apart, cents",
    "aftersound_db": "level of a struck string's slow decay against the fast one, dB",
    "vibrato_cents": "how far the vibrato goes to either side, cents",
    "vibrato_rate": "turns of the vibrato in a second, Hz",
    "vibrato_delay": "when the vibrato begins to grow, s after the onset",
    "vibrato_phase": "where in its turn the vibrato is at the onset, 0 to 1",
    "tremolo_db": "how much the level moves with the breath, from lowest to highest, dB",
    "tremolo_rate": "turns of the tremolo in a second, Hz",
    "tremolo_phase": "where in its turn the tremolo is at the onset, 0 to 1",
    "even_db": "level of the even harmonics against the odd ones, dB",
    "scoop_cents": "how far below the pitch the note begins, cents",
    "scoop": "how long it takes to make up 63% of that, s",
    "rank_2_db": "level of the organ's octave against the note, dB",
    "rank_3_db": "level of its twelfth, dB",
    "rank_4_db": "level of its fifteenth, dB",
    "click_db": "level of the key's click at the onset against the tone, dB",
    "beating": "how deep a bell's beats are, 0 to 1",
    "beat_rate": "beats of a bell's first mode in a second, Hz",
    "noise_db": "level of what has no pitch (bow, breath, pick, hammer, wind, clapper) against the tone, dB",
}
"""What each parameter is, with its unit."""


@dataclass(frozen=True)
class Score:
    """A batch of notes of one instrument, as the player reads it.

    parameters: each `(note, 1)` float32. white: a white spectrum for each note, `(note, frequency)` complex.
    """

    parameters: Mapping[str, Tensor]
    white: Tensor
    samples: int
    rate: int

    def __getitem__(self, name: str) -> Tensor:
        return self.parameters[name]

    @cached_property
    def since(self) -> Tensor:
        """Time since the onset (s), negative before it: `(note, sample)`."""
        return torch.arange(self.samples) / self.rate - self["onset"]

    @cached_property
    def number(self) -> Tensor:
        """The numbers 1, 2, 3 … of as many harmonics as fit below half the rate: `(1, partial)`."""
        fit = int(self.rate / 2 / float(self["frequency"].min()))
        return torch.arange(1, fit + 1, dtype=torch.float32)[None]

    @cached_property
    def harmonic(self) -> Tensor:
        """The harmonics' frequencies (Hz): `(note, partial)`."""
        return self["frequency"] * self.number

    @cached_property
    def release(self) -> Tensor:
        """Time since the player let go (s): `(note, sample)`."""
        return self.since + (self["onset"] - self["sounding"] * (self.samples / self.rate))

    def dying(self, length: Tensor | float) -> Tensor:
        """exp(-t / length) from the onset on: `(note, sample)`."""
        return (self.since.clamp_min(0) / -length).exp_()

    def noise(self, low: Tensor | float, high: Tensor | float) -> Tensor:
        """Noise of level 1 between about `low` and `high` (Hz): `(note, sample)`."""
        f = torch.linspace(0, self.rate / 2, self.samples // 2 + 1)
        gain = 1 / (1 + (low / f.clamp_min(1)) ** 4 + (f / high) ** 4)
        return coloured_noise(self.white, gain, self.samples)


@dataclass(frozen=True)
class Instrument:
    """A name, what its parameters range over, and how it sounds."""

    name: str
    ranges: Ranges
    voice: Callable[[Score], Tensor]

    @property
    def parameters(self) -> dict[str, tuple[float, float]]:
        """All that is drawn for a note, with its range."""
        return {**COMMON, **self.ranges}

    def play(self, score: Score) -> Tensor:
        """The notes at level 1 (RMS), silent before the onset and at the end: `(note, sample)`."""
        sound = self.voice(score)
        sound.mul_(ramp(score.since, 0.001)).mul_(1 - ramp(score.release, score["release"]))
        return sound.div_(rms(sound))


def decibels(db: Tensor | float) -> Tensor:
    """The amplitude ratio of a level difference in dB."""
    return 10 ** (torch.as_tensor(db) / 20)


def mixed(tone: Tensor, noise: Tensor, noise_db: Tensor) -> Tensor:
    """The tone at level 1 (RMS), and the noise `noise_db` from it."""
    return tone.div_(rms(tone)).add_(noise.mul_(decibels(noise_db)))


def stiff_string(score: Score) -> Tensor:
    """A stiff string's partials before it is tuned, k f √(1 + B k²): `(note, partial)` Hz. Fletcher 1964."""
    return score.harmonic * (1 + score["inharmonicity"] * score.number**2).sqrt()


def tuned(f: Tensor, amplitude: Tensor, decay: Tensor, score: Score) -> Tensor:
    """Partials `f` let down together until the pitch that is heard is the note's: `(note, partial)` Hz.

    Stretched partials have no common period. What is heard, or tracked, is the delay T at which the sound is
    most like itself: where its autocorrelation Σ a_k² cos(2π f_k T) is largest, up to 50 cents higher. The
    amplitudes a_k are those that are left when a pitch is heard, 0.1 s into the note.
    """
    energy = (amplitude * torch.exp(-0.1 * decay)).square()
    sharper = 2 ** (torch.arange(0, 50, 0.5) / 1200)
    turns = f[:, :, None] / (score["frequency"][:, :, None] * sharper)
    likeness = (energy[:, :, None] * (2 * math.pi * turns).cos()).sum(1)
    return f / sharper[likeness.argmax(1, keepdim=True)]


def body(f: Tensor, peaks: tuple[tuple[float, float, float], ...], floor: float) -> Tensor:
    """The gain of a body at a frequency (Hz): a `floor`, and peaks of (Hz, width in Hz, gain)."""
    return sum(
        (gain / (1 + ((f - peak) / width) ** 2) for peak, width, gain in peaks), torch.full_like(f, floor)
    )


VIOLIN_BODY = ((280.0, 60.0, 0.8), (460.0, 90.0, 1.0), (1100.0, 250.0, 0.5), (2500.0, 700.0, 0.9))
GUITAR_BODY = ((105.0, 30.0, 0.8), (210.0, 40.0, 0.8), (400.0, 100.0, 0.4), (2200.0, 900.0, 0.3))


def bowed(s: Score) -> Tensor:
    """Stick and slip, a sawtooth (Helmholtz 1863), through a body; a slow attack, vibrato, the bow's rasp."""
    f = s.harmonic
    spectrum = body(f, VIOLIN_BODY, 0.35) / s.number * torch.exp(-f / (900 + 4500 * s["brightness"]))
    arriving = ramp(s.since, s["attack"])
    swelling = ramp(s.since - s["vibrato_delay"], 0.2)
    turn = 2 * math.pi * (s["vibrato_rate"] * s.since + s["vibrato_phase"])
    cents = s["vibrato_cents"] * swelling * turn.sin()
    angle = running_phase(s["frequency"], cents, s.rate)
    tone = harmonics(angle, spectrum * below_nyquist(f, s.rate), 0.86 + 0.14 * arriving)
    tone.mul_(arriving).mul_(1 + 0.01 * s["vibrato_cents"] * swelling * turn.cos())
    rasp = s.noise(1500.0, 6500.0).mul_(arriving.clamp_min_(0.3)).mul_(1 + 3 * s.dying(0.06))
    return mixed(tone, rasp, s["noise_db"])


def plucked(s: Score) -> Tensor:
    """A stiff string let go at a point, without the partials that rest there; the higher die the sooner."""
    f = stiff_string(s)
    shape = (math.pi * s.number * s["position"]).sin() / s.number
    softness = torch.exp(-f / (900 + 3500 * s["brightness"]))
    spectrum = shape * softness * body(f, GUITAR_BODY, 0.5) * below_nyquist(f, s.rate)
    decay = SIXTY_DB / s["decay"] + s["damping"] * (f / 1000) ** 2
    f = tuned(f, spectrum, decay, s)
    tone = damped_partials(f, spectrum, decay.clamp_max(300), s["onset"], s.samples, s.rate)
    pick = s.noise(500.0, 2500.0).mul_(s.dying(0.005))
    return mixed(tone, pick, s["noise_db"])


def struck(s: Score) -> Tensor:
    """A hammer on strings tuned almost alike: they die fast together, then slowly apart (Weinreich 1977)."""
    f = stiff_string(s)
    softness = 1 / (1 + (f / (500 + 2200 * s["brightness"])) ** 2)
    shape = (math.pi * s.number * s["position"]).sin() / s.number.sqrt()
    spectrum = shape * softness * below_nyquist(f, s.rate)
    prompt = SIXTY_DB / s["decay"] + s["damping"] * (f / 1000)
    f = tuned(f, spectrum, prompt, s)
    apart = 2 ** (s["detune_cents"] / 1200)
    tone = damped_partials(
        torch.cat([f, f * apart], 1),
        torch.cat([spectrum, spectrum * decibels(s["aftersound_db"])], 1),
        torch.cat([prompt, prompt / 4], 1).clamp_max(300),
        s["onset"],
        s.samples,
        s.rate,
    )
    tone.mul_(ramp(s.since, s["attack"]))
    thump = s.noise(60.0, 900.0).mul_(s.dying(0.018))
    return mixed(tone, thump, s["noise_db"])


def reed(s: Score) -> Tensor:
    """A cylinder closed at the reed: odd harmonics up to a cutoff, breath, a slide up to the pitch."""
    f = s.harmonic
    odd = s.number % 2
    spectrum = (odd + (1 - odd) * decibels(s["even_db"])) / s.number**0.7
    spectrum = spectrum / (1 + (f / (900 + 1800 * s["brightness"])) ** 3) * below_nyquist(f, s.rate)
    arriving = ramp(s.since, s["attack"])
    cents = -s["scoop_cents"] * s.dying(s["scoop"])
    angle = running_phase(s["frequency"], cents, s.rate)
    tone = harmonics(angle, spectrum, 0.8 + 0.2 * arriving).mul_(arriving)
    turn = 2 * math.pi * (s["tremolo_rate"] * s.since + s["tremolo_phase"])
    tone.mul_(decibels(s["tremolo_db"] / 2 * turn.sin()))
    breath = s.noise(500.0, 2500.0).mul_(ramp(s.since, 0.02)).mul_(1 + 2 * s.dying(0.05))
    return mixed(tone, breath, s["noise_db"])


RANKS = (1, 2, 3, 4)
DETUNING = (0.0, 1.0, -0.8, -0.5)


def organ(s: Score) -> Tensor:
    """Ranks of pipes on the note, its octave, twelfth and fifteenth; the key's click, and a puff of wind."""
    stops = (torch.ones_like(s["frequency"]), *(decibels(s[f"rank_{rank}_db"]) for rank in RANKS[1:]))
    pipes, sizes = [], []
    for rank, cents, stop in zip(RANKS, DETUNING, stops, strict=True):
        f = s.harmonic[:, : max(1, s.number.shape[1] // rank)] * rank
        n = s.number[:, : f.shape[1]]
        pipes.append(f * 2 ** (cents * s["detune_cents"] / 1200))
        sizes.append(
            stop * n**-1.4 * torch.exp(-f / (1200 + 4000 * s["brightness"])) * below_nyquist(f, s.rate)
        )
    f, spectrum = torch.cat(pipes, 1), torch.cat(sizes, 1)
    tone = damped_partials(f, spectrum, torch.zeros_like(f), s["onset"], s.samples, s.rate)
    tone.mul_(ramp(s.since, s["attack"]))
    puff = s.noise(2 * s["frequency"], 8 * s["frequency"])
    puff.mul_(0.05 + s.dying(0.03)).mul_(ramp(s.since, 0.004))
    click = s.noise(2000.0, 7000.0).mul_(s.dying(0.002)).mul_(decibels(s["click_db"]))
    return mixed(tone, puff, s["noise_db"]).add_(click)


BELL = (
    # ratio to the note, level in dB, how much faster than the first it dies
    (1.0, 0.0, 1.0),
    (1.19, -16.0, 6.0),
    (2.0, -3.0, 1.6),
    (2.51, -12.0, 7.0),
    (3.0, -5.0, 2.2),
    (4.11, -7.0, 5.0),
    (5.43, -7.0, 5.5),
    (6.81, -8.0, 6.0),
    (8.24, -8.0, 6.5),
    (9.87, -9.0, 7.5),
    (11.62, -9.0, 8.5),
    (13.5, -10.0, 9.5),
    (15.7, -10.0, 11.0),
    (18.1, -11.0, 12.0),
    (20.9, -11.0, 14.0),
    (24.2, -12.0, 16.0),
    (28.0, -12.0, 18.0),
)


def bell(s: Score) -> Tensor:
    """A tuned hand bell: 1, 2 and 3 ring on, what lies between and above is out of tune and soon gone.

    A bell is never quite round, so that each mode is a pair that beats (Rossing 1984); here a line with one
    on either side, which beats without moving the pitch.
    """
    ratio, level, haste = torch.tensor(BELL).T[:, None]
    f = s["frequency"] * ratio
    tilt = ratio ** (s["brightness"] - 0.8)
    centre = decibels(level) * tilt * below_nyquist(f, s.rate)
    side = centre * s["beating"] / 2
    apart = s["beat_rate"] * ratio.sqrt()
    decay = SIXTY_DB / s["decay"] * haste
    tone = damped_partials(
        torch.cat([f, f - apart, f + apart], 1),
        torch.cat([centre, side, side], 1),
        torch.cat([decay] * 3, 1),
        s["onset"],
        s.samples,
        s.rate,
    )
    clapper = s.noise(3000.0, 7000.0).mul_(s.dying(0.008))
    return mixed(tone, clapper, s["noise_db"])


ORCHESTRA: Mapping[str, Instrument] = {
    instrument.name: instrument
    for instrument in (
        Instrument(
            "bowed",
            {
                "attack": (0.08, 0.2),
                "vibrato_cents": (8.0, 30.0),
                "vibrato_rate": (4.8, 6.5),
                "vibrato_delay": (0.02, 0.15),
                "vibrato_phase": (0.0, 1.0),
                "noise_db": (-34.0, -22.0),
            },
            bowed,
        ),
        Instrument(
            "plucked",
            {
                "level_db": (-30.0, -16.0),
                "decay": (1.0, 3.0),
                "damping": (4.0, 14.0),
                "position": (0.09, 0.38),
                "inharmonicity": (0.00002, 0.0002),
                "noise_db": (-12.0, 0.0),
            },
            plucked,
        ),
        Instrument(
            "struck",
            {
                "level_db": (-32.0, -20.0),
                "attack": (0.002, 0.006),
                "decay": (0.8, 2.0),
                "damping": (3.0, 10.0),
                "position": (0.10, 0.14),
                "inharmonicity": (0.00005, 0.0003),
                "detune_cents": (0.5, 2.5),
                "aftersound_db": (-18.0, -10.0),
                "noise_db": (-10.0, 3.0),
            },
            struck,
        ),
        Instrument(
            "reed",
            {
                "attack": (0.02, 0.055),
                "even_db": (-34.0, -18.0),
                "scoop_cents": (30.0, 120.0),
                "scoop": (0.015, 0.045),
                "tremolo_db": (0.3, 2.0),
                "tremolo_rate": (3.5, 6.0),
                "tremolo_phase": (0.0, 1.0),
                "noise_db": (-40.0, -26.0),
            },
            reed,
        ),
        Instrument(
            "organ",
            {
                "attack": (0.008, 0.025),
                "rank_2_db": (-12.0, 0.0),
                "rank_3_db": (-20.0, -4.0),
                "rank_4_db": (-14.0, -2.0),
                "detune_cents": (0.5, 2.5),
                "click_db": (-24.0, -8.0),
                "noise_db": (-26.0, -14.0),
            },
            organ,
        ),
        Instrument(
            "bell",
            {
                "level_db": (-30.0, -16.0),
                "decay": (2.5, 6.0),
                "beating": (0.2, 0.7),
                "beat_rate": (1.0, 4.0),
                "noise_db": (-14.0, -2.0),
            },
            bell,
        ),
    )
}
"""The instruments of the built-in data set by name."""
