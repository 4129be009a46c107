"""What the site makes of the lessons: their pages, the glossary, the references, the times and the gallery.

A Sphinx extension. Before Sphinx reads the pages, it writes `lessons/*.ipynb` and `generated/*.md`, neither of which is
committed; `gallery.md`, `glossary.md` and so on include the latter.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import importlib.metadata
import itertools
import platform
import re
import textwrap
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gan_course.classroom.course import Course
from gan_course.classroom.notebooks import SOLUTION, Notebook, dumps, load
from gan_course.classroom.sources import BEGIN, END, blanked

DOCS = Path(__file__).parent
LESSONS, GENERATED = DOCS / "lessons", DOCS / "generated"
EXTRA = GENERATED / "extra"
"""What is copied to the site as it is: the sounds and pictures that notebooks hold."""

GUIDE = "```{toctree}\n:caption: For instructors\n:glob:\n:hidden:\n\ninstructors/*\n```\n"

_STORED = re.compile(r"data:(?:audio|image)/(\w+);base64,([A-Za-z0-9+/=]+)")


@dataclass(frozen=True)
class Lesson:
    """A lesson's solution notebook, and what the site collects from its text."""

    name: str
    notebook: Notebook

    @property
    def texts(self) -> list[str]:
        """Its markdown cells, in order."""
        return [cell["source"] for cell in self.notebook["cells"] if cell["cell_type"] == "markdown"]

    @property
    def title(self) -> str:
        """Its heading, such as "03 · Spectrograms"."""
        return self.texts[0].splitlines()[0].removeprefix("# ").strip()

    @property
    def link(self) -> str:
        """Its title as a link from a page at the top of the site."""
        return f"[{self.title}](lessons/{self.name}.ipynb)"

    def part(self, name: str) -> str:
        """The text after **Name:**, up to the end of the cell, the next bold name or "Next:"; "" without one."""
        found = re.search(
            rf"\*\*{name}:\*\*(.*?)(?=\n\n\*\*|\n\nNext:|\n#|\Z)", "\n\n".join(self.texts), re.DOTALL
        )
        return found[1].strip() if found else ""


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx: the configuration value `course_repository`, and the writing of pages."""
    app.add_config_value("course_repository", "", "env", types=frozenset({str}))
    app.connect("config-inited", lambda app, config: write_pages(config.course_repository), priority=1)
    # after the theme, whose tree of pages has headings without a level
    app.connect("html-page-context", _level_headings, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _level_headings(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def write_pages(repository: str = "") -> None:
    """Write everything that is made from the notebooks and by the library, and remove what is no longer made."""
    course = Course(DOCS.parent)
    lessons = [
        Lesson(path.stem, load(course.notebook(path.stem, SOLUTION)))
        for path in course.lessons()
        if course.notebook(path.stem, SOLUTION).is_file()
    ]
    files: dict[Path, bytes] = {}
    for lesson in lessons:
        page = dumps(lesson_page(lesson.name, lesson.notebook, repository))
        files[LESSONS / f"{lesson.name}.ipynb"] = _apart(page, "../media", files)
    for name, page in (
        ("lessons", lesson_table(lessons, (course.root / "README.md").read_text("utf-8"))),
        ("glossary", glossary_page(lessons)),
        ("references", references_page(lessons)),
        ("times", times_page(lessons, course.released())),
        ("versions", versions_page(course.root)),
        ("hosted", first_cell(repository)),
        ("guide", GUIDE if any(DOCS.glob("instructors/*.md")) else ""),
        *gallery_pages(),
    ):
        files[GENERATED / f"{name}.md"] = _apart(page, "media", files)
    for folder in (LESSONS, GENERATED):
        for path in folder.rglob("*"):
            if path.is_file() and path not in files:
                path.unlink()
    for path, written in files.items():
        # an unchanged file keeps its time, and Sphinx does not read it again
        if not path.is_file() or path.read_bytes() != written:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(written)


def _apart(page: str, media: str, files: dict[Path, bytes]) -> bytes:
    """The page with the addresses of files in place of the sounds and pictures that it holds."""

    def address(found: re.Match[str]) -> str:
        stored = base64.b64decode(found[2])
        kind = {"mpeg": "mp3"}.get(found[1], found[1])
        name = f"{hashlib.sha256(stored).hexdigest()[:16]}.{kind}"
        files[EXTRA / "media" / name] = stored
        return f"{media}/{name}"

    return _STORED.sub(address, page).encode()


# Lessons --------------------------------------------------------------------------------------------------


def lesson_page(name: str, solved: Notebook, repository: str = "") -> Notebook:
    """A lesson as the site shows it: each exercise as the learner gets it, then its solution, folded.

    Below the title stand the buttons.
    """
    cells = []
    for cell in solved["cells"]:
        if cell["metadata"].get("gan_course", {}).get("role") != "exercise":
            cells.append(cell)
            continue
        cells.append(
            {**cell, "id": f"{cell['id']}-stub"[:64], "source": blanked(cell["source"]), "outputs": []}
        )
        lines = [line for line in cell["source"].splitlines() if line.strip() not in (BEGIN, END)]
        folded = {"tags": ["hide-input"], "mystnb": dict.fromkeys(_PROMPTS, "Solution")}
        cells.append({**cell, "metadata": folded, "source": "\n".join(lines)})
    buttons = {
        "cell_type": "markdown",
        "id": "buttons",
        "metadata": {},
        "source": lesson_buttons(name, repository),
    }
    page = copy.deepcopy({**solved, "cells": [cells[0], buttons, *cells[1:]]})
    page["metadata"] = {"kernelspec": solved["metadata"]["kernelspec"]}
    return page


_PROMPTS = ("code_prompt_show", "code_prompt_hide")


def lesson_buttons(name: str, repository: str = "") -> str:
    """The line below a lesson's title: its notebook to download, and where it can be opened."""
    path = f"../../notebooks/{name}.ipynb"
    buttons = [f"{{download}}`Download this notebook <{path}>`"]
    buttons += [f"[{place}]({address})" for place, address in open_in(name, repository).items()]
    return (
        f"::::{{container}} course-buttons\n{' '.join(buttons)}\n::::\n\n"
        "*What you see and hear here is stored from one run with the exercises solved. In your own notebook they are"
        " blank, controls move and checks answer.*"
    )


