"""`gan-course doctor` tells what is there, one sentence for each thing that is wrong, and stops only for
what stops the course."""

import importlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from gan_course import datasets, doctor
from gan_course.cli import app
from gan_course.datasets import archive
from gan_course.doctor import Finding
from gan_course.training import processes

Version = namedtuple("Version", "major minor micro releaselevel serial")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder and no mirror."""
    monkeypatch.setenv(archive.DATA, str(tmp_path / "data"))
    monkeypatch.delenv(archive.MIRROR, raising=False)
    return tmp_path


def found(look: Callable[[], Iterator[Finding]]) -> tuple[list[str], bool]:
    """What is wrong, each checked to be one sentence, and whether it stops the course."""
    findings = list(look())
    wrong = [finding.wrong for finding in findings if finding.wrong]
    for sentence in wrong:
        assert sentence.endswith(".") and "\n" not in sentence and sentence.count(". ") == 0
    return wrong, any(finding.stops for finding in findings)


@pytest.fixture(scope="module")
def examined() -> list[Finding]:
    return doctor.examine()


def test_healthy_machine_works(examined: list[Finding]) -> None:
    assert doctor.works(examined)
    told = doctor.report(examined)
    for expected in (
        "python ",
        "torch 2.",
        "torchaudio 2.",
        "nbval",
        "processor",
        "precision",
        "free disk",
        "mp3",
    ):
        assert expected in told
    assert "could not be looked at" not in told
    assert "The course works here" in told.splitlines()[-1]


def test_versions_are_the_installed_ones(examined: list[Finding]) -> None:
    told = doctor.report(examined)
    for package in doctor.SHOWN_FIRST:
        assert f"{package} {metadata.version(package)}" in told
    assert ".".join(map(str, sys.version_info[:3])) in told


def test_measured_precision_is_one_that_training_knows(examined: list[Finding]) -> None:
    said = next(finding.what for finding in examined if finding.topic == "precision")
    assert said.split()[0] in ("32-true", "bf16-mixed")


def test_python_that_is_too_old_stops_the_course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.sys, "version_info", Version(3, 10, 9, "final", 0))
    wrong, stops = found(doctor._python)
    assert stops and any("too old" in sentence and "3.11" in sentence for sentence in wrong)


def test_system_python_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.sys, "prefix", sys.base_prefix)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    wrong, stops = found(doctor._python)
    assert not stops and "virtual environment" in wrong[0]
    monkeypatch.setenv("CONDA_PREFIX", "/opt/conda/envs/course")
    assert found(doctor._python) == ([], False)


def pretend_versions(monkeypatch: pytest.MonkeyPatch, **pretended: str | None) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if name in pretended:
            told = pretended[name]
            if told is None:
                raise metadata.PackageNotFoundError(name)
            return told
        return real(name)

    monkeypatch.setattr(doctor.metadata, "version", version)


def test_missing_package_stops_the_course(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_versions(monkeypatch, librosa=None, nbval=None)
    wrong, stops = found(doctor._packages)
    assert stops and len(wrong) == 1 and "librosa, nbval" in wrong[0]


def test_version_that_was_not_asked_for_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_versions(monkeypatch, torch="2.13.0")
    wrong, stops = found(doctor._packages)
    assert not stops and "torch 2.13.0 is installed and torch==2.11.0 is needed" in wrong[0]


def test_torch_with_a_local_version_is_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_versions(monkeypatch, torch="2.11.0+cpu", torchaudio="2.11.0+cpu")
    assert found(doctor._packages) == ([], False)


def test_course_that_is_not_installed_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    def requires(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(doctor.metadata, "requires", requires)
    wrong, stops = found(doctor._packages)
    assert stops and "pip install -e ." in wrong[0]


def test_torchaudio_of_another_release_stops_the_course(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def import_module(name: str) -> Any:
        if name == "torchaudio":
            raise OSError("libc10_cuda.so: cannot open shared object file\nand a page more")
        return real(name)

    monkeypatch.setattr(doctor.importlib, "import_module", import_module)
    wrong, stops = found(doctor._imports)
    assert stops and len(wrong) == 1
    assert "libc10_cuda.so" in wrong[0] and "same release" in wrong[0] and "a page more" not in wrong[0]


def test_sound_library_without_mp3_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    import soundfile

    monkeypatch.setattr(soundfile, "available_formats", lambda: {"WAV": "", "FLAC": "", "OGG": ""})
    wrong, stops = found(doctor._sound_files)
    assert not stops and "knows no MP3" in wrong[0]


def test_driver_that_is_too_old_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    import warnings

    import torch

    def is_available() -> bool:
        warnings.warn(
            "CUDA initialization: The NVIDIA driver on your system is too old. Update it.\nMore", stacklevel=1
        )
        return False

    monkeypatch.setattr(torch.cuda, "is_available", is_available)
    findings = list(doctor._processor())
    assert "driver" in findings[-1].wrong and "\n" not in findings[-1].wrong and not findings[-1].stops


def test_graphics_processor_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: f"GPU {index}")
    monkeypatch.setattr(processes, "cards", lambda: 2)
    assert list(doctor._processor())[-1].what == "cuda: GPU 0, GPU 1"
    monkeypatch.setattr(processes, "cards", lambda: 0)
    found = list(doctor._processor())[-1]
    assert found.what.startswith("cpu, not cuda") and "a newer card" in found.wrong and not found.stops

    def full() -> int:
        raise ValueError("the graphics card 0 has no memory left: end what else computes on it")

    monkeypatch.setattr(processes, "cards", full)
    found = list(doctor._processor())[-1]
    assert found.what == "cuda: GPU 0, GPU 1" and "no memory left" in found.wrong and not found.stops


def test_read_only_data_folder_is_a_hint(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.os, "access", lambda *_: False)
    wrong, stops = found(doctor._data)
    assert not stops and archive.DATA in wrong[0] and str(place / "data") in wrong[0]


def test_data_set_that_is_not_here_says_how_to_get_it() -> None:
    assert any("gan-course data digits" in finding.what for finding in doctor._data())


def install_digits(place: Path, files: dict[str, int], complete: bool) -> None:
    folder = place / "data" / "digits"
    (folder / "recordings").mkdir(parents=True)
    for path, size in files.items():
        (folder / path).write_bytes(bytes(size))
    told = {"files": files, "complete": complete, "source": "somewhere"}
    (folder / "verified.json").write_text(json.dumps(told))


def test_data_set_that_is_here_is_counted(place: Path) -> None:
    install_digits(place, {f"recordings/{take}.wav": 9 for take in range(2_700)}, complete=False)
    assert any("2,700 of 3,000 recordings" in finding.what for finding in doctor._data())
    assert found(doctor._data) == ([], False)


def test_damaged_data_set_is_a_hint(place: Path) -> None:
    install_digits(place, {f"recordings/{take}.wav": 9 for take in range(5)}, complete=False)
    (place / "data" / "digits" / "recordings" / "3.wav").unlink()
    wrong, stops = found(doctor._data)
    assert not stops and "1 of 5 recordings" in wrong[0] and "3.wav" in wrong[0] and "--again" in wrong[0]


def test_mirror_without_the_archive_is_a_hint(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(archive.MIRROR, str(place))
    wrong, stops = found(doctor._mirror)
    assert not stops and "free-spoken-digit-dataset.zip" in wrong[0]
    (place / "free-spoken-digit-dataset.zip").touch()
    assert found(doctor._mirror) == ([], False)
    assert "holds" in next(doctor._mirror()).what


def test_mirror_on_a_server_is_named_and_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(archive.MIRROR, "http://127.0.0.1:9/archives")
    assert found(doctor._mirror) == ([], False)
    assert "not asked" in next(doctor._mirror()).what


def test_little_disk_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5.9e9))
    wrong, stops = found(doctor._disk)
    assert not stops and "Only 5.9 GB" in wrong[0]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=6.1e9))
    assert found(doctor._disk) == ([], False)


def test_missing_weights_are_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    from gan_course import zoo

    monkeypatch.setattr(zoo, "names", lambda: [])
    wrong, stops = found(doctor._weights)
    assert not stops and "lesson 00" in wrong[0]


def test_kernel_of_another_python_is_a_hint(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = place / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    spec = {"argv": ["/opt/other/bin/python", "-m", "ipykernel_launcher"], "display_name": "Python 3"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    assert doctor._kernel().wrong == ""
    monkeypatch.setenv("JUPYTER_PATH", str(place / "jupyter"))
    assert "/opt/other/bin/python" in doctor._kernel().wrong


def test_taken_port_is_seen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert doctor._taken(port)
    assert not doctor._taken(port)


def test_plugin_that_pytest_does_not_know_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.metadata, "entry_points", lambda group: [])
    wrong, stops = found(doctor._grading)
    assert not stops and "pytest" in wrong[0]


def test_look_that_fails_is_told_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def _broken() -> Iterator[Finding]:
        raise RuntimeError("no such thing\nand more")

    monkeypatch.setattr(doctor, "LOOKS", (_broken, doctor._grading))
    findings = doctor.examine()
    assert findings[0].wrong == "Looking at broken failed (RuntimeError: no such thing)."
    assert findings[1].topic == "grading"


def test_report_puts_what_stops_the_course_first() -> None:
    told = doctor.report(
        [Finding("a", "1", "A hint."), Finding("b", "", "A stop.", stops=True), Finding("c", "3")]
    )
    assert told.index("A stop.") < told.index("A hint.")
    assert told.splitlines()[:2] == ["a  1", "c  3"]
    assert "cannot work" in told.splitlines()[-1]


@pytest.mark.parametrize(("stops", "status"), [(False, 0), (True, 1)])
def test_command_fails_only_when_the_course_cannot_work(
    monkeypatch: pytest.MonkeyPatch, stops: bool, status: int
) -> None:
    monkeypatch.setattr(doctor, "LOOKS", (lambda: iter([Finding("a", "1", "Wrong.", stops=stops)]),))
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == status and "Wrong." in result.output


def test_data_lists_every_set_with_licence_and_state() -> None:
    result = CliRunner().invoke(app, ["data"])
    assert result.exit_code == 0
    assert "CC BY-SA 4.0" in result.output and "notes" in result.output and "not here yet" in result.output
    names = [line.split()[0] for line in result.output.splitlines()]
    assert names == ["data", *datasets.registry.NAMES]


def test_data_fetches_from_the_mirror(mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (mirror / "free-spoken-digit-dataset.zip").is_file():
        pytest.skip("the mirror holds no digits")
    monkeypatch.setenv(archive.MIRROR, str(mirror))
    result = CliRunner().invoke(app, ["data", "digits"])
    assert result.exit_code == 0 and "recordings in" in result.output and "CC BY-SA 4.0" in result.output
    assert "recordings in" in CliRunner().invoke(app, ["data"]).output


def test_data_fetches_the_orchestra_and_counts_what_a_mirror_holds(
    mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (mirror / "philharmonia-samples.zip").is_file():
        pytest.skip("the mirror holds no orchestra")
    monkeypatch.setenv(archive.MIRROR, str(mirror))
    result = CliRunner().invoke(app, ["data", "orchestra"])
    assert result.exit_code == 0
    assert re.search(r"orchestra: (3,032 of 9,750|9,750) recordings in .*not to be sold", result.output)


@pytest.mark.parametrize("name", ["notes", "folder"])
def test_data_that_needs_no_download_says_so(name: str) -> None:
    result = CliRunner().invoke(app, ["data", name])
    assert result.exit_code == 0 and f"{name} needs no download" in result.output


def test_what_is_kept_for_quick_loading_is_counted_and_can_be_deleted(place: Path) -> None:
    cache = place / "data" / "cache"
    cache.mkdir(parents=True)
    (cache / "folder-1.safetensors").write_bytes(bytes(3_000_000))
    assert "3 MB of clips are kept in" in CliRunner().invoke(app, ["data"]).output
    result = CliRunner().invoke(app, ["data", "--clear"])
    assert result.exit_code == 0 and "3 MB of kept clips are deleted" in result.output
    assert "are kept in" not in result.output and not cache.exists()


def test_data_that_cannot_be_had_is_one_sentence_and_status_1(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(archive.MIRROR, str(place))
    result = CliRunner().invoke(app, ["data", "digits"])
    assert result.exit_code == 1 and "free-spoken-digit-dataset.zip" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_unknown_data_set_is_named() -> None:
    result = CliRunner().invoke(app, ["data", "digit"])
    assert result.exit_code == 1 and "'digit'" in result.stderr and "notes, digits" in result.stderr


@pytest.mark.slow
def test_doctor_runs_as_a_command(place: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", "from gan_course.cli import app; app()", "doctor"],
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stderr == "" and str(place / "data") in said.stdout
