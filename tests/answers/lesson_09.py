"""Answers to lesson 09: right ones written differently, and wrong ones of the kind that students give."""

import math

import numpy as np
import torch
from torch.nn import functional as F
from torch.nn.functional import one_hot

NAMES = {"np": np, "torch": torch, "math": math, "F": F, "one_hot": one_hot}

BLOCKS = "def one_hot_blocks(labels, classes):\n"
LOGIT = "def projection_logit(features, bare, wanted):\n"
HELD = "def held_then_falling(step, steps, end=0.1):\n"
NOTHING = "    if not steps:\n        return 1.0\n"
DECAY = "def average_decay(step, half_life):\n"
CHANCE = "def chance_at(seed, step):\n"
LATER = "def delayed(audio, samples):\n"
REFUSE = "    if (samples < 0).any():\n        raise ValueError('a delay is 0 or more')\n"
PLACES = "    places = torch.arange(audio.shape[-1]) - samples[:, None]\n"
ARC = "def slerp(a, b, share):\n"
ANGLE = "    angle = torch.arccos(F.cosine_similarity(a, b, dim=-1).clamp(-1, 1)).unsqueeze(-1)\n"
NEAR = "    if (angle.sin() < 1e-4).any():\n        return (1 - share) * a + share * b\n"
MOVED = "def modulations(x):\n    w = torch.hann_window(x.shape[-1], dtype=x.dtype)\n"
CENTRED = "    x = x - (x * w).sum(-1, keepdim=True) / w.sum()\n"
LINES = "    return torch.fft.rfft(x * w)[..., 1:] * 2 / w.sum()\n"
FIT = "def fitting_samples(seconds, rate, hop, halvings):\n"

