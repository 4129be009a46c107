"""The web site, built as `make site` builds it, and read in a real browser that may ask no other host."""

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import nbformat
import pytest

from gan_course.classroom.course import Course
from gan_course.sound import Sound
from gan_course.zoo import load, names, vocoder_names
from gan_course.zoo.failures import failures
from tests.browser import browser

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
COURSE = Course(ROOT)
LESSONS = [path.stem for path in COURSE.lessons() if COURSE.notebook(path.stem, "solution").is_file()]
READ_OUT = ("index.html", f"lessons/{LESSONS[0]}.html", "gallery.html")
SECONDS = 120


@pytest.fixture(scope="module")
def pages() -> Any:
    """What makes the site's pages, as a module."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import course_pages
    finally:
        sys.path.remove(str(ROOT / "docs"))
    return course_pages


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, built once, with nothing left of an earlier build."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    folder = tmp_path_factory.mktemp("built") / "site"
    before = os.times().children_user
    # the environment is the one that runs the tests: it is not made again
    made = subprocess.run(
        ["make", "-o", ".venv/.ready", "site", f"SITE={folder}", f"BIN={Path(sys.executable).parent}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert os.times().children_user - before < SECONDS
    return folder


@dataclass
class Page(HTMLParser):
    """A built page: what it points to, what can be pointed to, and the elements that need words."""

    path: Path
    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.text = self.path.read_text("utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.elements.append((tag, known))
        self.links += [known[name] for name in ("href", "src") if name in known]
        self.anchors |= {known[name] for name in ("id", "name") if name in known}

    def of(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such element."""
        return [known for one, known in self.elements if one == tag]


@pytest.fixture(scope="module")
def built(site: Path) -> dict[str, Page]:
    """Every page by its address within the site."""
    return {str(path.relative_to(site)): Page(path) for path in sorted(site.rglob("*.html"))}


