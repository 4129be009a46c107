"""The check engine: one path from a learner's answer to a verdict.

A lesson's checks live in ``gan_course/exercises/lesson_NN.py``. Each is a short judging function that is
given the learner's answer and a random generator, tries properties on fresh inputs, and raises
:class:`Fault` with a sentence that names the first property that failed. Everything else (unfinished
answers, errors in the learner's code, ready-made calls, changed inputs, stand-ins, the display, the receipt
that graders read) happens here, once for all lessons.
"""

from __future__ import annotations

import copy
import functools
import html
import importlib
import linecache
import os
import random
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import numpy as np

from gan_course.exercises.properties import Fault

STRICT = "GAN_COURSE_STRICT"
"""Environment variable: ``1`` makes a check that did not pass raise :class:`CheckFailed`."""


class CheckFailed(AssertionError):
    """Raised by a check that did not pass, where the strict environment variable is set."""


@dataclass(frozen=True)
class Verdict:
    """What a check found: ``status`` is ``"passed"``, ``"failed"`` or ``"not attempted"``."""

    lesson: str
    exercise: str
    status: str
    points: float
    max_points: float
    fault: str = ""
    seed: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def receipt(self) -> dict[str, Any]:
        """The machine-readable part, which travels in the output's metadata."""
        names = ("lesson", "exercise", "status", "points", "max_points", "fault")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Exercise:
    """One exercise: its reference, its judge and what surrounds them.

    ``reference`` is the library's own function (or a value, for questions that have one). ``judge(answer,
    rng)`` raises :class:`Fault` when a property fails; ``rng`` is a fresh ``numpy.random.Generator``.
    ``instead_of`` names ready-made calls (``"torch.stft"``) or whole packages (``"librosa"``) that are no
    answer here; the reference itself never is.
    """

    lesson: str
    name: str
    reference: Any
    judge: Callable[[Any, np.random.Generator], None]
    points: float = 1
    minutes: int = 5
    hints: tuple[str, ...] = ()
    instead_of: tuple[str, ...] = ()

    def verdict(self, answer: Any, seed: int | None = None) -> Verdict:
        """Judge ``answer`` on inputs drawn from ``seed`` (fresh ones when it is None); never raises."""
        seed = int.from_bytes(os.urandom(4), "little") if seed is None else seed
        make = functools.partial(Verdict, self.lesson, self.name, max_points=self.points, seed=seed)
        if is_stand_in(answer):
            note = f"{self.name} holds our version for now; to try yours, run your own cell again"
            return make(status="not attempted", points=0, fault=note)
        if answer is None or answer is ...:
            return make(status="not attempted", points=0, fault=f"{self.name} is still empty")
        with quiet() as heard, undisturbed_random_state():
            try:
                self._refuse_the_reference(answer)
                self.judge(self._watched(answer), np.random.default_rng(seed))
            except Unfinished:
                return make(status="not attempted", points=0, fault=f"{self.name} is still empty")
            except Fault as fault:
                said = tuple(dict.fromkeys(str(w.message) for w in heard))
                return make(status="failed", points=0, fault=str(fault), warnings=said)
            except Exception as error:
                # A judge that trips over an unforeseen answer must refuse it, not crash the notebook.
                fault = f"the answer could not be judged: {type(error).__name__}: {error}"
                return make(status="failed", points=0, fault=fault)
        return make(status="passed", points=self.points)

    def _refuse_the_reference(self, answer: Any) -> None:
        if not callable(self.reference):
            return
        if not callable(answer):
            raise Fault(
                f"{self.name} is not a function but of type {type(answer).__name__}: keep the line that "
                f"begins with `def {self.name}`"
            )
        same = code_of(answer) is not None and code_of(answer) is code_of(self.reference)
        if answer is self.reference or same:
            raise Fault(f"this is the library's own {self.name}; write yours, the library will wait")

    def _watched(self, answer: Any) -> Any:
        if not callable(self.reference):
            return answer
        return Watched(answer, self.name, ReadyMade([*self.instead_of], self.reference))


class Unfinished(Exception):
    """The answer still raises NotImplementedError: nobody has tried yet."""