def repository(root: Path = DOCS.parent) -> str:
    """The course's address, from `[project.urls] Repository` in pyproject.toml; "" where none is named."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project.get("urls", {}).get("Repository", ""))


def open_in(name: str, repository: str) -> dict[str, str]:
    """Services that open a lesson's notebook, and their addresses: none unless the repository is on GitHub."""
    found = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?", repository)
    if not found:
        return {}
    path = f"notebooks/{name}.ipynb"
    return {
        "Open in Colab": f"https://colab.research.google.com/github/{found[1]}/blob/HEAD/{path}",
        "Open in Binder": f"https://mybinder.org/v2/gh/{found[1]}/HEAD?labpath={path}",
    }


def first_cell(repository: str = "") -> str:
    """A cell that installs the course where it is missing, as Markdown."""
    address = repository or "ADDRESS"
    said = "" if repository else "`ADDRESS` stands for the address of the course's repository.\n\n"
    return f"""{said}```python
try:
    import gan_course
except ModuleNotFoundError:
    %pip install --quiet "gan-course @ git+{address}"
```
"""


def lesson_table(lessons: Iterable[Lesson], readme: str) -> str:
    """The lessons, each with what is heard in it, as the README says it."""
    rows = ["| lesson | you will hear |", "|---|---|"]
    for lesson in lessons:
        found = re.search(rf"\(notebooks/{lesson.name}\.ipynb\) \| (.+?) \|$", readme, re.MULTILINE)
        rows.append(f"| {lesson.link} | {found[1] if found else ''} |")
    return "\n".join(rows) + "\n"


