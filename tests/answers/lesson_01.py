"""Answers to lesson 01: right ones written differently, and wrong ones of the kind that students give."""

from gan_course import Sound, synthesis
from gan_course.synthesis import times

NAMES = {"Sound": Sound, "times": times, "synthesis": synthesis}

SINE = "def sine(frequency, duration, rate=16_000, phase=0.0, amplitude=1.0):\n"
FM = "def fm(carrier, modulator, index, duration, rate=16_000, amplitude=1.0):\n"
ENVELOPE = "def envelope(duration, attack=0.02, decay=0.1, sustain=0.6, release=0.1, rate=16_000):\n"
PLUCK = "def pluck(frequency, duration, rate=16_000, seed=0):\n"


def plucked(
    turn: str = "round(rate / frequency - 0.5)",
    noise: str = "np.random.default_rng(seed).uniform(-1, 1, round(duration * rate))",
    loop: str = "for n in range(turn + 1, len(y)):",
    mean: str = "y[n] = (y[n - turn] + y[n - turn - 1]) / 2",
    end: str = "return Sound(y, rate)",
) -> str:
    """The plucked string with some of its lines written differently."""
    return PLUCK + f"    turn = {turn}\n    y = {noise}\n    {loop}\n        {mean}\n    {end}"


RIGHT = {
    "sine": {
        "counting samples": SINE + "    n = np.arange(round(duration * rate))\n"
        "    return Sound(amplitude * np.sin(2 * np.pi * frequency / rate * n + phase), rate)",
        "by torch": SINE + "    t = torch.arange(round(duration * rate), dtype=torch.float64) / rate\n"
        "    return Sound(amplitude * torch.sin(2 * math.pi * frequency * t + phase), rate, 'mine')",
        "one by one": SINE + "    x = []\n    for n in range(round(duration * rate)):\n"
        "        x.append(amplitude * math.cos(math.tau * frequency * n / rate + phase - math.pi / 2))\n"
        "    return Sound(x, rate)",
        "in single precision": SINE + "    t = times(duration, rate).astype(np.float32)\n"
        "    return Sound(amplitude * np.sin(np.float32(2 * np.pi * frequency) * t + phase), rate)",
    },
    "alias_frequency": {
        "by the remainder": "def alias_frequency(frequency, rate):\n    r = frequency % rate\n"
        "    return min(r, rate - r)",
        "in a loop": "def alias_frequency(frequency, rate):\n    while frequency > rate / 2:\n"
        "        frequency = abs(frequency - rate)\n    return frequency",
        "python's round": "def alias_frequency(f, r):\n    nearest = round(f / r) * r\n    return abs(nearest - f)",
    },
    "level_db": {
        "mean square": "def level_db(x):\n    return 10 * np.log10(np.mean(np.square(x)))",
        "by torch": "def level_db(x):\n    x = torch.as_tensor(x)\n"
        "    return 20 * torch.log10(torch.sqrt((x ** 2).mean()))",
        "by math": "def level_db(x):\n    return 10 * math.log10(sum(v * v for v in x) / len(x))",
    },
    "quantise": {
        "by floor": "def quantise(x, bits):\n    n = 2 ** (bits - 1)\n"
        "    return np.clip(np.floor(np.asarray(x) * n + 0.5), -n, n - 1) / n",
        "one by one": "def quantise(x, bits):\n    step = 2 / 2 ** bits\n    y = []\n    for v in x:\n"
        "        y.append(max(-1, min(1 - step, round(v / step) * step)))\n    return y",
        "by torch": "def quantise(x, bits):\n    step = 2.0 ** (1 - bits)\n"
        "    return (torch.as_tensor(x) / step).round().clamp(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) * step",
        "a sound": "def quantise(x, bits):\n    step = 2.0 ** (1 - bits)\n"
        "    return Sound(np.clip(np.rint(x / step), -1 / step, 1 / step - 1) * step)",
    },
    "bits_needed": {
        "the number": "bits_needed = 15",
        "computed": "bits_needed = math.ceil((90 - 1.76) / 6.02)",
        "an array": "bits_needed = np.ceil((90 - 1.76) / 6.02)",
    },
    "envelope": {
        "piece by piece": ENVELOPE + "    a, d, r = (round(s * rate) for s in (attack, decay, release))\n"
        "    h = round(duration * rate) - a - d - r\n"
        "    return np.concatenate([np.linspace(0, 1, a, endpoint=False), np.linspace(1, sustain, d, "
        "endpoint=False),\n"
        "                           np.full(h, sustain), np.linspace(sustain, 0, r)])",
        "by masks": ENVELOPE + "    t = times(duration, rate)\n    y = np.full(len(t), sustain)\n"
        "    y = np.where(t < attack + decay, 1 - (1 - sustain) * (t - attack) / decay, y)\n"
        "    y = np.where(t < attack, t / attack, y)\n"
        "    return np.where(t > duration - release, sustain * (duration - t) / release, y)",
        "by torch": ENVELOPE + "    t = torch.arange(round(duration * rate)) / rate\n"
        "    up, down = t / attack, 1 - (1 - sustain) * (t - attack) / decay\n"
        "    y = torch.minimum(up, down.clamp(min=sustain))\n"
        "    return y * ((duration - t) / release).clamp(max=1)",
    },
    "fm": {
        "two steps": FM + "    t = times(duration, rate)\n    angle = 2 * np.pi * carrier * t\n"
        "    angle = angle + index * np.sin(2 * np.pi * modulator * t)\n"
        "    return amplitude * Sound(np.sin(angle), rate)",
        "counting samples": FM + "    n = np.arange(round(duration * rate))\n    w = 2 * np.pi * n / rate\n"
        "    return Sound(np.sin(w * carrier + np.sin(w * modulator) * index) * amplitude, rate)",
        "by torch": FM
        + "    w = 2 * torch.pi * torch.arange(round(duration * rate), dtype=torch.float64) / rate\n"
        "    return Sound(amplitude * torch.sin(carrier * w + torch.as_tensor(index) * torch.sin(modulator "
        "* w)), rate)",
    },
    "pluck": {
        "as a list": PLUCK + "    N = int(rate / frequency)\n    rng = np.random.default_rng(seed)\n"
        "    y = list(rng.uniform(-1, 1, N))\n    for n in range(N, round(duration * rate)):\n"
        "        y.append(0.5 * y[n - N] + 0.5 * y[n - N - 1])\n    return Sound(y, rate)",
        "heads or tails": plucked(
            noise="np.random.RandomState(seed).choice([-1.0, 1.0], round(duration * rate))"
        ),
        "turn by turn": PLUCK + "    N = math.floor(rate / frequency)\n"
        "    y = np.random.default_rng(seed).uniform(-1, 1, round(duration * rate))\n"
        "    for start in range(N + 1, len(y), N):\n        stop = min(start + N, len(y))\n"
        "        y[start:stop] = (y[start - N:stop - N] + y[start - N - 1:stop - N - 1]) / 2\n"
        "    return Sound(y, rate)",
        "by torch": PLUCK + "    N = math.floor(rate / frequency)\n"
        "    y = torch.rand(round(duration * rate), generator=torch.Generator().manual_seed(seed)) * 2 - 1\n"
        "    y = y.tolist()\n    for n in range(N + 1, len(y)):\n        y[n] = (y[n - N] + y[n - N - 1]) / 2\n"
        "    return Sound(torch.tensor(y), rate)",
    },
}

