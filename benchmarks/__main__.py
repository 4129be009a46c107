"""Prints one table of measured times: ``make benchmark``, or ``python -m benchmarks import notes …`` for some rows.

Every row is measured in this run; ratios compare two things measured next to each other. Nothing is asserted:
machines differ, and a busy one more than others.
"""

from __future__ import annotations

import contextlib
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
Row = tuple[str, str, str]


def seconds(call: Callable[[], object], runs: int = 5) -> float:
    """Median time of ``call`` in seconds, after one run that is not counted."""
    call()
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def quickest(call: Callable[[], object], runs: int = 8) -> float:
    """Least time of ``call`` in seconds, after one run that is not counted."""
    call()
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def python(code: str) -> float:
    """Seconds that a fresh Python takes for ``code``."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - begun


def imports() -> Iterator[Row]:
    """What importing the course adds to importing torch."""
    pairs = [(python("import torch"), python("import torch, gan_course")) for _ in range(5)]
    torch_alone, both = (statistics.median(column) for column in zip(*pairs, strict=True))
    added = statistics.median(b - a for a, b in pairs)
    yield "import torch", f"{torch_alone:.2f} s", ""
    yield "import torch and gan_course", f"{both:.2f} s", f"adds {added:.2f} s"


def first_sound() -> Iterator[Row]:
    """From nothing to the first sound, as lesson 00's first cell makes it."""
    code = (
        "from gan_course import zoo; from gan_course.display import mimebundle;"
        "mimebundle(zoo.load('notes-full').generate(instrument='bell', pitch='A4', seed=1))"
    )
    yield (
        "first sound of lesson 00, from a new Python",
        f"{statistics.median(python(code) for _ in range(3)):.1f} s",
        "",
    )


def notes() -> Iterator[Row]:
    """The built-in data set."""
    from gan_course.datasets import notes

    taken = seconds(lambda: notes(2048), runs=3)
    yield "2,048 notes of 1.024 s", f"{taken:.2f} s", f"{2048 * 1.024 / taken:.0f} × real time"


def digits() -> Iterator[Row]:
    """Reading recordings from disk, where they are at hand."""
    from gan_course.datasets import archive, digits

    if not archive.at_hand(digits.ARCHIVE):
        yield "spoken digits", "not measured", "none at hand"
        return
    archive.fetch(digits.ARCHIVE)
    begun = time.perf_counter()
    clips = digits.load()
    taken = time.perf_counter() - begun
    yield (
        f"{len(clips):,} recordings read and resampled",
        f"{taken:.2f} s",
        f"{60 * len(clips) / taken:,.0f} a minute",
    )


def data() -> Iterator[Row]:
    """Reading mp3 files, cold and from the cache, where they are at hand; and a folder of mixed files."""
    import os
    import warnings

    import numpy as np

    from gan_course import Sound
    from gan_course.datasets import archive, folder, orchestra

    with tempfile.TemporaryDirectory() as place, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one of the published files is empty
        before = os.environ.get(archive.DATA)
        os.environ[archive.DATA] = place
        try:
            if archive.at_hand(orchestra.ARCHIVE):
                begun = time.perf_counter()
                held = archive.fetch(orchestra.ARCHIVE)
                yield f"{held.counted} verified and unpacked", f"{time.perf_counter() - begun:.2f} s", ""
                yield from _cold_and_warm("orchestral notes (mp3)", len(held.files), orchestra.load)
            else:
                yield "orchestral notes (mp3)", "not measured", "none at hand"
            sounds = Path(place, "sounds")
            sounds.mkdir()
            random = np.random.default_rng(0)
            for number in range(600):
                kinds = ((".wav", 48_000), (".flac", 44_100), (".ogg", 22_050), (".mp3", 44_100))
                ending, rate = kinds[number % len(kinds)]
                Sound(random.uniform(-0.5, 0.5, int(1.5 * rate)), rate).save(sounds / f"{number}{ending}")
            yield from _cold_and_warm("wav, flac, ogg, mp3 of 1.5 s", 600, lambda: folder.load(sounds))
        finally:
            os.environ.pop(archive.DATA) if before is None else os.environ.update({archive.DATA: before})


def _cold_and_warm(what: str, files: int, load: Callable[[], Any]) -> Iterator[Row]:
    begun = time.perf_counter()
    load()
    cold = time.perf_counter() - begun
    warm = seconds(load, 3)
    yield f"{what}: {files:,} files read", f"{cold:.2f} s", f"{60 * files / cold:,.0f} a minute"
    yield f"{what}: the same from the cache", f"{warm:.2f} s", f"{cold / warm:.0f} times quicker"


