"""``gan-course``: the course's commands.

Each command imports what it needs when it runs, so that help and completion come at once.
"""

from __future__ import annotations

import math
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from gan_course.training import Recipe
    from gan_course.zoo import Model

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
)
GRIFFIN_LIM = "griffin-lim"
"""What `--vocoder` is told by who wants none."""


@app.callback()
def commands() -> None:
    """A course in generative adversarial networks for audio: its commands."""


def fail(message: str) -> typer.Exit:
    """Say what is wrong on stderr; raise what is returned to end the command with status 1."""
    typer.secho(message, fg=typer.colors.RED, err=True)
    return typer.Exit(1)


def fail_together(message: str, alone: bool = False) -> typer.Exit:
    """`fail`, where several processes may do the same: the first one on each machine says it, the others end.

    alone: it may be the fault of one process, which then says it, wherever it is.
    """
    number = os.environ.get("LOCAL_RANK", "0")
    if number == "0":
        return fail(message)
    return fail(f"process {number}: {message}") if alone else typer.Exit(1)


@contextmanager
def endings_wait() -> Iterator[list[int]]:
    """Take what asks this process to end (SIGTERM, and SIGHUP of a terminal that is closed) for Ctrl-C; yield them.

    Whatever the command then ends with, its status is 128 and the signal's number. What this process was told to
    ignore stays ignored, but for Ctrl-C, which a script's ``&`` makes it ignore.
    """
    caught: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield caught
        return

    def once(number: int, frame: Any) -> None:
        if not caught:  # some send it twice, to the process and to its group
            caught.append(number)
            signal.raise_signal(signal.SIGINT)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    usual = {number: signal.getsignal(number) for number in numbers}
    waiting = {number: once for number, handler in usual.items() if handler == signal.SIG_DFL}
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN and waiting:
        usual[signal.SIGINT], waiting[signal.SIGINT] = signal.SIG_IGN, signal.default_int_handler
    try:
        for number, handler in waiting.items():
            signal.signal(number, handler)
        yield caught
    except (typer.Exit, KeyboardInterrupt, OSError):  # the last where the terminal is gone
        if caught:
            raise typer.Exit(128 + caught[0]) from None
        raise
    finally:
        for number in waiting:
            signal.signal(number, usual[number])


@app.command()
def build(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="Numbers such as 03; all lessons if none.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only compare; runs and writes nothing.")] = False,
    overwrite: Annotated[bool, typer.Option(help="Replace notebooks that somebody worked in.")] = False,
) -> None:
    """Make learner and solution notebooks from notebooks/source, or prove that they are in step."""
    from gan_course.classroom.course import Course
    from gan_course.classroom.sources import LessonError

    try:
        course = Course.here()
        if check:
            from gan_course.classroom.compare import out_of_step

            problems = out_of_step(course, lessons or ())
        else:
            from gan_course.classroom.build import build as build_lessons

            problems = build_lessons(course, lessons or (), overwrite=overwrite, say=typer.echo)
    except LessonError as error:
        raise fail(str(error)) from None
    if problems:
        raise fail("\n".join(problems) if check else f"{len(problems)} of the lessons could not be built")
    if check:
        typer.echo("source, notebooks and manifest are in step")


@app.command("new-lesson")
def new_lesson(
    number: Annotated[str, typer.Argument(help="Two digits, such as 11.")],
    name: Annotated[str, typer.Argument(help="Small letters and underscores, such as wavegan.")],
) -> None:
    """Begin a lesson: a source, its checks and their tests, which already pass."""
    from gan_course.classroom.course import Course
    from gan_course.classroom.new_lesson import new_lesson as begin
    from gan_course.classroom.sources import LessonError

    try:
        course = Course.here()
        for file in begin(course, number, name):
            typer.echo(f"wrote {course.place(file)}")
    except LessonError as error:
        raise fail(str(error)) from None
    typer.echo(f"Now: gan-course build {number}")


