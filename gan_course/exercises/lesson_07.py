"""Checks of lesson 07, the bug hunt: one for each piece of a program with eighteen faults."""

import itertools
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import soundfile  # type: ignore[import-untyped]
import torch
from torch import Tensor, nn

from gan_course.exercises.engine import Lesson
from gan_course.exercises.lesson_05 import double, judge_step, little_game, require_equal
from gan_course.exercises.properties import Fault, expect, expect_equal
from gan_course.objectives import games, least_squares
from gan_course.spectral import LogMel
from gan_course.training import first_gan, steps

lesson = Lesson("07", "Bug hunt")


def plain(answer: Any) -> np.ndarray | None:
    """An answer as a numpy array, whatever it holds; None for what is none."""
    try:
        return np.asarray(answer.detach() if hasattr(answer, "detach") else answer, dtype=float)
    except (TypeError, ValueError):
        return None


def is_tensor(answer: Any, what: str) -> Tensor:
    """The answer, if it is a tensor."""
    expect(answer is not None, f"{what} is None: does the function end in `return …`?")
    expect(isinstance(answer, Tensor), f"{what} is of type {type(answer).__name__}, and a tensor is expected")
    return answer


# Names that are nowhere ---------------------------------------------------------------------------------------


def _suspect(rng: np.random.Generator) -> tuple[FunctionType, list[str], dict[str, list[str]]]:
    """A function with missing names, which they are, and what is often taken for one of them."""
    words = ["layers", "sound_iterator", "keras", "spectra", "loader", "pieces", "stream", "clips", "torchx"]
    one, two, three, defined, attribute = (str(word) for word in rng.permutation(words)[:5])
    text = (
        f"def suspect(x, size):\n"
        f"    rows = []\n"
        f"    for row in range(len(x)):\n"
        f"        rows.append({one}.{attribute}({two}, size, {defined}))\n"
        f"        {one}.{attribute} = {three}\n"
        f"    return sum(rows, start=size)\n"
    )
    namespace: dict[str, Any] = {defined: 1}
    exec(text, namespace)
    confused = {
        f"`{defined}` is defined, in the function's `__globals__`": [defined],
        "what Python has built in, such as `len`, is not missing: `dir(builtins)` lists it": ["len"],
        "parameters and local variables are defined": ["size", "rows"],
        f"`{attribute}` is an attribute, asked of `{one}`: only LOAD_GLOBAL looks a name up outside": [
            attribute
        ],
    }
    return namespace["suspect"], sorted([one, two, three]), confused


@lesson.exercise(
    reference=first_gan.missing_names,
    points=2,
    minutes=8,
    hints=(
        "Walk through `dis.get_instructions(function)`. Each has an `opname` and an `argval`: which names does "
        "LOAD_GLOBAL look up?",
        "Known are the keys of `function.__globals__`, and `dir(builtins)`. Both can be made into a set.",
        "`used = {step.argval for step in dis.get_instructions(function) if step.opname == 'LOAD_GLOBAL'}`, then "
        "`sorted(used - set(function.__globals__) - set(dir(builtins)))`.",
    ),
)
def missing_names(answer, rng: np.random.Generator) -> None:
    """All names that are looked up outside and are nowhere, sorted, each once; nothing else."""
    suspect, wanted, confused = _suspect(rng)
    got = answer(suspect)
    expect(got is not None, "the result is None: does the function end in `return …`?")
    expect(
        isinstance(got, (list, tuple)) and all(isinstance(name, str) for name in got),
        f"a list of names is expected, and not {type(got).__name__}",
    )
    for sentence, names in confused.items():
        expect(not any(name in got for name in names), f"too much is reported: {sentence}")
    missed = sorted(set(wanted) - set(got))
    expect(not missed, f"`{missed[0] if missed else ''}` is nowhere defined, and not reported")
    expect(len(got) == len(set(got)), "a name is reported more than once")
    expect(list(got) == wanted, f"the names {list(got)} should come sorted: {wanted}")
    innocent = {"y": 2}
    exec("def innocent(x):\n    return max(x, y)\n", innocent)
    found = answer(innocent["innocent"])
    expect(
        found is not None and len(found) == 0,
        f"nothing is missing in `max(x, y)` with y = 2; you report {found}",
    )


# The data -----------------------------------------------------------------------------------------------------