class Watched:
    """The learner's function, called with a watch on it: no ready-made call, no changed input."""

    def __init__(self, function: Callable[..., Any], name: str, ready_made: ReadyMade) -> None:
        self.function, self.name, self.ready_made = function, name, ready_made

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the answer; errors of the learner's code become faults that quote the line."""
        before = copy.deepcopy((arguments, named))
        try:
            with self.ready_made.watching():
                result = self.function(*arguments, **named)
        except NotImplementedError as error:
            raise Unfinished from error
        except Fault:
            raise
        except Exception as error:
            raise Fault(describe_error(self.name, self.function, error)) from error
        if self.ready_made.used:
            used = self.ready_made.used
            raise Fault(f"{self.name} calls {used}, which does the whole exercise: write the steps out")
        if not same_inputs(before, (arguments, named)):
            raise Fault(f"{self.name} changes its input: work on a copy, the caller still needs the original")
        return result


def describe_error(name: str, function: Callable[..., Any], error: Exception) -> str:
    """One sentence on an exception in the learner's code, with the last line of theirs that ran."""
    code = code_of(function)
    file = code.co_filename if code else None
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    what = f"{name} raised {type(error).__name__}: {error}".rstrip(": ")
    if not lines:
        return what
    last = lines[-1]
    text = (last.line or linecache.getline(last.filename, last.lineno or 0)).strip()[:100]
    return f"{what} (line {last.lineno} of your cell: `{text}`)" if text else what


def same_inputs(before: Any, after: Any) -> bool:
    """Whether nested arguments kept their values: arrays, tensors, numbers and texts."""
    if isinstance(before, (tuple, list)):
        return len(before) == len(after) and all(map(same_inputs, before, after))
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(same_inputs(before[k], after[k]) for k in before)
    if isinstance(before, np.ndarray) or type(before).__name__ in ("Tensor", "Parameter"):
        one, other = (np.asarray(x.detach() if hasattr(x, "detach") else x) for x in (before, after))
        return one.shape == other.shape and bool(np.array_equal(one, other, equal_nan=one.dtype.kind in "fc"))
    if isinstance(before, (int, float, complex, str)):
        return type(before) is type(after) and (before == after or before != before)
    return True


class ReadyMade:
    """Notices calls of functions that would do the whole exercise, however deep they are hidden."""

    def __init__(self, names: Sequence[str], reference: Any) -> None:
        self.used: str | None = None
        self.packages: list[str] = []
        # Known by identity: code objects compare equal when their text is, and typing the library's text
        # out is an honest answer.
        self.objects: dict[int, tuple[Any, str]] = {}
        if (code := code_of(reference)) is not None:
            self._know(code, f"the library's own {reference.__name__}")
        for name in names:
            self._add(name)

    def _know(self, thing: Any, name: str) -> None:
        self.objects[id(thing)] = (thing, name)

    def _add(self, name: str) -> None:
        # A package is recognised by the module name of the frames that it runs, so that it need not be
        # imported here; a single function by its code, or by itself if it is built in.
        parent, _, last = name.rpartition(".")
        if parent and (module := sys.modules.get(parent)) is not None:
            thing = getattr(module, last, None)
            if thing is not None and not isinstance(thing, types.ModuleType):
                return self._know(code_of(thing) or thing, name)
        self.packages.append(name)
        if isinstance(module := sys.modules.get(name), types.ModuleType):
            for key, thing in vars(module).items():
                if isinstance(thing, types.BuiltinFunctionType):
                    self._know(thing, f"{name}.{key}")

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch every call in this thread; ``used`` then names the first ready-made one."""
        before = sys.getprofile()
        sys.setprofile(self._notice)
        try:
            yield
        finally:
            sys.setprofile(before)

    def _notice(self, frame: types.FrameType, event: str, argument: Any) -> None:
        if self.used is not None:
            return
        if event == "call":
            self.used = self.objects.get(id(frame.f_code), (None, None))[1]
            if self.used is None and self.packages:
                module = str(frame.f_globals.get("__name__", ""))
                for package in self.packages:
                    if module == package or module.startswith(package + "."):
                        self.used = f"{module}.{frame.f_code.co_name}"
        elif event == "c_call":
            self.used = self.objects.get(id(argument), (None, None))[1]


def code_of(function: Any) -> types.CodeType | None:
    """The code object of a Python function, below any number of decorators; None for anything else."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    function = getattr(function, "_implementation", function)  # numpy's dispatched functions
    return getattr(getattr(function, "__func__", function), "__code__", None)