@app.command()
def lab(
    browser: Annotated[bool, typer.Option(help="Open a browser, where there is one.")] = True,
) -> None:
    """Open JupyterLab at lesson 00."""
    from gan_course.lab import open_lab

    try:
        raise typer.Exit(open_lab(*([] if browser else ["--no-browser"])))
    except FileNotFoundError as error:
        raise fail(str(error)) from None


@app.command()
def doctor() -> None:
    """Say what this machine has and lacks for the course; status 1 only if the course cannot work on it."""
    from gan_course.doctor import examine, report, works

    found = examine()
    typer.echo(report(found))
    raise typer.Exit(0 if works(found) else 1)


@app.command()
def data(
    name: Annotated[
        str | None, typer.Argument(help="Such as orchestra; lists all data sets if none.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Fetch it even if it is here.")] = False,
    clear: Annotated[
        bool,
        typer.Option("--clear", help="Delete the clips that are kept for quick loading, and nothing else."),
    ] = False,
) -> None:
    """List the data sets with licence and state, or fetch one."""
    from gan_course.datasets.cache import clear_cache
    from gan_course.doctor import data_report, get_data

    if clear:
        typer.echo(
            f"{clear_cache() / 1e6:,.0f} MB of kept clips are deleted; what they were made from stays."
        )
    try:
        typer.echo(get_data(name, again=again) if name else data_report())
    except (ValueError, OSError) as error:
        raise fail(str(error)) from None