@lesson.exercise(
    reference=first_gan.read_folder,
    points=2,
    minutes=10,
    hints=(
        '`soundfile.read(file, dtype="float32")` returns two things. What are they, and what is the second one for?',
        "For every file: read, `soxr.resample(x, own_rate, rate)`, cut with `[:samples]`, pad the end with `np.pad(x, "
        "(0, how_many))`.",
        'Collect the clips in a list, for `file in sorted(Path(folder).glob("*.wav"))`; at the end '
        "`torch.from_numpy(np.stack(clips))`.",
    ),
    instead_of=("gan_course.sound", "gan_course.datasets"),
)
def read_folder(answer, rng: np.random.Generator) -> None:
    """Every file, in order of names, at its own rate brought to the one asked for, cut or padded at the end."""
    rate, samples = 8_000, 600
    own = {"a.wav": 8_000, "b.wav": 16_000, "c.wav": 4_000}
    counts = (400, 1_200, 500)  # 0.05, 0.075 and 0.125 s, where 0.075 s are asked for
    hertz = rng.permutation(rng.uniform((200, 450, 700), (300, 600, 900)))  # never two alike
    notes = list(zip(hertz, counts, own.values(), strict=True))
    pure = [0.4 * np.sin(2 * np.pi * f * np.arange(n) / r) for f, n, r in notes]
    with tempfile.TemporaryDirectory() as place:
        for name, x in list(zip(own, pure, strict=True))[::-1]:
            soundfile.write(Path(place, name), x.astype(np.float32), own[name], subtype="FLOAT")
        Path(place, "notes.txt").write_text("not a sound")
        for path in (place, Path(place)):
            got = is_tensor(answer(path, rate, samples), "what is read")
    expect(got.ndim == 2, f"clips (file, sample) are expected, and their shape is {tuple(got.shape)}")
    expect(len(got) != 1, "one file was read, and the folder holds three: take all of them")
    expect(len(got) == 3, f"the folder holds three sounds, and {len(got)} clips came")
    expect(
        got.shape[1] == samples,
        f"each clip shall have {samples} samples, cut or padded; yours have {got.shape[1]}",
    )
    x = got.double().numpy()
    times = np.arange(samples) / rate
    whole = [np.where(times < n / r, 0.4 * np.sin(2 * np.pi * f * times), 0) for f, n, r in notes]

    def off(one: np.ndarray, other: np.ndarray) -> float:
        inner = slice(16, 380)  # away from the edges, where resampling rings
        return float(np.abs(one[inner] - other[inner]).max())

    expect(off(x[0], whole[0]) < 1e-3, "a sound that has the right rate already is not what is in its file")
    for i, name in ((1, "b.wav"), (2, "c.wav")):
        as_is = np.sin(2 * np.pi * hertz[i] * np.arange(samples) / own[name]) * 0.4
        expect(
            off(x[i], as_is) > 0.02,
            f"the file's own rate is lost: a sound at {own[name]:,} Hz is taken for one at {rate:,} Hz, and plays "
            f"{'slower and lower' if own[name] > rate else 'faster and higher'}",
        )
    back = 0.4 * np.sin(2 * np.pi * hertz[1] * np.arange(samples) * rate / own["b.wav"] ** 2)
    expect(off(x[1], back) > 0.02, "resampled the wrong way round: from the file's own rate to `rate`")
    expect(
        not any(off(x[0], w) < 0.01 for w in whole[1:]),
        "the clips shall come in the order of the files' names",
    )
    for i in (1, 2):
        expect(off(x[i], whole[i]) < 0.02, f"clip {i} is not the sound of its file, brought to {rate:,} Hz")
    expect(np.abs(x[0, 410:]).max() < 1e-6, "a sound that is too short is followed by silence")
    expect(got.dtype == torch.float32, f"float32 is expected, and the clips are {got.dtype}")


FILTERS = {
    bands: LogMel(n_mels=bands, low=80.0).filters(torch.zeros(1, dtype=torch.float64)) for bands in (8, 12)
}


@lesson.exercise(
    reference=first_gan.encode,
    points=2,
    minutes=10,
    hints=(
        "Five steps: STFT, its last frame left out, magnitude, mel bands, dB. Then floor … ceiling becomes −1 … 1.",
        "`magnitude = stft(audio, 1024, 256)[..., :-1].abs()`, and "
        "`db = amplitude_to_db(filters @ magnitude, floor, 256)`.",
        "`(2 * (db - floor) / (ceiling - floor) - 1).clamp(max=1).unsqueeze(1)`",
    ),
    instead_of=("gan_course.spectral.representations", "gan_course.spectral.decibels.to_unit"),
)
def encode(answer, rng: np.random.Generator) -> None:
    """A log-mel picture in [−1, 1], with a channel, of loud, soft and silent sounds."""
    bands = int(rng.choice([8, 12]))
    filters = FILTERS[bands]
    frames = int(rng.integers(5, 8))
    t = np.arange(256 * frames) / 16_000
    x = np.stack(
        [
            0.3 * np.sin(2 * np.pi * rng.uniform(300, 2000) * t) + 0.001 * rng.normal(size=len(t)),
            6 * rng.normal(size=len(t)),
            np.zeros(len(t)),
        ]
    )
    magnitude = _stft(x)[..., :-1]
    mel = filters.numpy() @ magnitude

    def unit(db: np.ndarray, floor: float = -80.0, ceiling: float = 10.0) -> np.ndarray:
        return 2 * (db - floor) / (ceiling - floor) - 1

    def decibels(m: np.ndarray, floor: float = -80.0) -> np.ndarray:
        return 20 * np.log10(np.maximum(m / 256, 10 ** (floor / 20)))

    got = is_tensor(answer(double(x), filters), "the picture")
    wanted = np.minimum(unit(decibels(mel)), 1)[:, None]
    expect(
        got.numel() != x.size,
        f"no spectrogram is made: the result of shape {tuple(got.shape)} is the samples in another arrangement",
    )
    expect(got.shape != wanted[:, 0].shape, "a picture has a channel: (batch, 1, mel, frame); `unsqueeze(1)`")
    expect(
        got.ndim != 4 or got.shape[2] != magnitude.shape[1] or bands == magnitude.shape[1],
        "these are the bins of the STFT; `filters @ magnitude` makes mel bands of them",
    )
    whole = np.minimum(unit(decibels(filters.numpy() @ _stft(x))), 1)[:, None]
    expect(
        got.shape != whole.shape,
        "one frame too many: the last one is left out, so that samples / 256 are left",
    )
    require_equal(
        got,
        wanted,
        "the picture",
        {
            "it is not in dB: `amplitude_to_db`": np.minimum(unit(mel), 1)[:, None],
            "what is louder than the ceiling is clipped to 1": unit(decibels(mel))[:, None],
            "the floor becomes 0 and the ceiling 1; −1 and 1 are asked for": np.minimum(
                (unit(decibels(mel)) + 1) / 2, 1
            )[:, None],
            "it is in dB still: floor becomes −1, ceiling becomes 1": decibels(mel)[:, None],
            "0 dB is a sine of amplitude 1, of magnitude 256: that is the reference of `amplitude_to_db`": np.minimum(
                unit(20 * np.log10(np.maximum(mel, 1e-4))), 1
            )[:, None],
            "loud and soft have changed places": -wanted,
            "take the power's logarithm once, not twice": np.minimum(
                unit(np.maximum(2 * decibels(mel), -80)), 1
            )[:, None],
        },
        tolerance=1e-5,
    )
    low, high = float(rng.uniform(-70, -50)), float(rng.uniform(0, 5))
    other = np.minimum(unit(decibels(mel, low), low, high), 1)[:, None]
    require_equal(
        answer(double(x), filters, low, high),
        other,
        f"the picture from {low:.0f} to {high:.0f} dB",
        {"floor and ceiling are given: use them, not −80 and 10": wanted},
        tolerance=1e-5,
    )