# Glossary -------------------------------------------------------------------------------------------------


@dataclass
class Term:
    """A term, the sentence that introduces it ("" where none does), and the lessons that list it."""

    name: str
    sentence: str = ""
    lessons: list[Lesson] = field(default_factory=list)


def terms(lessons: Iterable[Lesson]) -> list[Term]:
    """The terms of all lessons, each once, in alphabetical order."""
    found: dict[str, Term] = {}
    for lesson in lessons:
        for name in re.findall(r"\*([^*]+)\*", lesson.part("Terms")):
            name = " ".join(name.split())
            term = found.setdefault(name.lower(), Term(name))
            term.lessons.append(lesson)
            term.sentence = term.sentence or introduction(name, lesson.texts)
    return sorted(found.values(), key=lambda term: term.name.lower())


def introduction(term: str, texts: Iterable[str]) -> str:
    """The first sentence in which a term, or at least a part of it, is set apart; "" if there is none.

    In bold or in italics as it stands is better than as a part of what is set apart. If a formula ends the sentence,
    it is part of it; so is the sentence before, if this one only points back to it.
    """
    brief = re.findall(r"\(([^)]*)\)", term)
    names = [re.sub(r"\s*\([^)]*\)", "", term), *brief, term.split(",")[0]]
    sentences = list(_sentences(texts))
    for introduces in (_as_it_stands, _in_part):
        for name in names:
            for sentence in sentences:
                if introduces(name, sentence):
                    before = sentences[sentences.index(sentence) - 1]
                    return f"{before} {sentence}" if before and _POINTS_BACK.match(sentence) else sentence
    return ""


_POINTS_BACK = re.compile(r"(?:It|Its|Such|That|This|These)\b")


def _as_it_stands(name: str, sentence: str) -> bool:
    return bool(re.search(rf"(\*\*?){re.escape(name)}(?:s|es|:)?\1(?!\*)", sentence, re.IGNORECASE))


def _in_part(name: str, sentence: str) -> bool:
    word = re.compile(rf"\b{re.escape(name)}(?:s|es)?\b", re.IGNORECASE)
    if not word.search(re.sub(r"[*`]", "", sentence)):
        return False
    if f"`{name}`" in sentence:
        return True
    apart = [span for _, span in re.findall(r"(\*\*?)([^*]+)\1", sentence)]
    return any(word.search(span) or span.lower() in name.lower().split() for span in apart)


def _sentences(texts: Iterable[str]) -> Iterator[str]:
    """Sentences of Markdown that can stand alone, each with the formula that ends it; "" between paragraphs."""
    for text in texts:
        parts = re.split(r"\n\s*\n|\n(?=[-*#>|] )|\n(?=\d+\. )", text)
        for part, following in itertools.zip_longest(parts, parts[1:], fillvalue=""):
            line = re.sub(r"^(?:[-*>]|\d+\.) ", "", " ".join(part.split()))
            if line.startswith(("#", "|", "**Terms:", "**To read:", "$$")):
                continue
            sentences = re.split(
                r"(?<!al\.)(?:(?<=[.?!])|(?<=[.?!]\))|(?<=[.?!]\*\*)) (?=[A-Z“\"*$(`])", line
            )
            yield ""
            formula = following.strip() if following.lstrip().startswith("$$") else ""
            for place, sentence in enumerate(sentences, 1):
                if place == len(sentences) and formula and sentence[-1:] not in ".?!":
                    sentence += f"\n\n{formula}"
                else:
                    sentence = re.sub(r"[:,;]$", ".", sentence)
                if not sentence[:1].islower() and sentence.count("**") % 2 == 0:
                    yield sentence


