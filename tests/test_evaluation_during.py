"""The quick look at a generator while it is trained."""

from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from gan_course import datasets
from gan_course.evaluation.during import Examination
from gan_course.spectral import LogMel
from gan_course.training import Recipe

RECIPE = Recipe(representation=LogMel().to_dict(), conditions=("instrument",))


@pytest.fixture(scope="module")
def clips() -> datasets.Clips:
    return datasets.notes(300, seed=3)


def measured(clips: datasets.Clips, pictures: Tensor) -> dict[str, float]:
    """What is said of a generator that makes these pictures, one after the other."""
    left = list(pictures.split(1))

    def generate(z: Tensor, labels: dict[str, Tensor]) -> Tensor:
        assert z.shape == (len(labels["instrument"]), RECIPE.latent)
        return torch.cat([left.pop(0) for _ in range(len(z))])

    run = SimpleNamespace(
        recipe=RECIPE,
        fabric=SimpleNamespace(device=torch.device("cpu")),
        game=SimpleNamespace(generate=generate),
    )
    return Examination(RECIPE, clips, count=200)(run)


def test_other_notes_are_as_good_as_the_real_ones_and_silence_or_one_note_is_not(
    clips: datasets.Clips,
) -> None:
    encode = LogMel().encode
    other = measured(clips, encode(datasets.notes(200, seed=4).audio))
    one = measured(clips, encode(datasets.notes(1, seed=4).audio).expand(200, -1, -1, -1))
    silent = measured(clips, torch.full((200, 1, 64, 64), -1.0))
    assert abs(other["kernel distance x 100"]) < 0.5 < 10 < one["kernel distance x 100"]
    assert other["recall"] > 0.9 and other["precision"] > 0.9 and other["coverage"] > 0.9
    assert one["recall"] < 0.1 and one["coverage"] < 0.1
    assert silent["precision"] == silent["coverage"] == 0
    assert other["Frechet distance"] < one["Frechet distance"] / 5


def test_fewer_clips_than_it_would_take_are_all_taken(clips: datasets.Clips) -> None:
    assert len(Examination(RECIPE, clips.select(range(20))).clips) == 20