def _stft(x: np.ndarray) -> np.ndarray:
    """Magnitudes `(…, frequency, frame)` of centred frames of 1,024 samples, a Hann window and a hop of 256."""
    padded = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(512, 512)], mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024)
    frames = np.lib.stride_tricks.sliding_window_view(padded, 1024, axis=-1)[..., ::256, :]
    return np.abs(np.fft.rfft(frames * window)).swapaxes(-1, -2)


@lesson.exercise(
    reference=first_gan.paired_batches,
    points=2,
    minutes=6,
    hints=(
        "`torch.randperm(len(pictures), generator=random)` is a new order; `.split(size)` cuts it into parts.",
        "The same places of both: `pictures[chosen]` and `labels[chosen]`.",
        "`return [(pictures[chosen], labels[chosen]) for chosen in order.split(size)]`",
    ),
    instead_of=("torch.utils.data",),
)
def paired_batches(answer, rng: np.random.Generator) -> None:
    """Pairs, from the arguments, each picture once with its label, in an order that `random` decides."""
    size = 4
    count = 4 * size + int(rng.integers(1, size))  # so that something is left over
    for _ in range(2):
        pictures = torch.from_numpy(rng.normal(size=(count, 1, 2, 3)))
        labels = torch.from_numpy(rng.permutation(count) + 100)
        got = _pairs(answer(pictures, labels, size, torch.Generator().manual_seed(1)))
        sizes = [len(one) for one, _ in got]
        expect(
            sum(sizes) != count // size * size,
            "the last, smaller batch is left out: every picture shall come once",
        )
        expect(sum(sizes) == count, f"there are {count} pictures, and {sum(sizes)} came")
        expect(
            sizes == [size] * (count // size) + [count % size],
            f"batches of {size} are asked for, and the rest at the end; yours are of {sizes}",
        )
        together, said = torch.cat([one for one, _ in got]), torch.cat([label for _, label in got])
        same = together.shape == (count, *pictures.shape[1:]) and all(
            (together == one).flatten(1).all(1).sum() == 1 for one in pictures
        )
        expect(same, "each picture that was *given* shall come once: do they come from the arguments?")
        expect(
            said.shape == labels.shape and bool((said.sort().values == labels.sort().values).all()),
            "each label that was given shall come once",
        )
        where = [(together == one).flatten(1).all(1).nonzero()[0, 0] for one in pictures]
        expect(
            bool((said[torch.stack(where)] == labels).all()),
            "a picture came with another's label: choose both by the same places",
        )
        expect(not torch.equal(together, pictures), "the order is that of the files: shuffle, with `random`")
    again = _pairs(answer(pictures, labels, size, torch.Generator().manual_seed(1)))
    expect(
        all(torch.equal(a, b) for (a, _), (b, _) in zip(got, again, strict=True)),
        "the same `random` shall give the same order: all chance must come from it",
    )
    other = _pairs(answer(pictures, labels, size, torch.Generator().manual_seed(2)))
    expect(
        not torch.equal(torch.cat([a for a, _ in other]), together),
        "another `random` shall give another order",
    )


def _pairs(got: Any) -> list[tuple[Tensor, Tensor]]:
    expect(got is not None, "the result is None: does the function end in `return …`?")
    expect(
        not isinstance(got, (Tensor, dict, str)) and hasattr(got, "__iter__"),
        f"batches are expected, and not {type(got).__name__}",
    )
    batches = list(got)
    for one in batches:
        expect(
            isinstance(one, (tuple, list)) and len(one) == 2,
            "each batch shall be a pair, pictures and labels, so that every loop can unpack it in the same way",
        )
        expect(
            all(isinstance(part, Tensor) for part in one) and len(one[0]) == len(one[1]),
            "a batch shall be a pair of tensors, with as many labels as pictures",
        )
    return batches


# The networks -------------------------------------------------------------------------------------------------


def _built(answer: Any, *arguments: Any) -> nn.Module:
    network = answer(*arguments)
    expect(network is not None, "the result is None: does the function end in `return …`?")
    expect(isinstance(network, nn.Module), f"a network is expected, and not {type(network).__name__}")
    return network


def _run(network: nn.Module, x: Tensor, what: str) -> Tensor:
    try:
        return network(x)
    except Exception as error:
        said = str(error).splitlines()[0][:200]
        raise Fault(f"{what} of shape {tuple(x.shape)} cannot go through the network: {said}") from error


def _no_activation_between(network: nn.Module) -> str:
    """The first two layers with weights that follow each other directly in a plain sequence, in words; "" for none."""
    if not isinstance(network, nn.Sequential):
        return ""
    shaping = (nn.Flatten, nn.Unflatten, nn.Identity, nn.Upsample, nn.AvgPool2d, nn.PixelShuffle)
    leaves = [m for m in network.modules() if not list(m.children()) and not isinstance(m, shaping)]
    weighted = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)
    for one, other in itertools.pairwise(leaves):
        if isinstance(one, weighted) and isinstance(other, weighted):
            return f"{type(one).__name__} and {type(other).__name__}"
    return ""


