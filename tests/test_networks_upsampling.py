"""The layers of lesson 08 that stretch, each against torch's, and what a constant becomes in them."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import correlate1d
from scipy.signal import firwin
from torch import nn
from torch.nn import functional as F

from gan_course.networks.upsampling import (
    DOUBLINGS,
    alike,
    cover,
    pixel_shuffle,
    resize_convolution,
    smoothed,
    tone_levels,
    transposed_convolution,
)

sizes = st.integers(1, 12)


@settings(max_examples=60, deadline=None)
@given(sizes, sizes, st.integers(1, 6), st.integers(0, 1000))
def test_transposed_convolution_is_torchs(length: int, taps: int, stride: int, seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    x = torch.randn(3, length, generator=random, dtype=torch.float64)
    kernel = torch.randn(taps, generator=random, dtype=torch.float64)
    theirs = F.conv_transpose1d(x[:, None], kernel[None, None], stride=stride)[:, 0]
    torch.testing.assert_close(transposed_convolution(x, kernel, stride), theirs)
    torch.testing.assert_close(transposed_convolution(x[0], kernel, stride), theirs[0])


@settings(max_examples=60, deadline=None)
@given(sizes, st.integers(1, 8))
def test_cover_is_what_a_kernel_of_ones_makes_of_ones(taps: int, stride: int) -> None:
    y = transposed_convolution(torch.ones(40), torch.ones(taps), stride)
    middle = y[20 * stride : 21 * stride]
    assert cover(taps, stride).tolist() == middle.int().tolist()


def test_the_cover_is_even_exactly_where_the_stride_divides_the_taps() -> None:
    for stride in range(1, 9):
        for taps in range(stride, 30):
            assert (len(set(cover(taps, stride).tolist())) == 1) == (taps % stride == 0)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 20), st.integers(2, 9), st.integers(0, 1000))
def test_tone_levels_are_the_lines_in_the_spectrum_of_a_stretched_constant(
    taps: int, stride: int, seed: int
) -> None:
    kernel = torch.randn(taps, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) + 0.5
    y = transposed_convolution(torch.ones(80, dtype=torch.float64), kernel, stride)
    lines = torch.fft.rfft(y[30 * stride : 50 * stride]).abs()
    levels = 20 * torch.log10((lines[20::20] / lines[0]).clamp(min=1e-6))
    torch.testing.assert_close(tone_levels(kernel, stride), levels, atol=1e-6, rtol=1e-6)


def test_an_even_cover_has_no_tone_for_equal_weights_and_has_one_for_others() -> None:
    assert tone_levels(torch.ones(8, dtype=torch.float64), 4).tolist() == [-120, -120]
    assert tone_levels(torch.tensor([1.0, 2.0, 3.0, 4.0]), 2)[0] == pytest.approx(
        20 * math.log10(0.2), abs=1e-4
    )


def test_pixel_shuffle_along_both_axes_is_torchs() -> None:
    x = torch.randn(2, 3 * 4, 5, 7)
    along = pixel_shuffle(x.permute(0, 2, 1, 3).reshape(10, 12, 7), 2).view(2, 5, 6, 14)
    both = (
        pixel_shuffle(along.permute(0, 3, 2, 1).reshape(28, 6, 5), 2).view(2, 14, 3, 10).permute(0, 2, 3, 1)
    )
    assert torch.equal(both, torch.pixel_shuffle(x, 2))


def test_alike_channels_make_a_pixel_shuffle_begin_as_a_resize() -> None:
    torch.manual_seed(0)
    layer = nn.Conv2d(3, 8, 3, padding=1, bias=False)
    plain = nn.Conv2d(3, 2, 3, padding=1, bias=False)
    with torch.no_grad():
        plain.weight.copy_(layer.weight[::4])
        layer.weight.copy_(alike(layer.weight, 4))
        x = torch.randn(2, 3, 6, 6)
        resized = plain(x).repeat_interleave(2, 2).repeat_interleave(2, 3)
        torch.testing.assert_close(torch.pixel_shuffle(layer(x), 2), resized)


@pytest.mark.parametrize("name", DOUBLINGS)
def test_every_doubling_doubles_both_axes(name: str) -> None:
    assert DOUBLINGS[name](6, 5)(torch.randn(2, 6, 4, 8)).shape == (2, 5, 8, 16)


@pytest.mark.parametrize(("name", "even"), [("kernel 5", False), ("kernel 4", False), ("pixel shuffle", False),
                                            ("resize", True)])  # fmt: skip
def test_with_weights_left_to_chance_only_a_resize_keeps_a_constant(name: str, even: bool) -> None:
    torch.manual_seed(1)
    with torch.no_grad():
        made = DOUBLINGS[name](4, 3)(torch.randn(1, 4, 1, 1).expand(1, 4, 10, 10))[..., 6:14, 6:14]
    assert (made.std((2, 3)).max() < 1e-5) == even


def test_resize_convolution_repeats_and_then_convolves() -> None:
    layer, x = resize_convolution(2, 3, 5), torch.randn(1, 2, 4, 4)
    repeated = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
    torch.testing.assert_close(layer(x), F.conv2d(repeated, layer[1].weight, layer[1].bias, padding=2))


def test_what_makes_no_sense_is_refused_with_what_is_expected() -> None:
    with pytest.raises(ValueError, match="stride is 0"):
        transposed_convolution(torch.ones(3), torch.ones(2), 0)
    with pytest.raises(ValueError, match=r"\(tap,\)"):
        transposed_convolution(torch.ones(3), torch.ones(2, 2), 2)
    with pytest.raises(ValueError, match=r"\(tap,\)"):
        tone_levels(torch.ones(2, 2), 2)
    for kernel in (torch.tensor([1.0, -1.0]), torch.zeros(4), torch.tensor([0.1, 0.2, -0.3])):
        with pytest.raises(ValueError, match="the kernel adds up to 0"):
            tone_levels(kernel, 2)
    with pytest.raises(ValueError, match="number of taps is 0"):
        cover(0, 2)
    with pytest.raises(ValueError, match="channels that 2 divides"):
        pixel_shuffle(torch.ones(1, 3, 4), 2)
    with pytest.raises(ValueError, match="a number that divides"):
        alike(torch.ones(5, 2), 2)


def by_scipy(x: torch.Tensor, axis: int) -> torch.Tensor:
    taps = firwin(13, 0.5, window=("kaiser", 4.0))
    return torch.from_numpy(correlate1d(x.double().numpy(), taps, axis=axis, mode="nearest")).float()


def test_what_is_smoothed_goes_through_scipys_half_band_filter_along_every_axis() -> None:
    frames, pictures = torch.randn(2, 3, 20), torch.randn(2, 3, 16, 20)
    torch.testing.assert_close(smoothed(frames), by_scipy(frames, 2), rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(smoothed(pictures), by_scipy(by_scipy(pictures, 2), 3), rtol=1e-4, atol=1e-6)
    assert smoothed(pictures.bfloat16()).dtype == torch.bfloat16
    with pytest.raises(ValueError, match=r"x has shape \(3, 20\): \(batch, channel, frame\)"):
        smoothed(frames[0])


@pytest.mark.parametrize("waves", [0, 3])
def test_smoothing_takes_the_images_away_that_a_stretching_leaves_and_keeps_what_was_there(
    waves: int,
) -> None:
    """In 32 frames, `waves` of a cosine; in the 64 that come out, these, and images at 32 − waves."""
    torch.manual_seed(0)
    swell = torch.cos(2 * math.pi * waves * torch.arange(96) / 32).expand(1, 8, -1)
    layer = nn.ConvTranspose1d(8, 5, 4, stride=2, padding=1, bias=False)

    def lines(h: torch.Tensor) -> torch.Tensor:
        return torch.fft.rfft(h[..., 64:128]).abs().square().sum((0, 1))

    with torch.no_grad():
        before, after = lines(layer(swell)), lines(smoothed(layer(swell)))
    assert before[32 - waves] > 0.1 * before[waves]
    assert after[32 - waves] < 1e-3 * before[32 - waves]
    assert after[waves] == pytest.approx(float(before[waves]), rel=0.05)
