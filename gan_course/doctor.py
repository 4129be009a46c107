"""What this machine has and lacks for the course, and a sentence for each thing that is wrong."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import socket
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gan_course.datasets.archive import Archive

OLDEST_PYTHON = (3, 11)
ROOM_GB = 6
"""What installing the course takes (GB), and so a sensible reserve for data and runs."""
SHOWN_FIRST = (
    "torch",
    "torchaudio",
    "numpy",
    "scipy",
    "librosa",
    "soundfile",
    "jupyterlab",
    "ipywidgets",
    "nbval",
    "pytest",
)
"""The packages whose versions are asked for first when something is reported."""


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    topic, what: such as "python" and "3.11.7".
    wrong: one sentence on what is wrong and what to do; empty if nothing is.
    stops: whether the course cannot work like this.
    """

    topic: str
    what: str
    wrong: str = ""
    stops: bool = False


def examine() -> list[Finding]:
    """Everything that is looked at, in the order of the report; takes a few seconds, most of it imports."""
    found: list[Finding] = []
    for look in LOOKS:
        try:
            found += look()
        except Exception as wrong:
            topic = look.__name__.removeprefix("_").replace("_", " ")
            said = f"{type(wrong).__name__}: {_first_line(wrong)}"
            found.append(Finding(topic, "could not be looked at", f"Looking at {topic} failed ({said})."))
    return found


def report(found: list[Finding]) -> str:
    """The findings as lines of text, then what is wrong, then whether the course works."""
    width = max(len(finding.topic) for finding in found)
    lines = [f"{finding.topic:<{width}}  {finding.what}" for finding in found if finding.what]
    for heading, stops in (("To be mended:", True), ("Worth knowing:", False)):
        sentences = [finding.wrong for finding in found if finding.wrong and finding.stops == stops]
        lines += ["", heading, *(f"- {sentence}" for sentence in sentences)] if sentences else []
    return "\n".join([*lines, "", _verdict(found)])


def works(found: list[Finding]) -> bool:
    """Whether nothing was found that stops the course."""
    return not any(finding.stops for finding in found)


def _verdict(found: list[Finding]) -> str:
    if not works(found):
        return "The course cannot work here yet: see what is to be mended."
    if any(finding.wrong for finding in found):
        return "The course works here."
    return "The course works here, and nothing is missing."


def _python() -> Iterator[Finding]:
    version = platform.python_version()
    needed = ".".join(map(str, OLDEST_PYTHON))
    old = sys.version_info < OLDEST_PYTHON
    wrong = (
        f"Python {version} is too old: make the environment with Python {needed} or newer,"
        " such as `make PYTHON=python3.12 lab`."
    )
    yield Finding("python", f"{version} ({sys.executable})", wrong if old else "", stops=old)
    own = sys.prefix != sys.base_prefix or "CONDA_PREFIX" in os.environ
    yield Finding(
        "environment",
        sys.prefix if own else "the system's own",
        ""
        if own
        else "The course is not in a virtual environment, where other programs' packages cannot disturb it:"
        " `make lab` makes one, or `python3 -m venv .venv`.",
    )


def _packages() -> Iterator[Finding]:
    from packaging.requirements import Requirement

    try:
        required = [Requirement(text) for text in metadata.requires("gan-course") or ()]
    except metadata.PackageNotFoundError:
        wrong = "The course is not installed in this Python: run `pip install -e .` in its folder."
        yield Finding("packages", "not installed", wrong, stops=True)
        return
    required = [each for each in required if each.marker is None or each.marker.evaluate({"extra": ""})]
    versions = {each.name: _version(each.name) for each in required}
    shown = [f"{name} {versions[name]}" for name in SHOWN_FIRST if versions.get(name)]
    yield Finding("packages", f"gan-course {metadata.version('gan-course')}, {', '.join(shown)}")
    missing = [each for each in required if versions[each.name] is None]
    if missing:
        names = ", ".join(each.name for each in missing)
        how = "`pip install -c constraints.txt -e .` in the course's folder"
        yield Finding("packages", "", f"Not installed: {names}; run {how}.", stops=True)
    for each in required:
        version = versions[each.name]
        if version is not None and not each.specifier.contains(version, prereleases=True):
            wrong = (
                f"{each.name} {version} is installed and {each.name}{each.specifier} is needed: run"
                f" `pip install '{each.name}{each.specifier}'`."
            )
            yield Finding("packages", "", wrong)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _imports() -> Iterator[Finding]:
    """Packages that can be installed and still not run here, since they bring compiled parts."""
    names = ("torchaudio", "soundfile", "soxr", "librosa")
    failed = []
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as wrong:
            failed.append(name)
            what = f"{name} {_version(name) or ''}".strip()
            sentence = f"{what} cannot be imported ({_first_line(wrong)}): {_how_to_mend(name)}"
            yield Finding("imports", "", sentence, stops=True)
    yield Finding("imports", f"{', '.join(failed)} failed" if failed else f"{', '.join(names)} load")