@lesson.exercise(
    reference=first_gan.build_generator,
    points=2,
    minutes=10,
    hints=(
        "The linear layer must give as many numbers as the first maps have: 64 × 8 × 8. `nn.Unflatten(1, (64, 8, 8))` "
        "arranges them.",
        "From 8 × 8 to 64 × 64 there are three doublings: `nn.ConvTranspose2d(inputs, outputs, kernel_size=4, "
        "stride=2, padding=1)`, with a `nn.LeakyReLU(0.2)` before each. Any numbers of maps will do; 64 → 32 → 16 → 1 "
        "is quick.",
        "`nn.Sequential(nn.Linear(latent, 64 * 8 * 8), nn.Unflatten(1, (64, 8, 8)), nn.LeakyReLU(0.2), "
        "nn.ConvTranspose2d(64, 32, kernel_size=4, stride=2, padding=1), nn.LeakyReLU(0.2), …)`, and no activation "
        "after the last.",
    ),
    instead_of=("gan_course.networks",),
)
def build_generator(answer, rng: np.random.Generator) -> None:
    """z → unbounded 64 × 64 pictures, not linear, every z its own, of a size that trains in a minute."""
    latent = int(rng.integers(8, 40))
    torch.manual_seed(int(rng.integers(2**31)))
    G = _built(answer, latent)
    z = torch.from_numpy(rng.normal(size=(3, latent))).float()
    with torch.no_grad():
        x = _run(G, z, "a batch of z")
        expect(isinstance(x, Tensor), "the network shall return a tensor")
        small = x.ndim == 4 and max(x.shape[-2:]) < 64
        expect(
            not small,
            f"the pictures are {' × '.join(map(str, x.shape[-2:]))}, and those of the data 64 × 64: with a stride of 1 "
            f"nothing grows",
        )
        expect(
            x.shape == (3, 1, 64, 64),
            f"pictures of shape (3, 1, 64, 64) are expected, and they are {tuple(x.shape)}",
        )
        spread = (x[0] - x[1]).abs().mean() / x.abs().mean().clamp(min=1e-12)
        expect(spread > 1e-4, "all z give the same picture: z does not get through")
        mixed = _run(G, z[:1], "one z")
        expect(
            torch.allclose(mixed, x[:1], atol=1e-5),
            "what one z gives depends on the others of its batch: no batch normalisation here",
        )
        near, far = (_run(G, s * z, "z") for s in (-100.0, 100.0))
        wide = max(near.abs().max().item(), far.abs().max().item())
        expect(
            wide > 1.05,
            "the output is bounded already: leave that to `bounded`, which comes next, and end in a plain convolution",
        )
        expect(
            min(near.min().item(), far.min().item()) < 0,
            "no number of the picture can be below 0: end without a ReLU",
        )
        o = _run(G, 0 * z, "z")
        bend = (_run(G, z + z.flip(0), "z") - x - x.flip(0) + o).abs().max() / x.abs().max()
        expect(
            bend > 1e-3,
            "the network is linear: put an activation, such as `nn.LeakyReLU(0.2)`, between its layers",
        )
    expect(
        not any(isinstance(m, nn.Dropout) for m in G.modules()),
        "no dropout: the same z shall give the same picture",
    )
    bare = _no_activation_between(G)
    expect(not bare, f"between {bare} there is no activation: together they are one linear layer")
    first = G(z)
    first.sum().backward()
    expect(
        all(p.grad is not None for p in G.parameters()) and len(list(G.parameters())) > 1,
        "a layer gets no gradient: is everything that is built used?",
    )
    rows, columns = first.detach().std((0, 1, 3)), first.detach().std((0, 1, 2))
    expect(bool((rows > 0).all() and (columns > 0).all()), "parts of the picture are the same for every z")


@lesson.exercise(
    reference=first_gan.bounded,
    minutes=3,
    hints=(
        "Which function takes any number into (−1, 1), without a corner?",
        "`torch.tanh(h)`. Or `2 * torch.sigmoid(h) - 1`.",
    ),
)
def bounded(answer, rng: np.random.Generator) -> None:
    """Into [−1, 1], rising, with a slope wherever h is not extreme, 0 for 0, for any shape."""
    h = torch.linspace(-6, 6, 241, dtype=torch.float64).requires_grad_()
    x = is_tensor(answer(h), "the result")
    expect(x.shape == h.shape, f"{len(h)} numbers went in, and the shape {tuple(x.shape)} came out")
    expect(x.requires_grad, "no gradient gets through: nothing may be detached")
    extreme = is_tensor(answer(torch.tensor([-1e4, 1e4], dtype=torch.float64)), "the result")
    over = max(x.detach().abs().max().item(), extreme.detach().abs().max().item())
    expect(over <= 1, f"a number comes out as {over:.3g}, and the pictures of the data are in [−1, 1]")
    (slope,) = torch.autograd.grad(x.sum(), h)
    flat = h.detach()[(slope == 0)]
    expect(
        not len(flat) or bool((slope == 0).all()),
        f"it is in [−1, 1], but its slope is 0 where it clips, as at h = {flat.max() if len(flat) else 0:.2g}: no "
        f"gradient there",
    )
    expect(not bool((slope < 0).all()), "it falls as h rises: loud would be soft")
    expect(bool((slope > 0).all()), "it shall rise everywhere: a smooth function without flat pieces")
    x = x.detach()
    expect(
        x.min() < -0.2, "only numbers above 0 come out, and −1 is silence: (−1, 1) is asked for, not (0, 1)"
    )
    expect(
        x.max() > 0.85 and x.min() < -0.85,
        "it should come near −1 and 1 for h of ±6, silence and the loudest levels",
    )
    expect(abs(x[120].item()) < 1e-6, f"0 should stay 0, in the middle, and becomes {x[120]:.2g}")
    matrix = torch.from_numpy(rng.normal(size=(2, 1, 3, 3)))
    expect(answer(matrix).shape == matrix.shape, "pictures (batch, 1, mel, frame) shall keep their shape")


