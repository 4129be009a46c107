"""Whether the addresses that the course names still answer: those in its texts, and the data sets' archives.

Run as ``python .github/addresses.py``; with ``--list`` it only prints them. Exit status 1 if one does not answer.
"""

from __future__ import annotations

import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEXTS = ("*.md", "docs/*.md", "docs/instructors/*.md", "data/*.md", "notebooks/source/*.py", "pyproject.toml")
ADDRESS = re.compile(r"https?://[\w-]+\.[^\s<>\"'`|{}\\]+")
EXAMPLE = re.compile(r"https?://[\w.-]*\bexample\b")
MACHINES = {"accept": "*/*", "user-agent": "Mozilla/5.0 (compatible; gan-course link check)"}
TRIES, SECONDS = 3, 30.0


def addresses(root: Path = ROOT) -> dict[str, list[str]]:
    """Every address in the texts below ``root``, with the files that name it; those of examples are left out."""
    found: dict[str, list[str]] = {}
    for pattern in TEXTS:
        for path in sorted(root.glob(pattern)):
            for address in _in_text(path.read_text("utf-8")):
                named = found.setdefault(address, [])
                if (place := path.relative_to(root).as_posix()) not in named:
                    named.append(place)
    return found


def _in_text(text: str) -> Iterator[str]:
    for address in ADDRESS.findall(text):
        plain = address.rstrip(".,;:!?*_")
        while plain.endswith(")") and plain.count(")") > plain.count("("):
            plain = plain[:-1].rstrip(".,;:!?*_")
        if not EXAMPLE.match(plain):
            yield plain.partition("#")[0]


def archives() -> dict[str, list[str]]:
    """Where each data set's archive and its home are, with the data set's name; needs the course installed."""
    from gan_course.datasets import digits, orchestra

    found = {}
    for archive in (digits.ARCHIVE, orchestra.ARCHIVE):
        found[archive.url] = [f"the archive of {archive.name}"]
        if archive.home:
            found[archive.home] = [f"the home of {archive.name}"]
    return found


def answer(address: str) -> str:
    """What is wrong with an address, "" if nothing: a zip file's first bytes are looked at as well."""
    request = urllib.request.Request(address, headers=MACHINES)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answered:
            begins = answered.read(2)
    except urllib.error.HTTPError as error:
        # 403 and 429: the server is there and does not talk to programs
        return "" if error.code in (403, 429) else f"answers {error.code} ({error.reason})"
    except (OSError, ValueError) as error:
        return f"cannot be reached ({error})"
    return "is no zip file any more" if address.endswith(".zip") and begins != b"PK" else ""


def silent(
    asked: dict[str, list[str]],
    ask: Callable[[str], str] = answer,
    wait: Callable[[float], None] = time.sleep,
) -> list[str]:
    """A sentence for each address that is wrong every time that it is asked."""
    sentences = []
    for address, places in sorted(asked.items()):
        for attempt in range(TRIES):
            if not (wrong := ask(address)):
                break
            if attempt + 1 < TRIES:
                wait(5.0 * (attempt + 1))
        else:
            sentences.append(f"{address} {wrong}; named in {', '.join(places)}")
    return sentences


def main() -> int:
    """Ask every address once; print what does not answer."""
    asked = {**addresses(), **archives()}
    if "--list" in sys.argv[1:]:
        print(*sorted(asked), sep="\n")
        return 0
    wrong = silent(asked)
    print(*wrong, f"{len(asked)} addresses, {len(wrong)} of them wrong", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
