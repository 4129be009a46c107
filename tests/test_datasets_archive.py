"""Archives come whole and verified from wherever they come, or one sentence says why not."""

import errno
import hashlib
import http.client
import io
import json
import os
import random
import socket
import ssl
import struct
import subprocess
import sys
import textwrap
import threading
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import filelock
import pytest

from gan_course.datasets import archive
from gan_course.datasets.archive import Archive, DataError, WrongContent, fetch, find

FILE = "sounds.zip"


def contents(seed: int = 0) -> dict[str, bytes]:
    """Nine incompressible files, so that half an archive is half its files."""
    drawn = random.Random(seed)
    return {
        f"recordings/{digit}_ada_{take}.wav": drawn.randbytes(20_000)
        for digit in range(3)
        for take in range(3)
    }


def hashes(files: dict[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}


def packed(files: dict[str, bytes], top: str = "sounds-0123abc/") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr(f"{top}README.md", "not data")
        for path, content in files.items():
            file.writestr(top + path, content)
    return target.getvalue()


COMPLETE = contents()
WITHOUT_TAKE_0 = {path: content for path, content in COMPLETE.items() if not path.endswith("_0.wav")}
KNOWN = {path: full[:16] for path, full in hashes(WITHOUT_TAKE_0).items()}
SOUNDS = Archive(
    name="sounds",
    file=FILE,
    url="http://127.0.0.1:9/sounds.zip",
    pattern="recordings/*.wav",
    count=len(COMPLETE),
    digest=archive.digest(hashes(COMPLETE)),
    known=lambda: KNOWN,
)


@dataclass
class Answers:
    """What the local server does with the next requests."""

    body: bytes = b""
    ranges: bool = True
    moved: int = 0
    """How far from where it was asked to begin the next answer to a Range begins."""
    status: int = 200
    kind: str = "application/zip"
    says_length: bool = True
    breaks: list[int] = field(default_factory=list)
    """After how many bytes each of the next answers breaks off."""
    reset: bool = False
    stall: threading.Event | None = None
    seen: list[str | None] = field(default_factory=list)
    """The Range header of each request."""


class Handler(BaseHTTPRequestHandler):
    answers: Answers

    def do_GET(self) -> None:
        answers = self.answers
        asked = self.headers.get("Range")
        answers.seen.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and answers.ranges else 0
        if start:
            start, answers.moved = start + answers.moved, 0
        if start and start >= len(answers.body):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(answers.body)}")
            self.end_headers()
            return
        self.send_response(206 if start else answers.status)
        self.send_header("Content-Type", answers.kind)
        body = answers.body[start:]
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(answers.body) - 1}/{len(answers.body)}")
        if answers.says_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not answers.breaks:
            self.wfile.write(body)
            return
        self.wfile.write(body[: answers.breaks.pop(0)])
        self.wfile.flush()
        if answers.stall is not None:
            answers.stall.wait(300)
        if answers.reset:
            time.sleep(0.05)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, no mirror, and no waiting between tries."""
    monkeypatch.setenv(archive.DATA, str(tmp_path / "data"))
    monkeypatch.delenv(archive.MIRROR, raising=False)
    monkeypatch.setattr(archive, "_PATIENCE", 0.0)
    return tmp_path / "data"


@pytest.fixture
def server(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    """A real server on this machine that holds the complete archive, set as the mirror."""
    answers = Answers(body=packed(COMPLETE))
    handler = type("Local", (Handler,), {"answers": answers})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as local:
        local.daemon_threads = True
        threading.Thread(target=local.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        monkeypatch.setenv(archive.MIRROR, f"http://127.0.0.1:{local.server_port}/archives/")
        yield answers
        local.shutdown()


@pytest.fixture
def offers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: Path) -> Callable[[bytes], Path]:
    """A mirror that is a folder: call it with the archive's bytes."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    monkeypatch.setenv(archive.MIRROR, str(folder))

    def offer(body: bytes) -> Path:
        (folder / FILE).write_bytes(body)
        return folder

    return offer


def holds(data: Path, files: dict[str, bytes]) -> bool:
    """Whether exactly these files lie in the data folder, and nothing half-written."""
    found = {
        path.relative_to(data / "sounds").as_posix(): path.read_bytes()
        for path in (data / "sounds").rglob("*")
        if path.is_file()
    }
    manifest = found.pop("verified.json", b"{}")
    return found == files and json.loads(manifest)["files"].keys() == files.keys() and nothing_else(data)


