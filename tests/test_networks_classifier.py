"""The classifier: shapes, its two stages, its heads."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from gan_course.networks import Classifier

CLASSES = {"pitch": 5, "instrument": 3}


@pytest.mark.parametrize("shape", [(1, 64, 64), (1, 128, 32), (2, 32, 16)])
def test_it_reads_any_divisible_shape_and_answers_every_kind(shape: tuple[int, int, int]) -> None:
    classifier = Classifier(shape, CLASSES, features=24)
    x = torch.randn(4, *shape)
    assert classifier.features(x).shape == (4, 24)
    assert {kind: tuple(logits.shape) for kind, logits in classifier(x).items()} == {
        "pitch": (4, 5),
        "instrument": (4, 3),
    }


def test_the_logits_depend_on_the_picture_through_the_features_alone() -> None:
    classifier = Classifier((1, 32, 32), CLASSES).eval()
    x = torch.randn(4, 1, 32, 32)
    for kind, logits in classifier.logits(classifier.features(x)).items():
        torch.testing.assert_close(logits, classifier(x)[kind])


def test_each_kind_has_a_head_of_its_own() -> None:
    classifier = Classifier((1, 32, 32), CLASSES)
    F.cross_entropy(
        classifier(torch.randn(4, 1, 32, 32))["instrument"], torch.tensor([0, 1, 2, 0])
    ).backward()
    gradient = classifier.decide.weight.grad
    assert gradient is not None
    assert not gradient[:5].any()
    assert gradient[5:].abs().amin() > 0


def test_once_trained_the_answer_for_one_clip_does_not_depend_on_the_others() -> None:
    classifier = Classifier((1, 32, 32), CLASSES).double().eval()
    x = torch.randn(4, 1, 32, 32, dtype=torch.float64)
    torch.testing.assert_close(classifier.features(x)[2:3], classifier.features(x[2:3]))


def test_every_weight_has_a_part_in_the_answer() -> None:
    classifier = Classifier((1, 32, 32), CLASSES)
    logits = classifier(torch.randn(8, 1, 32, 32))
    sum(F.cross_entropy(x, torch.arange(8) % x.shape[1]) for x in logits.values()).backward()
    assert all(w.grad is not None and w.grad.abs().max() > 0 for w in classifier.parameters())


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: Classifier((1, 60, 64), CLASSES), "60 × 64 cannot be halved 4 times"),
        (lambda: Classifier((1, 64, 64), {}), "needs a kind of label"),
        (lambda: Classifier((1, 64, 64), {"pitch": 0}), "needs a kind of label"),
        (
            lambda: Classifier((1, 64, 64), CLASSES)(torch.zeros(2, 1, 64, 32)),
            r"\(2, 1, 64, 32\), and this classifier reads \(batch, 1, 64, 64\)",
        ),
    ],
)
def test_what_it_cannot_do_is_said_in_one_sentence(call, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()