def fourier() -> Iterator[Row]:
    """The DFT by its formula, the FFT as lesson 02 teaches it, and numpy's, over the number of samples."""
    import numpy as np

    from gan_course.spectral import dft, fft

    rng = np.random.default_rng(0)
    slopes = []
    for name, function, lengths in (
        ("DFT", dft, (128, 256, 512, 1024, 2048)),
        ("FFT", fft, (256, 1024, 4096, 16_384)),
        ("numpy's FFT", np.fft.fft, (4096, 16_384, 65_536, 262_144)),
    ):
        taken = []
        for n in lengths:
            x = rng.normal(size=n).astype(complex)
            error = np.abs(function(x) - np.fft.fft(x)).max() / np.abs(np.fft.fft(x)).max()
            taken.append(seconds(lambda function=function, x=x: function(x)))
            note = "" if function is np.fft.fft else f"{error:.0e} off numpy's"
            yield f"{name} of {n:,} samples", f"{taken[-1] * 1e3:.3g} ms", note
        slope = np.polyfit(np.log(lengths), np.log(taken), 1)[0]
        slopes.append((f"… {name}: time grows as n to the power", f"{slope:.2f}", ""))
    yield from slopes


def spectra() -> Iterator[Row]:
    """STFT, mel and Griffin-Lim against torchaudio and librosa, on the same sounds."""
    import librosa
    import torch
    import torchaudio

    from gan_course.spectral import griffin_lim, mel_filters, stft

    x = torch.randn(64, 16_384)
    window = torch.hann_window(1024)
    clips = x.shape[0] * x.shape[1] / 16_000
    ours = seconds(lambda: stft(x, 1024, 256))
    torchs = seconds(lambda: torch.stft(x, 1024, 256, window=window, return_complex=True))
    librosas = seconds(lambda: librosa.stft(x.numpy(), n_fft=1024, hop_length=256), runs=3)
    yield "STFT, 64 s of sound", f"{ours * 1e3:.0f} ms", f"{clips / ours:.0f} × real time"
    yield "… against torch.stft", f"{torchs * 1e3:.0f} ms", f"ours takes {ours / torchs:.2f} × its time"
    yield "… against librosa.stft", f"{librosas * 1e3:.0f} ms", f"ours takes {ours / librosas:.2f} × its time"
    filters = mel_filters(64, 1024, 16_000)
    theirs = torchaudio.transforms.MelSpectrogram(16_000, 1024, hop_length=256, n_mels=64, power=1)
    ours = seconds(lambda: filters @ stft(x, 1024, 256).abs())
    torchs = seconds(lambda: theirs(x))
    librosas = seconds(
        lambda: librosa.feature.melspectrogram(y=x.numpy(), sr=16_000, n_fft=1024, hop_length=256, n_mels=64),
        runs=3,
    )
    yield "mel spectrogram, 64 s of sound", f"{ours * 1e3:.0f} ms", f"{clips / ours:.0f} × real time"
    yield "… against torchaudio", f"{torchs * 1e3:.0f} ms", f"ours takes {ours / torchs:.2f} × its time"
    yield "… against librosa", f"{librosas * 1e3:.0f} ms", f"ours takes {ours / librosas:.2f} × its time"
    magnitude = stft(x[:8], 1024, 256).abs()
    ours = seconds(lambda: griffin_lim(magnitude, 256, iterations=32), runs=3)
    torchs = seconds(
        lambda: torchaudio.functional.griffinlim(
            magnitude,
            window,
            1024,
            256,
            1024,
            power=1,
            n_iter=32,
            momentum=0.99,
            length=16_384,
            rand_init=True,
        ),
        runs=3,
    )
    yield (
        "Griffin-Lim, 32 iterations, 8 s of sound",
        f"{ours * 1e3:.0f} ms",
        f"{8 * 1.024 / ours:.0f} × real time",
    )
    yield "… against torchaudio", f"{torchs * 1e3:.0f} ms", f"ours takes {ours / torchs:.2f} × its time"


def training() -> Iterator[Row]:
    """Steps of the shipped recipes beside a plain DCGAN, and their share of the measured matrix peak."""
    from benchmarks.training import steps

    yield from steps()