def nothing_else(data: Path) -> bool:
    return {path.name for path in data.iterdir()} <= {"sounds", ".sounds.lock"} if data.exists() else True


def one_sentence(wrong: pytest.ExceptionInfo[DataError]) -> str:
    told = str(wrong.value)
    assert told[0].isupper() or told.startswith(("http", "/"))
    assert told.endswith(".") and "\n" not in told and ". " not in told
    return told


def test_complete_archive_is_unpacked_and_verified(server: Answers, data: Path) -> None:
    held = fetch(SOUNDS)
    assert held.complete and held.counted == "9 recordings"
    assert holds(data, COMPLETE)
    assert find(SOUNDS) == held


def test_second_time_asks_nobody(server: Answers, data: Path) -> None:
    first = fetch(SOUNDS)
    server.status, server.body = 500, b""
    assert fetch(SOUNDS) == first
    assert len(server.seen) == 1


@pytest.mark.parametrize("top", ["", "sounds-master/", f"sounds-{'0' * 40}/"])
def test_top_folder_may_have_any_name_or_be_absent(
    offers: Callable[[bytes], Path], data: Path, top: str
) -> None:
    offers(packed(COMPLETE, top))
    assert fetch(SOUNDS).complete and holds(data, COMPLETE)


@pytest.mark.parametrize("written", ["{}", "{}/", "file://{}", "file://{}/"])
def test_mirror_is_a_folder_or_a_file_url(
    offers: Callable[[bytes], Path], data: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    folder = offers(packed(COMPLETE))
    monkeypatch.setenv(archive.MIRROR, written.format(folder))
    assert fetch(SOUNDS).complete
    assert (folder / FILE).exists()


def test_digest_is_that_of_sorted_lines_of_path_and_sha256() -> None:
    b_then_a = {"b": "1" * 64, "a": "2" * 64}
    expected = hashlib.sha256(b"a " + b"2" * 64 + b"\nb " + b"1" * 64 + b"\n").hexdigest()
    assert archive.digest(b_then_a) == expected


def test_part_of_the_known_files_is_accepted_and_counted(offers: Callable[[bytes], Path], data: Path) -> None:
    some = dict(list(WITHOUT_TAKE_0.items())[:4])
    offers(packed(some))
    held = fetch(SOUNDS)
    assert not held.complete and held.counted == "4 of 9 recordings"
    assert holds(data, some)


def test_part_with_a_trusted_digest_is_accepted_without_a_list(
    offers: Callable[[bytes], Path], data: Path
) -> None:
    some = dict(list(COMPLETE.items())[:2])
    offers(packed(some))
    trusting = replace(SOUNDS, known=dict, subsets=(archive.digest(hashes(some)),))
    assert fetch(trusting).counted == "2 of 9 recordings"


def test_known_file_with_other_content_is_refused_by_name(
    offers: Callable[[bytes], Path], data: Path
) -> None:
    changed = WITHOUT_TAKE_0 | {"recordings/1_ada_2.wav": b"another voice"}
    offers(packed(changed))
    with pytest.raises(WrongContent) as wrong:
        fetch(SOUNDS)
    assert "1 of 6 recordings differ, the first is recordings/1_ada_2.wav" in one_sentence(wrong)
    assert find(SOUNDS) is None and nothing_else(data)


def test_unknown_file_in_an_incomplete_set_is_refused_by_name(
    offers: Callable[[bytes], Path], data: Path
) -> None:
    offers(packed(WITHOUT_TAKE_0 | {"recordings/0_ada_0.wav": COMPLETE["recordings/0_ada_0.wav"]}))
    with pytest.raises(WrongContent, match=r"recordings/0_ada_0\.wav") as wrong:
        fetch(SOUNDS)
    one_sentence(wrong)
    assert find(SOUNDS) is None and nothing_else(data)


@pytest.mark.parametrize("seed", range(3))
def test_no_single_changed_byte_passes(offers: Callable[[bytes], Path], data: Path, seed: int) -> None:
    drawn = random.Random(seed)
    path = drawn.choice(sorted(COMPLETE))
    content = bytearray(COMPLETE[path])
    content[drawn.randrange(len(content))] ^= 1 << drawn.randrange(8)
    offers(packed(COMPLETE | {path: bytes(content)}))
    with pytest.raises(WrongContent):
        fetch(SOUNDS)
    assert nothing_else(data)


@pytest.mark.parametrize(
    "name",
    ["../outside.wav", "sounds/../../outside.wav", "/outside.wav", "..\\outside.wav", "C:/outside.wav"],
)
def test_path_that_leads_outside_is_refused(offers: Callable[[bytes], Path], data: Path, name: str) -> None:
    body = io.BytesIO(packed(COMPLETE))
    with zipfile.ZipFile(body, "a") as file:
        file.writestr(name, b"where it should not be")
    offers(body.getvalue())
    with pytest.raises(WrongContent, match="unsafe path") as wrong:
        fetch(SOUNDS)
    one_sentence(wrong)
    assert not list(data.parent.rglob("outside.wav")) and nothing_else(data)


def test_member_without_a_name_is_passed_over(offers: Callable[[bytes], Path], data: Path) -> None:
    body = io.BytesIO(packed(COMPLETE))
    with zipfile.ZipFile(body, "a") as file:
        file.writestr(".", b"nothing")
    offers(body.getvalue())
    assert fetch(SOUNDS).complete and holds(data, COMPLETE)


def test_symbolic_link_is_refused(offers: Callable[[bytes], Path], data: Path) -> None:
    body = io.BytesIO(packed(COMPLETE))
    link = zipfile.ZipInfo("sounds/recordings/link.wav")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(body, "a") as file:
        file.writestr(link, "/etc/passwd")
    offers(body.getvalue())
    with pytest.raises(WrongContent, match="unsafe path"):
        fetch(SOUNDS)


def test_archive_that_would_fill_the_disk_is_refused(offers: Callable[[bytes], Path], data: Path) -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("recordings/0_ada_0.wav", bytes(10_000_000))
    offers(body.getvalue())
    with pytest.raises(WrongContent, match="would unpack to"):
        fetch(SOUNDS)
    assert nothing_else(data)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "no zip archive"),
        (b"<html>log in</html>", "no zip archive"),
        (packed(COMPLETE)[:100_000], "no zip archive"),
        (packed({"elsewhere/0_ada_0.wav": b"x"}), "holds no recordings"),
    ],
    ids=["empty", "page", "truncated", "other"],
)
def test_mirror_file_that_is_no_such_archive_is_refused(
    offers: Callable[[bytes], Path], data: Path, body: bytes, says: str
) -> None:
    folder = offers(body)
    with pytest.raises(WrongContent, match=says) as wrong:
        fetch(SOUNDS)
    assert str(folder / FILE) in one_sentence(wrong)
    assert find(SOUNDS) is None and nothing_else(data)