WRONG = {
    "sine": {
        "without the turn": (
            SINE + "    return Sound(amplitude * np.sin(frequency * times(duration, rate) + phase), rate)",
            "strongest at",
        ),
        "half the turn": (
            SINE
            + "    return Sound(amplitude * np.sin(np.pi * frequency * times(duration, rate) + phase), rate)",
            "strongest at",
        ),
        "a cosine": (
            SINE
            + "    return Sound(amplitude * np.cos(2 * np.pi * frequency * times(duration, rate) + phase), rate)",
            "begins at 0",
        ),
        "downwards": (
            SINE
            + "    return Sound(-amplitude * np.sin(2 * np.pi * frequency * times(duration, rate) + phase), rate)",
            "rises",
        ),
        "no phase": (
            SINE
            + "    return Sound(amplitude * np.sin(2 * np.pi * frequency * times(duration, rate)), rate)",
            "phase",
        ),
        "phase in turns": (
            SINE
            + "    return Sound(amplitude * np.sin(2 * np.pi * (frequency * times(duration, rate) + phase)), rate)",
            "phase",
        ),
        "no amplitude": (
            SINE + "    return Sound(np.sin(2 * np.pi * frequency * times(duration, rate) + phase), rate)",
            "amplitude",
        ),
        "an array": (
            SINE + "    return amplitude * np.sin(2 * np.pi * frequency * times(duration, rate) + phase)",
            "Sound(",
        ),
        "no rate": (
            SINE
            + "    return Sound(amplitude * np.sin(2 * np.pi * frequency * times(duration, rate) + phase))",
            "samples in a second",
        ),
        "the rate forgotten": (
            SINE + "    return Sound(amplitude * np.sin(2 * np.pi * frequency * np.arange(round(duration * "
            "rate)) + phase), rate)",
            "strongest at",
        ),
        "cut down": (
            SINE + "    n = np.arange(int(duration * rate) - 1)\n"
            "    return Sound(amplitude * np.sin(2 * np.pi * frequency * n / rate + phase), rate)",
            "nearest",
        ),
        "linspace": (
            SINE + "    t = np.linspace(0, duration, round(duration * rate))\n"
            "    return Sound(amplitude * np.sin(2 * np.pi * frequency * t + phase), rate)",
            "where",
        ),
        "nothing": (
            SINE + "    x = amplitude * np.sin(2 * np.pi * frequency * times(duration, rate) + phase)",
            "return",
        ),
        "the library's": (
            SINE + "    return synthesis.sine(frequency, duration, rate, phase, amplitude)",
            "library's own",
        ),
    },
    "alias_frequency": {
        "unchanged": ("def alias_frequency(frequency, rate):\n    return frequency", "half the rate"),
        "mirrored always": (
            "def alias_frequency(frequency, rate):\n    return abs(rate - frequency)",
            "half the rate",
        ),
        "mirrored once": (
            "def alias_frequency(frequency, rate):\n"
            "    return frequency if frequency < rate / 2 else abs(rate - frequency)",
            "alias_frequency(",
        ),
        "the remainder": (
            "def alias_frequency(frequency, rate):\n    return frequency % rate",
            "half the rate",
        ),
        "remainder of half": (
            "def alias_frequency(frequency, rate):\n    return frequency % (rate / 2)",
            "comes back down",
        ),
        "cut off": (
            "def alias_frequency(frequency, rate):\n    return min(frequency, rate / 2)",
            "comes back down",
        ),
        "with a sign": (
            "def alias_frequency(frequency, rate):\n    return frequency - rate * np.round(frequency / rate)",
            "negative",
        ),
        "rounded down": (
            "def alias_frequency(frequency, rate):\n    return abs(frequency - rate * np.floor(frequency / rate))",
            "half the rate",
        ),
        "printed": (
            "def alias_frequency(frequency, rate):\n    print(abs(frequency - rate * round(frequency / rate)))",
            "is None",
        ),
    },
    "level_db": {
        "the peak": ("def level_db(x):\n    return 20 * np.log10(np.max(np.abs(x)))", "not the peak"),
        "a square too many": ("def level_db(x):\n    return 20 * np.log10(np.mean(np.square(x)))", "-6.02"),
        "ten for twenty": (
            "def level_db(x):\n    return 10 * np.log10(np.sqrt(np.mean(np.square(x))))",
            "-1.51",
        ),
        "natural logarithm": (
            "def level_db(x):\n    return 20 * np.log(np.sqrt(np.mean(np.square(x))))",
            "-6.93",
        ),
        "mean of magnitudes": ("def level_db(x):\n    return 20 * np.log10(np.mean(np.abs(x)))", "-3.9"),
        "spread": ("def level_db(x):\n    return 20 * np.log10(np.std(x))", "noise"),
        "sum": ("def level_db(x):\n    return 20 * np.log10(np.sqrt(np.sum(np.square(x))))", "0 dB"),
        "no decibels": ("def level_db(x):\n    return np.sqrt(np.mean(np.square(x)))", "0 dB"),
        "each sample": ("def level_db(x):\n    return 20 * np.log10(np.abs(x))", "one number is expected"),
        "upside down": (
            "def level_db(x):\n    return -20 * np.log10(np.sqrt(np.mean(np.square(x))))",
            "yours is 3.01",
        ),
    },
    "quantise": {
        "not rounded": ("def quantise(x, bits):\n    return np.asarray(x) * 1.0", "no multiple"),
        "cut off": (
            "def quantise(x, bits):\n    s = 2.0 ** (1 - bits)\n    return np.clip(np.trunc(x / s) * s, -1, 1 - s)",
            "nearest",
        ),
        "rounded down": (
            "def quantise(x, bits):\n    s = 2.0 ** (1 - bits)\n    return np.clip(np.floor(x / s) * s, -1, 1 - s)",
            "nearest",
        ),
        "half a step": (
            "def quantise(x, bits):\n    s = 2.0 ** -bits\n    return np.clip(np.round(x / s) * s, -1, 1 - s)",
            "no multiple",
        ),
        "two steps": (
            "def quantise(x, bits):\n    s = 2.0 ** (2 - bits)\n"
            "    return np.clip(np.round(x / s) * s, -1, 1 - s / 2)",
            "nearest",
        ),
        "not clipped": (
            "def quantise(x, bits):\n    s = 2.0 ** (1 - bits)\n    return np.round(x / s) * s",
            "values end at",
        ),
        "only to 1": (
            "def quantise(x, bits):\n    s = 2.0 ** (1 - bits)\n    return np.clip(np.round(x / s) * s, -1, 1)",
            "values end at",
        ),
        "in steps": (
            "def quantise(x, bits):\n    s = 2.0 ** (1 - bits)\n"
            "    return np.clip(np.round(x / s), -1 / s, 1 / s - 1)",
            "go back",
        ),
        "no zero": (
            "def quantise(x, bits):\n    s = 2.0 ** (1 - bits)\n"
            "    return np.clip((np.floor(x / s) + 0.5) * s, -1, 1 - s)",
            "silence",
        ),
        "decimals": ("def quantise(x, bits):\n    return np.round(x, bits)", "quantise(x"),
        "in place": (
            "def quantise(x, bits):\n    s = 2.0 ** (1 - bits)\n"
            "    x[:] = np.clip(np.round(x / s) * s, -1, 1 - s)\n    return x",
            "changes its input",
        ),
    },
    "bits_needed": {
        "not whole": ("bits_needed = (90 - 1.76) / 6.02", "whole"),
        "rounded down": ("bits_needed = 14", "less than 90"),
        "the usual": ("bits_needed = 16", "one fewer"),
        "six for six": ("bits_needed = 90 * 6.02", "whole"),
        "in quotes": ("bits_needed = '15'", "quotes"),
    },
    "envelope": {
        "no attack": (
            ENVELOPE + "    t = times(duration, rate)\n"
            "    return np.interp(t, [0, decay, duration - release, duration], [1, sustain, sustain, 0])",
            "begin at 0",
        ),
        "decay not after attack": (
            ENVELOPE + "    t = times(duration, rate)\n"
            "    return np.interp(t, [0, attack, decay, duration - release, duration], [0, 1, sustain, sustain, 0])",
            "half-way through the decay",
        ),
        "no sustain": (
            ENVELOPE + "    t = times(duration, rate)\n"
            "    return np.interp(t, [0, attack, attack + decay, duration], [0, 1, sustain, 0])",
            "must stay",
        ),
        "no release": (
            ENVELOPE
            + "    t = times(duration, rate)\n    return np.interp(t, [0, attack, attack + decay], [0, 1, sustain])",
            "must go down to 0",
        ),
        "down to 0": (
            ENVELOPE + "    t = times(duration, rate)\n"
            "    return np.interp(t, [0, attack, attack + decay, duration - release, duration], [0, 1, 0, 0, 0])",
            "half-way through the decay",
        ),
        "release after the end": (
            ENVELOPE + "    t = times(duration + release, rate)\n"
            "    return np.interp(t, [0, attack, attack + decay, duration, duration + release], [0, 1, "
            "sustain, sustain, 0])",
            "nearest",
        ),
        "release at its time": (
            ENVELOPE + "    t = times(duration, rate)\n"
            "    y = np.interp(t, [0, attack, attack + decay], [0, 1, sustain])\n    return y * (t < "
            "duration - release)",
            "is",
        ),
        "in samples": (
            ENVELOPE + "    n = np.arange(round(duration * rate))\n"
            "    return np.interp(n, [0, attack, attack + decay, duration - release, duration], [0, 1, "
            "sustain, sustain, 0])",
            "half-way through the attack",
        ),
        "a list": (
            ENVELOPE
            + "    t = times(duration, rate)\n    corners = [0, attack, attack + decay, duration - release, duration]\n"
            "    return list(np.interp(t, corners, [0, 1, sustain, sustain, 0]))",
            "is a list",
        ),
        "only the corners": (ENVELOPE + "    return np.array([0, 1, sustain, sustain, 0])", "nearest"),
        "up to sustain": (
            ENVELOPE + "    t = times(duration, rate)\n"
            "    return np.interp(t, [0, attack, duration - release, duration], [0, sustain, sustain, 0])",
            "half-way through the attack",
        ),
    },
    "fm": {
        "added outside": (
            FM + "    t = times(duration, rate)\n"
            "    return Sound(amplitude * (np.sin(2 * np.pi * carrier * t) + index * np.sin(2 * np.pi * "
            "modulator * t)), rate)",
            "is",
        ),
        "the frequency swung": (
            FM
            + "    t = times(duration, rate)\n    f = carrier + index * np.sin(2 * np.pi * modulator * t)\n"
            "    return Sound(amplitude * np.sin(2 * np.pi * f * t), rate)",
            "is",
        ),
        "multiplied": (
            FM + "    t = times(duration, rate)\n"
            "    return Sound(amplitude * np.sin(2 * np.pi * carrier * t) * (1 + index * np.sin(2 * np.pi * "
            "modulator * t)), rate)",
            "is",
        ),
        "without the turn": (
            FM + "    t = times(duration, rate)\n"
            "    return Sound(amplitude * np.sin(2 * np.pi * carrier * t + index * np.sin(modulator * t)), rate)",
            "is",
        ),
        "a cosine inside": (
            FM + "    t = times(duration, rate)\n"
            "    return Sound(amplitude * np.sin(2 * np.pi * carrier * t + index * np.cos(2 * np.pi * "
            "modulator * t)), rate)",
            "swung by a cosine",
        ),
        "a cosine outside": (
            FM + "    t = times(duration, rate)\n"
            "    return Sound(amplitude * np.cos(2 * np.pi * carrier * t + index * np.sin(2 * np.pi * "
            "modulator * t)), rate)",
            "index of 0",
        ),
        "index inside": (
            FM + "    t = times(duration, rate)\n"
            "    return Sound(amplitude * np.sin(2 * np.pi * carrier * t + np.sin(2 * np.pi * index * "
            "modulator * t)), rate)",
            "is",
        ),
        "carrier and modulator swapped": (
            FM + "    t = times(duration, rate)\n"
            "    return Sound(amplitude * np.sin(2 * np.pi * modulator * t + index * np.sin(2 * np.pi * "
            "carrier * t)), rate)",
            "carrier",
        ),
        "an array": (
            FM + "    t = times(duration, rate)\n"
            "    return amplitude * np.sin(2 * np.pi * carrier * t + index * np.sin(2 * np.pi * modulator * t))",
            "Sound(",
        ),
        "no amplitude": (
            FM + "    t = times(duration, rate)\n"
            "    return Sound(np.sin(2 * np.pi * carrier * t + index * np.sin(2 * np.pi * modulator * t)), rate)",
            "amplitude",
        ),
    },
    "pluck": {
        "without the half": (plucked(turn="round(rate / frequency)"), "how is N rounded"),
        "one too many": (plucked(turn="round(rate / frequency + 0.5)"), "how is N rounded"),
        "no mean": (plucked(mean="y[n] = y[n - turn]"), "never fades"),
        "not halved": (plucked(mean="y[n] = y[n - turn] + y[n - turn - 1]"), "divide the sum"),
        "a difference": (plucked(mean="y[n] = (y[n - turn] - y[n - turn - 1]) / 2"), "half the difference"),
        "the next neighbour": (
            plucked(mean="y[n] = (y[n - turn] + y[n - turn + 1]) / 2"),
            "how is N rounded",
        ),
        "its own neighbour": (plucked(mean="y[n] = (y[n - turn] + y[n - 1]) / 2"), "where the mean"),
        "brackets": (plucked(mean="y[n] = y[n - turn] + y[n - turn - 1] / 2"), "divide the sum"),
        "only noise": (
            PLUCK
            + "    return Sound(np.random.default_rng(seed).uniform(-1, 1, round(duration * rate)), rate)",
            "where the mean",
        ),
        "silence": (plucked(noise="np.zeros(round(duration * rate))"), "silence"),
        "positive noise": (
            plucked(noise="np.random.default_rng(seed).uniform(0, 1, round(duration * rate))"),
            "fills the range",
        ),
        "bell-shaped noise": (
            plucked(noise="2 * np.random.default_rng(seed).standard_normal(round(duration * rate))"),
            "between -1 and 1",
        ),
        "without the seed": (
            plucked(noise="np.random.default_rng().uniform(-1, 1, round(duration * rate))"),
            "second time",
        ),
        "always one seed": (
            plucked(noise="np.random.default_rng(0).uniform(-1, 1, round(duration * rate))"),
            "another seed",
        ),
        "a sine": (
            plucked(noise="np.sin(2 * np.pi * frequency * times(duration, rate) + seed)"),
            "follow from each other",
        ),
        "an array": (plucked(end="return y"), "Sound("),
        "no rate": (plucked(end="return Sound(y)"), "samples in a second"),
        "the time as the length": (
            plucked(noise="np.random.default_rng(seed).uniform(-1, 1, int(duration * rate) + 2)"),
            "nearest",
        ),
    },
}

EQUIVALENT = {
    "quantise": {
        "first two arguments swapped in `return np.clip(np.round(x / step) * step, -1, 1 - step)`": (
            "np.clip(a, low, high) is min(max(a, low), high), and max is the same either way round"
        ),
    },
    "pluck": {
        "sign of the result in `return Sound(y, rate, f'pluck {frequency:g} Hz')`": (
            "noise in [-1, 1] upside down is noise in [-1, 1], and the mean is linear: the pluck of another seed"
        ),
        "Add → Sub in `for n in range(turn + 1, len(y)):`": (
            "y[N - 1] and y[N] become means of two random samples, which are random samples of the first turn; from "
            "N + 1 on, every sample is the mean that it was"
        ),
        "1 → 0 in `for n in range(turn + 1, len(y)):`": (
            "y[N] becomes the mean of y[0] and y[-1], the last random sample, and so is random; the rest as before"
        ),
    },
}