@lesson.exercise(
    reference=first_gan.build_discriminator,
    points=2,
    minutes=8,
    hints=(
        "What does it look at? Pictures of one channel, so the first convolution has 1 input: `nn.Conv2d(1, 16, "
        "kernel_size=4, stride=2, padding=1)`.",
        "Three of them, 1 → 16 → 32 → 64, halve 64 × 64 to 8 × 8. After each a `nn.LeakyReLU(0.2)`.",
        "Then `nn.Flatten()` and `nn.Linear(64 * 8 * 8, 1)`, with nothing after it.",
    ),
    instead_of=("gan_course.networks",),
)
def build_discriminator(answer, rng: np.random.Generator) -> None:
    """Pictures (batch, 1, 64, 64) → a logit each, not linear, not bounded, each picture judged by itself."""
    torch.manual_seed(int(rng.integers(2**31)))
    D = _built(answer)
    x = torch.from_numpy(rng.uniform(-1, 1, size=(3, 1, 64, 64))).float()
    with torch.no_grad():
        logit = _run(D, x, "a batch of pictures")
        expect(
            isinstance(logit, Tensor) and logit.shape in ((3, 1), (3,)),
            f"one logit for each picture, (3, 1), is expected, and the shape is {tuple(getattr(logit, 'shape', ()))}",
        )
        logit = logit.flatten()
        alone = _run(D, x[:1], "one picture").flatten()
        expect(
            torch.allclose(alone, logit[:1], rtol=1e-3, atol=1e-5),
            "what it says of a picture depends on the others of its batch: no batch normalisation, which R1 forbids",
        )
        loud = torch.cat(
            [_run(D, s * x, "a batch of pictures").flatten() for s in (-1000.0, 1000.0, 5000.0, -5000.0)]
        )
        expect(
            bool((loud > 1.001).any() or (loud < -1.001).any()),
            "what comes out is bounded: a logit is any number, so nothing (no sigmoid, no tanh) comes after the last "
            "layer",
        )
        expect(
            bool((loud != 0).all()),
            "what comes out is 0 for many pictures: nothing (no ReLU) comes after the last layer",
        )
        nothing = _run(D, torch.zeros(1, 1, 64, 64), "a picture").flatten()
        mean = _run(D, x.mean(0, keepdim=True), "a picture").flatten()
        scale = (logit - nothing).abs().mean().clamp(min=1e-12)
        bend = (mean - logit.mean()).abs() / scale
        expect(
            bend > 1e-4,
            "it is a linear classifier: what it says of a mean of pictures is the mean of what it says of each. Put an "
            "activation, such as `nn.LeakyReLU(0.2)`, after each convolution",
        )
    expect(
        not any(isinstance(m, nn.Dropout) for m in D.modules()),
        "no dropout: the same picture shall get the same logit",
    )
    bare = _no_activation_between(D)
    expect(not bare, f"between {bare} there is no activation: together they are one linear layer")
    seen = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(D(seen).sum(), seen)
    blind = (slope.abs().sum((0, 1)) == 0).float().mean().item()
    expect(blind < 0.05, f"it does not look at {blind:.0%} of the picture")


# What they play for -------------------------------------------------------------------------------------------


@lesson.exercise(
    reference=least_squares.discriminator,
    minutes=5,
    hints=(
        "Real logits should be 1, generated ones 0. How far off is each, squared, and what is the mean of that?",
        "`(real - 1).square().mean()` is one part, `fake.square().mean()` the other, each with ½.",
        "`0.5 * (real - 1).square().mean() + 0.5 * fake.square().mean()`, and no sigmoid anywhere.",
    ),
    instead_of=("torch.nn.functional.mse_loss",),
)
def least_squares_discriminator(answer, rng: np.random.Generator) -> None:
    """½ E (real − 1)² + ½ E fake², of raw logits, with a slope however far off they are."""
    real, fake = rng.uniform(-2, 3, int(rng.integers(4, 7))), rng.uniform(-3, 2, int(rng.integers(7, 11)))
    right = 0.5 * ((real - 1) ** 2).mean() + 0.5 * (fake**2).mean()

    def squashed(t: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-t))

    require_equal(
        answer(double(real), double(fake)),
        right,
        f"the loss of {len(real)} real and {len(fake)} generated logits",
        {
            "a sigmoid squashes the logits: least squares needs them as they are": 0.5
            * ((squashed(real) - 1) ** 2).mean()
            + 0.5 * (squashed(fake) ** 2).mean(),
            "a sigmoid squashes the logits, and the ½ are missing": ((squashed(real) - 1) ** 2).mean()
            + (squashed(fake) ** 2).mean(),
            "this is cross-entropy, the loss of lesson 05; here it should be least squares": np.logaddexp(
                0, -real
            ).mean()
            + np.logaddexp(0, fake).mean(),
            "each part has a ½": 2 * right,
            "real and generated have changed places: real is 1": 0.5 * (real**2).mean()
            + 0.5 * ((fake - 1) ** 2).mean(),
            "take the mean of each part, not the sum": 0.5 * ((real - 1) ** 2).sum() + 0.5 * (fake**2).sum(),
            "take the mean of each part by itself, since the batches differ in size": 0.5
            * np.r_[(real - 1) ** 2, fake**2].mean(),
            "its sign is wrong: an optimiser minimises": -right,
            "the part of the generated samples is missing": 0.5 * ((real - 1) ** 2).mean(),
            "the part of the real samples is missing": 0.5 * (fake**2).mean(),
            "square each distance before the mean is taken": 0.5 * (real.mean() - 1) ** 2
            + 0.5 * fake.mean() ** 2,
            "the distances are squared: this takes their magnitude": 0.5 * np.abs(real - 1).mean()
            + 0.5 * np.abs(fake).mean(),
            "real logits should be 1 and generated ones 0; here the target of the generated ones is −1": 0.5
            * ((real - 1) ** 2).mean()
            + 0.5 * ((fake + 1) ** 2).mean(),
        },
    )
    a, b = double(real).requires_grad_(), double(fake).requires_grad_()
    loss = answer(a, b)
    expect(
        isinstance(loss, Tensor) and loss.requires_grad,
        "the loss has no gradient: nothing in it may be detached",
    )
    slopes = torch.autograd.grad(loss, (a, b), allow_unused=True)
    for name, one, should in zip(
        ("real", "generated"), slopes, ((real - 1) / len(real), fake / len(fake)), strict=True
    ):
        expect(one is not None, f"no gradient reaches the {name} logits: they are detached, or not used")
        expect_equal(one, should, f"the gradient with respect to the {name} logits")
    column = answer(double(real)[:, None], double(fake)[:, None])
    expect_equal(column, right, "the loss of logits (batch, 1), as a network returns them,")


# The steps ----------------------------------------------------------------------------------------------------


@lesson.exercise(
    reference=steps.generator_step,
    points=2,
    minutes=6,
    hints=(
        "The gradient has to flow from the loss through D into G. What cuts it? `torch.no_grad`, `detach`, `.numpy()`.",
        "Call the networks themselves: `objective.generator(D(real), D(G(z)))`.",
        "Then `optimiser.zero_grad()`, `loss.backward()`, `optimiser.step()`, and `return loss`.",
    ),
)
def generator_step(answer, rng: np.random.Generator) -> None:
    """G moves down its own loss through D, old gradients are cleared, and D stays where it is."""
    judge_step(answer, rng, "generator")


