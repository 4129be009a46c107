"""A model is judged by one call and one command; the report is one page that needs nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from gan_course import Sound, datasets, zoo
from gan_course.cli import app
from gan_course.display.report import MARK, as_good_as_real, check_place, report_page, write_report
from gan_course.evaluation.report import (
    ASKED_AGAIN,
    AT_MOST_HALF,
    CONTROL,
    NEAREST,
    QUESTIONS,
    TRAINED,
    Row,
    Verdict,
)
from gan_course.spectral import LogMel
from gan_course.training import Recipe, checkpoint, train
from gan_course.zoo.judging import Judged, _known, _new_to, evaluate, from_another_seed
from gan_course.zoo.model import WEIGHTS
from gan_course.zoo.release import as_markdown

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run: the shipped generator, as if it had been trained on 64 notes."""
    tensors, about = checkpoint.load(WEIGHTS / "notes-full.safetensors")
    about["recipe"]["data_options"] = {"count": 64, "seed": 0}
    folder = tmp_path_factory.mktemp("runs") / "mine"
    checkpoint.save(folder / "generator.safetensors", tensors, about)
    return folder


@pytest.fixture(scope="module")
def judged(run: Path) -> Judged:
    return evaluate(zoo.load(run), 36, two_sample=False)


def test_it_is_judged_against_notes_of_another_seed_with_the_same_labels(judged: Judged) -> None:
    assert len(judged.generated) == len(judged.real) == 36
    assert "seed 1000003" in judged.about()[0]
    for kind, labels in judged.real.labels.items():
        assert torch.equal(judged.generated.labels[kind], labels)
    assert {row.question for row in judged.verdict.rows} == set(QUESTIONS)
    assert {row.embedding for row in judged.verdict.rows} >= {"label ear", "texture ear", "autocorrelation"}
    assert all(row.n == 36 and row.through is not None for row in judged.verdict.rows)
    assert judged.verdict["right pitch"].value > 0.9
    assert not torch.equal(judged.generated.audio, judged.real.audio)


def test_another_seed_draws_anew_and_the_same_one_says_the_same(run: Path, judged: Judged) -> None:
    same, other = (from_another_seed(zoo.load(run), seed, 36) for seed in (0, 1))
    for metric in ("band levels", "modulation"):
        one, again, new = (verdict[metric] for verdict in (judged.verdict, same, other))
        assert (one.value, one.floor) == (again.value, again.floor)
        assert one.value != new.value and one.floor != new.floor
    assert any("two-sample judge: it needs" in said for said in same.left_out), "it would have been asked"


def test_where_labels_came_together_in_no_training_clip_control_is_measured_with_those_that_did(
    judged: Judged,
) -> None:
    verdict = judged.verdict
    control = [row.metric for row in verdict.rows if row.question == CONTROL]
    once = [metric for metric in control if not metric.endswith(TRAINED)]
    assert once and control == once + [metric + TRAINED for metric in once]
    assert verdict["median error of pitch" + TRAINED].floor != verdict["median error of pitch"].floor
    assert verdict["right pitch" + TRAINED].value > 0.9
    assert ASKED_AGAIN in verdict.remarks() and ASKED_AGAIN in str(verdict)
    assert ASKED_AGAIN in as_markdown(verdict)
    usual = Verdict(tuple(row for row in verdict.rows if row.metric in once))
    assert ASKED_AGAIN not in usual.remarks()


def test_combinations_of_labels_are_new_by_their_names_whatever_their_order(judged: Judged) -> None:
    few = judged.real.select(torch.arange(4))
    assert not _new_to(judged.real, few)
    assert _new_to(few, judged.real)
    turned = replace(
        few,
        classes={kind: names[::-1] for kind, names in few.classes.items()},
        labels={kind: len(few.classes[kind]) - 1 - labels for kind, labels in few.labels.items()},
    )
    assert not _new_to(turned, few) and not _new_to(few, turned)
    one = replace(
        judged.real,
        labels={"pitch": judged.real.labels["pitch"]},
        classes={"pitch": judged.real.classes["pitch"]},
    )
    assert not _new_to(one.select(torch.arange(4)), one)
    assert _known(judged.real, few) == 1 and 0 < _known(few, judged.real) < 1


def test_the_page_holds_all_that_it_shows(judged: Judged, tmp_path: Path) -> None:
    page = write_report(judged, tmp_path / "out").read_text("utf-8")
    addresses = re.findall(r"(?:src|href)\s*=\s*\"([^\"]{0,12})|url\(([^)]{0,12})", page)
    assert addresses and all((one or other).startswith("data:") for one, other in addresses)
    assert "<script" not in page and "@import" not in page
    assert page.count("<audio") == 6 + 24
    assert len(re.findall(r"<img alt=\"[^\"]+", page)) == 30
    for row in judged.verdict.rows:
        assert row.metric in page
    assert all(question in page for question in QUESTIONS)
    assert "A run that has no card yet" in page
    found = json.loads((tmp_path / "out" / "metrics.json").read_text("utf-8"))
    assert len(found["rows"]) == len(judged.verdict.rows)
    assert found["seed"] == 0


