"""From a finished run to a model of the course: its card says what one has to know, and nothing is replaced unasked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from gan_course import zoo
from gan_course.cli import app
from gan_course.evaluation.report import QUESTIONS, Row, Verdict
from gan_course.training import Recipe, checkpoint, train
from gan_course.training.recipe import RECIPES
from gan_course.zoo import judging
from gan_course.zoo.release import describe, recipe_name, release

TINY = Recipe(
    data_options={"count": 24, "seed": 3, "pitches": ["C4", "A4"]},
    generator_widths=(8, 8, 8, 8),
    discriminator_widths=(4, 4, 8, 8),
    latent=8,
    steps=2,
    batch=4,
    precision="32-true",
)
VERDICT = Verdict(
    (
        Row("right pitch", QUESTIONS[0], 0.25, 0.125, 0.5, 0.75, 36, "label ear", "higher", through=0.625),
        Row("modulation", QUESTIONS[1], 5.5, 4.25, 6.75, 1.25, 36, "none: mel bands", "lower", "dB"),
    ),
    ("copying of the training sounds: they were not given",),
)
AGAIN = Verdict((replace(VERDICT["modulation"], value=7.5, floor=0.25),))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    train(TINY, folder=folder)
    return folder


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judging and measuring take no time."""
    monkeypatch.setattr(
        "gan_course.zoo.release.evaluate", lambda model: judging.Judged(model, VERDICT, *3 * [None])
    )
    monkeypatch.setattr("gan_course.zoo.release.from_another_seed", lambda model, seed: AGAIN)
    monkeypatch.setattr("gan_course.zoo.release.measured", lambda model: {})


def card_of(run: Path, name: str = "mine", **changes: object) -> str:
    """The card of the run's model, had its recipe these changes."""
    model = zoo.load(run)
    model.recipe = replace(model.recipe, **changes)
    return describe(model, name, VERDICT, {}, {})


def fields(card: str, table: str = "| | |") -> dict[str, str]:
    """The rows of a table of two columns, by the first."""
    rows = card.split(f"{table}\n")[1].split("\n\n")[0].splitlines()[1:]
    return {name: text for name, text in (row.strip("| ").split(" | ", 1) for row in rows)}


def test_the_card_says_what_it_learnt_from_how_long_and_on_what(run: Path) -> None:
    model = zoo.load(run)
    model.about |= {"seconds": 754.0, "device": "cuda, 7 threads"}
    said = fields(describe(model, "mine", VERDICT, {}, {}))
    assert "built-in synthetic notes; no recording of anybody" in said["data"] and "'seed': 3" in said["data"]
    assert said["conditions"] == "pitch (2); instrument (6)"
    assert said["training"] == "2 steps of 4 sounds, seed 0, 32-true"
    assert said["time"] == "13 minutes of wall clock on cuda, 7 threads"
    model.about["seconds"] = 134.4
    assert (
        fields(describe(model, "mine", VERDICT, {}, {}))["time"] == "134 s of wall clock on cuda, 7 threads"
    )
    assert f"{model.parameters:,} parameters" in describe(model, "mine", VERDICT, {}, {})


def test_the_card_says_which_judges_there_were_and_who_named(run: Path) -> None:
    plain = fields(card_of(run))["networks"]
    whole = {
        "networks": "textured",
        "detail": 5.0,
        "modulation": 0.3,
        "apart": True,
        "naming": 0.1,
        "namer": True,
    }
    said = fields(card_of(run, **whole))["networks"]
    for words in ("quick 5 times", "modulations (scale 0.3)", "a game each", "labels named by a namer"):
        assert words in said and words not in plain


@pytest.mark.parametrize(
    ("data", "credit", "terms"),
    [
        ("notes", "no recording of anybody", "CC BY 4.0"),
        ("orchestra", "Philharmonia", "not to be sold or offered as samples or as a sampler instrument"),
        (
            "digits",
            "Free Spoken Digit Dataset, Zohar Jackson",
            "CC BY-SA 4.0, .*: share alike, and name them",
        ),
        ("folder", "folder", "that of the sounds it was trained on"),
    ],
)
def test_the_card_says_whose_the_sounds_are_and_what_that_forbids(
    run: Path, data: str, credit: str, terms: str
) -> None:
    said = fields(card_of(run, data=data, data_options={"split": "train"}))
    assert credit in said["data"] and "'split': 'train'" in said["data"]
    assert re.fullmatch(f"weights: .*{terms}.*; code: MIT", said["licence"])


