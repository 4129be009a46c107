# ruff: noqa: E501
"""Answers to lesson 07: right ones written differently, and wrong ones, the broken pieces of the hunt among them."""

import builtins
import dis
import inspect
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from torch import nn
from torch.nn import functional as F

from gan_course.objectives import r1, value
from gan_course.spectral import amplitude_to_db, stft
from gan_course.training import first_gan
from tests import mutations

NAMES = {
    "np": np,
    "torch": torch,
    "nn": nn,
    "F": F,
    "dis": dis,
    "builtins": builtins,
    "inspect": inspect,
    "Path": Path,
    "soundfile": soundfile,
    "soxr": soxr,
    "stft": stft,
    "amplitude_to_db": amplitude_to_db,
    "r1": r1,
    "value": value,
}

MISSING = "def missing_names(function):\n"
USED = "    used = {step.argval for step in dis.get_instructions(function) if step.opname == 'LOAD_GLOBAL'}\n"
READ = "def read_folder(folder, rate, samples):\n"
LOOP = "    clips = []\n    for file in sorted(Path(folder).glob('*.wav')):\n"
FITTED = (
    "        clips.append(np.pad(x, (0, samples - len(x))))\n    return torch.from_numpy(np.stack(clips))\n"
)
ENCODE = "def encode(audio, filters, floor=-80.0, ceiling=10.0):\n"
MEL = "    mel = filters @ stft(audio, 1024, 256)[..., :-1].abs()\n"
DB = MEL + "    db = amplitude_to_db(mel, floor, 256)\n"
PAIRS = "def paired_batches(pictures, labels, size, random):\n"
G = "def build_generator(latent):\n"
UP = "nn.ConvTranspose2d({}, {}, 4, 2, 1)"
BOUNDED = "def bounded(h):\n"
D = "def build_discriminator():\n"
LOSS = "def least_squares_discriminator(real, fake):\n"
G_STEP = "def generator_step(objective, D, G, optimiser, real, z):\n"
D_STEP = "def discriminator_step(objective, D, G, optimiser, real, z, gamma):\n"
DOWN = "    optimiser.zero_grad()\n    loss.backward()\n    optimiser.step()\n    return loss\n"
TRAIN = "def train(step, steps, watch, keep, every=100):\n"
STOP = "def may_stop(real, fake, near=0.05):\n"
ORDERS = "def both_orders(D, p, q):\n"
WRITE = "def write_sound(path, x, rate):\n"


def generator(*layers: str, start: str = "nn.Linear(latent, 4096), nn.Unflatten(1, (64, 8, 8))") -> str:
    """A generator of these layers after the usual start."""
    return G + f"    return nn.Sequential({', '.join([start, *layers])})\n"


def discriminator(*layers: str) -> str:
    """A discriminator of these layers."""
    return D + f"    return nn.Sequential({', '.join(layers)})\n"


LEAKY = "nn.LeakyReLU(0.2)"
DOWNS = ["nn.Conv2d(1, 16, 4, 2, 1)", "nn.Conv2d(16, 32, 4, 2, 1)", "nn.Conv2d(32, 64, 4, 2, 1)"]
BENT = [DOWNS[0], LEAKY, DOWNS[1], LEAKY, DOWNS[2], LEAKY, "nn.Flatten()"]
LAST = "nn.Linear(4096, 1)"
UPS = [LEAKY, UP.format(64, 32), LEAKY, UP.format(32, 16), LEAKY, UP.format(16, 1)]