def test_recordings_that_may_not_be_passed_on_are_seen_and_not_heard(judged: Judged) -> None:
    page = report_page("x", judged.verdict, judged.generated, judged.real, real_is_heard=False)
    assert page.count("<audio") == 3 + 12
    assert page.count("<img") == 30
    assert not re.search(r"aria-label=\"real", page)
    assert "are not passed on" in page


def test_a_card_is_shown_as_written_and_what_it_says_in_html_is_text(judged: Judged) -> None:
    card = "# Name <script>alert(1)</script>\n\n| a | b |\n|---|---|\n| 1 | `2` |\n"
    page = report_page("<b>x", judged.verdict, judged.generated, judged.real, card)
    assert "<script" not in page and "<b>x" not in page
    assert "<td>1</td>" in page and "<code>2</code>" in page


def test_a_report_of_ours_is_replaced_and_said_to_be_and_nothing_else_is(
    judged: Judged, tmp_path: Path
) -> None:
    assert check_place(tmp_path / "new") == ""
    write_report(judged, tmp_path)
    assert "is replaced" in check_place(tmp_path)
    write_report(judged, tmp_path)
    (tmp_path / "metrics.json").write_text('{"my": "thesis"}')
    with pytest.raises(ValueError, match="is no report of ours: name another folder"):
        write_report(judged, tmp_path)
    assert (tmp_path / "metrics.json").read_text() == '{"my": "thesis"}'
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="file is a file: name a folder"):
        check_place(tmp_path / "file")


def test_the_command_prints_the_table_and_says_where_the_report_is(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judged: Judged
) -> None:
    asked = []

    def quick(model, count, seed, two_sample, say, sounds) -> Judged:
        asked.append((model.name, count, seed, two_sample, sounds))
        say("listening")
        return replace(judged, model=model)

    monkeypatch.setattr("gan_course.zoo.judging.evaluate", quick)
    monkeypatch.chdir(tmp_path)
    options = ["--count", "40", "--seed", "2", "--no-two-sample", "--sounds", "here"]
    said = CliRunner().invoke(app, ["evaluate", str(run), *options])
    assert said.exit_code == 0, said.output
    assert asked == [("mine", 40, 2, False, Path("here"))]
    assert "Does it play what was asked for?" in said.output
    assert (tmp_path / "judged" / "mine" / "report.html").read_text("utf-8").count(MARK) == 1
    again = CliRunner().invoke(app, ["evaluate", str(run)])
    assert "The report that was in judged/mine is replaced." in again.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["whale"], "there is no model 'whale'"),
        (["ear-notes"], "holds no generator"),
        (["notes-full", "--folder", "taken"], "taken is a file: name a folder"),
    ],
)
def test_bad_input_is_answered_in_one_sentence(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("")
    said = CliRunner().invoke(app, ["evaluate", *arguments])
    assert said.exit_code == 1
    assert says in said.output
    assert "Traceback" not in said.output and len(said.output.strip().splitlines()) == 1


@pytest.mark.parametrize("broken", ["report.html", "metrics.json"])
def test_a_full_disk_costs_the_report_and_not_the_table_and_leaves_what_was_there(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judged: Judged, broken: str
) -> None:
    monkeypatch.setattr("gan_course.zoo.judging.evaluate", lambda *_, **__: judged)
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["evaluate", str(run), "--folder", "out"]).exit_code == 0
    before = (tmp_path / "out" / broken).read_bytes()
    own = Path.open

    def full(self: Path, mode: str = "r", *how, **more):
        opened = own(self, mode, *how, **more)
        if "w" in mode and self.name.startswith(broken):
            opened.close()
            raise OSError(28, "No space left on device")
        return opened

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full)
        for name in ("write_bytes", "write_text"):

            def write(self: Path, *_, **__) -> None:
                self.open("w").close()

            patch.setattr(Path, name, write)
        said = CliRunner().invoke(app, ["evaluate", str(run), "--folder", "out"])
    assert said.exit_code == 1
    assert "Does it play what was asked for?" in said.stdout
    assert f"out/{broken} could not be written (No space left on device): free some space" in said.stderr
    assert (tmp_path / "out" / broken).read_bytes() == before
    assert not list((tmp_path / "out").glob("*.part"))
    with monkeypatch.context() as patch:
        patch.setattr(
            Path, "mkdir", lambda *_, **__: (_ for _ in ()).throw(PermissionError(13, "Permission denied"))
        )
        said = CliRunner().invoke(app, ["evaluate", str(run), "--folder", "new"])
    assert "new could not be written (Permission denied): allow yourself to write there" in said.stderr


