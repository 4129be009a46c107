"""Several processes play the game that one would play. They are real processes, which talk through gloo."""

from __future__ import annotations

import csv
import json
import math
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from typer.testing import CliRunner

from gan_course.cli import app
from gan_course.networks import Discriminator, Generator, TexturedDiscriminator, TexturedGenerator
from gan_course.networks.namer import SEED
from gan_course.training import Game, Rules, Training, cards, checkpoint, loop, play, processes, train
from gan_course.training.processes import alone_in, end_others, fabric
from tests.test_training import SMALL

ROOT = Path(__file__).resolve().parents[1]
SHARED = {"batch": 24, "optimiser": "sgd", "generator_rate": 0.01, "discriminator_rate": 0.01, "average": 3.0}
GAMES: dict[str, dict[str, Any]] = {
    "r1 r2": {"objective": "relativistic_pairing", "r1": 0.5, "r2": 0.3, "penalty_every": 2},
    "gradient penalty": {
        "objective": "wasserstein",
        "gradient_penalty": 10.0,
        "discriminator_steps": 2,
        "simultaneous": False,
    },
    "named": {"objective": "relativistic_pairing", "r1": 0.5, "naming": 0.7},
    "judges apart, and a namer": {"objective": "relativistic_pairing", "r1": 0.5, "r2": 0.3, "naming": 0.7},
    "at once": {"objective": "hinge", "r1": 0.5, "gradient_penalty": 1.0, "simultaneous": True},
}


def bells(count: int, random: torch.Generator) -> torch.Tensor:
    return 3 + torch.randn(count, 2, generator=random, dtype=torch.float64)


def labelled(count: int, random: torch.Generator) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    x = torch.randn(count, 1, 16, 16, generator=random, dtype=torch.float64)
    pitch, seeds = (torch.randint(top, (count,), generator=random) for top in (5, 2**62))
    return x, {"pitch": pitch, SEED: seeds}


def wishes(labels: dict[str, torch.Tensor], random: torch.Generator) -> dict[str, torch.Tensor]:
    return {**labels, "pitch": torch.randint(5, labels["pitch"].shape, generator=random)}


def players(name: str) -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(0)
    shape, classes, widths = (1, 16, 16), {"pitch": 5}, (4, 4)
    if name == "judges apart, and a namer":
        judges = TexturedDiscriminator(
            shape, classes, widths, detail=2.0, modulation=0.3, apart=True, namer=True
        )
        return TexturedGenerator(shape, classes, 2, widths).double(), judges.double()
    if "naming" in GAMES[name]:
        return Generator(shape, classes, 2, widths).double(), Discriminator(shape, classes, widths).double()
    generator = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 2))
    discriminator = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
    return generator.double(), discriminator.double()


def played(name: str, devices: int) -> tuple[Game, list[dict[str, torch.Tensor]], dict[str, float]]:
    """Three steps in float64, and the discriminator's and the generator's gradients at each."""
    rules, (generator, discriminator) = GAMES[name], players(name)
    named = "naming" in rules
    game = Game(
        generator,
        discriminator,
        Rules.from_dict(SHARED | rules),
        seed=5,
        fabric=fabric("64-true", devices),
        wishes=wishes if named else None,
        varied=(lambda x, share: x * (1 - share[:, None] / 2)) if name == "r1 r2" else None,
    )
    gradients, losses = [], {}
    for _ in range(3):
        torch.set_default_dtype(torch.float64)  # Fabric gives the networks' outputs this type
        try:
            losses = {name: value.item() for name, value in game.step(labelled if named else bells).items()}
        finally:
            torch.set_default_dtype(torch.float32)
        both = (*generator.named_parameters(), *discriminator.named_parameters("D"))
        gradients.append({name: w.grad.clone() for name, w in both})
    return game, gradients, losses


def share(folder: Path) -> None:
    """What each of two processes does."""
    results = {name: played(name, 2) for name in GAMES}
    run = train(SMALL, folder=folder / "run", observers=[_history(folder / "run")], devices=2)
    # Only the second has no time left, and the first must not wait for it for ever.
    train(SMALL, folder=folder / "paused", devices=2, seconds=0 if os.environ["RANK"] == "1" else math.inf)
    _twice(folder / "twice")
    if run.fabric.is_global_zero:
        kept = {
            name: (game.state(), gradients, losses) for name, (game, gradients, losses) in results.items()
        }
        torch.save(kept, folder / "games.pt")


