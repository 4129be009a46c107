"""Getting a data set that others publish: found, downloaded, verified, unpacked, or clearly not. Lesson 04.

A published archive's own bytes may change (a host compresses it anew), so what is trusted is what is inside:
the digest of a set of files is the SHA-256 of the lines `{relative path} {SHA-256 of the file}`, sorted by
path. A folder under `data_folder()` holds a data set whole and verified, or it does not exist.
"""

import errno
import fnmatch
import hashlib
import http.client
import json
import os
import re
import secrets
import shutil
import stat
import time
import urllib.error
import urllib.parse
import urllib.request
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

MIRROR = "GAN_COURSE_MIRROR"
"""Environment variable: a folder or URL that holds the archives under their file names."""
DATA = "GAN_COURSE_DATA"
"""Environment variable: the folder that data sets are unpacked in."""

_MANIFEST = "verified.json"
_BLOCK = 1 << 16
_TIMEOUT = 15.0
_FRUITLESS = 3
_CONNECTIONS = 20
_PATIENCE = 0.2
# sound is hardly compressible: an archive that grows more than this was made to fill the disk
_LARGEST_EXPANSION = 100


class DataError(OSError):
    """A data set is not here and cannot be had, or is not what it should be; the message says what to do."""


class WrongContent(DataError):
    """What came is not what was published."""


@dataclass(frozen=True)
class Archive:
    """A data set as its publisher packs it.

    name: what the course calls it, and its folder's name.
    file: the archive's file name in a mirror.
    url: where its publisher offers it.
    pattern: which members are the data, such as "recordings/*.wav", below the archive's top folder if any.
    noun: what the members are called when they are counted.
    count, digest: how many there are in the complete set, and their digest.
    subsets: digests of incomplete sets that are trusted too.
    known: gives the first digits of each file's SHA-256, by relative path, for as many files as are known: a
        mirror may hold any of them.
    licence, home, credit: for lists, cards and captions.
    """

    name: str
    file: str
    url: str
    pattern: str
    count: int
    digest: str
    noun: str = "recordings"
    subsets: tuple[str, ...] = ()
    known: Callable[[], Mapping[str, str]] = dict
    licence: str = ""
    home: str = ""
    credit: str = ""


@dataclass(frozen=True)
class Held:
    """A data set that is on this machine, verified when it was unpacked.

    folder: where its files are, under the relative paths of the archive.
    files: those paths, sorted.
    complete: whether it is all that was published.
    source: where it came from.
    damaged: those of `files` that were deleted since, or changed in size.
    """

    archive: Archive
    folder: Path
    files: tuple[str, ...]
    complete: bool
    source: str
    damaged: tuple[str, ...] = ()

    @property
    def counted(self) -> str:
        """Such as "2,700 of 3,000 recordings"."""
        of_all = "" if self.complete else f" of {self.archive.count:,}"
        return f"{len(self.files):,}{of_all} {self.archive.noun}"


def data_folder() -> Path:
    """Where data sets are unpacked: `GAN_COURSE_DATA`; else `data/` of the checkout that this runs from (the
    folder with `notebooks/` in it); else a cache folder of the user's."""
    named = os.environ.get(DATA, "").strip()
    if named:
        return Path(named).expanduser().absolute()
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "notebooks").is_dir():
        return checkout / "data"
    import pooch  # type: ignore[import-untyped]

    return Path(pooch.os_cache("gan-course"))


def digest(hashes: Mapping[str, str]) -> str:
    """The digest of a set of files, given each one's SHA-256 by relative path (hexadecimal, 64 digits)."""
    lines = (f"{path} {hashes[path]}\n" for path in sorted(hashes))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def find(archive: Archive) -> Held | None:
    """The data set if it is on this machine, else None; nothing is downloaded.

    Raises DataError if something else lies under its name.
    """
    folder = data_folder() / archive.name
    if not folder.exists():
        return None
    manifest = _manifest(folder)
    if manifest is None:
        raise DataError(
            f"{folder} is in the way: the data set {archive.name} is unpacked under this name, but this"
            " folder was made by something else; rename it."
        )
    sizes, present = manifest["files"], _sizes(folder)
    damaged = tuple(path for path in sorted(sizes) if present.get(path) != sizes[path])
    return Held(archive, folder, tuple(sorted(sizes)), manifest["complete"], manifest["source"], damaged)


def at_hand(archive: Archive) -> bool:
    """Whether `fetch` will not ask the publisher: the data set is here, or `GAN_COURSE_MIRROR` offers it, as
    far as can be told without asking a server. A lesson that can do without it decides by this."""
    try:
        return find(archive) is not None or source_of(archive) != archive.url
    except DataError:
        return False


