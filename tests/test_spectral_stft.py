"""The STFT, its inverse and the windows, against torch, librosa and their own properties."""

import librosa
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_course import Sound
from gan_course.spectral import cola, frames, hann, istft, overlap_add, reflect, stft

TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-11}
quick = settings(max_examples=40, deadline=None)


def noise(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("samples", "n_fft", "hop"), [(5000, 1024, 256), (4097, 512, 100), (700, 64, 63)])
def test_stft_and_istft_equal_those_of_torch(dtype: torch.dtype, samples: int, n_fft: int, hop: int) -> None:
    x = noise(3, samples, dtype=dtype)
    window = torch.hann_window(n_fft, dtype=dtype)
    wanted = torch.stft(x, n_fft, hop, window=window, return_complex=True)
    X = stft(x, n_fft, hop)
    assert X.dtype == wanted.dtype and X.shape == wanted.shape
    assert torch.allclose(X, wanted, rtol=0, atol=TOLERANCE[dtype])
    back = istft(wanted, hop)
    assert back.dtype == dtype
    scale = (
        1 if hop <= n_fft // 2 else 1e6
    )  # barely overlapping windows divide by almost nothing, in torch too
    there = torch.istft(wanted, n_fft, hop, window=window)
    if scale == 1 or dtype == torch.float64:
        assert torch.allclose(back, there, rtol=0, atol=TOLERANCE[dtype] * scale)


@pytest.mark.slow
def test_stft_and_istft_equal_those_of_librosa() -> None:
    x = noise(2, 6000).numpy()
    wanted = librosa.stft(x, n_fft=1024, hop_length=200, pad_mode="reflect")
    assert np.allclose(stft(x, 1024, 200).numpy(), wanted, rtol=0, atol=1e-10)
    there = librosa.istft(wanted, n_fft=1024, hop_length=200, length=6000)
    assert np.allclose(istft(torch.from_numpy(wanted), 200, length=6000).numpy(), there, rtol=0, atol=1e-10)


def test_other_windows_are_used_as_torch_uses_them() -> None:
    x, window = noise(2, 3000), torch.hamming_window(256, dtype=torch.float64)
    wanted = torch.stft(x, 256, 100, window=window, return_complex=True)
    assert torch.allclose(stft(x, 256, 100, window), wanted)
    assert torch.allclose(
        istft(wanted, 100, 3000, window), torch.istft(wanted, 256, 100, window=window, length=3000)
    )


def test_hann_is_periodic_and_equal_to_that_of_torch() -> None:
    for length in (2, 5, 64, 1023):
        assert torch.allclose(
            hann(length, torch.float64), torch.hann_window(length, dtype=torch.float64), atol=1e-15
        )


@quick
@given(half=st.integers(4, 40), share=st.floats(0, 1), extra=st.integers(1, 200), seed=st.integers(0, 9))
def test_istft_inverts_stft_for_any_hop_that_leaves_no_gap(
    half: int, share: float, extra: int, seed: int
) -> None:
    n_fft = 2 * half
    hop = 1 + round(share * (half - 1))  # up to half a window every sample lies well inside some frame
    x = noise(half + extra, seed=seed)
    assert torch.allclose(istft(stft(x, n_fft, hop), hop, len(x)), x, rtol=0, atol=1e-7)


@quick
@given(half=st.integers(4, 32), beyond=st.integers(1, 31), count=st.integers(2, 9), seed=st.integers(0, 9))
def test_istft_inverts_stft_for_hops_over_half_a_window(
    half: int, beyond: int, count: int, seed: int
) -> None:
    hop = min(half + beyond, 2 * half - 1)
    x = noise(hop * count + 1, seed=seed)
    back = istft(stft(x, 2 * half, hop), hop)
    assert torch.allclose(back, x[: len(back)], rtol=0, atol=1e-6)