@lesson.exercise(
    reference=first_gan.discriminator_step,
    points=2,
    minutes=8,
    hints=(
        "Who moves in this step? One network, one optimiser. The generator's samples are data here.",
        "`fake = G(z).detach()`, `loss = objective.discriminator(D(real), D(fake))`.",
        "`penalty = gamma * r1(D, real) if gamma else 0.0`. Then `optimiser.zero_grad()`, `(loss + "
        "penalty).backward()`, "
        "`optimiser.step()`, `return loss`.",
    ),
)
def discriminator_step(answer, rng: np.random.Generator) -> None:
    """D moves down its loss and γ R1 at the real samples; G neither moves nor gets a gradient."""
    objective, D, G, real, z = little_game(rng)
    gamma, rate = float(rng.uniform(1, 3)), float(rng.uniform(0.02, 0.1))
    optimiser = torch.optim.SGD(D.parameters(), rate)
    for parameter in [*D.parameters(), *G.parameters()]:  # left there by the step before
        parameter.grad = torch.full_like(parameter, float(rng.uniform(1, 2)))
    junk = np.array([parameter.grad.item() for parameter in D.parameters()])
    left = np.array([parameter.grad.item() for parameter in G.parameters()])
    of_loss = _slopes(objective.discriminator(D(real), D(G(z))), D)
    other = _slopes(objective.generator(D(real), D(G(z))), D)
    exchanged = _slopes(objective.discriminator(D(G(z)), D(real)), D)
    # D is a line a x + b: R1 is a²/2, and its slope with respect to a is a.
    bends = np.array([D.a.item(), 0.0])
    loss = objective.discriminator(D(real), D(G(z))).item()
    before, still = D.numbers(), G.numbers()
    returned = answer(objective, D, G, optimiser, real, z, gamma)
    step = (before - D.numbers()) / rate
    expect(np.isfinite(step).all(), "after the step D holds numbers that are not finite")
    expect(
        np.array_equal(G.numbers(), still),
        "G has moved as well: in the discriminator's step only D moves, and G has a step of its own, on its own loss",
    )
    now = np.array([0.0 if p.grad is None else p.grad.item() for p in G.parameters()])
    expect(
        np.allclose(now, left) or not now.any(),
        "a gradient has flowed into the generator: in the discriminator's step its samples are data, so detach them",
    )
    wanted = of_loss + gamma * bends
    for sentence, mistaken in {
        "D has not moved: does a gradient reach it (`backward()`), and does the optimiser step?": 0 * wanted,
        "D has moved *up* its loss: the optimiser minimises already": -wanted,
        "the penalty is missing: add `gamma * r1(D, real)` to what is descended": of_loss,
        "R1 is subtracted: it is a cost": of_loss - gamma * bends,
        "R1 counts γ times": of_loss + bends,
        "R1 has a ½ already, in `r1`": of_loss + gamma * bends / 2,
        "only R1 is descended, the loss is missing": gamma * bends,
        "the gradients that were there before are in this step too: `optimiser.zero_grad()` first": wanted
        + junk,
        "this step goes down the gradients that were there before: call `backward()` before stepping": junk,
        "two steps were taken": 2 * wanted,
        "this is a step on the generator's loss": other + gamma * bends,
        "the logits have changed places: those of the real samples come first": exchanged + gamma * bends,
    }.items():
        expect(not np.allclose(step, mistaken, rtol=1e-6, atol=1e-10), sentence)
    expect_equal(
        step, wanted, "the step of D (by how much its two parameters have fallen, over the learning rate)"
    )
    expect(
        all(parameter.requires_grad for parameter in [*D.parameters(), *G.parameters()]),
        "a network can no longer be trained: what you freeze for a step has to be released after it",
    )
    expect(returned is not None, "the result is None: return the loss")
    expect_equal(returned, loss, "the returned loss, without the penalty,")
    _judge_where_r1_is_taken(answer, rng)


class Parabola(nn.Module):
    """x ↦ a x² / 2, whose slope differs from place to place."""

    def __init__(self, a: float) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.tensor(a, dtype=torch.float64))

    def forward(self, x: Tensor) -> Tensor:
        """A x² / 2."""
        return self.a * x.square() / 2


def _judge_where_r1_is_taken(answer: Any, rng: np.random.Generator) -> None:
    objective, _, G, real, z = little_game(rng)
    D = Parabola(float(rng.uniform(0.5, 1.5)))
    slope = _slopes(objective.discriminator(D(real), D(G(z))), D)[0]
    x, fake = real.numpy(), G(z).detach().numpy()
    before = D.a.item()
    answer(objective, D, G, torch.optim.SGD(D.parameters(), 0.01), real, z, 2.0)
    step = (before - D.a.item()) / 0.01
    # ½ (a x)², whose slope with respect to a is a x²
    expect(
        not np.isclose(step, slope + 2 * before * (fake**2).mean(), rtol=1e-6),
        "R1 is taken at the generated samples; it belongs to the real ones",
    )
    expect_equal(step, slope + 2 * before * (x**2).mean(), "the step of a discriminator a x²/2")


def _slopes(loss: Tensor, moves: nn.Module) -> np.ndarray:
    return np.array([slope.item() for slope in torch.autograd.grad(loss, list(moves.parameters()))])


# The loop, and when it ends -----------------------------------------------------------------------------------


@lesson.exercise(
    reference=first_gan.train,
    minutes=6,
    points=2,
    hints=(
        "`for done in range(1, steps + 1):` counts the steps that are done. In it: a step, then what there is to tell.",
        "`watch(done, step())`: the losses that `step()` returns go on to `watch`.",
        "And `if done % every == 0 or done == steps: keep(done)`.",
    ),
)
def train(answer, rng: np.random.Generator) -> None:
    """So many steps, each watched with its own losses, and kept now and then and at the end, once."""
    for every, steps_wanted in ((4, 12), (int(rng.integers(3, 6)), 17), (50, int(rng.integers(3, 9)))):
        _judge_loop(answer, every, steps_wanted)
    default = []
    answer(lambda: {"D": 0.0}, 250, lambda done, losses: None, default.append)
    expect(
        default == [100, 200, 250],
        f"without `every` it is 100: of 250 steps 100, 200 and 250 are kept, not {default}",
    )