# Stand-ins ------------------------------------------------------------------------------------------------

_STAND_INS: dict[int, Any] = {}


class _StandInFloat(float):
    pass


class _StandInInt(int):
    pass


class _StandInStr(str):
    pass


def stand_in(reference: Any) -> Any:
    """A replacement that behaves like ``reference`` and that the engine knows again.

    A check that is run a second time, or copied, would otherwise be handed the reference as the answer.
    """
    if isinstance(reference, bool):
        raise TypeError("a True/False question cannot be told from its stand-in: ask for a word or a number")
    for plain, marked in ((int, _StandInInt), (float, _StandInFloat), (str, _StandInStr)):
        if isinstance(reference, plain):
            return marked(reference)
    if callable(reference):

        @functools.wraps(reference)
        def replacement(*arguments: Any, **named: Any) -> Any:
            return reference(*arguments, **named)
    else:
        replacement = copy.deepcopy(reference)
    _STAND_INS[id(replacement)] = replacement  # kept alive, so that its identity stays its own
    return replacement


def is_stand_in(answer: Any) -> bool:
    """Whether ``answer`` was put there by the engine."""
    return isinstance(answer, (_StandInFloat, _StandInInt, _StandInStr)) or (
        _STAND_INS.get(id(answer)) is answer and id(answer) in _STAND_INS
    )


# Around a judge -------------------------------------------------------------------------------------------


@contextmanager
def quiet() -> Iterator[list[warnings.WarningMessage]]:
    """Collect warnings and drop stderr, so that a check's display is all that a check prints."""
    with warnings.catch_warnings(record=True) as heard, redirect_stderr(StringIO()):
        warnings.simplefilter("always")
        yield heard


@contextmanager
def undisturbed_random_state() -> Iterator[None]:
    """Leave Python's, numpy's and torch's global generators as they were: a check must not change what follows."""
    plain, legacy = random.getstate(), np.random.get_state()
    torch = sys.modules.get("torch")
    state = torch.random.get_rng_state() if torch else None
    try:
        yield
    finally:
        random.setstate(plain)
        np.random.set_state(legacy)
        if torch:
            torch.random.set_rng_state(state)


# In the notebook ------------------------------------------------------------------------------------------


@dataclass
class Check:
    """What ``checks.NAME`` is in a notebook: call it with the answer, or ask it for a hint."""

    exercise: Exercise
    namespace: MutableMapping[str, Any]
    hints_given: int = 0
    last: Verdict | None = None

    def __call__(self, answer: Any = None) -> None:
        """Judge, show the verdict, and put our version in place of an answer that did not pass."""
        verdict = self.last = self.exercise.verdict(answer)
        if verdict.status != "passed":
            # Bound before anything is raised: later exercises must not depend on this one.
            self.namespace[self.exercise.name] = stand_in(self.exercise.reference)
        show(verdict, self.exercise)
        if verdict.status != "passed" and os.environ.get(STRICT) == "1":
            raise CheckFailed(f"{self.exercise.name}: {verdict.status}: {verdict.fault}") from None

    def hint(self) -> None:
        """Show the next hint."""
        hints = self.exercise.hints
        self.hints_given = min(self.hints_given + 1, len(hints))
        if not hints:
            return _display("There is no hint for this one.", "There is no hint for this one.")
        number = self.hints_given
        text = f"Hint {number} of {len(hints)}: {hints[number - 1]}"
        _display(text, f'<div style="{_BOX}border-color:#4477aa">{_code(text)}</div>')


@dataclass
class LessonChecks:
    """The checks of one lesson, as attributes: ``checks.stft(stft)``, ``checks.stft.hint()``."""

    lesson: str
    exercises: Mapping[str, Exercise]
    namespace: MutableMapping[str, Any]
    _checks: dict[str, Check] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._checks = {name: Check(exercise, self.namespace) for name, exercise in self.exercises.items()}

    def __getattr__(self, name: str) -> Check:
        if name.startswith("_") or name not in self._checks:
            known = ", ".join(self.__dict__.get("exercises", ()))
            raise AttributeError(
                f"lesson {self.__dict__.get('lesson')} has no check {name!r}; it has: {known}"
            )
        return self._checks[name]

    def summary(self) -> None:
        """Show how far you are: each exercise, its state at its last check, and the points."""
        rows = [(name, check.last, check.exercise.points) for name, check in self._checks.items()]
        got = sum(last.points for _, last, _ in rows if last)
        total = sum(points for *_, points in rows)
        lines = [
            f"{name}: {last.status if last else 'not checked yet'} ({points:g})"
            for name, last, points in rows
        ]
        text = "\n".join([*lines, f"{got:g} of {total:g} points"])
        cells = "".join(f"<li>{_code(line)}</li>" for line in lines)
        _display(text, f'<div style="{_BOX}"><ul>{cells}</ul><b>{got:g} of {total:g} points</b></div>')


