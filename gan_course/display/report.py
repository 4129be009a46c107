"""The one-page report on a model: what was measured, pictures, sounds, and the model card. Lesson 10.

One HTML file that needs nothing else: sounds and pictures are in it, and no address is asked for anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from gan_course.datasets import Clips
from gan_course.display.contact_sheet import contact_sheet
from gan_course.display.players import listen
from gan_course.evaluation.report import (
    AT_MOST_HALF,
    CONTROL,
    COPYING,
    QUALITY,
    QUESTIONS,
    VARIETY,
    WHOLE,
    Row,
    Verdict,
    number,
)
from gan_course.training import checkpoint
from gan_course.zoo.judging import Judged

PAGE, NUMBERS = "report.html", "metrics.json"
MADE_BY = "gan-course evaluate"
MARK = f'<meta name="generator" content="{MADE_BY}">'
JSON_MARK = f'"made_by": "{MADE_BY}"'
"""By which a report is known as one of ours."""
NOT_PASSED_ON = ("orchestra",)
"""Data sets whose recordings may be heard by who has them and not be offered as samples."""

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 "DejaVu Sans", Verdana, sans-serif; color: #222; background: #fff; max-width: 980px;
  margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.7em; margin: 0 0 .2em; } h2 { font-size: 1.25em; margin: 2em 0 .4em; }
h3 { font-size: 1em; margin: 1.4em 0 .3em; color: #0072b2; }
p { max-width: 46em; margin: .4em 0; } .small { font-size: .85em; color: #555; }
table { border-collapse: collapse; width: 100%; font-size: .9em; }
th { text-align: right; font-weight: normal; color: #555; border-bottom: 1px solid #999; padding: .2em .7em; }
td { text-align: right; border-bottom: 1px solid #e4e4e4; padding: .25em .7em; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
th:first-child, td:first-child, th:last-child, td:last-child { text-align: left; }
td.value { font-weight: bold; } .as-real::after { content: " ✓"; color: #009e73; font-weight: bold; }
.off::after { content: " ✗"; color: #d55e00; font-weight: bold; } .pairs { font-size: .85em; }
table.measured { table-layout: fixed; } table.measured th:nth-child(1) { width: 27%; }
table.measured th:nth-child(2) { width: 14%; } table.measured th:nth-child(3) { width: 17%; }
table.measured th:nth-child(n+4) { width: 8%; } table.measured th:nth-child(5) { width: 11%; }
table.measured th:last-child { width: 17%; }
table.short { width: auto; margin: 1em 0; } table.short td { text-align: left; border: 0; }
.card { background: #f6f6f6; border-radius: 6px; padding: .5em 1.2em 1em; overflow-x: auto; }
.card td, .card th { text-align: left; white-space: normal; }
pre { background: #fff; padding: .6em; border-radius: 4px; overflow-x: auto; }
@media print { audio { display: none } body { margin: 0 } }
"""

EXPLAINED = {
    CONTROL: "Heard by an ear that was trained on labels and by a pitch tracker that knows nothing of models. "
    "This is control: a blurred note can be the right note.",
    QUALITY: "Quality. A small network of fixed size and budget learns to tell both kinds apart and is tested on "
    "others: 0.5, it cannot; 1, it always can. It learns the better from more clips: compare equally many. The "
    "interval is for other clips; by another such network the number may differ by more. "
    "Precision and density: how many generated sounds lie among real ones. "
    "Bands and modulation: how far loudness and wavering are off, in dB.",
    VARIETY: "Variety. Recall and coverage fall when some of the real sounds are missing. A score is high when "
    "each sound is surely of one class and all classes come equally often.",
    WHOLE: "Quality and variety in one number, which does not say which of them is lacking. FAD grows when "
    "clips are few, FAD∞ is what endlessly many would give. KAD is 0 for equal distributions, give or take. "
    "Where a distance is near that of real sounds, its interval is up to twice as wide as it need be.",
    COPYING: "How much nearer is a sound to its nearest training sound than to its nearest unseen one? How often is "
    "that more for a generated sound than for a new real one: 0.5 for new sounds, and for real ones by definition; "
    "1 for copies.",
}
"""What is said of each question, above its rows."""