@quick
@given(n_fft=st.integers(4, 40).map(lambda n: 2 * n), over=st.integers(0, 30), count=st.integers(2, 6))
def test_a_hop_that_leaves_gaps_is_refused(n_fft: int, over: int, count: int) -> None:
    X = torch.ones(n_fft // 2 + 1, count, dtype=torch.complex128)
    with pytest.raises(ValueError, match="smaller hop"):
        istft(X, n_fft + over)


def test_a_length_that_no_frame_reaches_is_refused() -> None:
    X = stft(noise(4096), 512, 128)
    with pytest.raises(ValueError, match="smaller length"):
        istft(X, 128, length=4096 + 257)


@quick
@given(a=st.floats(-3, 3), b=st.floats(-3, 3), seed=st.integers(0, 99))
def test_stft_is_linear(a: float, b: float, seed: int) -> None:
    x, y = noise(2, 900, seed=seed)
    assert torch.allclose(
        stft(a * x + b * y, 128, 32), a * stft(x, 128, 32) + b * stft(y, 128, 32), atol=1e-10
    )


def test_energy_of_the_stft_is_that_of_the_frames() -> None:
    """Parseval for every frame: the bins between 0 and Nyquist stand for two frequencies each."""
    x = noise(3000)
    X = stft(x, 256, 100)
    twice = torch.full((129, 1), 2.0, dtype=torch.float64)
    twice[[0, -1]] = 1
    pieces = frames(reflect(x, 128), 256, 100) * hann(256, torch.float64)
    assert torch.allclose((twice * X.abs() ** 2).sum(0) / 256, (pieces**2).sum(-1))


def test_energy_is_kept_where_the_squared_window_adds_up_to_a_constant() -> None:
    x = torch.cat([torch.zeros(512), noise(4096).float(), torch.zeros(512)]).double()
    X = stft(x, 512, 128)
    twice = torch.full((257, 1), 2.0, dtype=torch.float64)
    twice[[0, -1]] = 1
    assert cola(hann(512), 128, power=2)
    constant = (hann(512, torch.float64) ** 2).sum() / 128
    assert torch.isclose((twice * X.abs() ** 2).sum() / 512, constant * (x**2).sum())


@quick
@given(seed=st.integers(0, 99), hop=st.integers(1, 70), count=st.integers(1, 12), length=st.integers(1, 64))
def test_overlap_add_is_the_adjoint_of_frames(seed: int, hop: int, count: int, length: int) -> None:
    pieces = noise(count, length, seed=seed)
    x = noise((count - 1) * hop + length, seed=seed + 1)
    assert torch.isclose((frames(x, length, hop) * pieces).sum(), (x * overlap_add(pieces, hop)).sum())


@pytest.mark.parametrize(
    ("window", "hop", "power", "constant"),
    [
        (hann(512), 256, 1, True),
        (hann(512), 128, 1, True),
        (hann(510), 170, 1, True),
        (hann(512), 256, 2, False),
        (hann(510), 170, 2, True),
        (hann(512), 300, 1, False),
        (torch.hann_window(512, periodic=False), 256, 1, False),
        (torch.ones(512), 512, 1, True),
        (torch.ones(512), 500, 1, False),
    ],
)
def test_cola_knows_the_hops_at_which_windows_add_up(
    window: torch.Tensor, hop: int, power: int, constant: bool
) -> None:
    assert cola(window, hop, power) is constant


def test_leading_axes_are_kept_and_items_do_not_mix() -> None:
    x = noise(2, 3, 2000)
    X = stft(x, 256, 64)
    assert X.shape == (2, 3, 129, 32)
    assert torch.allclose(X[1, 2], stft(x[1, 2], 256, 64))
    assert torch.allclose(istft(X, 64, 2000)[0, 1], x[0, 1])


def test_gradients_flow_through_both() -> None:
    x = noise(200).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: stft(x, 32, 8).abs(), x, fast_mode=True)
    assert torch.autograd.gradcheck(lambda x: istft(stft(x, 32, 8), 8), x, fast_mode=True)


def test_reflection_equals_that_of_torch() -> None:
    x = noise(2, 50)
    assert torch.equal(reflect(x, 49), torch.nn.functional.pad(x, (49, 49), mode="reflect"))
    assert torch.equal(reflect(x, 0), x)


@pytest.mark.parametrize(
    ("x", "sentence"),
    [
        (torch.zeros(3), "at least 513 samples"),
        (torch.zeros(512), "at least 513 samples"),
        (torch.zeros(()), "single number"),
        (torch.zeros(2000, dtype=torch.int16), "full scale"),
        (np.zeros(2000, dtype=np.int16), "full scale"),
        (torch.zeros(2000, dtype=torch.complex64), "real floating-point"),
        (torch.zeros(2000, dtype=torch.float16), r"double precision, not in torch.float16: take .float\(\)"),
        (torch.zeros(2000, dtype=torch.bfloat16), "double precision, not in torch.bfloat16"),
    ],
)
def test_sounds_that_have_no_stft_are_refused(x: torch.Tensor, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        stft(x)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_sound_is_taken_as_its_samples(dtype: type) -> None:
    x = np.random.default_rng(0).uniform(-1, 1, 2000).astype(dtype)
    assert torch.equal(stft(Sound(x)), stft(x))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"n_fft": 1023}, "even"),
        ({"hop": 0}, "at least one sample"),
        ({"window": torch.ones(512)}, "1024 samples"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(arguments: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        stft(torch.zeros(4096), **arguments)