def _judge_loop(answer: Any, every: int, count: int) -> None:
    story: list[tuple[str, Any]] = []
    made = 0

    def step() -> dict[str, float]:
        nonlocal made
        made += 1
        if made > 10 * count:
            raise Fault(f"{count} steps are asked for, and the loop goes on for ever")
        story.append(("step", made))
        return {"D": float(made), "G": -float(made)}

    def watch(done: Any, losses: Any) -> None:
        story.append(("watch", (done, losses)))

    def keep(done: Any) -> None:
        story.append(("keep", done))

    answer(step, count, watch, keep, every)
    watched = [what for kind, what in story if kind == "watch"]
    kept = [what for kind, what in story if kind == "keep"]
    expect(made == count, f"{count} steps are asked for, and {made} were made")
    expect(
        watched,
        "nobody is told anything: no progress for however many steps there are. Call `watch` after each step",
    )
    expect(kept, "nothing is kept: no checkpoint, and nothing to listen to. Call `keep` now and then")
    expect(len(watched) == count, f"{count} steps were made, and `watch` was told of {len(watched)}")
    numbers = [done for done, _ in watched]
    expect(numbers != list(range(count)), "`watch` is told the number of steps done, from 1, not from 0")
    expect(
        numbers == list(range(1, count + 1)),
        f"`watch` was told the step numbers {numbers[:6]} …; 1, 2, 3, … is expected",
    )
    expect(
        all(
            isinstance(losses, Mapping) and losses.get("D") == done and losses.get("G") == -done
            for done, losses in watched
        ),
        "`watch` is told losses of another step: pass on what `step()` returned",
    )
    wanted = sorted({*range(every, count + 1, every), count})
    expect(len(kept) == len(set(kept)), f"the same state is kept twice, after the steps {kept}")
    expect(count in kept, f"what the last of {count} steps made is lost: keep at the end, too")
    expect(
        kept == wanted,
        f"with every = {every}, {count} steps should be kept after {wanted}, and yours after {kept}",
    )
    order = [kind for kind, _ in story]
    firsts = [order[i - 1] for i, kind in enumerate(order) if kind == "watch"]
    expect(set(firsts) == {"step"}, "tell `watch` after each step, before the next one")
    for i, (kind, what) in enumerate(story):
        if kind == "keep":
            expect(
                sum(1 for k, _ in story[:i] if k == "step") == what,
                "keep after the step that is counted, and before the next one",
            )


@lesson.exercise(
    reference=first_gan.may_stop,
    points=2,
    minutes=8,
    hints=(
        "Who has to be fooled? Take every pair of a real and a generated sample: `real[:, None]` against `fake`. In "
        "what share of the pairs has the real one the larger logit, if D cannot tell them apart?",
        "In one half. `real[:, None] > fake`, and half a point where both are equal.",
        "`larger = (real[:, None] > fake) + 0.5 * (real[:, None] == fake)`, then "
        "`bool((larger.mean() - 0.5).abs() <= near)`.",
    ),
    instead_of=("gan_course.evaluation", "scipy", "sklearn"),
)
def may_stop(answer, rng: np.random.Generator) -> None:
    """True where real and generated logits are mixed, whatever their values; False where they are apart, either way."""

    def says(real: Any, fake: Any, *near: float) -> bool:
        got = answer(torch.as_tensor(real).float(), torch.as_tensor(fake).float(), *near)
        expect(got is not None, "the result is None: does the function end in `return …`?")
        expect(
            isinstance(got, (bool, np.bool_))
            or (isinstance(got, Tensor) and got.numel() == 1 and got.dtype == torch.bool),
            f"True or False is expected, and not {type(got).__name__}",
        )
        return bool(got)

    base = rng.permutation(np.arange(40)) / 10.0
    far = 20.0 + rng.uniform(0, 1)
    expect(
        not says(base[:20] + far, base[20:] - far),
        "it stops while D tells every generated sample from every real one: wrong way round. G has won when D *cannot*",
    )
    even, odd = np.arange(0, 40, 2), np.arange(1, 40, 2)
    shift, scale = float(rng.uniform(-30, 30)), float(rng.uniform(0.5, 3))
    for name, s in (
        ("around 0", 0.0),
        ("all far above 0", abs(shift) + 50),
        ("all far below 0", -abs(shift) - 60),
    ):
        expect(
            says(scale * even + s, scale * odd + s),
            f"the logits of both are thoroughly mixed, {name}, so D cannot tell them apart, and yet it goes on: "
            f"compare logits with each other, not with 0 or ½",
        )
    expect(
        not says(base[:20] - far, base[20:] + far),
        "D says the opposite of the truth of every sample: then it can tell them apart, and training is not done",
    )
    expect(
        says(np.zeros(7), np.zeros(9)), "where all logits are equal D cannot tell them apart: ties count half"
    )
    # the same mean, and yet D tells four pairs in five apart
    skewed_real, skewed_fake = np.r_[np.ones(16), -16 * np.ones(1)], np.zeros(12)
    expect(
        not says(skewed_real, skewed_fake),
        "D is right about nearly all pairs here, though the two means are equal: count pairs, do not compare means",
    )
    for near, wins, stop in (
        (0.05, 21, True),
        (0.05, 23, False),
        (0.2, 27, True),
        (0.2, 29, False),
        (0.25, 30, True),
    ):
        real, fake = np.r_[np.ones(wins), -np.ones(40 - wins)], np.zeros(10)
        for sign, which in ((1, "larger"), (-1, "smaller")):
            expect(
                says(sign * real, fake, near) == stop,
                f"with near = {near} it should {'stop' if stop else 'go on'} when the real sample has the {which} "
                f"logit in {wins / 40:.1%} of the pairs",
            )
    for wins, stop in ((104, True), (112, False)):  # 52 and 56 of 100, by the default of 0.05
        real = np.r_[np.ones(wins), -np.ones(200 - wins)]
        expect(
            says(real, np.zeros(5)) == stop,
            f"without `near` it is 0.05, and with {wins / 2:.0f}% it should say {stop}",
        )
    half = np.r_[np.zeros(10), np.ones(2), -np.ones(2)]
    expect(says(half, np.zeros(8)), "equal logits count as half a pair")