RIGHT = {
    "missing_names": {
        "a loop": MISSING + "    found = []\n    for step in dis.get_instructions(function):\n"
        "        if step.opname == 'LOAD_GLOBAL' and step.argval not in function.__globals__ and not "
        "hasattr(builtins, step.argval):\n            found.append(step.argval)\n    return sorted(set(found))\n",
        "filtered at the end": MISSING + USED + "    known = {**vars(builtins), **function.__globals__}\n"
        "    return sorted(name for name in used if name not in known)\n",
    },
    "read_folder": {
        "a clip at a time": "def one(file, rate, samples):\n    x, own = soundfile.read(file)\n"
        "    x = soxr.resample(x.astype(np.float32), own, rate)\n    clip = np.zeros(samples, np.float32)\n"
        "    clip[: min(samples, len(x))] = x[:samples]\n    return torch.from_numpy(clip)\n\n"
        + READ
        + "    return torch.stack([one(file, rate, samples) for file in sorted(Path(folder).iterdir()) if file.suffix == '.wav'])\n",
        "other resampler": READ + LOOP + "        x, own = soundfile.read(str(file), dtype='float32')\n"
        "        if own != rate:\n            import librosa\n"
        "            x = librosa.resample(x, orig_sr=own, target_sr=rate)\n        x = x[:samples]\n"
        + FITTED,
        "a tensor filled": READ + "    files = sorted(Path(folder).glob('*.wav'))\n"
        "    clips = torch.zeros(len(files), samples)\n    for i, file in enumerate(files):\n"
        "        x, own = soundfile.read(file, dtype='float32')\n        x = soxr.resample(x, own, rate)[:samples]\n"
        "        clips[i, :len(x)] = torch.from_numpy(x)\n    return clips\n",
    },
    "encode": {
        "step by step": ENCODE
        + DB
        + "    share = (db - floor) / (ceiling - floor)\n    picture = share * 2 - 1\n"
        "    return picture.clip(-1, 1)[:, None]\n",
        "torch alone": ENCODE
        + "    X = torch.stft(audio, 1024, 256, window=torch.hann_window(1024, dtype=audio.dtype), "
        "center=True, pad_mode='reflect', return_complex=True)[..., :-1]\n"
        "    db = 20 * torch.log10((filters @ X.abs() / 256).clamp(min=10 ** (floor / 20)))\n"
        "    db = torch.minimum(db, torch.tensor(ceiling))\n"
        "    return ((db - (floor + ceiling) / 2) / ((ceiling - floor) / 2)).unsqueeze(1)\n",
    },
    "paired_batches": {
        "slices": PAIRS + "    order = torch.randperm(len(pictures), generator=random)\n"
        "    pictures, labels = pictures[order], labels[order]\n"
        "    return [(pictures[i:i + size], labels[i:i + size]) for i in range(0, len(pictures), size)]\n",
        "a generator": PAIRS + "    order = torch.randperm(len(labels), generator=random)\n"
        "    for start in range(0, len(order), size):\n        chosen = order[start:start + size]\n"
        "        yield pictures[chosen], labels[chosen]\n",
        "zipped": PAIRS + "    order = torch.randperm(len(pictures), generator=random)\n"
        "    return list(zip(pictures[order].split(size), labels[order].split(size)))\n",
    },
    "build_generator": {
        "other widths": generator(
            LEAKY,
            UP.format(32, 24),
            "nn.ReLU()",
            UP.format(24, 12),
            "nn.ELU()",
            UP.format(12, 1),
            start="nn.Linear(latent, 32 * 64), nn.Unflatten(1, (32, 8, 8))",
        ),
        "upsampling and convolution": generator(
            *[
                part
                for i, o in ((16, 16), (16, 8), (8, 1))
                for part in ("nn.SiLU()", "nn.Upsample(scale_factor=2)", f"nn.Conv2d({i}, {o}, 3, padding=1)")
            ],
            start="nn.Linear(latent, 16 * 64), nn.Unflatten(1, (16, 8, 8))",
        ),
        "a loop": G + "    layers = [nn.Linear(latent, 64 * 8 * 8), nn.Unflatten(1, (64, 8, 8))]\n"
        "    for i, o in ((64, 32), (32, 16), (16, 1)):\n"
        "        layers += [nn.LeakyReLU(0.2), nn.ConvTranspose2d(i, o, 4, stride=2, padding=1)]\n"
        "    return nn.Sequential(*layers)\n",
    },
    "bounded": {
        "sigmoid": BOUNDED + "    return 2 * torch.sigmoid(h) - 1\n",
        "exponentials": BOUNDED + "    return 1 - 2 / (torch.exp(2 * h) + 1)\n",
        "arctangent": BOUNDED + "    return torch.atan(2 * h) * 2 / np.pi\n",
    },
    "build_discriminator": {
        "a loop": D + "    layers = []\n    for i, o in ((1, 8), (8, 16), (16, 32), (32, 64)):\n"
        "        layers += [nn.Conv2d(i, o, 4, 2, 1), nn.LeakyReLU(0.2)]\n"
        "    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 16, 1))\n",
        "a hidden layer": discriminator(
            "nn.Flatten()", "nn.Linear(4096, 64)", "nn.ReLU()", "nn.Linear(64, 64)", LEAKY, "nn.Linear(64, 1)"
        ),
        "plain vector": D
        + "    return nn.Sequential(nn.Conv2d(1, 16, 4, 4), nn.ELU(), nn.Flatten(), nn.Linear(4096, 1), nn.Flatten(0))\n",
    },
    "least_squares_discriminator": {
        "one sum": LOSS + "    return ((real - 1).pow(2).mean() + fake.pow(2).mean()) / 2\n",
        "by hand": LOSS
        + "    return sum((r - 1) ** 2 for r in real).sum() / real.numel() / 2 + (fake * fake).mean() / 2\n",
        "multiplied out": LOSS
        + "    return 0.5 * (real * real - 2 * real + 1).mean() + 0.5 * (fake**2).mean()\n",
    },
    "generator_step": {
        "real without a gradient": G_STEP + "    with torch.no_grad():\n        on_real = D(real)\n"
        "    loss = objective.generator(on_real, D(G(z)))\n" + DOWN,
        "cleared first": G_STEP + "    optimiser.zero_grad()\n    fake = G(z)\n"
        "    loss = objective.generator(D(real), D(fake))\n"
        "    loss.backward()\n    optimiser.step()\n    return float(loss)",
    },
    "discriminator_step": {
        "no_grad": D_STEP + "    with torch.no_grad():\n        fake = G(z)\n"
        "    optimiser.zero_grad()\n    loss = objective.discriminator(D(real), D(fake))\n    loss.backward()\n"
        "    (gamma * r1(D, real)).backward()\n    optimiser.step()\n    return loss.item()\n",
        "by hand": D_STEP + "    x = real.clone().requires_grad_()\n    logit = D(x)\n"
        "    slope, = torch.autograd.grad(logit.sum(), x, create_graph=True)\n"
        "    penalty = 0.5 * slope.square().flatten(1).sum(1).mean()\n"
        "    loss = objective.discriminator(D(real), D(G(z).detach()))\n    optimiser.zero_grad()\n"
        "    (gamma * penalty + loss).backward()\n    optimiser.step()\n    return loss.detach()\n",
    },
    "train": {
        "while": TRAIN + "    done = 0\n    while done < steps:\n        losses = step()\n        done += 1\n"
        "        watch(done, losses)\n        if not done % every or done == steps:\n            keep(done)\n",
        "kept at the end": TRAIN
        + "    for i in range(steps):\n        losses = step()\n        watch(i + 1, losses)\n"
        "        if (i + 1) % every == 0 and i + 1 < steps:\n            keep(i + 1)\n    keep(steps)\n",
    },
    "may_stop": {
        "pair by pair": STOP
        + "    points = sum(1.0 if r > f else 0.5 if r == f else 0.0 for r in real for f in fake)\n"
        "    return abs(points / (len(real) * len(fake)) - 0.5) <= near + 1e-9\n",
        "signs": STOP + "    lead = torch.sign(real[:, None].double() - fake[None, :].double()).mean() / 2\n"
        "    return bool(lead.abs() <= near + 1e-9)\n",
        "a tensor": STOP
        + "    won = (real[:, None] > fake).double().mean()\n    lost = (real[:, None] < fake).double().mean()\n"
        "    return (won - lost).abs() / 2 <= near + 1e-9\n",
    },
    "both_orders": {
        "by hand": ORDERS + "    V = (p * D.log()).sum(1)[:, None] + (1 - D).log() @ q.T\n"
        "    return V.min(1).values.max(), V.max(0).values.min()\n",
        "loops": ORDERS + "    rows = [[value(one, p, other).item() for other in q] for one in D]\n"
        "    return max(min(row) for row in rows), min(max(column) for column in zip(*rows))\n",
    },
    "write_sound": {
        "if": WRITE + "    peak = x.abs().max()\n    if peak > 1:\n        x = x / peak\n"
        "    soundfile.write(str(path), np.asarray(x), rate, subtype='PCM_16')\n",
        "numpy": WRITE
        + "    x = x.numpy()\n    soundfile.write(file=path, data=x / max(1, np.abs(x).max()), samplerate=rate)\n",
        "scipy": WRITE + "    from scipy.io import wavfile\n    x = x / max(1.0, float(x.abs().max()))\n"
        "    wavfile.write(path, rate, (x * 32767).round().short().numpy())\n",
    },
}