def glossary_page(lessons: Iterable[Lesson]) -> str:
    """The terms as a glossary of Sphinx, so that search finds each."""
    lines = ["```````{glossary}"]
    for term in terms(lessons):
        where = ", ".join(lesson.link for lesson in term.lessons)
        said = f"{term.sentence}\n\n" if "$$" in term.sentence else f"{term.sentence} ".lstrip()
        lines += [term.name, textwrap.indent(f"{said}({where})", "  "), ""]
    return "\n".join([*lines, "```````", ""])


# References -----------------------------------------------------------------------------------------------

_NAME = r"(?<!\w)(?:[A-Z]\.[ -]?)+(?:(?:von|van|de|der|la) )*[^\W\d_][\w’'-]+"
_BODY = r"(?:^|(?<=[.;:] ))[A-Z](?:[^.;:,*]|\.(?=\w))*"
_AUTHORS = re.compile(rf"({_NAME}(?:, {_NAME})*(?:,? and {_NAME})?(?: et al\.)?|{_BODY}),\s*$")
_WORK = re.compile(r"\*([^*]+)\* \((\d{4}(?: on)?)\)")


@dataclass
class Work:
    """A book or paper, and for each lesson that names it what to read it for ("" where that is not said)."""

    authors: str
    title: str
    year: str
    uses: list[tuple[Lesson, str]] = field(default_factory=list)


def works(lessons: Iterable[Lesson]) -> list[Work]:
    """The works of all lessons, each once, by their first author.

    Raises ValueError for one whose authors cannot be made out.
    """
    found: dict[str, Work] = {}
    for lesson in lessons:
        for authors, title, year, use in cited(lesson.part("To read")):
            if not authors:
                raise ValueError(f"{lesson.name}, To read: no authors before *{title}* ({year})")
            work = found.setdefault(title.lower(), Work(authors, title, year))
            work.uses.append((lesson, use))
    return sorted(found.values(), key=lambda work: (_surname(work.authors), work.year))


def cited(text: str) -> Iterator[tuple[str, str, str, str]]:
    """Authors, title, year and use of each "A. Author, *Title* (2020): what for." in a text."""
    text = " ".join(re.sub(r"^- ", "", text, flags=re.MULTILINE).split())
    pieces = _WORK.split(text)
    uses = pieces[3::3]
    before = [pieces[0], *uses]
    for place, use in enumerate(uses):
        authors = _AUTHORS.search(before[place])
        following = _AUTHORS.search(use)
        use = use[: following.start()] if following and place + 1 < len(uses) else use
        use = re.sub(r"(?:^|[,.;] ?)and$|[,.;]$", "", use.strip(" :,")).strip()
        yield authors[1] if authors else "", pieces[1 + 3 * place], pieces[2 + 3 * place], use


def _surname(authors: str) -> str:
    first = re.match(_NAME, authors)
    name = first[0].split()[-1] if first else authors
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()


def references_page(lessons: Iterable[Lesson]) -> str:
    """The works as a list, each with the lessons that name it and what for."""
    lines = []
    for work in works(lessons):
        uses = "; ".join(f"{lesson.link}{f': {use}' if use else ''}" for lesson, use in work.uses)
        lines.append(f"- {work.authors}, *{work.title}* ({work.year}). {uses}.")
    return "\n".join(lines) + "\n"


# Times and versions ---------------------------------------------------------------------------------------


def times_page(lessons: Iterable[Lesson], released: dict[str, Any]) -> str:
    """Each lesson's time, as the lesson says it, and its exercises and points."""
    rows = ["| lesson | time | exercises | points |", "|---|---|---|---|"]
    for lesson in lessons:
        said = " ".join(re.split(r"\n\s*\n", lesson.part("Time"))[0].split())
        checks = released.get(lesson.name[:2], {}).get("checks", [])
        points = sum(check["points"] for check in checks)
        rows.append(f"| {lesson.link} | {said} | {len(checks)} | {points:g} |")
    return "\n".join(rows) + "\n"


