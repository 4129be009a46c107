"""The normalisations of lesson 08 against torch's layers, and weights that keep a signal's size."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from gan_course.networks.normalisation import batch_norm, normalised, pixel_norm, starting_deviation


@pytest.mark.parametrize("shape", [(6, 3), (5, 3, 7), (4, 3, 5, 6)])
def test_batch_norm_and_its_running_statistics_are_torchs(shape: tuple[int, ...]) -> None:
    running = torch.randn(3, dtype=torch.float64), torch.rand(3, dtype=torch.float64) + 0.5
    theirs = [one.clone() for one in running]
    for _ in range(3):
        x = 3 * torch.randn(shape, dtype=torch.float64) + 2
        mine, running = batch_norm(x, running, True, momentum=0.2)
        torch.testing.assert_close(mine, F.batch_norm(x, *theirs, training=True, momentum=0.2))
        torch.testing.assert_close(list(running), theirs)
    mine, after = batch_norm(x, running, False)
    torch.testing.assert_close(mine, F.batch_norm(x, *theirs, training=False))
    assert after is running


def test_running_statistics_carry_no_graph() -> None:
    x = torch.randn(4, 2, requires_grad=True)
    y, running = batch_norm(x, (torch.zeros(2), torch.ones(2)), True)
    assert y.requires_grad
    assert not any(one.requires_grad for one in running)


def test_normalised_is_layer_instance_and_batch_norm_by_its_axes() -> None:
    x = torch.randn(4, 3, 5, 6)
    torch.testing.assert_close(normalised(x, (1, 2, 3)), F.layer_norm(x, x.shape[1:]))
    torch.testing.assert_close(normalised(x, (2, 3)), F.instance_norm(x))
    torch.testing.assert_close(normalised(x, (0, 2, 3)), F.batch_norm(x, None, None, training=True))


def test_pixel_norm_gives_every_place_a_mean_square_of_one() -> None:
    x = 5 * torch.randn(2, 8, 3, 4) + 1
    y = pixel_norm(x)
    torch.testing.assert_close(y.square().mean(1), torch.ones(2, 3, 4))
    torch.testing.assert_close(y, F.rms_norm(x.movedim(1, -1), (8,), eps=1e-8).movedim(-1, 1))
    assert pixel_norm(torch.zeros(1, 2, 1)).abs().max() == 0


@pytest.mark.parametrize(("kernel", "stride"), [(4, 2), (5, 2), (4, 1), (8, 4)])
@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_weights_of_the_starting_deviation_keep_the_size(kernel: int, stride: int, slope: float) -> None:
    torch.manual_seed(0)
    layer = nn.ConvTranspose2d(96, 64, kernel, stride, bias=False)
    nn.init.normal_(layer.weight, std=starting_deviation(96, kernel, stride, slope))
    with torch.no_grad():
        y = layer(F.leaky_relu(torch.randn(8, 96, 12, 12), slope))[..., kernel:-kernel, kernel:-kernel]
    assert y.square().mean() == pytest.approx(1, rel=0.1)


def test_the_library_starts_its_generator_with_this_deviation() -> None:
    from gan_course.networks.convolutional import start_weights

    torch.manual_seed(0)
    layer = nn.ConvTranspose2d(128, 96, 4, 2, 1)
    start_weights(layer)
    assert layer.weight.std().item() == pytest.approx(starting_deviation(128, 4, 2), rel=0.02)
    assert math.isclose(starting_deviation(128, 4, 2), math.sqrt(2 / (1.04 * 512)))