def test_the_card_gives_each_number_with_its_interval_and_what_real_sounds_get(run: Path) -> None:
    card = card_of(run)
    assert "| metric | value | 95% | real | decoded | best | by | n |" in card
    assert "| right pitch | 0.250 | 0.125 to 0.500 | 0.750 | 0.625 | higher | label ear | 36 |" in card
    assert "| modulation | 5.50 dB | 4.25 to 6.75 | 1.25 |  | lower | none: mel bands | 36 |" in card
    assert [asked for asked in QUESTIONS if f"**{asked}**" in card] == [QUESTIONS[0], QUESTIONS[1]]
    assert "Not measured: copying of the training sounds: they were not given." in card
    tracked = {"generated": {"share": 0.5, "median_cents": 61.26, "n": 24}}
    assert "| generated | 0.500 | 61.3 | 24 |" in describe(zoo.load(run), "mine", VERDICT, {}, tracked)


def test_the_card_says_what_other_seeds_say_and_their_mean(run: Path) -> None:
    card = describe(zoo.load(run), "mine", VERDICT, {1: AGAIN, 2: replace(AGAIN)}, {})
    table = card.split("**How much of this is the luck of a draw?**")[1].split("## ")[0]
    assert "| | modulation, dB |\n|---|---|\n| seed 0 | 5.50 |\n| seed 1 | 7.50 |\n| seed 2 | 7.50 |" in table
    assert "| mean | 6.83 |\n| mean, real | 0.583 |" in table
    assert "band levels" not in table and "AUC" not in table, "these the verdicts do not have"


def test_the_card_says_how_to_make_it_again_with_a_recipe_that_reads(run: Path, tmp_path: Path) -> None:
    card = card_of(run)
    assert (
        "gan-course train mine.json --folder runs/mine\ngan-course release runs/mine mine --overwrite" in card
    )
    (tmp_path / "mine.json").write_text(re.search(r"```json\n(.*?)```", card, re.DOTALL)[1], "utf-8")
    assert Recipe.read(tmp_path / "mine.json") == TINY
    shipped = Recipe.read("lite").to_dict() | {"precision": "bf16-mixed"}
    again = card_of(run, **Recipe.from_dict(shipped).to_dict())
    assert "gan-course train lite --folder runs/mine" in again and "json" not in again


@pytest.mark.parametrize("labels", ["folders", "/home/ada/secret/labels.csv", None])
def test_the_card_does_not_say_where_somebodys_sounds_lie(
    run: Path, tmp_path: Path, labels: str | None
) -> None:
    options = {"path": "/home/ada/secret/my sounds é", "labels": labels, "split": "train"}
    card = card_of(run, data="folder", data_options=options)
    assert "ada" not in card and "secret" not in card
    assert "'path': 'my sounds é'" in fields(card)["data"]
    (tmp_path / "mine.json").write_text(re.search(r"```json\n(.*?)```", card, re.DOTALL)[1], "utf-8")
    said = Recipe.read(tmp_path / "mine.json").data_options
    assert said == options | {"path": "my sounds é", "labels": labels and labels.split("/")[-1]}
    assert "gan-course train mine.json --sounds FOLDER --folder runs/mine" in card
    assert "--sounds" not in card_of(run)


@pytest.mark.parametrize("vocoder", [None, "vocoder-notes"])
def test_nor_do_the_weights(banded_run: Path, judged: None, tmp_path: Path, vocoder: str | None) -> None:
    tensors, about = checkpoint.load(banded_run / "generator.safetensors")
    options = {"path": "/home/ada/secret/mine", "split": "train"}
    about["recipe"] |= {"data": "folder", "data_options": options}
    checkpoint.save(tmp_path / "run" / "generator.safetensors", tensors, about)
    card = release(tmp_path / "run", "mine", tmp_path / "weights", vocoder=vocoder)
    released = card.with_suffix(".safetensors").read_bytes()
    assert b"secret" not in released and "secret" not in card.read_text("utf-8")
    model = zoo.load(card.with_suffix(".safetensors"))
    assert model.recipe.data_options == options | {"path": "mine"}
    assert all(
        torch.equal(checkpoint.load(card.with_suffix(".safetensors"))[0][key], x)
        for key, x in tensors.items()
    )