def versions_page(root: Path) -> str:
    """The versions that are installed where the site is built, of what the course needs."""
    wanted = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = sorted((re.match(r"[\w.-]+", one)[0] for one in wanted), key=str.lower)  # type: ignore[index]
    rows = ["| package | version |", "|---|---|", f"| Python | {platform.python_version()} |"]
    rows += [f"| {name} | {importlib.metadata.version(name)} |" for name in names]
    return "\n".join(rows) + "\n"


# Gallery --------------------------------------------------------------------------------------------------

INSTRUMENTS = {
    "bowed": "Listen for the slow beginning, and for the pitch and loudness that waver after it.",
    "plucked": "Listen for the bright beginning: high partials die first, low ones ring on.",
    "struck": "Listen for the blow, for a fast decay, and for a slower one that is left after it.",
    "reed": "Listen for the hollow colour: every other harmonic is weak. The tone holds until it is let go.",
    "organ": "Listen for the click of the key, and for the octaves and the twelfth that sound with the note.",
    "bell": "Listen for partials that are no multiples of one frequency: a clang, and a hum that stays.",
}
FAILURES = {
    "as it should be": "This one is as it should be: three different notes, each with a beginning and an end.",
    "silence": "There is nothing to hear, and the picture is black. It is not your loudspeaker.",
    "one note": "Listen for three outputs that are one and the same note.",
    "buzz": "Listen for a buzz that has no beginning and no end: a few milliseconds, over and over.",
    "phase smear": "Listen for notes that are hollow and without attack: the picture is right, the phases are not.",
    "clipping": "Turn it down. Listen for a thump at the beginning and harshness: one half of each wave is cut off.",
    "memorised": "Nothing is wrong with the sound. What is wrong shows when it is compared with the training files.",
}
"""What to listen for. A new instrument or failure needs its sentence here, or the site is not built."""

WELCOME = "notes-full"
"""The generator that plays on the first page."""
MUSIC_ALONE = {"orchestra": ("cello", "clarinet")}
"""Data sets whose licence lets music be passed on and notes not, and which instruments play it."""
TUNE = "A3 C4:2 D4 E4:1.5 F4:0.5 E4 D4:2 B3 G3:1.5 A3:0.5 B3"


def gallery_pages() -> Iterator[tuple[str, str]]:
    """The gallery and the sound on the first page, made by the library from fixed seeds."""
    import torch

    from gan_course import zoo

    torch.set_num_threads(1)
    models = [zoo.load(name) for name in zoo.names()]
    yield "welcome", _raw(_tune(zoo.load(WELCOME)))
    yield "gallery", "\n\n".join([*_synthetic(), *_generated(models), *_vocoded(), *_broken(), *_clips()])


def _raw(players: Any) -> str:
    return f"```````{{raw}} html\n{players.html()}\n```````\n"


def _tune(model: Any, *instruments: str) -> Any:
    from gan_course import zoo
    from gan_course.display import listen

    say = "A network drew each note as a picture, all from one z. Listen for one instrument in all of them."
    if instruments:
        heard = [zoo.tune(model, TUNE, tempo=200, instrument=name) for name in instruments]
        return listen(*heard, labels=list(instruments), coding="mp3", picture="spectrogram", say=say)
    return listen(
        zoo.tune(model, TUNE, tempo=200), labels=[f"{model.name} plays a tune"], coding="mp3", say=say
    )


def _synthetic() -> Iterator[str]:
    from gan_course import synthesis
    from gan_course.datasets import note
    from gan_course.datasets.notes import INSTRUMENTS as KNOWN
    from gan_course.display import listen

    yield "## Synthetic notes\n\nThe course's own data: computed from formulas, with a pitch that is known exactly."
    for name in KNOWN:
        sound = note(name, "A3", seed=1)
        yield _raw(listen(sound, labels=[f"{name} A3"], coding="mp3", say=INSTRUMENTS[name]))
    string = synthesis.perform(synthesis.GREENSLEEVES, synthesis.pluck)
    say = "Each note began as a row of random numbers. Listen for strings that go on ringing under the next note."
    yield _raw(listen(string, labels=["a plucked string"], coding="mp3", say=say))