def test_a_model_of_other_sounds_than_its_recipe_names_is_not_judged_by_these(
    run: Path, tmp_path: Path
) -> None:
    notes, others = datasets.notes(64, seed=0), datasets.notes(50, seed=9)
    tensors, about = checkpoint.load(run / "generator.safetensors")
    for clips in (notes, others):
        about["clips"] = checkpoint.fingerprint(clips, about["classes"])
        about["data"] = "mine"
        checkpoint.save(tmp_path / "x" / "generator.safetensors", tensors, about)
        if clips is notes:
            from_another_seed(zoo.load(tmp_path / "x"), 1, 16)
    for judging in (evaluate, from_another_seed):
        with pytest.raises(
            ValueError, match=r"x was trained on other sounds \(mine\) .*they were 50 clips and are 64"
        ):
            judging(zoo.load(tmp_path / "x"), 20)
    said = CliRunner().invoke(app, ["evaluate", str(tmp_path / "x"), "--sounds", str(tmp_path)])
    assert said.exit_code == 1 and "was trained on notes, and not on a folder of sounds" in said.stderr


def test_a_run_from_python_on_clips_of_ones_own_is_not_judged_by_notes(tmp_path: Path) -> None:
    for number in range(6):
        datasets.note("organ", "A4", seed=number).save(tmp_path / f"{number}.wav")
    clips = datasets.load("folder", path=tmp_path, labels=None)
    recipe = Recipe(
        data_options={"count": 8}, generator_widths=(4, 4, 4), discriminator_widths=(4, 4, 4), batch=2
    )
    train(replace(recipe, steps=1).conditioned_on(clips.classes), clips, folder=tmp_path / "run")
    said = CliRunner().invoke(app, ["evaluate", str(tmp_path / "run"), "--folder", str(tmp_path / "out")])
    assert said.exit_code == 1 and len(said.stderr.strip().splitlines()) == 2, said.output
    assert "run was trained on other sounds (6 of 6 files" in said.stderr and "synthetic notes" in said.stderr
    assert "say where they are (--sounds)" not in said.stderr  # which is for a model of a folder


def test_a_folder_that_was_moved_is_named_and_a_model_judged_by_it_if_it_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "sounds").mkdir()
    trained_on_a_folder(tmp_path / "sounds", tmp_path / "run", 32, split="train")
    path, now = tmp_path / "run" / "generator.safetensors", tmp_path / "now"
    clips = datasets.load("folder", path=tmp_path / "sounds", split="train")
    tensors, about = checkpoint.load(path)
    checkpoint.save(path, tensors, about | {"clips": checkpoint.fingerprint(clips, ())})
    (tmp_path / "sounds").rename(now)
    model = zoo.load(tmp_path / "run")
    with pytest.raises(
        OSError, match=r"trained on the sounds in .*sounds, and there is no folder .*\(--sounds\)"
    ):
        from_another_seed(model, 1, 16)
    with pytest.raises(OSError, match=r"and there is no folder .*nowhere: say where"):
        evaluate(model, 16, two_sample=False, sounds=tmp_path / "nowhere")
    found = evaluate(model, 16, two_sample=False, sounds=now)
    assert "test split" in found.about()[0]
    sorted(now.iterdir())[int(clips.parameters["file"][0])].unlink()
    with pytest.raises(
        ValueError, match=r"was trained on other sounds .* bring those back, say where they are \(--sounds\)"
    ):
        evaluate(model, 16, two_sample=False, sounds=now)


def test_a_model_whose_data_have_other_labels_by_now_is_not_judged(run: Path) -> None:
    model = zoo.load(run)
    model.classes |= {"instrument": ("bells", "zither")}
    with pytest.raises(
        ValueError, match=r"was trained on instrument bells, zither, and its data .* now have"
    ):
        evaluate(model, 20)


def trained_on_a_folder(place: Path, run: Path, files: int, **options: str) -> None:
    """A run's folder whose untrained generator has no conditions, and the sounds that it is about."""
    random = np.random.default_rng(0)
    for number in range(files):
        Sound(0.1 * random.normal(size=8 * 16_384), 16_000).save(place / f"{number}.wav")
    recipe = Recipe(
        data="folder",
        data_options={"path": str(place), **options},
        conditions=(),
        representation=LogMel(n_mels=16).to_dict(),
        latent=4,
        generator_widths=(4, 4, 4),
    )
    shape = (1, 16, 64)
    about = {
        "recipe": recipe.to_dict(),
        "classes": {},
        "shape": shape,
        "rate": 16_000,
        "samples": 16_384,
        "steps": 1,
    }
    checkpoint.save(run / "generator.safetensors", recipe.new_generator(shape, {}).state_dict(), about)