@app.command()
@endings_wait()
def train(
    recipe: Annotated[
        str,
        typer.Argument(
            help="A shipped recipe (lite, full, notes, orchestra, digits, memoriser) or the path of a JSON file."
        ),
    ],
    folder: Annotated[
        Path,
        typer.Option(help="Where checkpoints, tables and samples go; a run found there is taken up."),
    ],
    sounds: Annotated[
        Path | None,
        typer.Option(
            help="A folder of your own sounds; its sub-folders become labels. Of a run on such a folder: where it is "
            "now."
        ),
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", help="Other than the recipe says: --set gamma=2 --set conditions=pitch"),
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Other than the recipe says.")] = None,
    seed: Annotated[int | None, typer.Option(help="Other than the recipe says.")] = None,
    within: Annotated[
        float | None, typer.Option(min=0, help="As many steps as fit in so many minutes on this machine.")
    ] = None,
    pause_after: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Stop after so many minutes, loading included, and save; the same command goes on. Saving and the "
            "last measurement come on top.",
        ),
    ] = None,
    measure_every: Annotated[
        int,
        typer.Option(
            min=0,
            help="Steps between measurements and samples of the generator; 0: samples at the end alone.",
        ),
    ] = 500,
    devices: Annotated[int, typer.Option(min=1, help="Processes on this machine, one a graphics card.")] = 1,
    machines: Annotated[int, typer.Option(min=1, help="Machines, each started by torchrun.")] = 1,
) -> None:
    """Train a spectrogram GAN. Ctrl-C stops it with everything saved; the same command goes on.

    So does what ends a process (SIGTERM) or closes its terminal (SIGHUP).
    """
    begun_at = time.monotonic()
    import torch

    from gan_course.display.monitor import tiles
    from gan_course.evaluation.during import Examination
    from gan_course.training import steps_within, train
    from gan_course.training.loop import begun_in, done_in
    from gan_course.training.processes import cards
    from gan_course.training.recorders import History, ProgressBar, Samples

    named = {name: value for name, value in {"steps": steps, "seed": seed}.items() if value is not None}
    try:
        wanted = _recipe_for(recipe, folder, named)
        clips = None
        if sounds is not None and wanted.data == "folder":
            wanted = wanted.with_sounds_in(sounds.expanduser().absolute())
        elif sounds is not None:
            options: dict[str, Any] = {"path": str(sounds.expanduser().absolute()), "split": "train"}
            # As long, and at the rate, as the recipe's own clips are.
            options |= {
                name: value for name, value in wanted.data_options.items() if name in ("samples", "rate")
            }
            wanted = replace(wanted, data="folder", data_options=options)
            wanted = wanted.changed(word for word in change or () if word.startswith("data_options."))
            loaded, clips = wanted, wanted.load_data()
            wanted = wanted.conditioned_on(clips.classes)
        if change:
            wanted = wanted.changed(change)
        if clips is None or (wanted.data, wanted.data_options) != (loaded.data, loaded.data_options):
            clips = wanted.load_data()
        if within is not None and steps is not None:
            raise ValueError(
                "--within takes as many steps as fit, and --steps says how many: give one of them"
            )
        if within is not None and devices * machines > 1:
            raise ValueError("--within tries out one process alone: with several, give --steps")
        if within is not None:
            begun = begun_in(folder)
            wanted = replace(wanted, steps=begun.steps if begun else steps_within(wanted, 60 * within, clips))
            typer.echo(_counted(wanted.steps, "step"))
        if sounds is not None:
            length = clips.audio.shape[-1] / clips.rate
            typer.echo(f"Your sounds: {clips.note}; as clips of {length:.2f} s at {clips.rate:,} Hz.")
        if not any(int(os.environ.get(name, 0)) for name in ("RANK", "LOCAL_RANK")):
            several = devices * machines
            threads = _counted(torch.get_num_threads(), "thread")
            alone = "a graphics card" if cards() else f"the processor, with {threads}"
            each = "one graphics card each" if cards() else "on the processor"
            typer.echo(f"In {several} processes, {each}." if several > 1 else f"On {alone}.")
        complete = done_in(folder) == wanted.steps
        examination = Examination(wanted, clips) if measure_every else None
        run = train(
            wanted,
            clips,
            folder=folder,
            observers=[ProgressBar(), History(folder), Samples(folder, tiles)],
            sample_every=measure_every or wanted.steps,
            devices=devices,
            machines=machines,
            measure=examination,
            measure_every=measure_every or wanted.steps,
            seconds=math.inf if pause_after is None else 60 * pause_after - (time.monotonic() - begun_at),
        )
    except (ValueError, TypeError, OSError, FloatingPointError) as error:
        raise fail_together(str(error), alone=isinstance(error, OSError)) from None
    except KeyboardInterrupt:
        raise fail_together(
            f"Stopped. The same command goes on from the last checkpoint in {folder}."
        ) from None
    except RuntimeError as error:
        if not re.search("out of memory|(can't|not enough) (allocate )?memory", str(error)):
            raise
        smaller = (
            f"a smaller one, such as --set batch={wanted.batch // 2}"
            if wanted.batch > 1
            else "narrower networks"
        )
        raise fail(
            f"There is not enough memory to train with a batch of {wanted.batch}: choose {smaller}, in another folder. "
            f"What was saved is in {folder}."
        ) from None
    if run.fabric.is_global_zero:
        typer.echo(f"The generator is in {folder / 'generator.safetensors'}.")
        if complete:
            typer.echo(
                f"The run was at its end before, after {_counted(run.done, 'step')}. Its rates fall over these, so it "
                "does not go on: to train longer, name another --folder."
            )
        if run.done < wanted.steps:
            typer.echo(f"{run.done:,} of {wanted.steps:,} steps are done; the same command goes on.")


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _recipe_for(name: str, folder: Path, changes: dict[str, Any]) -> Recipe:
    """The recipe of that name; that of a run in its own folder is there as long as its checkpoint is."""
    from gan_course.training import Recipe, checkpoint
    from gan_course.training.loop import RECIPE, mend_recipe

    own = folder / RECIPE
    if Path(name).absolute() != own.absolute() or not (folder / checkpoint.CHECKPOINT).is_file():
        return Recipe.read(name, **changes)
    mend_recipe(folder)
    try:
        return Recipe.read(name, **changes)
    except ValueError as error:
        raise ValueError(
            f"{error}; or move it away, and the same command goes on with what the run was trained with"
        ) from None