def _generated(models: Iterable[Any]) -> Iterator[str]:
    from gan_course.display import listen

    yield "## Generators that come with the course"
    for model in models:
        yield (
            f"### {model.name}\n\n{model.parameters:,} parameters, trained on the data set *{model.recipe.data}* in"
            f" {model.recipe.steps:,} steps."
        )
        if played := MUSIC_ALONE.get(model.recipe.data):
            yield "It plays music here and no single notes, since its licence forbids to offer them as samples."
            yield _raw(_tune(model, *played))
            continue
        if {word.partition(":")[0] for word in TUNE.split()} <= set(model.classes.get("pitch", ())):
            yield _raw(_tune(model))
        for condition, values in model.classes.items():
            if condition != "pitch":
                heard = [model.generate(1, **{condition: value}) for value in values[:6]]
                say = f"One z, and another {condition} each time. Compare how the sounds begin and how they end."
                yield _raw(
                    listen(*heard, labels=list(values[:6]), coding="mp3", picture="spectrogram", say=say)
                )
        way = model.interpolate(1, 2, 4)
        say = "From one z to another. Listen for what changes on the way, and for what stays."
        yield _raw(listen(*way, coding="mp3", picture="spectrogram", say=say))
        fresh = model.untrained().generate(1)
        say = "The same network before its first step. Listen for noise without a pitch."
        yield _raw(listen(fresh.at_level(-25), labels=["untrained"], coding="mp3", say=say))


def _vocoded() -> Iterator[str]:
    from gan_course import zoo
    from gan_course.datasets import note
    from gan_course.display import listen
    from gan_course.sound import Sound
    from gan_course.spectral import log_mel_distance
    from gan_course.zoo.vocoders import ways

    yield (
        "## The way back: vocoders and Griffin-Lim\n\nA spectrogram without phases is turned into sound. All of these"
        " come from the picture of the first. The distance (log-mel, mean absolute difference) says how near the"
        " picture of the result is to the one it was made from; it does not say how it sounds."
    )
    for name in zoo.vocoder_names():
        vocoder = zoo.load_vocoder(name)
        original = note("plucked", "A3", seed=1, rate=vocoder.encoding.rate)
        audio = original.tensor()[None]
        picture = vocoder.encoding.encode(audio)
        heard = {"the note itself": original}
        for way, decode in ways(vocoder).items():
            back = decode(picture)
            distance = float(log_mel_distance(back, audio, vocoder.encoding.rate))
            heard[f"{way}: {distance:.2f} dB"] = Sound(back[0].numpy(), vocoder.encoding.rate)
        say = "Listen to the first few milliseconds of each, where the string is plucked."
        yield f"### {name}\n\n" + _raw(
            listen(*heard.values(), labels=list(heard), coding="flac", picture="spectrogram", say=say)
        )


def _broken() -> Iterator[str]:
    from gan_course.display import listen
    from gan_course.zoo.failures import failures

    yield (
        "## Failures\n\nOutputs of trainings that are really broken, three of each, and of one that is not. Faults have"
        " the numbers that lesson 07 gives them."
    )
    for name, failure in failures().items():
        players = listen(failure.sound, labels=[name], coding="flac", say=FAILURES[name])
        yield f"{_raw(players)}\nIts training: {failure.fault}."


def _clips() -> Iterator[str]:
    from gan_course.display import listen
    from gan_course.zoo.clips import CLIPS, clip

    yield "## What the lessons end with"
    for path in sorted(CLIPS.glob("*.flac")):
        number = re.fullmatch(r"lesson-(\d\d)", path.stem)
        what = f"lesson {number[1]}" if number else path.stem
        say = f"What the last cells of {what} made when it was written. Listen for single notes, one after the other."
        yield _raw(listen(clip(path.stem), labels=[what], coding="mp3", say=say))