@lesson.exercise(
    reference=games.both_orders,
    points=2,
    minutes=8,
    hints=(
        "`value(D[:, None], p, q)` is V for every discriminator (row) against every generator (column).",
        "Max-min: D goes first, and G answers with the smallest entry of the row. Then the largest of these.",
        "`V = value(D[:, None], p, q)`, and `return V.amin(1).amax(), V.amax(0).amin()`.",
    ),
    instead_of=("gan_course.objectives.games.pure_values",),
)
def both_orders(answer, rng: np.random.Generator) -> None:
    """Both values of V over given discriminators and generators, max-min first."""
    while True:
        places, count, many = 4, int(rng.integers(3, 6)), int(rng.integers(6, 9))
        D = rng.uniform(0.1, 0.9, (count, places))
        p, *q = rng.dirichlet(np.ones(places), many + 1)
        q = np.array(q)
        V = (p * np.log(D)).sum(1)[:, None] + np.log(1 - D) @ q.T
        first, second = V.min(1).max(), V.max(0).min()
        others = [V.max(1).min(), V.min(0).max(), V.max(), V.min()]
        if min(abs(first - second), *(abs(a - b) for a in (first, second) for b in others)) > 1e-3:
            break
    got = answer(double(D), double(p), double(q))
    expect(
        isinstance(got, (tuple, list)) and len(got) == 2,
        "two results are expected, max-min and min-max: `return …, …`",
    )
    values = [plain(one) for one in got]
    expect(
        all(one is not None and one.shape == () for one in values),
        "each of the two is one number: first the best answer for each, then the best of these",
    )
    a, b = (float(one) for one in values)  # type: ignore[arg-type]

    def same(one: float, other: float) -> bool:
        return abs(one - other) < 1e-6

    expect(not (same(a, second) and same(b, first)), "the two have changed places: max-min comes first")
    swapped = V.T
    expect(
        not same(a, swapped.min(1).max()) and not same(b, swapped.max(0).min()),
        "D and G have changed places: D wants V large and G wants it small",
    )
    expect(
        not (same(a, b) and (same(a, first) or same(a, second))),
        "the two are equal, and in this game they differ: who moves first?",
    )
    expect(
        not any(same(a, other) or same(b, other) for other in others[2:]),
        "this is an extreme of the whole table: in max-min take the smallest of each *row* first",
    )
    expect(
        not (same(a, -first) or same(b, -second)),
        "the sign is wrong: V is what D wants large, and it is below 0",
    )
    expect(
        same(a, first),
        f"max-min is {a:.4g} where {first:.4g} is expected: for each D the smallest V, and the largest of these",
    )
    expect(
        same(b, second),
        f"min-max is {b:.4g} where {second:.4g} is expected: for each q the largest V, and the smallest of these",
    )


# On the way to the loudspeaker --------------------------------------------------------------------------------


@lesson.exercise(
    reference=first_gan.write_sound,
    points=2,
    minutes=6,
    hints=(
        "Samples between −1 and 1 are right as they are. If the largest magnitude is above 1, divide by it: "
        "`x.abs().max().clamp(min=1)`.",
        "`soundfile.write(path, samples, rate)`, in this order; it takes numpy arrays, `x.numpy()`.",
    ),
    instead_of=("gan_course.sound",),
)
def write_sound(answer, rng: np.random.Generator) -> None:
    """What is read back: the samples, at the rate, not shifted, not clipped; softer only where it had to be."""
    rate = int(rng.choice([8_000, 16_000, 22_050]))
    x = rng.uniform(-1, 1, int(rng.integers(300, 400)))
    cases = {
        "soft": 0.3 * x / np.abs(x).max(),
        "silent": np.zeros(300),
        "as loud as can be": x / np.abs(x).max(),
        "too loud": np.where(x > 0, 0.7, 1.0) * float(rng.uniform(1.3, 1.9)) * x / np.abs(x).max(),
        "much too loud": 30.0 * x / np.abs(x).max(),
    }
    with tempfile.TemporaryDirectory() as place:
        for name, sound in cases.items():
            path = Path(place, f"{name.replace(' ', '_')}.wav")
            answer(path, torch.from_numpy(sound).float(), rate)
            expect(path.is_file(), "no file was written under the path that was given")
            got, own = soundfile.read(path)
            kind = soundfile.info(path).subtype
            _judge_written(name, sound, got, own, rate)
            expect(kind == "PCM_16", f"a wav file of 16 bits is asked for, and this one is {kind}")


def _judge_written(name: str, x: np.ndarray, got: np.ndarray, own: int, rate: int) -> None:
    expect(
        own == rate, f"the file says {own:,} Hz, and {rate:,} Hz were given: it will play at the wrong speed"
    )
    expect(
        got.shape == x.shape,
        f"{len(x)} samples were given, and the file holds {got.shape}: mono, all of them",
    )
    wanted = x / max(1.0, np.abs(x).max())

    def close(one: np.ndarray) -> bool:
        return bool(np.abs(got - one).max() < 2e-4)

    if name == "silent":
        expect(
            np.isfinite(got).all() and not close(-np.ones(len(x))),
            "silence became −1: no mapping by 2x − 1 is needed",
        )
        expect(close(wanted), "silence is not silent in the file: 0 / 0?")
    expect(
        close(wanted) or not close((2 * x - 1).clip(-1, 1)),
        "the samples are mapped by 2x − 1, as if they were from 0 to 1: but they are from −1 to 1 already, and now "
        "everything below 0 is clipped",
    )
    expect(
        close(wanted) or not close((x + 1) / 2), "the samples are mapped to 0 … 1; a sound file wants −1 … 1"
    )
    expect(
        close(wanted) or name not in ("too loud", "much too loud") or not close(x.clip(-1, 1)),
        "a sound beyond full scale is clipped: scale the whole of it down",
    )
    expect(
        close(wanted) or name != "soft" or not close(x / np.abs(x).max()),
        "a soft sound has become loud: scale down only what is beyond full scale",
    )
    expect(close(wanted) or not close(-wanted), "the sign of every sample has changed")
    expect(
        close(wanted),
        f"a sound that is {name} is not in the file as it was given, scaled down where it is beyond 1",
    )