def _twice(folder: Path) -> None:
    """Three times in one folder; the first process is late with its files, and the second one sees none there."""
    own_save, own_look = Training.save, Path.is_file
    with pytest.MonkeyPatch.context() as patch:
        if os.environ["RANK"] == "0":
            patch.setattr(Training, "save", lambda run, path: (time.sleep(3), own_save(run, path)))
        train(SMALL, folder=folder, devices=2, seconds=0)
        assert own_look(folder / "generator.safetensors")
        if os.environ["RANK"] == "1":
            saved = folder / "checkpoint.safetensors"
            blind = iter([False])
            patch.setattr(
                Path, "is_file", lambda path: own_look(path) and (path != saved or next(blind, True))
            )
        assert train(SMALL, folder=folder, devices=2).done == SMALL.steps
    with pytest.raises(ValueError, match="another training is running"), ExitStack() as held:
        if os.environ["RANK"] == "0":
            held.enter_context(alone_in(folder))
        train(SMALL, folder=folder, devices=2)


def _history(folder: Path) -> Any:
    from gan_course.training.recorders import History

    return History(folder, every=4)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    program = f"from pathlib import Path; from tests.test_training_processes import share; share(Path({str(folder)!r}))"
    (folder / "program.py").write_text(program)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "torch.distributed.run",
            "--standalone",
            "--nproc-per-node=2",
            folder / "program.py",
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", GAMES)
def test_two_processes_have_the_gradients_and_after_three_steps_the_weights_of_one(
    two: Path, name: str
) -> None:
    state, gradients, losses = torch.load(two / "games.pt", weights_only=True)[name]
    one, alone, said = played(name, 1)
    for shared, own in zip(gradients, alone, strict=True):
        assert shared.keys() == own.keys()
        for key, gradient in own.items():
            torch.testing.assert_close(shared[key], gradient, rtol=1e-9, atol=1e-12)
    for key, weight in one.state().items():
        torch.testing.assert_close(state[key], weight, rtol=1e-9, atol=1e-12)
    assert losses == pytest.approx(said, rel=1e-5)


@pytest.mark.slow
def test_two_processes_train_a_recipe_as_one_does_and_write_one_run(two: Path, tmp_path: Path) -> None:
    alone = train(SMALL, folder=tmp_path)
    shared = load_file(two / "run" / "checkpoint.safetensors")
    for name, weight in alone.generator.state_dict().items():
        torch.testing.assert_close(shared[f"generator/{name}"], weight, rtol=0, atol=2e-4)
    rows = list(csv.reader((two / "run" / "losses.csv").read_text().splitlines()))
    assert [row[0] for row in rows] == ["step", "4", "8", "12"]
    assert (two / "run" / "generator.safetensors").is_file()
    assert json.loads(json.dumps(alone.about()["recipe"]))["precision"] == "32-true"


@pytest.mark.slow
def test_what_the_first_process_finds_in_the_folder_counts_for_all(two: Path) -> None:
    folder = two / "twice"
    assert checkpoint.about(folder / "checkpoint.safetensors")["steps"] == SMALL.steps
    assert not list(folder.glob(".*"))


@pytest.mark.slow
def test_processes_stop_together_when_the_time_of_one_is_over(two: Path) -> None:
    _, about = checkpoint.load(two / "paused" / "checkpoint.safetensors")
    assert about["steps"] == 1


def test_a_batch_that_cannot_be_shared_is_refused() -> None:
    class Three:
        world_size, global_rank = 3, 0

    with pytest.raises(ValueError, match="a batch of 16 cannot be shared evenly by 3 processes"):
        Game(nn.Linear(2, 2), nn.Linear(2, 1), Rules(batch=16), fabric=Three())


def test_sixteen_bit_is_no_red_text_in_a_notebook() -> None:
    code = 'from gan_course.training.processes import fabric; fabric("bf16-mixed")'
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stderr == "" and done.stdout == ""


@pytest.fixture
def two_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with a card on which 8 GB are free, and one with 80 GB, as torch tells of them."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch, "zeros", lambda *size, device: None)
    free = {0: 8e9, 1: 80e9}
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda number: (free[number], 80e9))


def test_of_cards_the_one_that_would_be_trained_on_must_have_so_much_free(
    two_cards: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (cards(), cards(gigabytes=8), cards(gigabytes=24)) == (2, 2, 0)
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert (cards(), cards(gigabytes=24), cards(gigabytes=100)) == (2, 2, 0)


def test_a_card_that_others_have_filled_is_no_reason_to_train_on_the_processor_unasked(
    two_cards: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def zeros(*size: int, device: str) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(torch, "zeros", zeros)
    with pytest.raises(ValueError, match="graphics card 0 has no memory left for this program"):
        fabric()


@pytest.mark.parametrize(
    ("owner", "name", "value", "asked", "said"),
    [
        (processes, "SYSTEM", "nt", {"devices": 2}, "choose one device"),
        (processes.sys, "ps1", ">>> ", {"devices": 3}, "in a terminal, gan-course train … --devices 3"),
        (processes.os, "environ", {}, {"machines": 2}, "torchrun --nnodes 2 --nproc-per-node 1"),
        (
            torch.distributed,
            "is_initialized",
            lambda: True,
            {"devices": 4},
            "has started 2 processes before, and cannot start 4",
        ),
    ],
)
def test_several_processes_that_cannot_start_are_refused_and_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, value: Any, asked: dict[str, int], said: str
) -> None:
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 2)
    monkeypatch.setattr(processes, "SYSTEM", "posix")
    monkeypatch.delattr(sys, "ps1", raising=False)
    with monkeypatch.context() as changed:
        changed.setattr(owner, name, value, raising=False)
        with pytest.raises(ValueError) as raised:
            processes._check_that_several_can_start(**{"devices": 1, "machines": 1} | asked)
    assert said in str(raised.value)


