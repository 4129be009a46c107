"""Short quizzes from plain data, which say why a wrong answer is wrong; shown by jupyterquiz (Shea, 2021)."""

import hashlib
import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

_COLOURS = {
    "--jq-multiple-choice-bg": "#2f4b6e",
    "--jq-many-choice-bg": "#2f4b6e",
    "--jq-incorrect-color": "#c1440e",
    "--jq-correct-color": "#00805a",
}
_SMALLER = (
    ".gan-course-quiz .Quiz{font-size:15px;line-height:1.4;margin-left:0;margin-top:8px}"
    ".gan-course-quiz .MCButton{font-size:14px;line-height:1.35}"
    ".gan-course-quiz"
    " .Feedback{font-size:14px;line-height:1.4;text-align:left;padding:0 10px;min-height:1.4em}"
    ".gan-course-quiz .Quiz code{background-color:#e4e8ee!important;color:#222222!important;padding:0 3px}"
    "[data-jp-theme-light=false] .gan-course-quiz .incorrect{color:#ff9a6b}"
    "[data-jp-theme-light=false] .gan-course-quiz .correct{color:#4fd1a5}"
)


@dataclass(frozen=True, eq=False, repr=False)
class Quiz:
    """Questions as a notebook shows them; made by `quiz`."""

    questions: tuple[Mapping[str, Any], ...]

    def __repr__(self) -> str:
        return "\n".join(_in_words(number, one) for number, one in enumerate(self.questions, 1))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.html()}

    def html(self) -> str:
        """The quiz, and for readers whose browser runs nothing of it, the questions with folded answers."""
        place = "quiz" + hashlib.sha256(json.dumps(self.questions).encode()).hexdigest()[:12]
        folded = "".join(_folded(one) for one in self.questions)
        interactive, script = _interactive(self.questions)
        hide = f'document.getElementById("{place}").style.display="none";'
        return (
            f'<div class="gan-course-quiz"><ol id="{place}">{folded}</ol>{interactive}'
            f"<style>{_SMALLER}</style><script>{hide}\n{script}</script></div>"
        )


def quiz(questions: Sequence[Mapping[str, Any]]) -> Quiz:
    """A quiz: one click an answer, with feedback at once.

    questions: `{"question": …, "answers": [{"answer": …, "correct": True or False, "feedback": …}, …]}`
        each. One correct answer or several; every answer has feedback, and a wrong one's says why it is
        wrong. Text may hold HTML such as `<code>` and `<sub>`; formulas are written in plain characters, as
        no MathJax is at hand offline.

    Raises ValueError for a question without a correct answer, without a wrong one or without feedback.
    """
    if not questions:
        raise ValueError("A quiz has at least one question; none was given.")
    for number, question in enumerate(questions, 1):
        _require(question, number)
    return Quiz(tuple(_as_jupyterquiz(question) for question in questions))


def _require(question: Mapping[str, Any], number: int) -> None:
    answers = question.get("answers", ())
    if not question.get("question") or len(answers) < 2:
        raise ValueError(f'Question {number} needs a "question" and at least two "answers".')
    for answer in answers:
        missing = [part for part in ("answer", "correct", "feedback") if answer.get(part) in (None, "")]
        if missing:
            raise ValueError(
                f"An answer to question {number} lacks {' and '.join(missing)}: {dict(answer)!r}."
            )
    if len({bool(answer["correct"]) for answer in answers}) < 2:
        raise ValueError(f"Question {number} needs a correct answer and a wrong one.")
    if "$" in json.dumps(question):
        raise ValueError(
            f"Question {number} holds a $: a quiz has no MathJax offline, so write formulas in"
            f" plain characters."
        )


def _as_jupyterquiz(question: Mapping[str, Any]) -> dict[str, Any]:
    several = sum(bool(answer["correct"]) for answer in question["answers"]) > 1
    kept = ("answer", "correct", "feedback", "code")
    answers = [{part: answer[part] for part in kept if part in answer} for answer in question["answers"]]
    return {**question, "type": "many_choice" if several else "multiple_choice", "answers": answers}


def _interactive(questions: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """What jupyterquiz would display, as HTML and as a script; empty outside IPython."""
    from IPython.core.getipython import get_ipython
    from IPython.utils.capture import capture_output
    from jupyterquiz import display_quiz  # type: ignore[import-untyped]

    if get_ipython() is None:
        return "", ""
    # the name of jupyterquiz's element is random: from a fixed seed, the stored notebook stays the same
    before = random.getstate()
    random.seed(json.dumps(questions))
    try:
        with capture_output(stdout=False, stderr=False) as captured:
            display_quiz(list(questions), max_width=720, border_radius=6, colors=_COLOURS)
    finally:
        random.setstate(before)
    parts = [output.data for output in captured.outputs]
    html = "".join(part.get("text/html", "") for part in parts)
    script = "".join(part.get("application/javascript", "") for part in parts)
    return html + "</div>", _without_network(script)


def _without_network(script: str) -> str:
    """jupyterquiz fetches MathJax from the network where the page has none: leave that out."""
    return re.sub(r"document\.head\.appendChild\(script\);", "", re.sub(r"'https://cdn[^']*'", "''", script))


def _in_words(number: int, question: Mapping[str, Any]) -> str:
    answers = "".join(f"\n   - {_plain(answer['answer'])}" for answer in question["answers"])
    return f"{number}. {_plain(question['question'])}{answers}"


def _plain(text: str) -> str:
    return re.sub(r"<[^>]+>", "", str(text))


def _folded(question: Mapping[str, Any]) -> str:
    answers = "".join(
        f"<details><summary>{_plain_escaped(answer['answer'])}</summary>"
        f"{'Right' if answer['correct'] else 'Wrong'}: {_plain_escaped(answer['feedback'])}</details>"
        for answer in question["answers"]
    )
    return f"<li>{_plain_escaped(question['question'])}{answers}</li>"


def _plain_escaped(text: str) -> str:
    return escape(_plain(text))