def test_a_model_of_a_folder_without_labels_is_judged_by_its_held_out_sounds(tmp_path: Path) -> None:
    (tmp_path / "sounds").mkdir()
    trained_on_a_folder(tmp_path / "sounds", tmp_path / "run", 32, split="train")
    found = evaluate(zoo.load(tmp_path / "run"), 20, two_sample=False)
    assert 16 <= len(found.generated) <= 20
    assert "test split" in found.about()[0] and "drawn without labels" in found.about()[0]
    assert any("no labels" in said for said in found.verdict.left_out)
    assert {row.embedding for row in found.verdict.rows} == {
        "none: mel bands",
        "label ear of notes",
        "texture ear of notes",
    }
    assert not as_good_as_real(found.verdict["band levels"])


def test_of_sounds_that_are_longer_than_the_ears_clips_they_hear_the_beginning(tmp_path: Path) -> None:
    full = Recipe.read("full")
    recipe = full.changed(
        ["data_options.count=64", "latent=8", "generator_widths=16,8,8,8,8,8", "partials=false"]
    )
    notes = recipe.load_data()
    shape, classes = (1, 128, 128), {kind: list(names) for kind, names in notes.classes.items()}
    about = {
        "recipe": recipe.to_dict(),
        "classes": classes,
        "shape": shape,
        "rate": 16_000,
        "samples": 32_768,
    }
    torch.manual_seed(0)
    network = recipe.new_generator(shape, {kind: len(names) for kind, names in classes.items()})
    checkpoint.save(tmp_path / "generator.safetensors", network.state_dict(), about | {"steps": 1})
    found = evaluate(zoo.load(tmp_path), 24, two_sample=False)
    assert found.generated.audio.shape == (24, 32_768)
    heard = {row.embedding for row in found.verdict.rows}
    assert heard >= {"label ear, first 1.02 s", "texture ear, first 1.02 s", "autocorrelation"}
    assert {"right pitch", "FAD∞", "coverage", NEAREST} <= {row.metric for row in found.verdict.rows}
    assert found.verdict["right instrument"].floor > 0.9 and not found.verdict.left_out
    assert found.verdict["right pitch"].value < 0.3 < found.verdict["right pitch"].floor
    assert found.verdict["FAD"].value > found.verdict["FAD"].floor


def test_a_model_that_was_trained_on_everything_cannot_be_judged(tmp_path: Path) -> None:
    (tmp_path / "sounds").mkdir()
    trained_on_a_folder(tmp_path / "sounds", tmp_path / "run", 4)
    with pytest.raises(ValueError, match="trained on all of its data"):
        evaluate(zoo.load(tmp_path / "run"), 20)
    (tmp_path / "others").mkdir()
    trained_on_a_folder(tmp_path / "others", tmp_path / "few", 8, split="train")
    with pytest.raises(ValueError, match=r"there are \d+ real sounds .* 32 or more are needed"):
        evaluate(zoo.load(tmp_path / "few"), 20)


@pytest.mark.parametrize(
    ("low", "high", "real", "better", "good"),
    [
        (0.8, 0.9, 0.85, "higher", True),
        (0.8, 0.9, 0.7, "higher", True),
        (0.8, 0.9, 0.95, "higher", False),
        (0.8, 0.9, 0.95, "lower", True),
        (0.8, 0.9, 0.7, "lower", False),
        (0.45, 0.6, 0.52, "0.5", True),
        (0.6, 0.9, 0.52, "0.5", False),
        (0.6, 0.9, 0.65, "0.5", True),
        (0.1, 0.3, 0.48, "0.5", False),
    ],
)
def test_what_is_as_good_as_real(low: float, high: float, real: float, better: str, good: bool) -> None:
    row = Row("m", QUESTIONS[1], (low + high) / 2, low, high, 0.0, 9, "ear", better, through=real)
    assert as_good_as_real(row) == good
    assert as_good_as_real(replace(row, through=None, floor=real)) == good
    assert Verdict((row,))["m"] == row


@pytest.mark.parametrize(("low", "high", "good"), [(0.05, 0.2, True), (0.45, 0.6, True), (0.51, 0.6, False)])
def test_copying_is_to_be_much_nearer_to_training_clips_and_not_to_be_further(
    low: float, high: float, good: bool
) -> None:
    row = Row(NEAREST, QUESTIONS[4], (low + high) / 2, low, high, 0.5, 99, "ear", AT_MOST_HALF, through=0.49)
    assert as_good_as_real(row) == good