def test_file_that_is_in_the_archive_twice_is_refused(offers: Callable[[bytes], Path], data: Path) -> None:
    body = io.BytesIO(packed(COMPLETE))
    with zipfile.ZipFile(body, "a") as file:
        file.writestr("another-top/recordings/0_ada_0.wav", COMPLETE["recordings/0_ada_0.wav"])
    offers(body.getvalue())
    with pytest.raises(WrongContent, match=r"recordings/0_ada_0\.wav twice") as wrong:
        fetch(SOUNDS)
    one_sentence(wrong)
    assert find(SOUNDS) is None and nothing_else(data)


def test_damaged_member_is_refused(offers: Callable[[bytes], Path], data: Path) -> None:
    body = bytearray(packed(COMPLETE))
    body[len(body) // 2] ^= 0xFF
    offers(bytes(body))
    with pytest.raises(WrongContent, match="damaged") as wrong:
        fetch(SOUNDS)
    one_sentence(wrong)
    assert find(SOUNDS) is None and nothing_else(data)


def test_broken_download_is_resumed_where_it_stopped(server: Answers, data: Path) -> None:
    server.breaks = [100_000, 30_000]
    assert fetch(SOUNDS).complete and holds(data, COMPLETE)
    assert server.seen == [None, "bytes=100000-", "bytes=130000-"]


def test_reset_connection_is_resumed(server: Answers, data: Path) -> None:
    server.breaks, server.reset = [100_000], True
    assert fetch(SOUNDS).complete and holds(data, COMPLETE)
    assert len(server.seen) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        OSError(errno.ENETUNREACH, "Network is unreachable"),
        PermissionError(errno.EACCES, "a firewall's answer"),
        ssl.SSLError("bad record mac"),
        TimeoutError("timed out"),
    ],
)
def test_whatever_breaks_a_connection_it_is_resumed_or_told_in_a_sentence(
    server: Answers, data: Path, monkeypatch: pytest.MonkeyPatch, wrong: OSError
) -> None:
    read, reads, broken = http.client.HTTPResponse.read, [], [2]

    def breaks(answer: http.client.HTTPResponse, size: int) -> bytes:
        reads.append(size)
        if len(reads) in broken:
            raise wrong
        return read(answer, size)

    monkeypatch.setattr(http.client.HTTPResponse, "read", breaks)
    assert fetch(SOUNDS).complete and holds(data, COMPLETE)
    assert server.seen == [None, f"bytes={reads[0]}-"]
    broken.extend(range(99))
    with pytest.raises(DataError, match="again and again") as told:
        fetch(SOUNDS, again=True)
    assert str(wrong) in one_sentence(told)