@app.command("train-ear")
def train_ear(
    name: Annotated[str, typer.Argument(help="Such as ear-notes.")],
    folder: Annotated[Path, typer.Option(help="Where the ear and its card go.")] = Path("ears"),
) -> None:
    """Train one of the course's ears anew, measure it and write its card."""
    from gan_course.training.recorders import ProgressBar
    from gan_course.zoo.ears import make_ear

    try:
        typer.echo(f"Measured and described in {make_ear(name, folder, [ProgressBar()])}.")
    except (ValueError, OSError, FloatingPointError) as error:
        raise fail(str(error)) from None


@app.command("train-vocoder")
def train_vocoder(
    name: Annotated[str, typer.Argument(help="Such as vocoder-notes, or a name for one of your own.")],
    folder: Annotated[
        Path, typer.Option(help="Where the vocoder and its card go; a run found there is taken up.")
    ] = Path("vocoders"),
    data: Annotated[
        str | None, typer.Option(help="Of your own: notes, digits, orchestra, or a folder of sounds.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Of your own: how many.")] = None,
) -> None:
    """Train a vocoder, which turns log-mel pictures into sound, measure it and write its card."""
    from gan_course.training.recorders import History, ProgressBar
    from gan_course.zoo.vocoders import make_vocoder, trained_on

    try:
        own = (
            trained_on(data or "notes", **({} if steps is None else {"steps": steps}))
            if data or steps
            else None
        )
        card = make_vocoder(name, folder, own, [ProgressBar(), History(folder / name)])
    except (ValueError, OSError, FloatingPointError) as error:
        raise fail(str(error)) from None
    except KeyboardInterrupt:
        raise fail(
            f"Stopped. The same command goes on from the last checkpoint in {folder / name}."
        ) from None
    typer.echo(f"Measured and described in {card}.")


@app.command()
def compare(
    file: Annotated[Path, typer.Argument(help="Where the rows go; those found there are not played again.")],
    seeds: Annotated[int, typer.Option(min=1, help="Games of each row.")] = 5,
) -> None:
    """Play every objective with every remedy on a ring and a grid of Gaussians: the table of lesson 06."""
    from gan_course.evaluation.comparison import measure_all

    try:
        measure_all(file, seeds, typer.echo)
    except (ValueError, OSError) as error:
        raise fail(str(error)) from None
    typer.echo(f"The rows are in {file}.")


def _hear(player: Model, vocoder: str | None) -> None:
    """Have a model heard through what was asked for; for None, through what it was released with."""
    from gan_course import zoo

    if vocoder is not None:
        player.heard_through(None if vocoder == GRIFFIN_LIM else zoo.load_vocoder(vocoder))