def _how_to_mend(name: str) -> str:
    if name == "torchaudio":
        return (
            "torch and torchaudio must be of the same release, install them together with"
            " `pip install --force-reinstall -c constraints.txt torch torchaudio`."
        )
    return f"reinstall it with `pip install --force-reinstall -c constraints.txt {name}`."


def _sound_files() -> Iterator[Finding]:
    import soundfile  # type: ignore[import-untyped]

    formats = soundfile.available_formats()
    missing = [name for name in ("WAV", "FLAC", "OGG", "MP3") if name not in formats]
    wrong = (
        f"The sound file library {soundfile.__libsndfile_version__} knows no {', '.join(missing)}: install"
        " the soundfile wheel from PyPI, which brings a newer one, with"
        " `pip install --force-reinstall soundfile`."
    )
    read = ", ".join(name.lower() for name in ("WAV", "FLAC", "OGG", "MP3") if name in formats)
    yield Finding(
        "sound files", f"{read} (libsndfile {soundfile.__libsndfile_version__})", wrong if missing else ""
    )


def _processor() -> Iterator[Finding]:
    import torch

    from gan_course.training.processes import cards

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = f", {_memory_gb():.0f} GB of memory" if _memory_gb() else ""
    yield Finding(
        "processor", f"{_processor_name()}, {cores} cores, {torch.get_num_threads()} used by torch{memory}"
    )
    # torch warns at length about drivers that are too old: the sentence below says it
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        cuda = torch.cuda.is_available()
    if cuda:
        names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
        usable, wrong = True, ""
        try:
            usable = cards() > 0
        except ValueError as error:
            wrong = f"{_first_line(str(error))}."
        if not usable:
            wrong = "This torch cannot compute on it: it needs a newer driver, or a newer card."
        yield Finding("device", f"{'' if usable else 'cpu, not '}cuda: {', '.join(names)}", wrong)
    elif torch.backends.mps.is_available():
        yield Finding("device", "cpu (the graphics part of this Apple processor is not used)")
    else:
        driver = next((_first_line(each.message) for each in said if "driver" in str(each.message)), "")
        wrong = f"There is an NVIDIA GPU that torch cannot use ({driver.rstrip('.')}): update its driver."
        yield Finding("device", "cpu (every lesson runs on it)", wrong if driver else "")


def _processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def _memory_gb() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):
        return 0.0


def _precision() -> Iterator[Finding]:
    from gan_course.training.loop import fastest_precision
    from gan_course.training.processes import cards

    begun = time.perf_counter()
    try:
        fastest = fastest_precision()
        by = "as the graphics card says" if cards() else f"measured in {time.perf_counter() - begun:.1f} s"
    except ValueError:  # what is wrong with the card was said above
        return
    yield Finding("precision", f"{fastest} is the quicker ({by})")


def _data() -> Iterator[Finding]:
    from gan_course.datasets.archive import DATA, data_folder

    folder = data_folder()
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    writable = existing.is_dir() and os.access(existing, os.W_OK)
    wrong = f"Nothing can be written in the data folder {folder}: set {DATA} to a folder of yours."
    yield Finding("data folder", str(folder), "" if writable else wrong)
    for data_set in data_sets():
        yield Finding("data set", f"{data_set.name}: {data_set.state}", data_set.wrong)


def _mirror() -> Iterator[Finding]:
    from gan_course.datasets.archive import MIRROR, DataError, source_of

    mirror = os.environ.get(MIRROR, "").strip()
    if not mirror:
        yield Finding("mirror", f"none ({MIRROR} is not set)")
        return
    lacks, holds = [], []
    for archive in _archives():
        try:
            source = source_of(archive)
        except DataError as wrong:
            lacks.append(str(wrong))
            continue
        holds.append(f"holds {archive.file}" if isinstance(source, Path) else f"not asked for {archive.file}")
    if holds:
        yield Finding("mirror", f"{mirror} ({', '.join(holds)})")
    else:
        yield Finding("mirror", mirror, lacks[0])


def _weights() -> Iterator[Finding]:
    from gan_course import zoo

    names = zoo.names()
    wrong = (
        "No trained generator came with this installation, so lesson 00 has none to play: install the course"
        " anew."
    )
    yield Finding("weights", ", ".join(names) or "none", "" if names else wrong)


def _disk() -> Iterator[Finding]:
    from gan_course.datasets.archive import data_folder

    folder = data_folder()
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(existing).free / 1e9
    wrong = (
        f"Only {free:.1f} GB are free on the disk of {existing}: make room, since an installation takes about"
        f" {ROOM_GB} GB, and data and training runs come on top."
    )
    yield Finding(
        "free disk", f"{free:.0f} GB" if free >= 10 else f"{free:.1f} GB", wrong if free < ROOM_GB else ""
    )