def time_to_quality() -> Iterator[Row]:
    """How long lite trains to a given quality, and whether a plain DCGAN gets there."""
    from benchmarks.training import to_quality

    yield from to_quality()


def ear() -> Iterator[Row]:
    """Training an ear on the built-in notes as lesson 04 does, and listening with a shipped one."""
    from gan_course import datasets, zoo
    from gan_course.evaluation import train_ear

    clips, held_out = datasets.notes(4096, seed=0), datasets.notes(444, seed=1)
    begun = time.perf_counter()
    trained = train_ear(clips)
    taken = time.perf_counter() - begun
    heard = ", ".join(f"{kind} {share:.3f}" for kind, share in trained.accuracy(held_out).items())
    yield f"an ear, {trained.about['training']['steps']} steps on 4,096 notes", f"{taken:.1f} s", heard
    shipped = zoo.load_ear("ear-notes")
    taken = seconds(lambda: shipped.features(held_out), runs=3)
    yield "features of 444 notes", f"{taken * 1e3:.0f} ms", f"{444 * 1.024 / taken:.0f} × real time"


def judging() -> Iterator[Row]:
    """Every metric on features of 10,000 clips, and against what one would write by hand or install."""
    import numpy as np
    import torch
    from prdc import compute_prdc
    from scipy.linalg import sqrtm

    from gan_course.evaluation import (
        frechet_distance,
        frechet_infinity,
        judge_features,
        kernel_distance,
        neighbourhoods,
    )
    from gan_course.evaluation.distances import median_distance

    random = torch.Generator().manual_seed(0)
    real, generated, other, training = (torch.randn(10_000, 64, generator=random) for _ in range(4))
    begun = time.perf_counter()
    rows = judge_features(real, generated, other, training=training).rows
    yield (
        f"10,000 clips of 64 features judged, {len(rows)} metrics",
        f"{time.perf_counter() - begun:.1f} s",
        "with floor and uncertainty",
    )

    def by_hand() -> float:
        a, b = real.numpy().astype(float), generated.numpy().astype(float)
        one, two = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
        root = np.real(sqrtm(one @ two))
        return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(one + two - 2 * root))

    ours, theirs = seconds(lambda: frechet_distance(real, generated)), seconds(by_hand)
    yield (
        "FAD of 10,000 clips",
        f"{ours * 1e3:.0f} ms",
        f"{abs(by_hand() - frechet_distance(real, generated)):.0e} off",
    )
    yield (
        "… by hand with scipy's sqrtm",
        f"{theirs * 1e3:.0f} ms",
        f"ours takes {ours / theirs:.2f} × its time",
    )
    ours = seconds(lambda: frechet_infinity(real, generated), runs=1)
    yield "FAD∞, 36 distances", f"{ours:.1f} s", ""
    a, b = real[:4000].double(), generated[:4000].double()
    sigma = median_distance(a)

    def mmd_by_hand() -> float:
        within = sum(
            float(torch.exp(-torch.cdist(x, x).square() / (2 * sigma**2)).sum() - 4000) for x in (a, b)
        )
        between = float(torch.exp(-torch.cdist(a, b).square() / (2 * sigma**2)).sum())
        return within / (4000 * 3999) - 2 * between / 4000**2

    ours, theirs = seconds(lambda: kernel_distance(a, b, sigma), runs=3), seconds(mmd_by_hand, runs=3)
    yield (
        "KAD of 4,000 clips",
        f"{ours * 1e3:.0f} ms",
        f"{abs(mmd_by_hand() - kernel_distance(a, b, sigma)):.0e} off",
    )
    yield "… by hand with torch.cdist", f"{theirs * 1e3:.0f} ms", f"ours takes {ours / theirs:.2f} × its time"
    ours = seconds(lambda: neighbourhoods(a, b), runs=1)
    with contextlib.redirect_stdout(io.StringIO()):  # it prints how many clips there are
        theirs = seconds(lambda: compute_prdc(a.numpy(), b.numpy(), 5), runs=1)
    yield "precision, recall, density, coverage of 4,000", f"{ours * 1e3:.0f} ms", ""
    yield "… by prdc", f"{theirs * 1e3:.0f} ms", f"ours takes {ours / theirs:.2f} × its time"


