"""Ways of naming, each trained by itself: they learn, and their shares are of the sounds that the table says."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from benchmarks.naming import main, playing, right, rows, ways
from gan_course import datasets
from gan_course.networks.namer import SEED
from gan_course.training import Training
from tests.test_training import SMALL


@pytest.fixture(scope="module")
def data() -> Training:
    return Training(playing(SMALL), datasets.notes(24, seed=3))


def test_each_way_learns_the_names_of_its_training_sounds(data: Training) -> None:
    unseen = datasets.notes(12, seed=4)
    before = {name: shares for name, _, shares in rows(data, unseen, 0, 1)}
    after = {name: shares for name, _, shares in rows(data, unseen, 80, 1)}
    assert list(after) == list(ways(data.recipe, data.shape, data.classes)) and len(after) == 3
    for name, shares in after.items():
        assert set(shares) == {"training", "held out"} and set(shares["held out"]) == {"pitch", "instrument"}
        assert shares["training"]["instrument"] > before[name]["training"]["instrument"] + 0.3


def test_one_way_alone_hears_noise(data: Training) -> None:
    x, labels = data.notes(8, torch.Generator().manual_seed(0))
    silent = {kind: label for kind, label in labels.items() if kind != SEED}
    noise_matters = []
    for make in ways(data.recipe, data.shape, data.classes).values():
        network = make()
        noise_matters.append(not torch.equal(network.naming(x, labels), network.naming(x, silent)))
    assert noise_matters == [False, False, True]


def test_right_is_the_share_that_is_named_as_labelled() -> None:
    class Planted(nn.Module):
        def forward(self, x: Tensor) -> dict[str, Tensor]:
            return {"pitch": torch.eye(3)[x.long().flatten()]}

    named = torch.tensor([0.0, 1.0, 2.0, 2.0])
    assert right(Planted(), named, {"pitch": torch.tensor([0, 1, 0, 2])}) == {"pitch": 0.75}


def test_a_recipe_that_holds_nothing_out_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for words, sentence in (
        (["lite"], "name a recipe that trains on split train, such as orchestra"),
        (["nobody"], "there is no recipe"),
    ):
        with pytest.raises(SystemExit):
            main(words)
        assert sentence in capsys.readouterr().err