def stored(lesson: str) -> tuple[list[Any], str]:
    """The cells of a solution, and the HTML that its outputs hold."""
    cells = nbformat.read(COURSE.notebook(lesson, "solution"), 4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    return cells, "".join(output.get("data", {}).get("text/html", "") for output in outputs)


# What is in the pages


def test_every_link_within_the_site_leads_somewhere(site: Path, built: dict[str, Page]) -> None:
    lost = []
    for name, page in built.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            at = urlsplit(urljoin(f"/{name}", link))
            file, anchor = site / unquote(at.path).lstrip("/"), unquote(at.fragment)
            file = file / "index.html" if file.is_dir() else file
            if not file.is_file() or (
                anchor and file.suffix == ".html" and anchor not in built[str(file.relative_to(site))].anchors
            ):
                lost.append((name, link))
    assert lost == []


def test_a_lesson_shows_its_stubs_its_checks_and_its_solutions_folded(built: dict[str, Page]) -> None:
    for lesson in LESSONS:
        page = built[f"lessons/{lesson}.html"]
        cells, _ = stored(lesson)
        exercises = [cell for cell in cells if cell.metadata.get("gan_course", {}).get("role") == "exercise"]
        folded = re.findall(r'<details class="[^"]*hide[^"]*">.*?</details>', page.text, re.DOTALL)
        assert len(folded) == len(exercises) > 0
        assert all("Solution" in one and "your code here" not in one for one in folded)
        open_text = re.sub(r"<details.*?</details>", "", page.text, flags=re.DOTALL)
        assert open_text.count("# your code here") >= len(exercises)
        assert "BEGIN SOLUTION" not in page.text
        checks = [cell for cell in cells if cell.metadata.get("gan_course", {}).get("role") == "check"]
        assert open_text.count("✓ passed") == len(checks) == len(exercises)
        assert not any("open" in known for known in page.of("details"))


def test_every_stored_sound_and_picture_is_there_with_words(site: Path, built: dict[str, Page]) -> None:
    for lesson in LESSONS:
        page = built[f"lessons/{lesson}.html"]
        html = stored(lesson)[1]
        assert len(page.of("audio")) == html.count("<audio") > 0
        assert len(page.of("img")) == html.count("<img")
    for page in built.values():
        assert all(known.get("alt", "").strip() for known in page.of("img")), page.path
        assert all(known.get("aria-label", "").strip() for known in page.of("audio")), page.path
        assert "data:audio" not in page.text
    for file in (site / "media").glob("*.*"):
        if file.suffix != ".png":
            assert Sound.load(file).duration > 0


def test_every_sound_of_a_lesson_has_a_sentence_in_its_player_or_beside_it() -> None:
    for lesson in LESSONS:
        cells = stored(lesson)[0]
        for place, cell in enumerate(cells):
            for output in cell.get("outputs", ()):
                html = output.get("data", {}).get("text/html", "")
                if "<audio" in html and "max-width:880px" not in html:
                    beside = cells[place - 1], *cells[place + 1 : place + 2]
                    assert any(one.cell_type == "markdown" for one in beside), cell.id


def test_a_learners_notebook_is_there_to_download(site: Path, built: dict[str, Page]) -> None:
    for lesson in LESSONS:
        (link,) = (known["href"] for known in built[f"lessons/{lesson}.html"].of("a") if "download" in known)
        file = (site / "lessons" / link).resolve()
        assert file.read_bytes() == COURSE.notebook(lesson, "learner").read_bytes()


def test_open_in_comes_from_one_address_and_is_absent_without_one(pages: Any, built: dict[str, Page]) -> None:
    assert pages.open_in("01_x", "") == {} == pages.open_in("01_x", "https://example.org/a/b")
    opened = pages.open_in("01_x", "https://github.com/someone/gan-course.git")
    assert opened == {
        "Open in Colab": "https://colab.research.google.com/github/someone/gan-course/blob/HEAD/notebooks/01_x.ipynb",
        "Open in Binder": "https://mybinder.org/v2/gh/someone/gan-course/HEAD?labpath=notebooks/01_x.ipynb",
    }
    line = pages.lesson_buttons("01_x", "https://github.com/someone/gan-course")
    assert all(f"[{place}](" in line for place in opened)
    assert "git+https://github.com/someone/gan-course" in pages.first_cell(
        "https://github.com/someone/gan-course"
    )
    configured = pages.repository(ROOT)
    assert ("colab.research" in built[f"lessons/{LESSONS[0]}.html"].text) == bool(
        pages.open_in("x", configured)
    )


def test_glossary_and_references_hold_what_the_lessons_list(built: dict[str, Page]) -> None:
    glossary, references = built["glossary.html"], built["references.html"]
    listed = {unescape(term).lower() for term in re.findall(r'<dt id="term-[^>]*>([^<]+)<', glossary.text)}
    for lesson in LESSONS:
        text = "\n\n".join(cell.source for cell in stored(lesson)[0] if cell.cell_type == "markdown")
        terms, to_read = re.search(r"\*\*Terms:\*\*(.*?)\*\*To read:\*\*(.*?)Next:", text, re.DOTALL).groups()
        for term in re.findall(r"\*([^*]+)\*", terms):
            assert " ".join(term.lower().split()) in listed
        for year in re.findall(r"\*[^*]+\* \((\d{4})", to_read):
            assert year in references.text
        for page in (glossary, references):
            assert f"lessons/{lesson}.html" in page.links
    assert "number of samples in a second is the <strong>sample rate</strong>" in glossary.text


def test_what_to_read_is_taken_apart(pages: Any) -> None:
    text = (
        "A. B. Early, C. von Late and D. Müller-Last, *One: Title* (1999): section 2, on STFT. "
        "E. Next et al., *Two* (2001), and F. Third, *Three* (2016 on). ABC-D Paper P.8, *Four* (1996): all."
    )
    assert list(pages.cited(text)) == [
        ("A. B. Early, C. von Late and D. Müller-Last", "One: Title", "1999", "section 2, on STFT"),
        ("E. Next et al.", "Two", "2001", ""),
        ("F. Third", "Three", "2016 on", ""),
        ("ABC-D Paper P.8", "Four", "1996", "all"),
    ]


def test_times_are_what_the_lessons_say_and_versions_what_is_installed(built: dict[str, Page]) -> None:
    from importlib.metadata import version

    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", built["times.html"].text))
    for lesson in LESSONS:
        said = re.search(
            r"\*\*Time:\*\*\s*(.{20})", "\n".join(cell.source for cell in stored(lesson)[0]), re.DOTALL
        )
        assert " ".join(said[1].split())[:20] in text
    for name in ("torch", "torchaudio", "librosa"):
        assert f"{name} {version(name)}" in text


def test_the_gallery_has_each_kind_of_sound_and_says_what_to_listen_for(built: dict[str, Page]) -> None:
    page = built["gallery.html"]
    labels = " ".join(known["aria-label"] for known in page.of("audio"))
    for name in (*names(), *vocoder_names()):
        assert f"<h3>{name}" in page.text
    for heard in ("bell A3", "untrained", "Griffin-Lim", "this vocoder", *failures()):
        assert heard in labels
    players = page.text.split('<div class="gan-course-players">')[1:]
    assert len(players) > 15
    for one in players:
        assert "max-width:880px" in one, "a player without a sentence"
        assert "<img" in one
    # Music made with the orchestra's notes may be passed on, single notes may not.
    chapter = page.text.split("<h3>orchestra-full")[1].split("<h3>")[0]
    assert "its licence forbids" in chapter and chapter.count("<audio") == 2
    heard = [known["aria-label"] for known in page.of("audio")]
    assert [name for name in heard if name in load("orchestra-full").classes["instrument"]] == [
        "cello",
        "clarinet",
    ]
    assert sum(f.stat().st_size for f in page.path.parent.rglob("*") if f.is_file()) < 30e6


# In a browser


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *said: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Any]:
    """A page of the browser at a phone's width; other hosts are refused, and who was asked or failed is kept."""
    with browser(height=844, width=390) as opened:
        opened.refused, opened.failed = [], []

        def guard(route: Any) -> None:
            if route.request.url.startswith((address, "data:", "blob:")):
                route.continue_()
            else:
                opened.refused.append(route.request.url)
                route.abort()

        opened.route("**/*", guard)
        opened.on("pageerror", lambda error: opened.failed.append(str(error)))
        opened.on("response", lambda got: got.status >= 400 and opened.failed.append(got.url))
        yield opened


