"""What the training benchmarks measure is what they say; how long it takes is not asserted."""

import itertools

import pytest
import torch
from torch import nn

from benchmarks.training import PlainDCGAN, _until, matrix_peak, operations, steps
from gan_course.objectives import r1
from gan_course.training import Recipe


def test_operations_of_a_product_and_of_a_convolution_are_two_for_each_multiply_add() -> None:
    a, b = torch.zeros(3, 5), torch.zeros(5, 7)
    assert sum(operations(lambda: a @ b).values()) == 2 * 3 * 5 * 7
    layer, x = nn.Conv2d(2, 3, 4, 2, 1), torch.zeros(1, 2, 8, 8)
    assert sum(operations(lambda: layer(x)).values()) == 2 * (4 * 4 * 2) * (3 * 4 * 4)


def test_operations_of_a_slope_and_of_a_slopes_slope_are_counted_too() -> None:
    layer, x = nn.Sequential(nn.Conv2d(2, 1, 4), nn.Flatten()), torch.zeros(1, 2, 4, 4)
    forward = sum(operations(lambda: layer(x)).values())
    with_slopes = sum(operations(lambda: layer(x).sum().backward()).values())
    penalised = sum(operations(lambda: r1(layer, x).backward()).values())
    assert forward == 2 * 32 and forward < with_slopes < penalised


def test_the_peak_is_more_than_a_small_product_reaches() -> None:
    assert matrix_peak("cpu", torch.float32, runs=1) > 1e8


def test_a_plain_dcgan_makes_pictures_and_each_step_moves_both_players() -> None:
    plain = PlainDCGAN(width=4)
    with torch.no_grad():
        assert plain.generate(3).shape == (3, 1, 64, 64)
        assert plain.discriminator(torch.zeros(3, 1, 64, 64)).shape == (3, 1)
    before = [[w.clone() for w in network.parameters()] for network in plain.players]
    plain.step(torch.zeros(4, 1, 64, 64))
    for network, were in zip(plain.players, before, strict=True):
        assert all(not torch.equal(w, was) for w, was in zip(network.parameters(), were, strict=True))


def test_a_training_ends_at_the_goal_and_otherwise_when_the_time_is_up() -> None:
    found = itertools.count(5, -1)
    assert _until(lambda: None, lambda: float(next(found)), goal=3, seconds=1e9)[1] == 3
    assert _until(lambda: None, lambda: 9.0, goal=3, seconds=0)[1] == 9


@pytest.mark.slow
def test_a_recipe_and_a_plain_dcgan_are_timed_side_by_side() -> None:
    ours, by_hand, full = steps(("lite", "full"), cycles=1)
    assert (
        ours[0].startswith(f"a step of lite: 64 × 64, batch {Recipe.read('lite').batch},")
        and "Tflop/s" in ours[2]
    )
    assert by_hand[2].startswith("ours takes")
    assert full[2] == "needs a graphics card" or torch.cuda.is_available()