def report_page(
    name: str,
    verdict: Verdict,
    generated: Clips,
    real: Clips,
    card: str = "",
    about: Sequence[str] = (),
    real_is_heard: bool = True,
) -> str:
    """The report as HTML, one page without any request.

    generated, real: with the same labels clip by clip; three of each are heard side by side, twelve of each are shown
    at a glance. card: the model card, as Markdown. about: lines on how it was measured. real_is_heard: False for
    recordings that may not be passed on; their pictures are shown.
    """
    players = "".join(
        _side_by_side(real, generated, place * len(generated) // 3, real_is_heard) for place in range(3)
    )
    sheets = "".join(
        f"<h3>{what}</h3>{html if heard else _without_sound(html)}"
        for what, heard, html in (
            ("Generated", True, contact_sheet(generated, 12, seed=0).html()),
            ("Real", real_is_heard, contact_sheet(real, 12, seed=0).html()),
        )
    )
    if not real_is_heard:
        sheets += '<p class="small">The real recordings are not passed on: their licence asks for that.</p>'
    said = "".join(f"<p>{escape(line)}</p>" for line in about)
    remarks = "".join(f"<li>{escape(line)}</li>" for line in verdict.remarks())
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">{MARK}
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>{escape(name)}, judged</title><style>{_STYLE}</style></head><body>
<h1>{escape(name)}, judged</h1>{said}
{_in_short(verdict)}
<h2>What was measured</h2>
<p class="small">“Real” is what other real sounds get in the place of the generated ones, “real, decoded” what these
get after the way into the generator's representation and back: no generated sound can be expected to do better. 95% is
where the value lies, given how many sounds were judged. ✓: the value is better than what real, decoded sounds get, or
no further from it than chance may bring both (√2 times the interval). ✗: it is worse. With few sounds much is ✓.</p>
{"".join(_section(question, verdict) for question in QUESTIONS)}
{f"<h3>Remarks</h3><ul>{remarks}</ul>" if remarks else ""}
<h2>Listen</h2><p>A real sound, and one that was generated for the same label.</p><div class="pairs">{players}</div>
<h2>At a glance</h2><p>Drawn at random, not chosen.</p>{sheets}
{f'<h2>Model card</h2><div class="card">{_from_markdown(card)}</div>' if card else ""}
</body></html>
"""


def _side_by_side(real: Clips, generated: Clips, place: int, real_is_heard: bool) -> str:
    labels = [f"real: {real.says(place)}", f"generated: {generated.says(place)}"]
    html = listen(real[place], generated[place], labels=labels, coding="mp3").html()
    return html if real_is_heard else _without_sound(html, 1)


def _without_sound(html: str, count: int = 0) -> str:
    """HTML without its first `count` players; without any for 0."""
    return re.sub(r"<audio\b.*?</audio>", "", html, count=count, flags=re.DOTALL)


def _in_short(verdict: Verdict) -> str:
    """For each question, how many of its numbers are not shown to be worse than those of real sounds."""
    lines = []
    for question in QUESTIONS:
        good = [as_good_as_real(row) for row in verdict.rows if row.question == question]
        if good:
            marks = "".join(f'<span class="{"as-real" if one else "off"}"></span>' for one in good)
            lines.append(
                f"<tr><td>{escape(question)}</td><td>{marks}</td>"
                f"<td>{sum(good)} of {len(good)} not shown to be worse than real</td></tr>"
            )
    return f'<table class="short">{"".join(lines)}</table>'


def _section(question: str, verdict: Verdict) -> str:
    rows = [row for row in verdict.rows if row.question == question]
    if not rows:
        return ""
    heads = ("", "value", "95%", "real", "real, decoded", "best", "clips", "heard by")
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    return (
        f'<h3>{escape(question)}</h3><p class="small">{escape(EXPLAINED[question])}</p>'
        f'<table class="measured"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(map(_row, rows))}</tbody></table>"
    )


def _row(row: Row) -> str:
    unit = f" {escape(row.unit)}" if row.unit else ""
    through = "" if row.through is None else number(row.through)
    kind = "as-real" if as_good_as_real(row) else "off"
    return (
        f'<tr><td>{escape(row.metric)}</td><td class="value {kind}">{number(row.value)}{unit}</td>'
        f"<td>{number(row.low)} to {number(row.high)}</td><td>{number(row.floor)}</td><td>{through}</td>"
        f"<td>{escape(row.better)}</td><td>{row.n:,}</td><td>{escape(row.embedding)}</td></tr>"
    )


def as_good_as_real(row: Row) -> bool:
    """Whether the row's value is better than what real sounds get, or no further from it than chance may bring both.

    The real sounds are as many, so that their number is as uncertain: √2 times the interval is allowed.
    """
    real = row.floor if row.through is None else row.through
    low = row.value - 2**0.5 * (row.value - row.low)
    high = row.value + 2**0.5 * (row.high - row.value)
    if row.better == AT_MOST_HALF:
        return (
            row.low <= 0.5
        )  # what real sounds get is this by definition, and the interval has the chance of both
    if row.better == "higher":
        return high >= real
    if row.better == "lower":
        return low <= real
    best = float(row.better)
    return low <= max(real, best) and high >= min(real, best)


def _from_markdown(card: str) -> str:
    """Markdown as HTML; HTML in it is shown as text."""
    from markdown_it import MarkdownIt

    return str(MarkdownIt("js-default").render(card))


def check_place(folder: Path) -> str:
    """What will be said of reports that are in `folder` already, "" if none is.

    Raises ValueError if the folder is a file or holds a report.html or metrics.json that is none of ours.
    """
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file: name a folder for the report")
    page, numbers = folder / PAGE, folder / NUMBERS
    strange = [
        path
        for path, ours in ((page, MARK), (numbers, JSON_MARK))
        if path.exists() and ours not in path.read_text("utf-8", errors="replace")
    ]
    if strange:
        raise ValueError(f"{strange[0]} is there and is no report of ours: name another folder")
    return f"The report that was in {folder} is replaced." if page.exists() else ""


def write_report(judged: Judged, folder: Path) -> Path:
    """Write report.html and metrics.json on a judged model to `folder`, and return the path of the page.

    A report of ours that is there is replaced; raises ValueError, as `check_place` does, for other files of these
    names, and OSError, naming the file, where it cannot be written: each is then as it was before.
    """
    check_place(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise checkpoint.not_written(folder, error) from error
    about = judged.about()
    page = report_page(
        judged.model.name,
        judged.verdict,
        judged.generated,
        judged.real,
        judged.card(),
        about,
        real_is_heard=judged.model.recipe.data not in NOT_PASSED_ON,
    )
    checkpoint.write_whole(folder / PAGE, page.encode())
    found = {"made_by": MADE_BY, "model": judged.model.name, "seed": judged.seed, "about": about}
    text = json.dumps(found | judged.verdict.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    checkpoint.write_whole(folder / NUMBERS, (text + "\n").encode())
    return folder / PAGE