@app.command()
def generate(
    model: Annotated[str, typer.Argument(help="A shipped model (notes-full) or a run's folder.")],
    folder: Annotated[Path, typer.Option(help="Where the wav files go.")] = Path("generated"),
    pitch: Annotated[str | None, typer.Option(help="Such as A4; the middle one if none.")] = None,
    instrument: Annotated[str | None, typer.Option(help="Such as bell; the middle one if none.")] = None,
    label: Annotated[
        list[str] | None, typer.Option(help="Another condition of the model: --label digit=7")
    ] = None,
    seed: Annotated[int, typer.Option(help="The first seed.")] = 0,
    count: Annotated[int, typer.Option(min=1, help="How many sounds, a seed each.")] = 1,
    to: Annotated[
        int | None, typer.Option(help="Go from one seed to this one, in as many sounds as --count says.")
    ] = None,
    tune: Annotated[
        str | None, typer.Option(help="Notes with their beats, one file: 'C4 E4 G4:2 -:1 C5'")
    ] = None,
    tempo: Annotated[float, typer.Option(help="Beats a minute of the tune.")] = 120.0,
    vocoder: Annotated[
        str | None,
        typer.Option(
            help="Make the sound by vocoder-notes, another vocoder, or griffin-lim; as released if none."
        ),
    ] = None,
) -> None:
    """Write sounds of a trained generator to files; a file that is there already is never replaced."""
    from gan_course import zoo
    from gan_course.training import checkpoint
    from gan_course.zoo.model import as_file_name
    from gan_course.zoo.tunes import tune as played

    conditions = {k: v for k, v in {"pitch": pitch, "instrument": instrument}.items() if v is not None}
    try:
        for word in label or ():
            name, equals, value = word.partition("=")
            if not equals:
                raise ValueError(f"--label is {word!r}, and name=value is expected, such as digit=7")
            if name in conditions:
                raise ValueError(
                    f"{name} is given twice, as {conditions[name]} and as {value}: every sound has one, so leave "
                    f"one out"
                )
            conditions[name] = value
        player = zoo.load(model)
        _hear(player, vocoder)
        played_as = {kind: names[0] for kind, names in player.asked(conditions).items()}
        if tune is not None:
            played_as.pop("pitch", None)
        named = "_".join(map(as_file_name, [player.name, *played_as.values()]))
        if tune is not None:
            if to is not None or "pitch" in conditions or count > 1:
                raise ValueError(
                    "a tune has its own pitches and is one sound: leave out the pitch, --to and --count"
                )
            sounds = {f"{named}_tune_seed{seed}": played(player, tune, tempo, seed, **conditions)}
        elif to is not None:
            if count < 2:
                raise ValueError(
                    f"there is no way from {seed} to {to} in {count} sound: give --count, such as 7"
                )
            way = player.interpolate(seed, to, count, **conditions)
            sounds = {f"{named}_seed{seed}to{to}_{n}of{count}": one for n, one in enumerate(way, 1)}
        else:
            sounds = {
                f"{named}_seed{number}": player.generate(seed=number, **conditions)
                for number in range(seed, seed + count)
            }
        if folder.exists() and not folder.is_dir():
            raise ValueError(f"{folder} is a file: name a folder for the sounds")
        if there := [name for name in sounds if (folder / f"{name}.wav").exists()]:
            raise ValueError(
                f"{folder / there[0]}.wav is there already: name another --folder or --seed, or move it away"
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise checkpoint.not_written(folder, error) from None
        for name, sound in sounds.items():
            loud = sound.peak > 1
            file = (sound.at_peak(-1.0) if loud else sound).save(folder / f"{name}.wav")
            typer.echo(f"{file}{' (made softer: it was above full scale)' if loud else ''}")
    except (ValueError, OSError) as error:
        raise fail(str(error)) from None


@app.command()
def evaluate(
    model: Annotated[str, typer.Argument(help="A shipped model (notes-full) or a run's folder.")],
    folder: Annotated[Path | None, typer.Option(help="Where the report goes; judged/MODEL if none.")] = None,
    count: Annotated[int, typer.Option(min=16, help="How many sounds are judged, at most.")] = 444,
    seed: Annotated[int, typer.Option(min=0, help="Of the sounds and of all that is drawn.")] = 0,
    two_sample: Annotated[
        bool, typer.Option(help="Train judges to tell generated from real, which takes most of the time.")
    ] = True,
    vocoder: Annotated[
        str | None,
        typer.Option(
            help="Make the sounds by vocoder-notes, another vocoder, or griffin-lim; as released if none."
        ),
    ] = None,
    sounds: Annotated[
        Path | None,
        typer.Option(help="Of a model that was trained on a folder of sounds: where that folder is now."),
    ] = None,
) -> None:
    """Judge a generator: a table of metrics, and a page with sounds, pictures and the model card."""
    from gan_course import zoo
    from gan_course.display.report import check_place, write_report
    from gan_course.zoo.judging import evaluate as judged

    try:
        player = zoo.load(model)
        _hear(player, vocoder)
        place = folder or Path("judged") / player.name
        replaced = check_place(place)
        found = judged(
            player, count, seed, two_sample, say=lambda text: typer.echo(f"{text} …", err=True), sounds=sounds
        )
        typer.echo(f"{found.verdict}\n")
        page = write_report(found, place)
    except (ValueError, OSError) as error:
        raise fail(str(error)) from None
    if replaced:
        typer.echo(replaced)
    typer.echo(f"The report is {page}, its numbers are {page.with_name('metrics.json')}.")


@app.command()
def grade(
    submissions: Annotated[
        Path, typer.Argument(help="The folder that holds the notebooks, or one notebook.")
    ],
    to: Annotated[
        Path, typer.Option(help="Where grades and feedback go; a class found there is gone on with.")
    ],
    workers: Annotated[int, typer.Option("--workers", "-n", min=1, help="Notebooks at the same time.")] = 2,
    minutes: Annotated[float, typer.Option(min=0.01, help="Time of one notebook.")] = 10.0,
    cell_seconds: Annotated[float, typer.Option(min=1, help="Time of one cell.")] = 120.0,
    memory: Annotated[float, typer.Option(min=0.1, help="Memory of one notebook (GiB).")] = 4.0,
    network: Annotated[bool, typer.Option(help="Let submissions reach the network.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Grade also what was graded before.")] = False,
) -> None:
    """Grade a class: points, totals, a summary, and a page of feedback for each learner."""
    from gan_course.classroom.grade import GradingError, summary
    from gan_course.classroom.grade import grade as grade_class
    from gan_course.classroom.sittings import Limits

    threads = max(1, (os.cpu_count() or 1) // workers)
    limits = Limits(minutes, cell_seconds, memory, threads=threads, network=network)
    try:
        results = grade_class(submissions, to, limits, workers, again, say=typer.echo)
    except (GradingError, OSError) as error:
        raise fail(str(error)) from None
    except KeyboardInterrupt:
        raise fail(f"Stopped. What is graded lies in {to}; the same command goes on.") from None
    typer.echo("\n" + summary(results))
    typer.echo(f"Grades, totals and feedback: {to}")


@app.command()
def nbgrader(
    folder: Annotated[Path, typer.Argument(help="The course's folder of nbgrader; made if it is not there.")],
    lessons: Annotated[
        list[str] | None, typer.Argument(help="Numbers such as 03; all lessons if none.")
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace sources that somebody worked in.")] = False,
) -> None:
    """Make a folder from which nbgrader releases and grades lessons."""
    try:
        from gan_course.classroom.nbgrader import prepare
    except ModuleNotFoundError as error:
        if error.name != "nbgrader":
            raise
        raise fail('nbgrader is not installed: pip install -c constraints.txt -e ".[nbgrader]"') from None
    from gan_course.classroom.course import Course
    from gan_course.classroom.sources import LessonError

    try:
        prepare(Course.here(), folder, lessons or (), overwrite=overwrite, say=typer.echo)
    except (LessonError, OSError) as error:
        raise fail(str(error)) from None


@app.command()
def release(
    run: Annotated[Path, typer.Argument(help="The folder of a finished run.")],
    name: Annotated[str, typer.Argument(help="The model's name in the course.")],
    overwrite: Annotated[bool, typer.Option(help="Replace a model of that name.")] = False,
    vocoder: Annotated[
        str | None, typer.Option(help="Judge it, and have it heard, through this vocoder (vocoder-notes).")
    ] = None,
) -> None:
    """Measure a finished run and put its generator, with a card, among the course's weights."""
    from gan_course.zoo.release import release

    try:
        typer.echo(f"Measured and described in {release(run, name, overwrite=overwrite, vocoder=vocoder)}.")
    except (ValueError, OSError) as error:
        raise fail(str(error)) from None