WRONG = {
    "missing_names": {
        "all names": (MISSING + "    return sorted(function.__code__.co_names)\n", "too much is reported"),
        "built-in ones, too": (
            MISSING + USED + "    return sorted(used - set(function.__globals__))\n",
            "built in",
        ),
        "not sorted": (
            MISSING
            + USED
            + "    return sorted(used - set(function.__globals__) - set(dir(builtins)), reverse=True)\n",
            "come sorted",
        ),
        "the one that Python stumbles over": (
            MISSING + USED + "    return sorted(used - set(function.__globals__) - set(dir(builtins)))[:1]\n",
            "not reported",
        ),
        "defined ones, too": (
            MISSING + USED + "    return sorted(used - set(dir(builtins)))\n",
            "__globals__",
        ),
        "attributes, too": (
            MISSING
            + "    return sorted(set(function.__code__.co_names) - set(function.__globals__) - set(dir(builtins)))\n",
            "is an attribute",
        ),
        "local names": (MISSING + "    return sorted(function.__code__.co_varnames)\n", "local variables"),
        "each use": (
            MISSING
            + "    return sorted(s.argval for s in dis.get_instructions(function) if s.opname == 'LOAD_GLOBAL'"
            " and s.argval not in function.__globals__ and s.argval not in dir(builtins))\n",
            "more than once",
        ),
    },
    "read_folder": {
        "the pair as the samples": (
            READ
            + LOOP
            + "        x = soundfile.read(file, dtype='float32')\n        x = soxr.resample(x, rate, rate)[:samples]\n"
            + FITTED,
            "raised",
        ),
        "the rate lost": (
            READ
            + LOOP
            + "        x, _ = soundfile.read(file, dtype='float32')\n        x = x[:samples]\n"
            + FITTED,
            "own rate is lost",
        ),
        "one file": (
            READ
            + "    file = sorted(Path(folder).glob('*.wav'))[0]\n    x, own = soundfile.read(file, dtype='float32')\n"
            "    x = soxr.resample(x, own, rate)[:samples]\n"
            "    return torch.from_numpy(np.pad(x, (0, samples - len(x))))[None]\n",
            "one file was read",
        ),
        "returned in the loop": (
            READ
            + LOOP
            + "        x, own = soundfile.read(file, dtype='float32')\n        x = soxr.resample(x, own, rate)[:samples]\n"
            "        clips.append(np.pad(x, (0, samples - len(x))))\n        return torch.from_numpy(np.stack(clips))\n",
            "one file was read",
        ),
        "wrong way round": (
            READ
            + LOOP
            + "        x, own = soundfile.read(file, dtype='float32')\n        x = soxr.resample(x, rate, own)[:samples]\n"
            + FITTED,
            "wrong way round",
        ),
        "padded in front": (
            READ
            + LOOP
            + "        x, own = soundfile.read(file, dtype='float32')\n        x = soxr.resample(x, own, rate)[:samples]\n"
            "        clips.append(np.pad(x, (samples - len(x), 0)))\n    return torch.from_numpy(np.stack(clips))\n",
            "not what is in its file",
        ),
        "not in order": (
            READ
            + LOOP.replace("sorted(Path(folder).glob('*.wav'))", "sorted(Path(folder).glob('*.wav'))[::-1]")
            + "        x, own = soundfile.read(file, dtype='float32')\n        x = soxr.resample(x, own, rate)[:samples]\n"
            + FITTED,
            "not what is in its file",
        ),
        "double": (
            READ
            + LOOP
            + "        x, own = soundfile.read(file)\n        x = soxr.resample(x, own, rate)[:samples]\n"
            + FITTED,
            "float32 is expected",
        ),
        "every file": (
            READ + LOOP.replace("*.wav", "*") + "        x, own = soundfile.read(file, dtype='float32')\n"
            "        x = soxr.resample(x, own, rate)[:samples]\n" + FITTED,
            "raised",
        ),
    },
    "encode": {
        "samples arranged in rows": (
            ENCODE + "    return audio.reshape(len(audio), 1, -1, 64)\n",
            "no spectrogram is made",
        ),
        "the samples": (ENCODE + "    return audio\n", "no spectrogram is made"),
        "no mel": (
            ENCODE + "    db = amplitude_to_db(stft(audio, 1024, 256)[..., :-1].abs(), floor, 256)\n"
            "    return (2 * (db - floor) / (ceiling - floor) - 1).clamp(max=1).unsqueeze(1)\n",
            "makes mel bands",
        ),
        "no channel": (
            ENCODE + DB + "    return (2 * (db - floor) / (ceiling - floor) - 1).clamp(max=1)\n",
            "has a channel",
        ),
        "wrong axis": (
            ENCODE + DB + "    return (2 * (db - floor) / (ceiling - floor) - 1).clamp(max=1).unsqueeze(2)\n",
            "shape",
        ),
        "not in dB": (
            ENCODE
            + MEL
            + "    return (2 * (mel - floor) / (ceiling - floor) - 1).clamp(max=1).unsqueeze(1)\n",
            "not in dB",
        ),
        "0 to 1": (
            ENCODE + DB + "    return ((db - floor) / (ceiling - floor)).clamp(max=1).unsqueeze(1)\n",
            "−1 and 1 are asked for",
        ),
        "dB": (ENCODE + DB + "    return db.unsqueeze(1)\n", "in dB still"),
        "not clipped": (
            ENCODE + DB + "    return (2 * (db - floor) / (ceiling - floor) - 1).unsqueeze(1)\n",
            "louder than the ceiling",
        ),
        "no reference": (
            ENCODE
            + MEL
            + "    db = amplitude_to_db(mel, floor)\n    return (2 * (db - floor) / (ceiling - floor) - 1).clamp(max=1).unsqueeze(1)\n",
            "reference of `amplitude_to_db`",
        ),
        "one frame more": (
            ENCODE + "    db = amplitude_to_db(filters @ stft(audio, 1024, 256).abs(), floor, 256)\n"
            "    return (2 * (db - floor) / (ceiling - floor) - 1).clamp(max=1).unsqueeze(1)\n",
            "one frame too many",
        ),
        "floor and ceiling of its own": (
            ENCODE
            + MEL
            + "    db = amplitude_to_db(mel, -80.0, 256)\n    return (2 * (db + 80) / 90 - 1).clamp(max=1).unsqueeze(1)\n",
            "use them",
        ),
    },
    "paired_batches": {
        "single items": (
            PAIRS + "    order = torch.randperm(len(pictures), generator=random)\n"
            "    return [pictures[chosen] for chosen in order.split(size)]\n",
            "a pair",
        ),
        "an iterator that is nowhere": (
            PAIRS + "    return [(real, label) for real, label in sound_iterator]\n",
            "NameError",
        ),
        "a global": (
            "pictures_of_the_course = torch.zeros(20, 1, 2, 3)\n"
            + PAIRS
            + "    order = torch.randperm(len(pictures), generator=random)\n"
            "    return [(pictures_of_the_course[c % 20], labels[c]) for c in order.split(size)]\n",
            "from the arguments",
        ),
        "not shuffled": (
            PAIRS + "    return list(zip(pictures.split(size), labels.split(size)))\n",
            "shuffle",
        ),
        "labels stay": (
            PAIRS + "    order = torch.randperm(len(pictures), generator=random)\n"
            "    return list(zip(pictures[order].split(size), labels.split(size)))\n",
            "another's label",
        ),
        "chance from elsewhere": (
            PAIRS + "    order = torch.randperm(len(pictures))\n"
            "    return [(pictures[c], labels[c]) for c in order.split(size)]\n",
            "the same `random`",
        ),
        "one batch": (
            PAIRS
            + "    order = torch.randperm(len(pictures), generator=random)\n    return [(pictures[order], labels[order])]\n",
            "batches of",
        ),
        "rest left out": (
            PAIRS + "    order = torch.randperm(len(pictures), generator=random)\n"
            "    return [(pictures[c], labels[c]) for c in order.split(size) if len(c) == size]\n",
            "left out",
        ),
        "with replacement": (
            PAIRS + "    order = torch.randint(len(pictures), (len(pictures),), generator=random)\n"
            "    return [(pictures[c], labels[c]) for c in order.split(size)]\n",
            "come once",
        ),
    },
    "build_generator": {
        "1,024 values": (
            generator(*UPS, start="nn.Linear(latent, 1024), nn.Unflatten(1, (64, 8, 8))"),
            "cannot go through",
        ),
        "nothing grows": (
            generator(
                LEAKY, "nn.ConvTranspose2d(64, 32, 5, 1, 2)", LEAKY, "nn.ConvTranspose2d(32, 1, 5, 1, 2)"
            ),
            "nothing grows",
        ),
        "grows once": (
            generator(LEAKY, UP.format(64, 32), LEAKY, "nn.ConvTranspose2d(32, 1, 5, 1, 2)"),
            "nothing grows",
        ),
        "linear": (
            generator(UP.format(64, 32), UP.format(32, 16), UP.format(16, 1)),
            "the network is linear",
        ),
        "a framework not imported": (
            G + "    return tfk.Sequential(tfk.Linear(latent, 4096))\n",
            "NameError",
        ),
        "bounded already": (generator(*UPS, "nn.Tanh()"), "bounded already"),
        "no level below 0": (generator(*UPS, "nn.ReLU()"), "without a ReLU"),
        "two channels": (generator(*UPS[:-1], UP.format(16, 2)), "(3, 1, 64, 64) are expected"),
        "batch normalisation": (generator("nn.BatchNorm2d(64)", *UPS), "batch normalisation"),
        "nothing returned": (G + "    nn.Linear(latent, 4096)\n", "return"),
    },
    "bounded": {
        "clipped": (BOUNDED + "    return h.clamp(-1, 1)\n", "its slope is 0 where it clips"),
        "as it is": (BOUNDED + "    return h\n", "in [−1, 1]"),
        "0 to 1": (BOUNDED + "    return torch.sigmoid(h)\n", "only numbers above 0"),
        "by the largest": (BOUNDED + "    return h / h.abs().max() * 0\n", "rise everywhere"),
        "falling": (BOUNDED + "    return -torch.tanh(h)\n", "it falls"),
        "detached": (BOUNDED + "    return torch.tanh(h.detach())\n", "no gradient"),
        "clipped and mapped": (BOUNDED + "    return 2 * h.clamp(-1, 1) - 1\n", "comes out as 3"),
        "sine": (BOUNDED + "    return torch.sin(h)\n", "rise everywhere"),
        "too narrow": (BOUNDED + "    return 0.5 * torch.tanh(h)\n", "near −1 and 1"),
    },
    "build_discriminator": {
        "for 64 maps of 8 × 8": (
            discriminator("nn.Conv2d(64, 64, 4, 2, 1)", LEAKY, "nn.Flatten()", "nn.Linear(64 * 16, 1)"),
            "cannot go through",
        ),
        "linear": (discriminator(*DOWNS, "nn.Flatten()", LAST), "linear classifier"),
        "a sigmoid": (discriminator(*BENT, LAST, "nn.Sigmoid()"), "bounded"),
        "a tanh": (discriminator(*BENT, LAST, "nn.Tanh()"), "bounded"),
        "not flattened": (
            discriminator(*BENT[:-1], "nn.Conv2d(64, 1, 4, 2, 1)"),
            "one logit for each picture",
        ),
        "ten classes": (discriminator(*BENT, "nn.Linear(4096, 10)"), "one logit for each picture"),
        "batch normalisation": (
            discriminator(DOWNS[0], "nn.BatchNorm2d(16)", *BENT[1:], LAST),
            "batch normalisation",
        ),
        "not imported": (D + "    return layers.Sequential(layers.Conv2d(1, 16, 4, 2, 1))\n", "NameError"),
        "only a corner": (
            discriminator(
                "nn.AdaptiveMaxPool2d(8)", "nn.Flatten()", "nn.Linear(64, 64)", LEAKY, "nn.Linear(64, 1)"
            ),
            "does not look at",
        ),
        "a ReLU at the end": (discriminator(*BENT, LAST, "nn.ReLU()"), "comes after the last layer"),
    },
    "least_squares_discriminator": {
        "a sigmoid": (
            LOSS
            + "    return 0.5 * (torch.sigmoid(real) - 1).square().mean() + 0.5 * torch.sigmoid(fake).square().mean()\n",
            "a sigmoid squashes",
        ),
        "cross-entropy": (
            LOSS + "    return F.softplus(-real).mean() + F.softplus(fake).mean()\n",
            "cross-entropy",
        ),
        "no ½": (LOSS + "    return (real - 1).square().mean() + fake.square().mean()\n", "½"),
        "exchanged": (
            LOSS + "    return 0.5 * real.square().mean() + 0.5 * (fake - 1).square().mean()\n",
            "changed places",
        ),
        "sum": (
            LOSS + "    return 0.5 * (real - 1).square().sum() + 0.5 * fake.square().sum()\n",
            "not the sum",
        ),
        "sign": (
            LOSS + "    return -0.5 * (real - 1).square().mean() - 0.5 * fake.square().mean()\n",
            "sign is wrong",
        ),
        "mean first": (
            LOSS + "    return 0.5 * (real.mean() - 1) ** 2 + 0.5 * fake.mean() ** 2\n",
            "before the mean",
        ),
        "real only": (LOSS + "    return 0.5 * (real - 1).square().mean()\n", "generated samples is missing"),
        "detached": (
            LOSS + "    return 0.5 * (real - 1).square().mean() + 0.5 * fake.detach().square().mean()\n",
            "generated logits",
        ),
        "not squared": (
            LOSS + "    return 0.5 * (real - 1).abs().mean() + 0.5 * fake.abs().mean()\n",
            "magnitude",
        ),
    },
    "generator_step": {
        "an inference call": (
            G_STEP
            + "    with torch.no_grad():\n        fake = G(z)\n    loss = objective.generator(D(real), D(fake))\n"
            + DOWN,
            "has not moved",
        ),
        "everything an inference": (
            G_STEP
            + "    with torch.no_grad():\n        loss = objective.generator(D(real), D(G(z)))\n"
            + DOWN,
            "raised RuntimeError",
        ),
        "detached": (
            G_STEP + "    loss = objective.generator(D(real), D(G(z).detach()))\n" + DOWN,
            "has not moved",
        ),
        "a new leaf": (
            G_STEP
            + "    loss = objective.generator(D(real), D(torch.tensor(G(z).tolist(), dtype=z.dtype)))\n"
            + DOWN,
            "has not moved",
        ),
        "the discriminator's loss": (
            G_STEP + "    loss = objective.discriminator(D(real), D(G(z)))\n" + DOWN,
            "a step on the discriminator's loss",
        ),
        "up": (G_STEP + "    loss = -objective.generator(D(real), D(G(z)))\n" + DOWN, "*up* its loss"),
        "not cleared": (
            G_STEP
            + "    loss = objective.generator(D(real), D(G(z)))\n    loss.backward()\n    optimiser.step()\n    return loss\n",
            "zero_grad",
        ),
        "no step": (
            G_STEP
            + "    loss = objective.generator(D(real), D(G(z)))\n    optimiser.zero_grad()\n    loss.backward()\n    return loss\n",
            "has not moved",
        ),
        "D moves as well": (
            G_STEP
            + "    loss = objective.generator(D(real), D(G(z)))\n    optimiser.zero_grad()\n    loss.backward()\n"
            "    optimiser.step()\n    with torch.no_grad():\n        for p in D.parameters():\n            p -= 0.01\n    return loss\n",
            "D has moved as well",
        ),
    },
    "discriminator_step": {
        "G is stepped too": (
            D_STEP + "    loss = objective.discriminator(D(real), D(G(z)))\n    optimiser.zero_grad()\n"
            "    (loss + gamma * r1(D, real)).backward()\n    optimiser.step()\n"
            "    torch.optim.SGD(G.parameters(), 0.05).step()\n    return loss\n",
            "G has moved as well",
        ),
        "G gets a gradient": (
            D_STEP + "    loss = objective.discriminator(D(real), D(G(z)))\n    optimiser.zero_grad()\n"
            "    (loss + gamma * r1(D, real)).backward()\n    optimiser.step()\n    return loss\n",
            "detach them",
        ),
        "no penalty": (
            D_STEP + "    loss = objective.discriminator(D(real), D(G(z).detach()))\n" + DOWN,
            "the penalty is missing",
        ),
        "inference": (
            D_STEP
            + "    with torch.no_grad():\n        loss = objective.discriminator(D(real), D(G(z)))\n"
            + DOWN,
            "raised RuntimeError",
        ),
        "penalty at the generated": (
            D_STEP
            + "    fake = G(z).detach()\n    loss = objective.discriminator(D(real), D(fake))\n    optimiser.zero_grad()\n"
            "    (loss + gamma * r1(D, fake)).backward()\n    optimiser.step()\n    return loss\n",
            "generated samples",
        ),
        "penalty subtracted": (
            D_STEP
            + "    fake = G(z).detach()\n    loss = objective.discriminator(D(real), D(fake))\n    optimiser.zero_grad()\n"
            "    (loss - gamma * r1(D, real)).backward()\n    optimiser.step()\n    return loss\n",
            "subtracted",
        ),
        "not cleared": (
            D_STEP + "    loss = objective.discriminator(D(real), D(G(z).detach()))\n"
            "    (loss + gamma * r1(D, real)).backward()\n    optimiser.step()\n    return loss\n",
            "zero_grad",
        ),
        "exchanged": (
            D_STEP
            + "    loss = objective.discriminator(D(G(z).detach()), D(real))\n    optimiser.zero_grad()\n"
            "    (loss + gamma * r1(D, real)).backward()\n    optimiser.step()\n    return loss\n",
            "changed places",
        ),
        "with the penalty": (
            D_STEP
            + "    loss = objective.discriminator(D(real), D(G(z).detach())) + gamma * r1(D, real)\n"
            + DOWN,
            "without the penalty",
        ),
    },
    "train": {
        "nobody told": (TRAIN + "    for done in range(steps):\n        step()\n", "nobody is told"),
        "nothing kept": (
            TRAIN + "    for done in range(steps):\n        watch(done + 1, step())\n",
            "nothing is kept",
        ),
        "from 0": (
            TRAIN
            + "    for done in range(steps):\n        watch(done, step())\n        if done % every == 0:\n            keep(done)\n",
            "from 1",
        ),
        "the end lost": (
            TRAIN
            + "    for done in range(1, steps + 1):\n        watch(done, step())\n        if done % every == 0:\n            keep(done)\n",
            "is lost",
        ),
        "kept at the end only": (
            TRAIN + "    for done in range(1, steps + 1):\n        watch(done, step())\n    keep(done)\n",
            "should be kept after",
        ),
        "kept twice": (
            TRAIN
            + "    for done in range(1, steps + 1):\n        watch(done, step())\n        if done % every == 0:\n            keep(done)\n    keep(steps)\n",
            "kept twice",
        ),
        "10,000": (
            TRAIN + "    for done in range(1, 10_001):\n        watch(done, step())\n        keep(done)\n",
            "for ever",
        ),
        "told now and then": (
            TRAIN
            + "    for done in range(1, steps + 1):\n        losses = step()\n        if done % every == 0 or done == steps:\n"
            "            watch(done, losses)\n            keep(done)\n",
            "`watch` was told of",
        ),
        "losses not passed on": (
            TRAIN
            + "    for done in range(1, steps + 1):\n        step()\n        watch(done, {})\n        if done % every == 0 or done == steps:\n            keep(done)\n",
            "pass on",
        ),
    },
    "may_stop": {
        "when all are rejected": (STOP + "    return bool(fake.max() < real.min())\n", "wrong way round"),
        "when the generated are near 0": (
            STOP + "    return bool(fake.mean().abs() <= near)\n",
            "compare logits",
        ),
        "half of the probabilities": (
            STOP + "    return bool((torch.sigmoid(fake).mean() - 0.5).abs() <= near)\n",
            "compare logits",
        ),
        "means": (
            STOP + "    return bool((real.mean() - fake.mean()).abs() <= 10 * near)\n",
            "compare logits",
        ),
        "not by size": (
            STOP
            + "    return bool((real[:, None] > fake).float().mean() + 0.5 * (real[:, None] == fake).float().mean() <= 0.5 + near)\n",
            "the opposite of the truth",
        ),
        "ties lost": (
            STOP + "    return bool(((real[:, None] > fake).float().mean() - 0.5).abs() <= near)\n",
            "ties count half",
        ),
        "the other way": (
            STOP + "    larger = (real[:, None] > fake).float() + 0.5 * (real[:, None] == fake).float()\n"
            "    return bool((larger.mean() - 0.5).abs() >= near)\n",
            "wrong way round",
        ),
        "the number": (
            STOP + "    return (real[:, None] > fake).float().mean()\n",
            "True or False",
        ),
        "near is not used": (
            STOP + "    larger = (real[:, None] > fake).float() + 0.5 * (real[:, None] == fake).float()\n"
            "    return bool((larger.mean() - 0.5).abs() <= 0.05)\n",
            "with near = 0.2",
        ),
        "always": (STOP + "    return True\n", "wrong way round"),
    },
    "both_orders": {
        "exchanged": (
            ORDERS + "    V = value(D[:, None], p, q)\n    return V.amax(0).amin(), V.amin(1).amax()\n",
            "changed places",
        ),
        "the same one twice": (
            ORDERS + "    V = value(D[:, None], p, q)\n    return V.amax(0).amin(), V.amax(0).amin()\n",
            "are equal",
        ),
        "wrong axes": (
            ORDERS + "    V = value(D[:, None], p, q)\n    return V.amin(0).amax(), V.amax(1).amin()\n",
            "D and G have changed places",
        ),
        "extremes": (
            ORDERS + "    V = value(D[:, None], p, q)\n    return V.max(), V.min()\n",
            "an extreme of the whole",
        ),
        "sign": (
            ORDERS + "    V = value(D[:, None], p, q)\n    return -V.amin(1).amax(), -V.amax(0).amin()\n",
            "sign is wrong",
        ),
        "not reduced": (
            ORDERS + "    V = value(D[:, None], p, q)\n    return V.amin(1), V.amax(0)\n",
            "is one number",
        ),
        "one": (ORDERS + "    return value(D[:, None], p, q).amin(1).amax()\n", "two results"),
        "p and q exchanged": (
            ORDERS + "    V = (q[:, None] * D.log()).sum(-1).T + ((1 - D).log() * p).sum(-1)[:, None]\n"
            "    return V.amin(1).amax(), V.amax(0).amin()\n",
            "max-min is",
        ),
    },
    "write_sound": {
        "2x − 1": (
            WRITE + "    x = 2 * x.clamp(-1, 1) - 1\n    soundfile.write(path, x.numpy(), rate)\n",
            "mapped by 2x − 1",
        ),
        "a function of long ago": (
            WRITE + "    import librosa\n    librosa.output.write_wav(path, x.numpy(), rate)\n",
            "raised AttributeError",
        ),
        "arguments in the wrong places": (WRITE + "    soundfile.write(x.numpy(), path, rate)\n", "raised"),
        "the rate in the wrong place": (WRITE + "    soundfile.write(path, rate, x.numpy())\n", "raised"),
        "another rate": (
            WRITE + "    soundfile.write(path, (x / x.abs().max().clamp(min=1)).numpy(), 44_100)\n",
            "wrong speed",
        ),
        "clipped": (WRITE + "    soundfile.write(path, x.clamp(-1, 1).numpy(), rate)\n", "is clipped"),
        "as it is": (WRITE + "    soundfile.write(path, x.numpy(), rate)\n", "is clipped"),
        "always loud": (
            WRITE + "    soundfile.write(path, (x / x.abs().max().clamp(min=1e-9)).numpy(), rate)\n",
            "a soft sound has become loud",
        ),
        "by the largest, not the largest magnitude": (
            WRITE + "    soundfile.write(path, (x / x.max().clamp(min=1)).numpy(), rate)\n",
            "beyond",
        ),
        "0 to 1": (
            WRITE + "    soundfile.write(path, ((x / x.abs().max().clamp(min=1) + 1) / 2).numpy(), rate)\n",
            "0 … 1",
        ),
        "24 bits": (
            WRITE
            + "    soundfile.write(path, (x / x.abs().max().clamp(min=1)).numpy(), rate, subtype='PCM_24')\n",
            "16 bits",
        ),
    },
}