RIGHT = {
    "one_hot_blocks": {
        "rows of the unit matrix": BLOCKS
        + "    return torch.cat([torch.eye(n)[labels[k]] for k, n in classes.items()], 1)",
        "written into zeros": BLOCKS
        + "    count = len(next(iter(labels.values())))\n    x = torch.zeros(count, sum(classes.values()))\n"
        "    start = 0\n    for kind, number in classes.items():\n"
        "        x[torch.arange(count), start + labels[kind]] = 1\n        start += number\n    return x",
        "compared with a range": BLOCKS + "    parts = []\n    for kind in classes:\n"
        "        parts.append((labels[kind][:, None] == torch.arange(classes[kind])).double())\n"
        "    return torch.hstack(parts)",
    },
    "projection_logit": {
        "einsum": LOGIT
        + "    return bare + torch.einsum('bf,bf->b', wanted, features) / features.shape[1] ** 0.5",
        "mean times the root": LOGIT
        + "    return bare + (features * wanted).mean(dim=1) * math.sqrt(wanted.shape[1])",
        "the root as a tensor": LOGIT
        + "    return bare + (wanted * features).sum(1) / torch.sqrt(torch.tensor(features.shape[1]))",
        "matrix products": LOGIT + "    match = features.unsqueeze(1) @ wanted.unsqueeze(2)\n"
        "    return match.flatten() / math.sqrt(features.size(-1)) + bare",
    },
    "held_then_falling": {
        "branches": HELD + NOTHING + "    if step <= steps / 2:\n        return 1\n"
        "    if step >= steps:\n        return end\n    return end + (1 - end) * (steps - step) / (steps / 2)",
        "interpolation": HELD
        + "    return np.interp(step, [0, steps / 2, steps], [1, 1, end]) if steps else 1",
        "step by step": HELD + NOTHING + "    factor = 1.0\n    for s in range(min(step, steps)):\n"
        "        if s >= steps / 2:\n            factor -= (1 - end) / (steps / 2)\n    return factor",
        "a tensor": HELD + NOTHING + "    late = torch.clamp(torch.tensor(2 * step / steps - 1), 0, 1)\n"
        "    return 1 - (1 - end) * late",
        "clip": HELD + NOTHING + "    return 1 - (1 - end) * np.clip((step - steps / 2) / (steps / 2), 0, 1)",
    },
    "average_decay": {
        "root": DECAY + "    life = max(1, min(half_life, step / 2))\n    return 2 ** (-1 / life)",
        "exponential": DECAY + "    life = step / 2 if step / 2 < half_life else half_life\n"
        "    if life < 1:\n        life = 1\n    return math.exp(-math.log(2) / life)",
        "a tensor": DECAY + "    life = torch.clamp(torch.tensor(min(half_life, step / 2)), min=1)\n"
        "    return 0.5 ** (1 / life)",
        "clipped": DECAY + "    return 0.5 ** (1 / np.maximum(np.minimum(half_life, step / 2), 1))",
    },
    "chance_at": {
        "tuple": CHANCE
        + "    random = torch.Generator()\n    random.manual_seed(hash((seed, step)) % 2**63)\n"
        "    return random",
        "seed sequence": CHANCE
        + "    number = np.random.SeedSequence([seed, step]).generate_state(1, np.uint64)[0]\n"
        "    return torch.Generator().manual_seed(int(number) % 2**62)",
        "step first": CHANCE + "    return torch.Generator().manual_seed(step * 10_007 + seed)",
        "bits": CHANCE + "    return torch.Generator().manual_seed(seed << 17 | step)",
    },
    "modulations": {
        "sums of cosines and sines": MOVED
        + CENTRED
        + "    n = x.shape[-1]\n    t = torch.arange(n, dtype=x.dtype)\n"
        "    k = torch.arange(1, n // 2 + 1, dtype=x.dtype)\n    angle = 2 * math.pi * k[:, None] * t / n\n"
        "    c, s = (x * w) @ angle.cos().T, (x * w) @ angle.sin().T\n"
        "    return torch.complex(c, -s) * 2 / w.sum()",
        "the window's mean": MOVED + "    w = w / w.mean()\n    x = x - (x * w).mean(-1, keepdim=True)\n"
        "    return 2 * torch.fft.fft(x * w, norm='forward')[..., 1 : x.shape[-1] // 2 + 1]",
        "a window by hand": "def modulations(x):\n    n = x.shape[-1]\n"
        "    w = torch.sin(math.pi * torch.arange(n) / n) ** 2\n" + CENTRED + LINES,
    },
    "delayed": {
        "clip by clip": LATER + REFUSE + "    out = torch.zeros_like(audio)\n"
        "    for i, n in enumerate(samples.tolist()):\n"
        "        if n < audio.shape[1]:\n            out[i, n:] = audio[i, : audio.shape[1] - n]\n    return out",
        "padded": LATER
        + REFUSE
        + "    rows = [F.pad(x, (int(n), 0))[: len(x)] for x, n in zip(audio, samples)]\n"
        "    return torch.stack(rows)",
        "into zeros of 32 bits": LATER + REFUSE + "    out = torch.zeros(audio.shape)\n"
        "    for row, clip, n in zip(out, audio, samples.tolist()):\n"
        "        row[n:] = clip[: max(0, len(clip) - n)]\n    return out",
        "where": LATER
        + REFUSE
        + PLACES
        + "    return torch.where(places >= 0, audio.gather(1, places.clamp(min=0)), torch.zeros(()).to(audio))",
    },
    "slerp": {
        "norms by hand": ARC + "    cosine = (a * b).sum(-1, keepdim=True)\n"
        "    cosine = cosine / a.norm(dim=-1, keepdim=True) / b.norm(dim=-1, keepdim=True)\n"
        "    angle = torch.acos(cosine.clamp(-1, 1))\n    s = torch.sin(angle)\n"
        "    x = (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / s.clamp(min=1e-9)\n"
        "    return torch.where(s < 1e-4, (1 - share) * a + share * b, x)",
        "turned in the plane": ARC
        + ANGLE
        + "    u = a / a.norm(dim=-1, keepdim=True)\n    v = b - (b * u).sum(-1, keepdim=True) * u\n"
        "    v = v / v.norm(dim=-1, keepdim=True)\n"
        "    r, s = a.norm(dim=-1, keepdim=True), b.norm(dim=-1, keepdim=True)\n"
        "    turned = r * (torch.cos(share * angle) * u + torch.sin(share * angle) * v)\n"
        "    arc = turned + (s / r - 1) * r * torch.sin(share * angle) / angle.sin() * b / s\n"
        "    return torch.where(angle.sin() < 1e-4, (1 - share) * a + share * b, arc)",
    },
    "fitting_samples": {
        "floor division": FIT
        + "    step = hop * 2**halvings\n    wanted = math.ceil(seconds * rate - 1e-6)\n"
        "    return -(-wanted // step) * step",
        "counted up": FIT + "    n = hop << halvings\n    total = n\n"
        "    while total < seconds * rate - 1e-6:\n        total += n\n    return total",
    },
}