def fetch(archive: Archive, again: bool = False) -> Held:
    """The data set, downloaded and unpacked if it is not here yet.

    It comes from `GAN_COURSE_MIRROR` if that is set, else from its publisher. A broken download is taken up
    where it stopped if the server can do that. Several processes may ask at once: one fetches, the others
    wait.

    again: fetch it even if it is here, and put it in the old one's place once it is verified.

    Raises DataError, with one sentence on what to do: no connection, nothing under that name in the mirror, a
    full disk, a folder that cannot be written; and WrongContent for anything but the published files.
    """
    held = None if again else find(archive)
    if held is not None:
        return held
    home = data_folder()
    _make_folder(home)
    with _alone(home, archive.name):
        held = None if again else find(archive)
        if held is not None:
            return held
        for leftover in home.glob(f".{archive.name}-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        return _from_source(archive, home)


def _from_source(archive: Archive, home: Path) -> Held:
    source = source_of(archive)
    if isinstance(source, Path):
        return _unpack(archive, source, home, str(source))
    part = home / f"{archive.file}.part"
    resumed = part.exists()
    try:
        _download(source, part, archive)
        held = _unpack(archive, part, home, source)
    except WrongContent:
        part.unlink(missing_ok=True)
        if not resumed:
            raise
    except DataError as wrong:
        if wrong.errno == errno.ENOSPC:
            part.unlink(missing_ok=True)
        raise
    else:
        part.unlink()
        return held
    # what was kept and what came may be of different versions of the file: once more, from the beginning
    return _from_source(archive, home)


def source_of(archive: Archive) -> Path | str:
    """Where the archive would come from: a file of this machine, or a URL; nobody is asked.

    Raises DataError if `GAN_COURSE_MIRROR` is a folder that does not hold it, or no folder or URL at all.
    """
    mirror = os.environ.get(MIRROR, "").strip()
    if not mirror:
        return archive.url
    url = urllib.parse.urlsplit(mirror)
    if url.scheme in ("http", "https"):
        return f"{mirror.rstrip('/')}/{urllib.parse.quote(archive.file)}"
    if url.scheme == "file":
        mirror = urllib.request.url2pathname(url.path)
    elif "://" in mirror:
        raise DataError(f"{MIRROR} is a folder or a URL with http, https or file, and not {mirror}.")
    file = Path(mirror).expanduser().absolute() / archive.file
    if not file.is_file():
        raise DataError(
            f"{MIRROR} is set to {mirror}, and there is no file {archive.file} in it: put the archive there"
            f" (it comes from {archive.url}), or unset {MIRROR} to download it."
        )
    return file


def _download(url: str, part: Path, archive: Archive) -> None:
    """Have all of `url` in the file `part`, going on from what is in it already."""
    if zipfile.is_zipfile(part):
        return
    fruitless = 0
    for _ in range(_CONNECTIONS):
        before = part.stat().st_size if part.exists() else 0
        try:
            if _transfer(url, part, archive):
                return
            broken = "it ended early"
        except urllib.error.HTTPError as answer:
            _raise_if_final(answer, url, part, archive)
            broken = f"the server answers {answer.code}"
        except urllib.error.URLError as wrong:
            raise _unreachable(url, archive, wrong.reason) from None
        except (ConnectionError, http.client.HTTPException) as wrong:
            broken = str(wrong) or type(wrong).__name__
        kept = part.stat().st_size if part.exists() else 0
        fruitless = 0 if kept > before else fruitless + 1
        if fruitless >= _FRUITLESS:
            break
        time.sleep(_PATIENCE * 2**fruitless)
    raise DataError(
        f"The download of {url} broke off again and again ({broken}): try later; the {kept / 1e6:.1f} MB that"
        " came are kept, and the download goes on from there if the server can."
    )


def _transfer(url: str, part: Path, archive: Archive) -> bool:
    """One connection's worth of the download; whether the file is complete after it."""
    from tqdm.auto import tqdm  # type: ignore[import-untyped]

    start = part.stat().st_size if part.exists() else 0
    asked = {"User-Agent": "gan-course", "Accept-Encoding": "identity"}
    if start:
        asked["Range"] = f"bytes={start}-"
    request = urllib.request.Request(url, headers=asked)
    with _from_afar(urllib.request.urlopen, request, timeout=_TIMEOUT) as answer:
        if answer.status == 206:
            sent = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
            if not sent or int(sent[1]) != start:
                part.unlink(missing_ok=True)
                return False
            total = int(sent[2]) if sent[2] != "*" else None
        else:
            start, length = 0, answer.headers.get("Content-Length")
            total = int(length) if length else None
        block = _from_afar(answer.read, _BLOCK)
        if block and not start and not block.startswith(b"PK"):
            raise DataError(
                f"{url} gave no zip archive but {answer.headers.get_content_type()}, perhaps a page to log"
                f" in: open it in a browser, or save the archive as {archive.file} in a folder and set"
                f" {MIRROR} to that folder."
            )
        bar = tqdm(total=total, initial=start, unit="B", unit_scale=True, desc=archive.name, disable=None)
        with bar, _writing(part.parent), open(part, "ab" if start else "wb") as file:
            while block:
                file.write(block)
                bar.update(len(block))
                block = _from_afar(answer.read, _BLOCK)
    # without a length given, only the archive's own end shows that all of it came
    return part.stat().st_size == total if total is not None else zipfile.is_zipfile(part)


def _from_afar(call: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """What `call` returns. Whatever the network does is a ConnectionError, and no fault of this machine's disk."""
    try:
        return call(*given, **named)
    except urllib.error.URLError:
        raise
    except OSError as wrong:
        raise ConnectionError(str(wrong) or type(wrong).__name__) from None


def _raise_if_final(answer: urllib.error.HTTPError, url: str, part: Path, archive: Archive) -> None:
    """Raise unless asking again can help."""
    if answer.code == 416:
        # what is kept is no beginning of what the server has now
        part.unlink(missing_ok=True)
    elif answer.code not in (408, 425, 429) and answer.code < 500:
        raise DataError(
            f"{url} answers {answer.code} ({answer.reason}): check {MIRROR} if you have set it, or look for"
            f" the archive at {archive.home or archive.url}, save it as {archive.file} in a folder and set"
            f" {MIRROR} to that folder."
        )


def _unreachable(url: str, archive: Archive, reason: object) -> DataError:
    return DataError(
        f"The data set {archive.name} is not on this machine, and {url} cannot be reached ({reason}): connect"
        f" to the internet and try again, or save {archive.url} as {archive.file} in a folder and set"
        f" {MIRROR} to that folder."
    )


def _unpack(archive: Archive, file: Path, home: Path, source: str) -> Held:
    """Unpack beside the final folder, verify, and only then rename."""
    from tqdm.auto import tqdm  # type: ignore[import-untyped]

    unfinished = home / f".{archive.name}-{secrets.token_hex(4)}"
    try:
        with _opened(file, source) as packed, _writing(home):
            unfinished.mkdir()
            hashes, sizes = {}, {}
            members = _members(packed, archive, source)
            for path, member in tqdm(members.items(), desc=f"{archive.name}: unpacking", disable=None):
                content = packed.read(member)
                hashes[path], sizes[path] = hashlib.sha256(content).hexdigest(), len(content)
                _write(unfinished / path, content)
            complete = _verify(archive, hashes, source)
            told = {"source": source, "complete": complete, "digest": digest(hashes), "files": sizes}
            _write(unfinished / _MANIFEST, json.dumps(told, indent=1).encode())
            _flush([unfinished / path for path in (*sizes, _MANIFEST)])
            _put_in_place(unfinished, home / archive.name)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Held(archive, home / archive.name, tuple(sorted(sizes)), complete, source)


@contextmanager
def _opened(file: Path, source: str) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as packed:
            yield packed
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as wrong:
        raise WrongContent(
            f"{source} is no zip archive that can be read, or is damaged ({wrong}): get it again."
        ) from None


def _members(packed: zipfile.ZipFile, archive: Archive, source: str) -> dict[str, zipfile.ZipInfo]:
    """The members that are the data, by their path below the archive's top folder (if it has one)."""
    found: dict[str, zipfile.ZipInfo] = {}
    unpacked = sum(member.file_size for member in packed.infolist())
    if unpacked > _LARGEST_EXPANSION * sum(max(member.compress_size, 1) for member in packed.infolist()):
        raise WrongContent(
            f"{source} would unpack to {unpacked / 1e9:.1f} GB, so it is not {archive.name}: delete it."
        )
    for member in packed.infolist():
        _refuse_unsafe(member, source)
        parts = PurePosixPath(member.filename).parts
        if member.is_dir() or not parts or parts[0] == "__MACOSX":
            continue
        for path in ("/".join(parts), "/".join(parts[1:])):
            if fnmatch.fnmatchcase(path, archive.pattern):
                if path in found:
                    raise WrongContent(f"{source} holds {path} twice: get it again from {archive.url}.")
                found[path] = member
                break
    if not found:
        raise WrongContent(
            f"{source} holds no {archive.pattern}, so it is not the data set {archive.name}: get it from"
            f" {archive.url}."
        )
    return found


def _refuse_unsafe(member: zipfile.ZipInfo, source: str) -> None:
    name = member.filename
    outside = name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")
    if outside or stat.S_ISLNK(member.external_attr >> 16):
        raise WrongContent(
            f"{source} holds the unsafe path {name!r}: it was not unpacked, and should be deleted."
        )


def _verify(archive: Archive, hashes: Mapping[str, str], source: str) -> bool:
    """Whether this is the complete set; raises WrongContent unless all of it is known to be published."""
    whole = digest(hashes)
    if whole == archive.digest:
        return True
    if whole in archive.subsets:
        return False
    known = archive.known()
    changed = [path for path in sorted(hashes) if path in known and not hashes[path].startswith(known[path])]
    if changed:
        raise WrongContent(
            f"{source} is not the published {archive.name}: {len(changed):,} of {len(hashes):,}"
            f" {archive.noun} differ, the first is {changed[0]}; get it again from {archive.url}."
        )
    unknown = [path for path in sorted(hashes) if path not in known]
    if unknown:
        raise WrongContent(
            f"{source} is not the complete {archive.name}, and {len(unknown):,} of its {len(hashes):,}"
            f" {archive.noun} can only be verified as part of that (the first is {unknown[0]}): get it again"
            f" from {archive.url}, or leave these out of the archive."
        )
    return False


def _put_in_place(unfinished: Path, final: Path) -> None:
    """Rename a finished folder to its final name; what was there is deleted only if it was purely ours."""
    if not final.exists():
        os.rename(unfinished, final)
    else:
        manifest = _manifest(final)
        ours = manifest is not None and manifest["files"] == _sizes(final)
        earlier = unfinished.with_name(f"{unfinished.name}-earlier") if ours else _free_name(final)
        os.rename(final, earlier)
        os.rename(unfinished, final)
        if ours:
            shutil.rmtree(earlier, ignore_errors=True)
        else:
            warnings.warn(
                f"{final} held changed or added files: it was renamed to {earlier.name}.", stacklevel=2
            )
    _flush_folder(final.parent)


def _free_name(final: Path) -> Path:
    number = 1
    while (free := final.with_name(f"{final.name}-set-aside-{number}")).exists():
        number += 1
    return free


def _manifest(folder: Path) -> dict[str, Any] | None:
    try:
        read = json.loads((folder / _MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return read if isinstance(read, dict) and read.keys() >= {"files", "complete", "source"} else None


def _sizes(folder: Path, below: str = "") -> dict[str, int]:
    """Bytes of each file in a folder that was unpacked, by relative path."""
    found: dict[str, int] = {}
    with os.scandir(folder / below) as entries:
        for entry in entries:
            path = f"{below}{entry.name}"
            if entry.is_dir():
                found |= _sizes(folder, f"{path}/")
            elif entry.is_file() and path != _MANIFEST:
                found[path] = entry.stat().st_size
    return found


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def _flush(paths: Sequence[Path]) -> None:
    """Have the disk hold these files, so that a power cut after the rename leaves no empty ones."""
    if hasattr(os, "sync"):
        # flushing thousands of files one by one takes several times as long
        os.sync()
        return
    for path in paths:
        with open(path, "rb+") as file:
            os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Have the disk hold the rename, where the system knows how."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _make_folder(home: Path) -> None:
    with _writing(home):
        home.mkdir(parents=True, exist_ok=True)
        trial = home / f".trial-{secrets.token_hex(4)}"
        trial.touch()
        trial.unlink()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """A full disk, or a folder that cannot be written, is told in one sentence."""
    try:
        yield
    except DataError:
        raise
    except OSError as wrong:
        if wrong.errno in (errno.ENOSPC, errno.EDQUOT):
            told = DataError(
                f"The disk that holds {folder} is full, and nothing was kept: make room, or set {DATA} to a"
                " folder on another disk."
            )
            told.errno = errno.ENOSPC
        elif wrong.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            told = DataError(
                f"Nothing can be written in {folder} ({wrong.strerror}): set {DATA} to a folder of yours."
            )
        else:
            raise
        raise told from None


@contextmanager
def _alone(home: Path, name: str) -> Iterator[None]:
    """Nobody else fetches this data set meanwhile; the lock goes with the process that holds it.

    Where the file system knows no locks, a warning says so and it is fetched all the same.
    """
    import filelock

    lock = filelock.FileLock(home / f".{name}.lock")
    try:
        try:
            lock.acquire(timeout=1)
        except filelock.Timeout:
            print(f"Another process is getting {name} already: waiting for it.")
            lock.acquire()
    except (OSError, NotImplementedError) as wrong:
        warnings.warn(
            f"{home} cannot be locked ({wrong}): get {name} in one notebook at a time, or set {DATA} to a folder on"
            " this machine's own disk.",
            stacklevel=4,
        )
    try:
        yield
    finally:
        lock.release()