def last_line(function):
    """The end of a reference, as the mutations quote it."""
    return mutations.source_of(function).splitlines()[-1].strip()


SLOPE = "any slope below zero but 1 bends the layer, and the exercise leaves it to the learner"
GENERATOR, DISCRIMINATOR = (last_line(f) for f in (first_gan.build_generator, first_gan.build_discriminator))
EQUIVALENT: dict[str, dict[str, str]] = {
    "build_generator": {f"0.2 → {slope} in `{GENERATOR}`": SLOPE for slope in ("-0.8", "1.2", "0.4")},
    "build_discriminator": {f"0.2 → {slope} in `{DISCRIMINATOR}`": SLOPE for slope in ("-0.8", "1.2", "0.4")}
    | {
        f"4 → 3 in `{DISCRIMINATOR}`": "a kernel of 3 with a stride of 2 halves even sizes just as well",
        f"1 → 2 in `{DISCRIMINATOR}`": "a padding of 2 in the middle makes 17 × 17, which the next layer takes to 8 × 8; "
        "two logits, or a picture of two channels, are among the wrong answers",
    },
    "may_stop": {
        "call of bool dropped in `return bool((larger.mean() - 0.5).abs() <= near)`": "a tensor that is True is as good"
    },
    "discriminator_step": {
        "only the first branch in `penalty = gamma * r1(D, real) if gamma else 0.0`": "0 times R1 is 0, only slower",
        **{
            f"0.0 → {other} in `penalty = gamma * r1(D, real) if gamma else 0.0`": "a constant has no slope"
            for other in ("1.0", "-1.0")
        },
    },
    "write_sound": {
        "call of .numpy dropped in `soundfile.write(path, x.numpy(), rate)`": "soundfile makes an array of it itself"
    },
}