@pytest.mark.parametrize("name", sorted(path.stem for path in RECIPES.glob("*.json")))
def test_a_shipped_recipe_is_known_whatever_its_precision_came_to_and_no_other(name: str) -> None:
    recipe = Recipe.read(name)
    for precision in ("32-true", "bf16-mixed"):
        assert recipe_name(replace(recipe, precision=precision), "other") == name
    assert recipe_name(replace(recipe, steps=recipe.steps + 1), "other") == "other"


def test_a_released_model_is_the_runs_and_carries_its_card(run: Path, judged: None, tmp_path: Path) -> None:
    card = release(run, "mine", tmp_path / "weights")
    assert card == tmp_path / "weights" / "mine.md"
    weights = card.with_suffix(".safetensors")
    assert weights.read_bytes() == (run / "generator.safetensors").read_bytes()
    model = zoo.load(weights)
    assert model.name == "mine" and model.card == card.read_text("utf-8")
    assert model.card.startswith("# mine\n") and "**Does it play what was asked for?**" in model.card


@pytest.mark.parametrize("there", ["mine.safetensors", "mine.md"])
def test_a_model_of_that_name_is_replaced_only_when_one_says_so(
    run: Path, judged: None, tmp_path: Path, there: str
) -> None:
    (tmp_path / there).write_text("somebody's")
    with pytest.raises(
        ValueError, match=r"there is a mine in .* already: choose another name, or --overwrite"
    ):
        release(run, "mine", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "somebody's"
    release(run, "mine", tmp_path, overwrite=True)
    assert zoo.load(tmp_path / "mine.safetensors").card.startswith("# mine\n")


@pytest.fixture(scope="module")
def banded_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose pictures are those that `vocoder-notes` was trained for."""
    folder = tmp_path_factory.mktemp("runs") / "of 128 bands"
    pictures = {"representation": "LogMel", "n_mels": 128}
    train(replace(TINY, networks="banded", representation=pictures), folder=folder)
    return folder


def test_a_model_released_with_a_vocoder_is_judged_and_heard_through_it(
    banded_run: Path, judged: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bool] = []

    def evaluate(model: zoo.Model) -> judging.Judged:
        heard.append(model.vocoder is not None)
        return judging.Judged(model, VERDICT, *3 * [None])

    monkeypatch.setattr("gan_course.zoo.release.evaluate", evaluate)
    card = release(banded_run, "mine", tmp_path, vocoder="vocoder-notes").read_text("utf-8")
    assert heard == [True]
    assert fields(card)["made to sound by"].startswith("vocoder-notes")
    assert "as all generated sounds do: by vocoder-notes." in card
    assert "gan-course release runs/mine mine --vocoder vocoder-notes --overwrite" in card
    model, bare = zoo.load(tmp_path / "mine.safetensors"), zoo.load(banded_run)
    pictures = bare.pictures(bare.z(0, 2), pitch="A4", instrument="bell")
    assert torch.equal(pictures, model.pictures(model.z(0, 2), pitch="A4", instrument="bell"))
    assert torch.equal(model.decode(pictures), zoo.load_vocoder("vocoder-notes").decode(pictures))
    assert torch.equal(model.heard_through(None).decode(pictures), bare.decode(pictures))
    made = []
    for number, more in enumerate(([], ["--vocoder", "vocoder-notes"], ["--vocoder", "griffin-lim"])):
        folder = tmp_path / f"made {number}"
        asked = ["generate", str(tmp_path / "mine.safetensors"), "--pitch", "A4", "--folder", str(folder)]
        assert CliRunner().invoke(app, [*asked, *more]).exit_code == 0
        made += [file.read_bytes() for file in folder.iterdir()]
    assert made[0] == made[1] != made[2] and len(made) == 3


@pytest.mark.parametrize(
    ("which", "vocoder", "says"),
    [
        (
            "banded_run",
            "vocoder-mine",
            "vocoder-mine is no vocoder that comes with the course, .* choose vocoder-notes",
        ),
        ("run", "vocoder-notes", "was trained for LogMel"),
    ],
)
def test_a_vocoder_that_does_not_come_with_the_course_or_does_not_fit_is_refused(
    request: pytest.FixtureRequest, judged: None, tmp_path: Path, which: str, vocoder: str, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        release(request.getfixturevalue(which), "mine", tmp_path, vocoder=vocoder)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def unfinished(run: Path, tmp_path: Path) -> Path:
    tensors, about = checkpoint.load(run / "generator.safetensors")
    checkpoint.save(tmp_path / "half" / "generator.safetensors", tensors, about | {"steps": 1})
    return tmp_path / "half"


@pytest.mark.parametrize(
    ("which", "name", "says"),
    [
        ("unfinished", "mine", "has done 1 of 2 steps: finish it"),
        ("run", "notes-full", "there is a notes-full in"),
        ("notes-full", "mine", "there is no model"),
        ("run", "ear-mine", "would not be found among the generators"),
        ("run", "../my", "'../my' is no name of a model: use letters a to z, digits and hyphens"),
        ("run", "my model", "'my model' is no name of a model"),
        ("run", "", "'' is no name of a model"),
        ("run", "mine\n", "is no name of a model"),
    ],
)
def test_what_cannot_be_released_is_said_in_one_sentence(
    run: Path,
    unfinished: Path,
    judged: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    which: str,
    name: str,
    says: str,
) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "notes-full.md").write_text("# notes-full")
    monkeypatch.setattr("gan_course.zoo.release.release", partial(release, weights=weights))
    folder = {"run": run, "unfinished": unfinished}.get(which, which)
    said = CliRunner().invoke(app, ["release", str(folder), name])
    assert said.exit_code == 1
    assert says in said.output and len(said.output.strip().splitlines()) == 1
    assert [path.name for path in weights.iterdir()] == ["notes-full.md"]


@pytest.fixture
def quicker(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Verdict]]:
    """Judging by few sounds; the verdicts that are given, of seed 0 and of others."""
    found: list[Verdict] = []

    def evaluate(model: zoo.Model) -> judging.Judged:
        one = judging.evaluate(model, 16, two_sample=False)
        found.append(one.verdict)
        return one

    def from_another_seed(model: zoo.Model, seed: int) -> Verdict:
        found.append(judging.from_another_seed(model, seed, 16))
        return found[-1]

    monkeypatch.setattr("gan_course.zoo.release.evaluate", evaluate)
    monkeypatch.setattr("gan_course.zoo.release.from_another_seed", from_another_seed)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("conditions", [("pitch", "instrument"), ()])
def test_all_that_is_measured_of_a_run_stands_on_its_card(
    quicker: list[Verdict], tmp_path: Path, conditions: tuple[str, ...]
) -> None:
    train(replace(TINY, conditions=conditions), folder=tmp_path / "run")
    card = release(tmp_path / "run", "mine", tmp_path / "weights").read_text("utf-8")
    *others, verdict = sorted(quicker, key=lambda one: len(one.rows))
    assert len(verdict.rows) > 10
    lines = [line.strip("| ").split(" | ") for line in card.splitlines() if line.startswith("| ")]
    of_seeds = {line[0]: said_number(line[1]) for line in lines if line[0].startswith(("seed", "mean"))}
    levels = [one["band levels"].value for one in (verdict, *others)]
    assert len(set(levels)) == 4, "each seed draws other sounds"
    assert sorted(said for name, said in of_seeds.items() if "seed" in name) == pytest.approx(
        sorted(levels), rel=0.05
    )
    assert of_seeds["mean"] == pytest.approx(sum(levels) / 4, rel=0.05)
    for row in verdict.rows:
        said = next(one for one in lines if one[0] == row.metric and one[6] == row.embedding)
        assert said_number(said[1]) == pytest.approx(row.value, rel=0.05, abs=6e-4, nan_ok=True)
        assert said_number(said[3]) == pytest.approx(row.floor, rel=0.05, abs=6e-4, nan_ok=True)
    assert ("| held-out notes, through the same representation |" in card) == bool(conditions)


def said_number(cell: str) -> float:
    """The number that a cell of a table begins with; a dash stands for none."""
    text = cell.split()[0].replace("−", "-").replace(",", "")
    return float("nan") if text == "–" else float(text)