def generation() -> Iterator[Row]:
    """The shipped generator, with Griffin-Lim."""
    from gan_course import zoo

    model = zoo.load("notes-full")
    z = model.z(0, 16)
    network = seconds(lambda: model.pictures(z))
    both = seconds(lambda: model.sounds(model.pictures(z)), runs=3)
    yield "16 spectrograms from the generator", f"{network * 1e3:.0f} ms", ""
    yield "… and as sounds", f"{both * 1e3:.0f} ms", f"{16 * 1.024 / both:.0f} × real time"


def vocoder() -> Iterator[Row]:
    """The shipped vocoder against Griffin-Lim, on the same pictures; the best run of each, since machines are busy."""
    from gan_course import zoo

    model, vocoder = zoo.load("notes-full"), zoo.load_vocoder("vocoder-notes")
    pictures = model.pictures(model.z(0, 16))
    plain = quickest(lambda: model.encoding.decode(pictures), runs=3)
    for rounds in (vocoder.rounds, 0):
        taken = quickest(lambda rounds=rounds: vocoder.decode(pictures, rounds))
        what = f"16 sounds by the vocoder, {rounds} rounds" if rounds else "… and without its rounds"
        yield what, f"{taken * 1e3:.0f} ms", f"{16 * 1.024 / taken:.0f} × real time"
        yield (
            "… against Griffin-Lim, 32 iterations",
            f"{plain * 1e3:.0f} ms",
            f"{plain / taken:.1f} times quicker",
        )


def lessons() -> Iterator[Row]:
    """Each lesson, from a new kernel to its last cell, with nothing solved."""
    import nbformat
    from nbclient import NotebookClient

    total = 0.0
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        with tempfile.TemporaryDirectory() as folder:
            begun = time.perf_counter()
            NotebookClient(notebook, timeout=600, resources={"metadata": {"path": folder}}).execute()
            taken = time.perf_counter() - begun
        total += taken
        yield f"lesson {path.stem}, Run All", f"{taken:.1f} s", ""
    yield "all lessons", f"{total:.1f} s", ""


def grading() -> Iterator[Row]:
    """What a class takes to grade, lesson by lesson; ``benchmarks/grading.py`` does it for a class of any size."""
    from benchmarks.grading import rows

    yield from rows()


def lab() -> Iterator[Row]:
    """From ``make lab`` (its environment being there) to a first sound that a browser can play."""
    import shutil

    from tests.browser import CHROMIUM, Notebook, browser
    from tests.browser import lab as started

    if CHROMIUM is None:
        yield "make lab to first sound", "not measured", "no Chromium here"
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "notebooks").mkdir()
        (folder / "own").mkdir()
        shutil.copy(next((ROOT / "notebooks").glob("00_*.ipynb")), folder / "notebooks" / "00.ipynb")
        begun = time.perf_counter()
        with started(folder / "notebooks", folder / "own") as running, browser() as page:
            notebook = Notebook(page, running, "00.ipynb")
            opened = time.perf_counter() - begun
            stored = notebook.sources("audio")[0]
            page.wait_for_selector("#jp-main-statusbar >> text=/\\| Idle/", timeout=60_000)
            ready = time.perf_counter()
            page.click(".lm-MenuBar-itemLabel:text-is('Run')")
            page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
            page.wait_for_function(
                "/\\[\\d+\\]:/.test(document.querySelector('.jp-CodeCell .jp-InputPrompt').innerText)",
                timeout=60_000,
            )
            first = time.perf_counter() - ready
        assert stored.startswith("data:audio/")
    yield "JupyterLab started and lesson 00 open, its stored sounds playable", f"{opened:.1f} s", ""
    yield "from Run All to the first new sound", f"{first:.1f} s", ""


PARTS = {
    part.__name__: part
    for part in (
        imports,
        first_sound,
        notes,
        digits,
        data,
        fourier,
        spectra,
        training,
        time_to_quality,
        ear,
        judging,
        generation,
        vocoder,
        lessons,
        grading,
        lab,
    )
}


def main(chosen: list[str]) -> None:
    """Measure the parts named, or all, and print a row as soon as it is known."""
    import os
    import platform

    unknown = set(chosen) - set(PARTS)
    if unknown:
        sys.exit(f"there is no benchmark {', '.join(unknown)}: choose from {', '.join(PARTS)}")
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    print(f"| {'what':<62} | {'time':>10} | {'':<28} |\n|{'-' * 64}|{'-' * 11}:|{'-' * 30}|")
    for name in chosen or PARTS:
        for what, taken, note in PARTS[name]():
            print(f"| {what:<62} | {taken:>10} | {note:<28} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