SET = """() => document.readyState === 'complete' && [...document.querySelectorAll('.math')].every(
  one => one.querySelector('mjx-container'))"""
PLAY = """async () => {
  const sounds = [...document.querySelectorAll('audio')];
  const played = async sound => {
    const end = performance.now() + 20000;
    sound.muted = true;
    sound.play().catch(() => {});
    while (sound.currentTime < 0.02 && !sound.ended && !sound.error && performance.now() < end)
      await new Promise(after => setTimeout(after, 50));
    const moved = sound.currentTime > 0 || sound.ended;
    sound.pause();
    return moved ? '' : sound.src;
  };
  return (await Promise.all(sounds.map(played))).filter(Boolean);
}"""


@pytest.mark.browser
def test_on_a_phone_every_page_fits_every_formula_is_set_and_every_sound_plays(
    page: Any, address: str, built: dict[str, Page]
) -> None:
    for name in built:
        page.goto(address + name)
        page.wait_for_function(SET)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        assert page.locator("mjx-merror, [data-mml-node=merror]").count() == 0, name
        assert page.evaluate(PLAY) == [], name
    assert page.refused == page.failed == []


@pytest.mark.browser
def test_search_finds_a_lesson_and_a_term(page: Any, address: str) -> None:
    page.goto(f"{address}search.html?q=quantisation")
    page.wait_for_selector("#search-results .search-summary:has-text('found')")
    found = " ".join(page.locator("#search-results li a").evaluate_all("all => all.map(one => one.href)"))
    assert "01_sound_as_numbers" in found and "glossary" in found
    assert page.refused == page.failed == []


@pytest.mark.browser
def test_a_quiz_answers_in_either_theme_and_solutions_unfold_by_keyboard(page: Any, address: str) -> None:
    page.goto(f"{address}lessons/{LESSONS[0]}.html")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.locator(".MCButton").first.click()
        assert page.locator(".Feedback").first.inner_text().strip()
    solution = page.locator("details.hide:has-text('Solution')").first
    solution.locator("summary").focus()
    page.keyboard.press("Enter")
    assert solution.locator("pre").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_checker_finds_nothing_that_keeps_anyone_out(page: Any, address: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.set_viewport_size({"width": 1300, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for name in READ_OUT:
        page.goto(address + name)
        page.wait_for_function(SET)
        if page.locator(".MCButton").count():
            page.locator(".MCButton").first.click()
            page.wait_for_timeout(1000)  # until the colours have arrived
        grave = [
            one for one in axe.run(page).response["violations"] if one["impact"] in ("serious", "critical")
        ]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in grave] == [], name
