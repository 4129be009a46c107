"""The dozen notes of lesson 04 are the same for everyone, whatever was done to them before."""

import torch

from gan_course.datasets.found import found


def test_what_was_changed_does_not_change_the_next() -> None:
    first = found()
    audio, labels = first.audio.clone(), {kind: values.clone() for kind, values in first.labels.items()}
    first.audio.zero_()
    for values in first.labels.values():
        values.zero_()
    again = found()
    assert torch.equal(again.audio, audio)
    assert again.labels.keys() == labels.keys()
    assert all(torch.equal(again.labels[kind], values) for kind, values in labels.items())