def _notebooks() -> Iterator[Finding]:
    from gan_course.lab import has_browser, notebooks_folder

    try:
        folder = notebooks_folder()
        count = len(list(folder.glob("[0-9][0-9]_*.ipynb")))
        yield Finding("lessons", f"{count} in {folder}")
    except FileNotFoundError:
        wrong = (
            "The lessons are not here: run `gan-course lab` in the course's folder, which holds notebooks."
        )
        yield Finding("lessons", "not found", wrong)
    yield _kernel()
    opens = (
        "opens by itself"
        if has_browser()
        else "none can be opened from here; `gan-course lab` prints the address"
    )
    taken = "taken, so JupyterLab takes another" if _taken(8888) else "free"
    yield Finding("browser", f"{opens} (port 8888 is {taken})")


def _kernel() -> Finding:
    """A kernel of the same name that another installation registered for this user comes before our own."""
    from jupyter_client.kernelspec import KernelSpecManager

    command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    ours = command in ("python", "python3") or Path(command).parent == Path(sys.executable).parent
    wrong = (
        f"Notebooks would run in another Python ({command}): remove its kernel with"
        " `jupyter kernelspec remove python3`, then look again."
    )
    return Finding("kernel", "python3, this Python" if ours else f"python3, {command}", "" if ours else wrong)


def _taken(port: int) -> bool:
    with socket.socket() as trial:
        trial.settimeout(0.5)
        return trial.connect_ex(("127.0.0.1", port)) == 0


def _grading() -> Iterator[Finding]:
    registered = any(
        entry.value.startswith("gan_course.") for entry in metadata.entry_points(group="pytest11")
    )
    wrong = (
        "pytest does not know the course's plugin, so `pytest --nbval` would not grade truthfully: run"
        " `pip install -e .` in the course's folder again."
    )
    yield Finding(
        "grading",
        "pytest plugin registered" if registered else "no pytest plugin",
        "" if registered else wrong,
    )


LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _packages,
    _imports,
    _sound_files,
    _processor,
    _precision,
    _data,
    _mirror,
    _weights,
    _disk,
    _notebooks,
    _grading,
)
"""What `examine` looks at, in this order."""


@dataclass(frozen=True)
class DataSet:
    """A data set of the course and its state on this machine. wrong: a sentence, or empty."""

    name: str
    licence: str
    state: str
    wrong: str = ""


def data_sets() -> list[DataSet]:
    """The data sets that the course knows; nothing is downloaded."""
    from gan_course.datasets.archive import DataError, find

    sets = [DataSet("notes", "none needed", "made on this machine from a seed, no download")]
    for archive in _archives():
        get = f"gan-course data {archive.name}"
        try:
            held = find(archive)
        except DataError as wrong:
            sets.append(DataSet(archive.name, archive.licence, "not here", str(wrong)))
            continue
        if held is None:
            sets.append(DataSet(archive.name, archive.licence, f"not here yet; `{get}` fetches it"))
            continue
        damage = (
            f"{len(held.damaged):,} of {len(held.files):,} {archive.noun} of {archive.name} were deleted or"
            f" changed (the first is {held.damaged[0]}): `{get} --again` fetches them anew."
            if held.damaged
            else ""
        )
        sets.append(DataSet(archive.name, archive.licence, f"{held.counted} in {held.folder}", damage))
    return [*sets, DataSet("folder", "yours to know", "any folder of your own sounds; see data/folder.md")]


def _archives() -> tuple[Archive, ...]:
    from gan_course.datasets import digits, orchestra

    return digits.ARCHIVE, orchestra.ARCHIVE


def data_report() -> str:
    """The data sets as a table, what is wrong with them, and what their caches take."""
    from gan_course.datasets.cache import cache_folder, cache_size

    sets = data_sets()
    rows = [("data set", "licence", "state"), *((each.name, each.licence, each.state) for each in sets)]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    lines = [f"{name:<{widths[0]}}  {licence:<{widths[1]}}  {state}" for name, licence, state in rows]
    if size := cache_size():
        lines.append(
            f"{size / 1e6:,.0f} MB of clips are kept in {cache_folder()}; `gan-course data --clear` frees them."
        )
    return "\n".join([*lines, *(f"- {each.wrong}" for each in sets if each.wrong)])


def get_data(name: str, again: bool = False) -> str:
    """Fetch a data set, and say what is here then.

    Raises ValueError for a name that is none, and DataError if it cannot be had.
    """
    from gan_course.datasets.archive import fetch

    if name == "notes":
        return "notes needs no download: it is made when it is loaded."
    if name == "folder":
        return "folder needs no download: it is read from the path that you give, as data/folder.md says."
    archive = next((each for each in _archives() if each.name == name), None)
    if archive is None:
        raise ValueError(
            f"There is no data set {name!r}: choose from {', '.join(s.name for s in data_sets())}."
        )
    held = fetch(archive, again=again)
    return f"{name}: {held.counted} in {held.folder} ({archive.licence}; {archive.credit})"


def _first_line(wrong: object) -> str:
    return (str(wrong).strip() or type(wrong).__name__).splitlines()[0].rstrip(".")
