"""The receptive field, against what really reaches one output of a network."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from gan_course.networks.receptive_field import heard_milliseconds, receptive_field
from gan_course.spectral import stft

layer = st.tuples(st.integers(1, 5), st.integers(1, 3))


@settings(max_examples=30, deadline=None)
@given(st.lists(layer, min_size=1, max_size=4))
def test_the_receptive_field_is_what_has_a_slope_and_the_jump_how_far_it_moves(
    layers: list[tuple[int, int]],
) -> None:
    network = nn.Sequential(
        *(nn.Conv1d(1, 1, kernel, stride, bias=False) for kernel, stride in layers)
    ).double()
    for one in network:
        nn.init.uniform_(one.weight, 0.5, 1.0)
    size, jump = receptive_field(layers)
    x = torch.ones(1, 1, size + jump, dtype=torch.float64, requires_grad=True)
    y = network(x)[0, 0]
    seen = [torch.autograd.grad(one, x, retain_graph=True)[0][0, 0].nonzero()[:, 0] for one in y[:2]]
    # Where a stride is larger than its kernel, inputs in between are never looked at.
    assert int(seen[0].max() - seen[0].min()) + 1 == size
    assert len(y) == 2
    assert int(seen[1].min() - seen[0].min()) == jump


def test_milliseconds_are_those_of_the_samples_that_can_change_the_frames() -> None:
    frames, n_fft, hop, rate = 5, 64, 16, 1000
    x = torch.zeros(400, dtype=torch.float64, requires_grad=True)
    some = stft(x + 1, n_fft, hop)[:, 8 : 8 + frames].abs().square().sum()
    (slope,) = torch.autograd.grad(some, x)
    reached = slope.nonzero()[:, 0]
    # The window's first sample is 0, so one sample less has a slope.
    assert (
        int(reached.max() - reached.min()) + 2 == heard_milliseconds(frames, n_fft, hop, rate) * rate / 1000
    )
    assert heard_milliseconds(1) == 64


def test_what_is_no_layer_is_refused() -> None:
    for wrong in ([(4,)], [(0, 2)], [(4, 2, 1)], [4], [(4.5, 2)], [("4", 2)], [(True, 2)]):
        with pytest.raises(ValueError, match=r"pair \(kernel, stride\)"):
            receptive_field(wrong)