def test_download_without_a_length_is_complete_when_the_archive_ends(server: Answers, data: Path) -> None:
    server.says_length, server.breaks = False, [100_000]
    assert fetch(SOUNDS).complete and holds(data, COMPLETE)
    assert server.seen == [None, "bytes=100000-"]


def test_server_without_ranges_is_asked_from_the_beginning(server: Answers, data: Path) -> None:
    server.ranges, server.breaks = False, [100_000]
    assert fetch(SOUNDS).complete and holds(data, COMPLETE)


def test_download_given_up_is_gone_on_with_next_time(server: Answers, data: Path) -> None:
    server.breaks = [100_000, 0, 0, 0]
    with pytest.raises(DataError, match=r"0\.1 MB that came are kept") as wrong:
        fetch(SOUNDS)
    one_sentence(wrong)
    assert find(SOUNDS) is None
    assert [path.name for path in data.glob("*.part")] == [f"{FILE}.part"]
    assert fetch(SOUNDS).complete and holds(data, COMPLETE)
    assert server.seen[-1] == "bytes=100000-"


def test_server_that_never_sends_all_is_given_up(server: Answers, data: Path) -> None:
    server.ranges, server.breaks = False, [100_000] * 99
    with pytest.raises(DataError, match="again and again"):
        fetch(SOUNDS)
    assert len(server.seen) <= 5


def test_beginning_of_another_version_is_thrown_away(server: Answers, data: Path) -> None:
    data.mkdir()
    (data / f"{FILE}.part").write_bytes(packed(contents(seed=1))[:100_000])
    assert fetch(SOUNDS).complete and holds(data, COMPLETE)
    assert server.seen == ["bytes=100000-", None]


@pytest.mark.parametrize("extra", [0, 1000])
def test_beginning_that_is_longer_than_the_file_is_thrown_away(
    server: Answers, data: Path, extra: int
) -> None:
    data.mkdir()
    (data / f"{FILE}.part").write_bytes(b"PK" + bytes(len(server.body) + extra - 2))
    assert fetch(SOUNDS).complete and holds(data, COMPLETE)


def test_wrong_content_from_a_server_is_refused_and_not_kept(server: Answers, data: Path) -> None:
    server.body = packed(contents(seed=1))
    with pytest.raises(WrongContent, match="is not the published sounds") as wrong:
        fetch(SOUNDS)
    one_sentence(wrong)
    assert find(SOUNDS) is None and nothing_else(data)


def test_page_instead_of_an_archive_is_named(server: Answers, data: Path) -> None:
    server.body, server.kind = b"<html>Please log in</html>" * 9, "text/html"
    with pytest.raises(DataError, match="no zip archive but text/html") as wrong:
        fetch(SOUNDS)
    one_sentence(wrong)
    assert find(SOUNDS) is None and nothing_else(data)


@pytest.mark.parametrize("moved", [-50_000, 50_000])
def test_rest_that_begins_elsewhere_is_not_appended(server: Answers, data: Path, moved: int) -> None:
    server.breaks, server.moved = [100_000], moved
    assert fetch(SOUNDS).complete and holds(data, COMPLETE)
    assert server.seen == [None, "bytes=100000-", None]


def test_page_instead_of_the_rest_spoils_nothing(server: Answers, data: Path) -> None:
    whole = server.body
    server.breaks = [100_000, 0, 0, 0]
    with pytest.raises(DataError):
        fetch(SOUNDS)
    server.body, server.kind, server.ranges = b"<html>Please log in</html>", "text/html", False
    with pytest.raises(DataError, match="log in"):
        fetch(SOUNDS)
    server.body, server.ranges = whole, True
    assert fetch(SOUNDS).complete and server.seen[-1] == "bytes=100000-"