WRONG = {
    "one_hot_blocks": {
        "order of the labels": (
            BLOCKS + "    return torch.cat([one_hot(labels[k], classes[k]).float() for k in labels], 1)",
            "the order of `labels`",
        ),
        "as many places as occur": (
            BLOCKS + "    return torch.cat([one_hot(labels[k]).float()[:, :1] for k in classes], 1)",
            "whichever labels happen to occur",
        ),
        "below each other": (
            BLOCKS + "    n = max(classes.values())\n"
            "    return torch.cat([one_hot(labels[k], n).float() for k in classes], 0)",
            "have the shape",
        ),
        "whole numbers": (
            BLOCKS + "    return torch.cat([one_hot(labels[k], n) for k, n in classes.items()], 1)",
            "add `.float()`",
        ),
        "as many as the largest label": (
            BLOCKS + "    return torch.cat([one_hot(labels[k]).float() for k in classes], 1)",
            "whichever labels happen to occur",
        ),
        "numpy": (
            BLOCKS + "    parts = [np.eye(n)[labels[k].numpy()] for k, n in classes.items()]\n"
            "    return np.concatenate(parts, 1)",
            "a linear layer takes tensors",
        ),
        "one place further": (
            BLOCKS
            + "    return torch.cat([one_hot((labels[k] + 1) % n, n).float() for k, n in classes.items()], 1)",
            "the vectors",
        ),
        "the numbers themselves": (
            BLOCKS + "    return torch.stack([labels[k] for k in classes], 1).float()",
            "have the shape",
        ),
    },
    "projection_logit": {
        "no root": (LOGIT + "    return bare + (wanted * features).sum(1)", "not divided by the root"),
        "mean": (LOGIT + "    return bare + (wanted * features).mean(1)", "take its square root"),
        "no bare": (
            LOGIT + "    return (wanted * features).sum(1) / math.sqrt(features.shape[1])",
            "add the bare logit",
        ),
        "over the batch": (
            LOGIT + "    return (bare[:, None] + wanted * features).sum(0)",
            "sum over the features",
        ),
        "all divided": (
            LOGIT + "    return (bare + (wanted * features).sum(1)) / math.sqrt(features.shape[1])",
            "divide the match only",
        ),
        "root of the batch": (
            LOGIT + "    return bare + (wanted * features).sum(1) / math.sqrt(len(features))",
            "number of features",
        ),
        "detached": (
            LOGIT + "    match = (wanted * features.detach()).sum(1)\n"
            "    return bare + match / math.sqrt(features.shape[1])",
            "no graph",
        ),
        "subtracted": (
            LOGIT + "    return bare - (wanted * features).sum(1) / math.sqrt(features.shape[1])",
            "more* real",
        ),
    },
    "held_then_falling": {
        "falls from the start": (
            HELD + NOTHING + "    return 1 - (1 - end) * min(1, step / steps)",
            "over the whole first half",
        ),
        "falls on": (
            HELD + NOTHING + "    return 1 - (1 - end) * max(0, 2 * step / steps - 1)",
            "not fall on",
        ),
        "to zero": (
            HELD + NOTHING + "    return 1 - min(1, max(0, 2 * step / steps - 1))",
            "and end =",
        ),
        "geometrically": (
            HELD + NOTHING + "    return end ** min(1, max(0, 2 * step / steps - 1))",
            "same *ratio*",
        ),
        "no steps": (
            HELD + "    return 1 - (1 - end) * min(1, max(0, 2 * step / steps - 1))",
            "ZeroDivisionError",
        ),
        "another default": (
            HELD.replace("0.1", "0.01")
            + NOTHING
            + "    return 1 - (1 - end) * min(1, max(0, 2 * step / steps - 1))",
            "if no end is given",
        ),
        "stays": (HELD + "    return 1.0", "and end ="),
    },
    "average_decay": {
        "what changes": (
            DECAY + "    return 1 - 0.5 ** (1 / max(1, min(half_life, step / 2)))",
            "share that *changes*",
        ),
        "time constant": (
            DECAY + "    return math.exp(-1 / max(1, min(half_life, step / 2)))",
            "1/e is left",
        ),
        "one minus": (DECAY + "    return 1 - 1 / max(2, min(half_life, step / 2))", "about 1/e"),
        "no ramp": (DECAY + "    return 0.5 ** (1 / max(1, half_life))", "used already"),
        "ramp of all steps": (
            DECAY + "    return 0.5 ** (1 / max(1, min(half_life, step)))",
            "*half* of them",
        ),
        "ramp that ends too soon": (
            DECAY
            + "    life = step / 2 if step < half_life else half_life\n    return 0.5 ** (1 / max(1, life))",
            "used already",
        ),
        "whole numbers": (
            DECAY + "    return 0.5 ** (1 / max(1, min(half_life, step // 2)))",
            "`/` and not `//`",
        ),
        "whole half-life": (
            DECAY + "    return 0.5 ** (1 / max(1, min(int(half_life), step / 2)))",
            "is left after half_life =",
        ),
        "zero": (DECAY + "    return 0.5 ** (1 / min(half_life, step / 2))", "divided by 0"),
        "power": (DECAY + "    return 0.5 ** max(1, min(half_life, step / 2))", "after half_life ="),
    },
    "chance_at": {
        "the one that all share": (
            CHANCE + "    return torch.manual_seed(seed * 1_000_003 + step)",
            "everybody else",
        ),
        "sum": (
            CHANCE + "    return torch.Generator().manual_seed(seed + step)",
            "gives the numbers of seed",
        ),
        "product": (
            CHANCE + "    return torch.Generator().manual_seed(seed * step)",
            "gives the numbers of seed",
        ),
        "seed only": (CHANCE + "    return torch.Generator().manual_seed(seed)", "use the step"),
        "step only": (CHANCE + "    return torch.Generator().manual_seed(step)", "use the seed"),
        "a thousand": (
            CHANCE + "    return torch.Generator().manual_seed(seed * 1000 + step)",
            "multiply the seed by more",
        ),
        **{
            f"seeded with {number}": (
                CHANCE + f"    return torch.Generator().manual_seed({number})",
                words,
            )
            for number, words in {
                "seed * 31 + step": "multiply the seed by more",
                "(seed << 8) ^ step": "multiply the seed by more",
                "seed * 50_000 + step": "multiply the seed by more",
                "seed * 99_000 + step": "multiply the seed by more",
                "seed + 97 * step": "gives the numbers of seed",
                "seed * 3 + step * 5": "gives the numbers of seed",
                "seed**2 + step": "gives the numbers of seed",
                "int(f'{seed}0{step}')": "gives the numbers of seed",
                "(seed * 1_000_003 + step) % 65_521": "gives the numbers of seed",
                "(seed << 32) + step": "lowest 32 bits",
                "step * 2**31 + seed": "lowest 32 bits",
                "hash(f'{seed},{step}') % 2**63": "another number in each process",
                "hash((str(seed), step)) % 2**63": "another number in each process",
            }.items()
        },
        "numpy's chance": (
            CHANCE + "    np.random.seed(seed * 1_000_003 + step)\n"
            "    return torch.Generator().manual_seed(int(np.random.randint(2**31)))",
            "those of Python or numpy",
        ),
        "Python's chance": (
            "import random\n" + CHANCE + "    random.seed(seed * 1_000_003 + step)\n"
            "    return torch.Generator().manual_seed(random.getrandbits(60))",
            "those of Python or numpy",
        ),
        "moved on": (
            CHANCE
            + "    g = torch.Generator().manual_seed(seed)\n    torch.rand(step, generator=g)\n    return g",
            "moved on by some places",
        ),
        "digits": (
            CHANCE + "    return torch.Generator().manual_seed(int(f'{seed}{step}'))",
            "where the first number ends",
        ),
        "the seed": (CHANCE + "    return seed * 1_000_003 + step", "a torch.Generator is expected"),
        "chance": (
            CHANCE + "    g = torch.Generator()\n    g.seed()\n    return g",
            "depend on these two only",
        ),
        "the same one": (
            "held = torch.Generator()\n" + CHANCE + "    return held.manual_seed(seed * 1_000_003 + step)",
            "make a new one each time",
        ),
    },
    "modulations": {
        "plain mean": (MOVED + "    x = x - x.mean(-1, keepdim=True)\n" + LINES, "the plain one"),
        "no mean": (MOVED + LINES, "no mean"),
        "no window": (MOVED + "    w = torch.ones_like(w)\n" + CENTRED + LINES, "no window"),
        "mean after the window": (
            MOVED + "    mean = (x * w).sum(-1, keepdim=True) / w.sum()\n"
            "    return torch.fft.rfft(x * w - mean)[..., 1:] * 2 / w.sum()",
            "no mean is taken away",
        ),
        "symmetric window": (
            MOVED.replace("dtype=", "periodic=False, dtype=") + CENTRED + LINES,
            "one frame later",
        ),
        "with 0 Hz": (MOVED + CENTRED + LINES.replace("[..., 1:]", ""), "begin with k = 1"),
        "from 0 to the last but one": (MOVED + CENTRED + LINES.replace("1:", ":-1"), "begin with k = 1"),
        "without the last": (MOVED + CENTRED + LINES.replace("1:", "1:-1"), "up to T/2"),
        "no 2": (MOVED + CENTRED + LINES.replace(" * 2", ""), "the 2 in front"),
        "by the frames": (MOVED + CENTRED + LINES.replace("w.sum()", "len(w)"), "sum of the window"),
        "not divided": (MOVED + CENTRED + LINES.replace(" / w.sum()", ""), "not divided by the sum"),
        "neither": (MOVED + CENTRED + LINES.replace(" * 2 / w.sum()", ""), "neither doubled"),
        "magnitudes": (MOVED + CENTRED + LINES.replace("1:]", "1:].abs()"), "are complex"),
        "other sign": (
            MOVED + CENTRED + LINES.replace("[..., 1:]", "[..., 1:].conj()"),
            "sign of the exponent",
        ),
        "along another axis": (
            MOVED + CENTRED + LINES.replace("x * w)", "x * w, dim=0)").replace("[..., 1:]", ""),
            "has shape",
        ),
        "detached": (MOVED + "    x = x.detach()\n" + CENTRED + LINES, "no graph"),
    },
    "delayed": {
        "rolled": (
            LATER + REFUSE + "    return torch.stack([x.roll(int(n)) for x, n in zip(audio, samples)])",
            "comes back at the beginning",
        ),
        "earlier": (
            LATER + REFUSE + "    rows = [F.pad(x, (0, int(n)))[int(n) :] for x, n in zip(audio, samples)]\n"
            "    return torch.stack(rows)",
            "*earlier*",
        ),
        "first sample held": (
            LATER + REFUSE + PLACES + "    return audio.gather(-1, places.clamp(min=0))",
            "should be silence",
        ),
        "one delay for all": (
            LATER + REFUSE + "    n = int(samples[0])\n    return F.pad(audio, (n, 0))[:, : audio.shape[1]]",
            "each has its own number",
        ),
        "negative ones": (
            LATER
            + PLACES
            + "    return audio.gather(-1, places.clamp(0, audio.shape[1] - 1)) * (places >= 0)",
            "raise a ValueError",
        ),
        "no longer than the clip": (
            LATER + REFUSE + "    out = torch.zeros_like(audio)\n"
            "    for i, n in enumerate(samples.tolist()):\n"
            "        out[i, n:] = audio[i, : audio.shape[1] - n]\n    return out",
            "raised RuntimeError",
        ),
        "only the first is asked": (
            LATER
            + "    if samples[0] < 0:\n        raise ValueError('negative')\n"
            + PLACES
            + "    return audio.gather(-1, places.clamp(0, audio.shape[1] - 1)) * (places >= 0)",
            "raise a ValueError",
        ),
        "longer": (
            LATER + REFUSE + "    n = int(samples.max())\n"
            "    return torch.stack([F.pad(x, (int(k), n - int(k))) for x, k in zip(audio, samples)])",
            "runs over is lost",
        ),
        "in place": (
            LATER + REFUSE + PLACES + "    audio[:] = audio.gather(-1, places.clamp(min=0)) * (places >= 0)\n"
            "    return audio",
            "work on a copy",
        ),
    },
    "slerp": {
        "chord": (ARC + "    return (1 - share) * a + share * b", "the chord"),
        "swapped": (
            ARC
            + ANGLE
            + NEAR
            + "    return (torch.sin(share * angle) * a + torch.sin((1 - share) * angle) * b) / torch.sin(angle)",
            "changed places",
        ),
        "chord at the right length": (
            ARC + "    x = (1 - share) * a + share * b\n"
            "    return x / x.norm(dim=-1, keepdim=True) * a.norm(dim=-1, keepdim=True)",
            "same share is expected",
        ),
        "not divided": (
            ARC
            + ANGLE
            + NEAR
            + "    return torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b",
            "at share 0",
        ),
        "no straight line": (
            ARC
            + ANGLE
            + "    return (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)",
            "should stay at a",
        ),
        "the same only": (
            ARC
            + "    if torch.equal(a, b):\n        return a\n"
            + ANGLE
            + "    return (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)",
            "in one line with it",
        ),
        "stays at a": (
            ARC
            + ANGLE
            + "    if (angle.sin() < 1e-4).any():\n        return a\n"
            + "    return (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)",
            "in one line with it",
        ),
        "one in a line bends all": (
            ARC
            + ANGLE
            + NEAR
            + "    return (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)",
            "each is to go its own way",
        ),
        "only where all are in a line": (
            ARC
            + ANGLE
            + NEAR.replace("any", "all")
            + "    return (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)",
            "each is to go its own way",
        ),
        "one length": (
            ARC
            + ANGLE
            + NEAR
            + "    long = a.norm(dim=-1, keepdim=True)\n    a, b = a / long, b / b.norm(dim=-1, keepdim=True)\n"
            "    return long * (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)",
            "not equally long",
        ),
        "one angle for all": (
            ARC
            + "    angle = torch.arccos(F.cosine_similarity(a.flatten(), b.flatten(), dim=0).clamp(-1, 1))\n"
            "    if angle.sin() < 1e-4:\n        return a\n"
            "    return (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)",
            "by its own angle",
        ),
    },
    "fitting_samples": {
        "whole frames only": (FIT + "    return math.ceil(seconds * rate / hop) * hop", "cannot be halved"),
        "rounded down": (
            FIT + "    n = hop * 2**halvings\n    return max(n, math.floor(seconds * rate / n) * n)",
            "round up",
        ),
        "frames": (
            FIT + "    n = 2**halvings\n    return math.ceil(seconds * rate / hop / n) * n",
            "number of frames",
        ),
        "one more": (
            FIT + "    n = hop * 2**halvings\n    return (math.floor(seconds * rate / n) + 1) * n",
            "which fit",
        ),
        "times instead of to the power of": (
            FIT + "    n = hop * 2 * halvings\n    return math.ceil(seconds * rate / n) * n",
            "cannot be halved",
        ),
        "to the nearest": (
            FIT + "    n = hop * 2**halvings\n    return max(n, round(seconds * rate / n) * n)",
            "round up",
        ),
        "half more, to the nearest": (
            FIT + "    n = hop * 2**halvings\n    return n * round(seconds * rate / n + 0.5)",
            "which fit",
        ),
        "16,000": (
            FIT + "    n = hop * 2**halvings\n    return n * math.ceil(seconds * 16_000 / n - 1e-9)",
            " samples",
        ),
        "halvings squared": (
            FIT + "    n = hop * halvings**2\n    return n * math.ceil(seconds * rate / n - 1e-9)",
            "cannot be halved",
        ),
        "a little too generous": (
            FIT + "    n = hop * 2**halvings\n    return n * math.ceil(seconds * rate / n - 1e-3)",
            "one more than fit",
        ),
        "samples": (FIT + "    return math.ceil(seconds * rate)", "cannot be halved"),
    },
}