_BOX = "border-left:4px solid #888;padding:.4em .8em;margin:.3em 0;"
_LOOK = {
    "passed": ("#228833", "✓ passed"),
    "failed": ("#cc3311", "✗ not yet"),
    "not attempted": ("#888888", "○ not attempted"),
}


def show(verdict: Verdict, exercise: Exercise) -> None:
    """Display a verdict; its receipt goes into the output's metadata."""
    colour, head = _LOOK[verdict.status]
    tail = ""
    if verdict.status != "passed":
        tail = f"Until your answer passes, {verdict.exercise} is our version, so that later cells run."
        if exercise.hints:
            tail += f" Stuck? Run `checks.{verdict.exercise}.hint()`."
    points = f"{verdict.points:g} of {verdict.max_points:g} points"
    first = f"{verdict.status}: {verdict.exercise} ({points})"
    heard = "".join(f"\nYour code warned: {w}" for w in verdict.warnings[:3])
    text = "\n".join(part for part in (first, verdict.fault + heard, tail) if part)
    body = "".join(f"<div>{_code(part)}</div>" for part in (verdict.fault, heard.strip(), tail) if part)
    title = f'<b style="color:{colour}">{head}</b> · <code>{verdict.exercise}</code> · {points}'
    box = f'<div style="{_BOX}border-color:{colour}" role="status">{title}{body}</div>'
    _display(text, box, {"gan_course": verdict.receipt})


def _code(text: str) -> str:
    """Escape ``text`` for HTML, with `backquotes` set as code."""
    parts = html.escape(text, quote=False).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


def _display(text: str, markup: str, metadata: dict[str, Any] | None = None) -> None:
    shell = _shell()
    if shell is None:
        print(text)
        return
    from IPython.display import display

    display({"text/plain": text, "text/html": markup}, raw=True, metadata=metadata or {})


def _shell() -> Any:
    """The running IPython shell, or None outside a notebook."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


# A lesson's checks ----------------------------------------------------------------------------------------


class Lesson:
    """Collects the exercises of one lesson, in order; ``lesson_NN.py`` makes one named ``lesson``."""

    def __init__(self, number: str, title: str) -> None:
        self.number, self.title = number, title
        self.exercises: dict[str, Exercise] = {}

    def exercise(
        self,
        *,
        reference: Any,
        points: float = 1,
        minutes: int = 5,
        hints: Sequence[str] = (),
        instead_of: Sequence[str] = (),
    ) -> Callable[[Callable[[Any, np.random.Generator], None]], Exercise]:
        """Make the judge below it the check of the exercise of the same name."""

        def collect(judge: Callable[[Any, np.random.Generator], None]) -> Exercise:
            name = judge.__name__
            if name in self.exercises:
                raise ValueError(f"lesson {self.number} has two exercises named {name!r}: rename one")
            made = Exercise(
                self.number, name, reference, judge, points, minutes, tuple(hints), tuple(instead_of)
            )
            self.exercises[name] = made
            return made

        return collect


def lesson(number: str, namespace: MutableMapping[str, Any] | None = None) -> LessonChecks:
    """The checks of lesson ``number`` ("00", "01", …), bound to the notebook that calls this.

    ``namespace`` is where stand-ins are put; by default the running notebook's. Raises ValueError for a
    lesson that has no checks.
    """
    try:
        module = importlib.import_module(f"gan_course.exercises.lesson_{number}")
    except ModuleNotFoundError as error:
        if error.name != f"gan_course.exercises.lesson_{number}":
            raise
        raise ValueError(
            f"there are no checks for lesson {number!r}: expected a number such as '03'"
        ) from None
    if namespace is None:
        shell = _shell()
        namespace = shell.user_ns if shell is not None else {}
    return LessonChecks(module.lesson.number, module.lesson.exercises, namespace)