def test_who_stops_ends_those_that_it_has_started_and_starts_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_ended", set())
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    started = [other]
    end_others(SimpleNamespace(strategy=SimpleNamespace(launcher=SimpleNamespace(procs=started))))
    assert other.returncode and not started
    end_others(SimpleNamespace(strategy=SimpleNamespace(launcher=None)))
    monkeypatch.setattr(processes, "SYSTEM", "posix")
    monkeypatch.delattr(sys, "ps1", raising=False)  # which IPython sets, in other tests of this process
    with pytest.raises(ValueError, match="begin a new program"):
        processes._check_that_several_can_start(2, 1)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="several processes train on other systems")
def test_a_failure_of_the_first_process_is_told_and_ends_the_others_and_not_the_program(
    tmp_path: Path,
) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import time\n"
        "from gan_course.training import train\n"
        "from gan_course.training.recorders import History\n"
        "from tests.test_training import SMALL\n"
        "class Full(History):\n"
        "    def step(self, *told):\n"
        "        raise OSError('the disk is full')\n"
        "try:\n"
        f"    train(SMALL, folder={str(tmp_path / 'run')!r}, observers=[Full({str(tmp_path / 'run')!r})], devices=2)\n"
        "except OSError as error:\n"
        "    print('told:', error)\n"
        "time.sleep(8)\n"
        "print('still here')\n"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run([sys.executable, program], env=env, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split("\n")[-3:] == ["told: the disk is full", "still here", ""]


def test_a_card_whose_driver_is_too_old_is_none_and_the_processor_takes_over(
    two_cards: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def zeros(*size: int, device: str) -> None:
        assert device == "cuda:1"
        raise RuntimeError("The NVIDIA driver on your system is too old")

    monkeypatch.setattr(torch, "zeros", zeros)
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert cards() == 0
    monkeypatch.delenv("LOCAL_RANK")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert fabric().device.type == "cpu"


def test_a_card_without_units_for_bfloat16_computes_in_32_bits(
    two_cards: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation)
    assert loop.fastest_precision() == "32-true"
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: True)
    assert loop.fastest_precision() == "bf16-mixed"


class OneOfTwo:
    """Something to play that is one of two processes; at step 3 a loss is no number, or somebody interrupts."""

    processes, seconds, finite = 2, 0.0, True

    def __init__(self, breaks: bool) -> None:
        self.done, self.breaks, self.told = 0, breaks, []

    def step(self, real: Any) -> dict[str, torch.Tensor]:
        self.done += 1
        return {"D": torch.tensor(math.nan if self.breaks and self.done == 3 else 0.5)}

    def state(self) -> dict[str, torch.Tensor]:
        return {}

    def restore(self, tensors: Any, done: int) -> None:
        self.done = done

    def agreed(self, *said: bool) -> tuple[bool, ...]:
        self.told.append("voted")
        return (self.done == 3 and not self.breaks, False) if len(said) == 2 else said


def test_each_of_several_processes_stops_where_a_loss_is_no_number_even_if_it_tells_nobody() -> None:
    game = OneOfTwo(breaks=True)
    with pytest.raises(FloatingPointError, match="at step 3"):
        play(game, None, 10)


def test_processes_that_are_interrupted_wait_until_all_is_kept() -> None:
    game = OneOfTwo(breaks=False)
    with pytest.raises(KeyboardInterrupt):
        play(game, None, 10, keep=lambda game: game.told.append("kept"))
    assert game.told[-3:] == ["voted", "kept", "voted"]


def test_too_little_memory_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*how: Any, **more: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 3.00 GiB. And much more.")

    monkeypatch.setattr("gan_course.training.train", full)
    asked = ["train", "lite", "--folder", str(tmp_path / "run"), "--measure-every", "0"]
    said = CliRunner().invoke(app, [*asked, "--set", 'data_options={"count": 64}', "--set", "batch=16"])
    assert said.exit_code == 1
    assert "not enough memory to train with a batch of 16" in said.output and "--set batch=8" in said.output
    assert "Tried to allocate" not in said.output and "Traceback" not in said.output