KEPT_APART = "no pair of the checks has the same number with this factor either"
SYMMETRIC = "the smaller, the larger and the cosine of two do not depend on their order"
COSINE = "cosine = torch.nn.functional.cosine_similarity(a, b, dim=-1).clamp(-1, 1)"
LATER_LINE = "`places = torch.arange(audio.shape[-1], device=samples.device) - samples[:, None]`"
READ_LINE = "`return audio.gather(-1, places.clamp(min=0)) * (places >= 0)`"
RAISE_LINE = "`raise ValueError(f'a delay is 0 or more samples, and not {int(samples.min())}')`"
NEARLY = "`return torch.where(torch.sin(angle) < 0.0001, (1 - share) * a + share * b, arc)`"
EQUIVALENT: dict[str, dict[str, str]] = {
    "held_then_falling": {
        "first two arguments swapped in `late = min(1.0, max(0.0, 2 * step / steps - 1))`": SYMMETRIC,
    },
    "average_decay": {
        "first two arguments swapped in `return 0.5 ** (1 / max(1.0, min(half_life, 0.5 * step)))`": SYMMETRIC,
    },
    "chance_at": {
        f"{change} in `return torch.Generator().manual_seed(seed * 1000003 + step)`": KEPT_APART
        for change in ("Add → Sub", "1000003 → 1000004", "1000003 → 1000002", "1000003 → 2000006")
    },
    "delayed": {
        "call of bool dropped in `if bool((samples < 0).any()):`": "`if` takes a tensor of one truth value as it is",
        f"device= dropped in {LATER_LINE}": "the checks have no other device than the processor",
        f"minus dropped in {LATER_LINE}": "clips have two axes, so the last one is axis 1",
        f"minus dropped in {READ_LINE}": "clips have two axes, so the last one is axis 1",
        f"call of int dropped in {RAISE_LINE}": "how the error puts it is not asked",
        f"call of .min dropped in {RAISE_LINE}": "how the error puts it is not asked",
        f"min → max in {RAISE_LINE}": "how the error puts it is not asked",
    },
    "slerp": {
        f"first two arguments swapped in `{COSINE}`": SYMMETRIC,
        f"Lt → LtE in {NEARLY}": "no angle of the checks has just this sine",
        f"0.0001 → 0.0002 in {NEARLY}": "no angle of the checks has a sine between the two",
        f"call of torch.sin dropped in {NEARLY}": "small angles are their own sines; opposite ones may go any way",
    },
    "fitting_samples": {
        "1e-09 → 2e-09 in `return step * math.ceil(seconds * rate / step - 1e-09)`": "both are below any sample",
    },
}