@pytest.mark.parametrize("status", [403, 404, 410])
def test_refusal_is_told_at_once(server: Answers, data: Path, status: int) -> None:
    server.status, server.body = status, b"no"
    with pytest.raises(DataError, match=f"answers {status}") as wrong:
        fetch(SOUNDS)
    assert archive.MIRROR in one_sentence(wrong) and len(server.seen) == 1
    assert find(SOUNDS) is None and nothing_else(data)


def test_busy_server_is_asked_again(server: Answers, data: Path) -> None:
    server.status = 503
    with pytest.raises(DataError, match="answers 503"):
        fetch(SOUNDS)
    assert len(server.seen) == 3


def test_offline_and_nothing_here_says_how_to_get_it(data: Path) -> None:
    with pytest.raises(DataError) as wrong:
        fetch(SOUNDS)
    told = one_sentence(wrong)
    assert all(word in told for word in (SOUNDS.url, FILE, archive.MIRROR, "internet"))


def test_mirror_without_the_file_says_which(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(archive.MIRROR, str(tmp_path))
    with pytest.raises(DataError) as wrong:
        fetch(SOUNDS)
    assert all(word in one_sentence(wrong) for word in (FILE, str(tmp_path), SOUNDS.url))


def test_mirror_of_an_unknown_kind_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(archive.MIRROR, "ftp://example.org/archives")
    with pytest.raises(DataError, match="http, https or file") as wrong:
        fetch(SOUNDS)
    one_sentence(wrong)


def test_at_hand_is_what_needs_no_publisher(
    offers: Callable[[bytes], Path], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not archive.at_hand(SOUNDS)
    offers(packed(COMPLETE))
    assert archive.at_hand(SOUNDS)
    fetch(SOUNDS)
    monkeypatch.delenv(archive.MIRROR)
    assert archive.at_hand(SOUNDS)
    (data / "sounds" / "verified.json").unlink()
    assert not archive.at_hand(SOUNDS)


class FullDisk:
    """Opens files of which the disk takes so many bytes and no more."""

    def __init__(self, room: int) -> None:
        self.room = room

    def __call__(self, path: Path, mode: str) -> io.IOBase:
        disk = self

        class File(io.FileIO):
            def write(self, block: bytes) -> int:
                disk.room -= len(block)
                if disk.room < 0:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return super().write(block)

        return File(path, mode)


def test_disk_that_fills_up_while_downloading_keeps_nothing(
    server: Answers, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "open", FullDisk(100_000), raising=False)
    with pytest.raises(DataError, match="is full") as wrong:
        fetch(SOUNDS)
    one_sentence(wrong)
    assert wrong.value.errno == errno.ENOSPC
    assert find(SOUNDS) is None and nothing_else(data)


def test_disk_that_fills_up_while_unpacking_keeps_nothing(
    server: Answers, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "open", FullDisk(250_000), raising=False)
    with pytest.raises(DataError, match="is full") as wrong:
        fetch(SOUNDS)
    one_sentence(wrong)
    assert find(SOUNDS) is None and nothing_else(data)


def test_data_folder_that_cannot_be_one_says_which_variable(
    server: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(archive.DATA, str(tmp_path / "file" / "data"))
    with pytest.raises(DataError, match=archive.DATA) as wrong:
        fetch(SOUNDS)
    one_sentence(wrong)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_data_folder_says_which_variable(server: Answers, data: Path) -> None:
    data.mkdir(mode=0o500)
    with pytest.raises(DataError, match=archive.DATA) as wrong:
        fetch(SOUNDS)
    one_sentence(wrong)


def test_foreign_folder_of_that_name_is_left_alone(server: Answers, data: Path) -> None:
    (data / "sounds").mkdir(parents=True)
    (data / "sounds" / "mine.wav").write_bytes(b"mine")
    for ask in (find, fetch):
        with pytest.raises(DataError, match="is in the way") as wrong:
            ask(SOUNDS)
        one_sentence(wrong)
    assert (data / "sounds" / "mine.wav").read_bytes() == b"mine"


def test_deleted_and_changed_files_are_noticed(server: Answers, data: Path) -> None:
    held = fetch(SOUNDS)
    first, second, *_ = held.files
    (held.folder / first).unlink()
    (held.folder / second).write_bytes(b"shorter")
    found = find(SOUNDS)
    assert found is not None and found.damaged == (first, second)


def test_fetching_again_replaces_an_untouched_copy_without_a_trace(
    offers: Callable[[bytes], Path], data: Path
) -> None:
    offers(packed(WITHOUT_TAKE_0))
    assert not fetch(SOUNDS).complete
    offers(packed(COMPLETE))
    assert not fetch(SOUNDS).complete
    assert fetch(SOUNDS, again=True).complete and holds(data, COMPLETE)


def test_fetching_again_in_vain_keeps_what_was_there(offers: Callable[[bytes], Path], data: Path) -> None:
    offers(packed(COMPLETE))
    fetch(SOUNDS)
    offers(packed(contents(seed=1)))
    with pytest.raises(WrongContent):
        fetch(SOUNDS, again=True)
    assert holds(data, COMPLETE)


def test_fetching_again_sets_aside_what_the_user_added(offers: Callable[[bytes], Path], data: Path) -> None:
    offers(packed(COMPLETE))
    held = fetch(SOUNDS)
    (held.folder / "recordings" / "my own.wav").write_bytes(b"mine")
    with pytest.warns(UserWarning, match="sounds-set-aside-1"):
        fetch(SOUNDS, again=True)
    assert (data / "sounds-set-aside-1" / "recordings" / "my own.wav").read_bytes() == b"mine"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fetch(SOUNDS, again=True)


PROCESS = """
    import sys
    from tests.test_datasets_archive import SOUNDS
    from gan_course.datasets import archive
    print(flush=True)
    sys.stdin.readline()
    print(archive.fetch(SOUNDS).counted)
"""


def start_process() -> subprocess.Popen[str]:
    """Another Python that fetches when it is sent a line."""
    started = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROCESS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert started.stdout is not None and started.stdout.readline() == "\n"
    return started


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.mark.slow
def test_two_processes_at_once_download_once_and_both_get_it(server: Answers, data: Path) -> None:
    server.breaks, server.stall = [100_000], threading.Event()
    both = [start_process(), start_process()]
    for process in both:
        go(process)
    time.sleep(1.5)
    server.stall.set()
    said = [process.communicate(timeout=300)[0].splitlines() for process in both]
    assert [lines[-1] for lines in said] == ["9 recordings", "9 recordings"]
    assert sum("waiting for it" in line for lines in said for line in lines) <= 1
    assert server.seen == [None, "bytes=100000-"] and holds(data, COMPLETE)


@pytest.mark.parametrize(
    "wrong", [NotImplementedError("no locks"), OSError(errno.ENOLCK, "no locks available")]
)
def test_without_locks_it_is_fetched_all_the_same(
    server: Answers, data: Path, monkeypatch: pytest.MonkeyPatch, wrong: Exception
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise wrong

    monkeypatch.setattr(filelock.FileLock, "acquire", fails)
    with pytest.warns(UserWarning, match=rf"cannot be locked .*no locks.* {archive.DATA} "):
        assert fetch(SOUNDS).complete
    assert holds(data, COMPLETE)


@pytest.mark.slow
def test_killed_process_leaves_nothing_half_and_its_download_is_gone_on_with(
    server: Answers, data: Path
) -> None:
    server.breaks, server.stall = [131_072], threading.Event()
    process = start_process()
    go(process)
    part, deadline = data / f"{FILE}.part", time.monotonic() + 120
    while not (part.exists() and part.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait(timeout=120)
    server.stall.set()
    process.communicate()
    (data / ".sounds-0badcafe" / "recordings").mkdir(parents=True)
    assert find(SOUNDS) is None
    assert fetch(SOUNDS).complete and holds(data, COMPLETE)
    assert server.seen[-1] is not None


def test_interrupted_unpacking_leaves_nothing(
    offers: Callable[[bytes], Path], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers(packed(COMPLETE))

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(archive, "_flush", interrupt)
        with pytest.raises(KeyboardInterrupt):
            fetch(SOUNDS)
    assert find(SOUNDS) is None and nothing_else(data)
    assert fetch(SOUNDS).complete


def test_data_folder_is_the_named_one_else_the_checkouts_else_a_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(archive.DATA, str(tmp_path))
    assert archive.data_folder() == tmp_path
    monkeypatch.delenv(archive.DATA)
    installed = tmp_path / "checkout" / "gan_course" / "datasets" / "archive.py"
    monkeypatch.setattr(archive, "__file__", str(installed))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert "gan-course" in archive.data_folder().name
    (tmp_path / "checkout" / "notebooks").mkdir(parents=True)
    assert archive.data_folder() == tmp_path / "checkout" / "data"
