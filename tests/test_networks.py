"""Generator and discriminator: shapes, conditions, and that the outputs start at a sensible size."""

import math

import numpy as np
import pytest
import torch
from scipy.ndimage import uniform_filter1d
from scipy.signal import get_window

from gan_course.networks import (
    FAMILIES,
    BandDiscriminator,
    BandGenerator,
    Classifier,
    Discriminator,
    Generator,
    ModulationJudge,
    Namer,
    TexturedDiscriminator,
    TexturedGenerator,
    modulation_picture,
)
from gan_course.networks.modulation import FAINT, SHALLOW, UNIT, WIDE, shared_modulations
from gan_course.networks.namer import SEED, in_noise
from gan_course.networks.textured import quick

CLASSES = {"pitch": 5, "instrument": 3}


def labels(count: int) -> dict[str, torch.Tensor]:
    return {name: torch.arange(count) % number for name, number in CLASSES.items()}


@pytest.mark.parametrize("shape", [(1, 64, 64), (1, 128, 64), (2, 32, 16)])
def test_the_generator_draws_and_the_discriminator_reads_any_divisible_shape(
    shape: tuple[int, int, int],
) -> None:
    generator, discriminator = Generator(shape, CLASSES, latent=8), Discriminator(shape, CLASSES)
    pictures = generator(torch.randn(4, 8), labels(4))
    assert pictures.shape == (4, *shape)
    assert pictures.abs().max() < 1
    assert discriminator(pictures, labels(4)).shape == (4,)


def test_a_model_without_conditions_works_too() -> None:
    generator, discriminator = Generator((1, 32, 32), {}, latent=8), Discriminator((1, 32, 32), {})
    assert discriminator(generator(torch.randn(2, 8), {}), {}).shape == (2,)


def test_the_judgement_of_one_sample_does_not_depend_on_the_others() -> None:
    discriminator = Discriminator((1, 32, 32), CLASSES).double()
    x = torch.randn(4, 1, 32, 32, dtype=torch.float64)
    together = discriminator(x, labels(4))
    alone = torch.cat(
        [discriminator(x[i : i + 1], {k: v[i : i + 1] for k, v in labels(4).items()}) for i in range(4)]
    )
    torch.testing.assert_close(together, alone)


def test_both_players_hear_every_label() -> None:
    generator, discriminator = Generator((1, 32, 32), CLASSES, latent=8), Discriminator((1, 32, 32), CLASSES)
    z = torch.randn(1, 8)
    base = {name: torch.tensor([0]) for name in CLASSES}
    for name in CLASSES:
        other = base | {name: torch.tensor([1])}
        assert not torch.equal(generator(z, base), generator(z, other))
        x = generator(z, base)
        assert not torch.equal(discriminator(x, base), discriminator(x, other))


@pytest.mark.parametrize("family", ["convolutional", "banded", "textured"])
def test_signals_keep_their_size_through_every_layer_at_the_start(family: str) -> None:
    torch.manual_seed(0)
    generator = FAMILIES[family][0]((1, 64, 64), {}, latent=64)
    h = generator.project(torch.randn(64, 64)).view(-1, *generator.start)
    for layer in generator.up:
        before = h.std()
        h = layer(torch.nn.functional.leaky_relu(h, 0.2))
        assert 0.8 < h.std() / before < 1.25


@pytest.mark.parametrize("family", ["banded", "convolutional", "residual"])
def test_an_antialiased_generator_begins_with_less_flutter_and_has_the_same_parameters(family: str) -> None:
    torch.manual_seed(0)
    plain, antialiased = (
        FAMILIES[family][0]((1, 32, 64), CLASSES, 8, (12, 12, 12, 12), antialiased=wanted)
        for wanted in (False, True)
    )
    antialiased.load_state_dict(plain.state_dict())

    def changes(generator: torch.nn.Module) -> torch.Tensor:
        """The power of changes that come again about every fourth frame, by that of slow ones."""
        with torch.no_grad():
            power = torch.fft.rfft(generator(torch.randn(64, 8), labels(64))).abs().square().mean((0, 1, 2))
        return power[12:21].mean() / power[1:4].mean()

    assert changes(antialiased) < 0.5 * changes(plain)


def test_a_textured_generator_is_antialiased_as_a_banded_one_is() -> None:
    torch.manual_seed(0)
    generator = TexturedGenerator((1, 32, 16), CLASSES, 8, (8, 8, 4, 4), antialiased=True)
    banded, z = BandGenerator((1, 32, 16), CLASSES, 8, (8, 8, 4, 4), antialiased=True), torch.randn(3, 8)
    banded.load_state_dict(generator.state_dict(), strict=False)
    torch.testing.assert_close(generator.bands(z, labels(3)), banded.bands(z, labels(3)))
    generator.antialiased = False
    assert not torch.allclose(generator.bands(z, labels(3)), banded.bands(z, labels(3)))


def test_a_shape_that_cannot_be_halved_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="divisible by 16"):
        Generator((1, 60, 64), {})


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_draws_reads_hears_its_labels_and_judges_each_sample_alone(family: str) -> None:
    torch.manual_seed(0)
    make_generator, make_discriminator = FAMILIES[family]
    generator = make_generator((1, 32, 16), CLASSES, 8, (8, 8, 4, 4)).double()
    discriminator = make_discriminator((1, 32, 16), CLASSES, (4, 4, 8, 8)).double()
    z, wanted = torch.randn(6, 8, dtype=torch.float64), labels(6)
    x = generator(z, wanted)
    assert x.shape == (6, 1, 32, 16) and x.abs().max() < 1
    together = discriminator(x, wanted)
    alone = [discriminator(x[i : i + 1], {k: v[i : i + 1] for k, v in wanted.items()}) for i in range(6)]
    torch.testing.assert_close(together, torch.cat(alone))
    for name, number in CLASSES.items():
        other = wanted | {name: (wanted[name] + 1) % number}
        assert not torch.allclose(generator(z, other), x)
        assert not torch.allclose(discriminator(x, other), together)
    together.sum().backward()
    assert all(w.grad is not None for network in (generator, discriminator) for w in network.parameters())
    with pytest.raises(ValueError, match="cannot be halved"):
        make_generator((1, 36, 18), CLASSES, 8, (8, 8, 4, 4))


@pytest.mark.parametrize("family", FAMILIES)
def test_naming_is_the_cross_entropy_of_the_labels_and_leaves_the_logits_as_they_are(family: str) -> None:
    torch.manual_seed(1)
    discriminator = FAMILIES[family][1]((1, 32, 16), CLASSES, (4, 4, 8, 8)).double()
    x, wanted = torch.randn(6, 1, 32, 16, dtype=torch.float64), labels(6)
    logits, cost = discriminator(x, wanted, naming=True)
    assert torch.equal(logits, discriminator(x, wanted))
    # By another way: what the logit gains by each label that could have been named.
    expected = 0.0
    for name, number in CLASSES.items():
        each = [
            discriminator.judge(discriminator.seen(x), wanted | {name: torch.full((6,), place)})
            for place in range(number)
        ]
        chances = torch.stack(each, dim=1).softmax(dim=1)
        expected -= chances[torch.arange(6), wanted[name]].log().mean()
    torch.testing.assert_close(cost, expected)
    unlabelled = FAMILIES[family][1]((1, 32, 16), {}, (4, 4, 8, 8))
    assert unlabelled(x.float(), {}, naming=True)[1] == 0


def test_residual_blocks_begin_as_their_shortcuts() -> None:
    block = FAMILIES["residual"][0]((1, 32, 32), {}, 8, (8, 8, 4)).blocks[1]
    x = torch.randn(2, 8, 4, 4)
    torch.testing.assert_close(block(x), block.shortcut(x))
    assert block.first.weight.abs().sum() > 0


def test_a_textured_generator_is_a_banded_one_and_what_two_small_convolutions_add() -> None:
    torch.manual_seed(0)
    generator = TexturedGenerator((1, 32, 16), CLASSES, 8, (8, 8, 4, 4))
    z = torch.randn(3, 8)
    bands = generator.bands(z, labels(3))
    added = torch.atanh(generator(z, labels(3)).double()) - bands
    assert 0.1 < added.std() / bands.std() < 2
    torch.nn.init.zeros_(generator.fine[1].weight)
    torch.testing.assert_close(generator(z, labels(3)), BandGenerator.forward(generator, z, labels(3)))


def test_what_is_quick_is_what_a_mean_over_nine_frames_leaves() -> None:
    x = torch.randn(2, 1, 6, 20)
    inside = x.numpy() - uniform_filter1d(x.numpy(), 9, axis=3)
    torch.testing.assert_close(quick(x)[..., 4:-4], torch.from_numpy(inside)[..., 4:-4], rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(quick(x)[..., 0], x[..., 0] - x[..., :5].mean(3))
    steady = torch.randn(2, 1, 6, 1).expand(-1, -1, -1, 20)
    assert quick(steady).abs().max() < 1e-6


def test_a_judge_of_patches_that_is_shown_detail_minds_a_small_flutter_more() -> None:
    notes = torch.randn(16, 1, 32, 1).expand(-1, -1, -1, 16).contiguous()
    flutter = 0.005 * torch.cos(math.pi / 2 * torch.arange(16.0)).expand_as(notes)

    def minds(detail: float) -> float:
        torch.manual_seed(0)
        judge = TexturedDiscriminator((1, 32, 16), CLASSES, (4, 4, 8, 8), detail=detail)
        wanted = labels(16)
        with torch.no_grad():
            of_patches = [
                judge(x, wanted) - judge.judge(judge.seen(x), wanted) for x in (notes, notes + flutter)
            ]
        return float((of_patches[1] - of_patches[0]).abs().mean() / of_patches[0].std())

    assert minds(10.0) > 2 * minds(0.0) > 0


@pytest.mark.parametrize("amplitude", [0.001, 0.02, 0.5])
def test_a_modulation_picture_says_how_deep_a_band_wavers_and_how_fast(amplitude: float) -> None:
    frame = torch.arange(32, dtype=torch.float64)
    x = torch.zeros(1, 1, 8, 32, dtype=torch.float64)
    x[0, 0, 1], x[0, 0, 2] = 0.7, -0.2 + amplitude * torch.cos(2 * math.pi * 5 / 32 * frame + 1)
    seen = modulation_picture(x)
    assert seen.shape == (1, 1, 8, 16) and seen.dtype == torch.float64
    assert seen[0, 0, 1].abs().max() < 1e-12  # steady, however loud
    assert float(seen[0, 0, 2, 4]) == pytest.approx(math.log(1 + (amplitude / FAINT) ** 2) / 2, rel=1e-6)
    assert modulation_picture(x.to(torch.bfloat16)).dtype == torch.float32


def test_a_modulation_picture_is_the_logarithm_of_a_windowed_spectrum() -> None:
    x = torch.randn(2, 1, 8, 64, dtype=torch.float64)
    window = get_window("hann", 64)
    bare = x.numpy() - np.average(x.numpy(), axis=-1, weights=window)[..., None]
    depth = np.abs(np.fft.rfft(bare * window))[..., 1:] * 2 / window.sum()
    wanted = torch.from_numpy(np.log(np.hypot(1, depth / FAINT)))
    torch.testing.assert_close(modulation_picture(x), wanted, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("depth", [0.001, 0.02, 0.5])
def test_shared_modulations_say_how_deep_wide_bands_waver(depth: float) -> None:
    frame = torch.arange(32, dtype=torch.float64)
    swell = 1 + depth * torch.cos(2 * math.pi * 5 / 32 * frame + 1)
    x = torch.full((1, 1, 32, 32), -0.9, dtype=torch.float64)
    x[0, 0, :4] = 20 * swell.log10() / UNIT + 0.5  # the four lowest bands, louder by 63 dB than the others
    seen = shared_modulations(x)
    assert seen.shape == (1, 8 + 2 + 1, 16) and seen.dtype == torch.float64
    wanted = math.log(1 + (depth / SHALLOW) ** 2) / 2
    assert float(seen[0, 0, 4]) == pytest.approx(wanted, rel=1e-6)  # of four bands
    assert float(seen[0, 10, 4]) == pytest.approx(wanted, rel=1e-4)  # of all: the loud ones decide
    assert seen[0, 1:8].abs().max() < 1e-12  # steady
    torch.testing.assert_close(shared_modulations(x - 0.1), seen)  # softer, and as deep
    assert shared_modulations(x.to(torch.bfloat16)).dtype == torch.float32


def test_shared_modulations_are_those_of_the_amplitude_of_added_powers() -> None:
    x = torch.rand(2, 2, 20, 64, dtype=torch.float64) * 2 - 1
    power, window = 10 ** (x[:, 0].numpy() * 4.5), get_window("hann", 64)
    groups = [range(i, min(i + n, 20)) for n in (*WIDE, 20) for i in range(0, 20, n)]
    amplitude = np.stack([np.sqrt(power[:, g].sum(1)) for g in groups], 1)
    mean = np.average(amplitude, axis=-1, weights=window)[..., None]
    depth = np.abs(np.fft.rfft((amplitude / mean - 1) * window))[..., 1:] * 2 / window.sum()
    wanted = torch.from_numpy(np.log(np.hypot(1, depth / SHALLOW)))
    torch.testing.assert_close(shared_modulations(x), wanted, rtol=1e-9, atol=1e-9)


def test_what_bands_do_together_is_plainer_to_a_judge_of_modulations_than_what_each_does() -> None:
    torch.manual_seed(0)
    judge, wanted = ModulationJudge((1, 32, 32), CLASSES, scale=1.0).double(), labels(64)
    turn = 2 * math.pi * (8 / 32 * torch.arange(32, dtype=torch.float64) + torch.rand(64, 1, 32, 1))
    notes = torch.full((64, 1, 32, 32), -0.2, dtype=torch.float64)
    with torch.no_grad():
        still, apart, together = (
            judge(x, wanted)
            for x in (notes, notes + 0.003 * turn.cos(), notes + 0.003 * turn[:, :, :1].cos())
        )
    assert (together - apart).abs().mean() > 0.3 * (apart - still).abs().mean()


def test_a_judge_of_modulations_minds_a_small_flutter_and_no_level() -> None:
    torch.manual_seed(0)
    judge, wanted = ModulationJudge((1, 32, 16), CLASSES).double(), labels(16)
    notes = torch.rand(16, 1, 32, 1, dtype=torch.float64).expand(-1, -1, -1, 16).contiguous()
    flutter = 0.005 * torch.cos(math.pi / 2 * torch.arange(16.0)).expand_as(notes)
    with torch.no_grad():
        steady, other, unsteady = (judge(x, wanted) for x in (notes, notes.flip(0), notes + flutter))
    torch.testing.assert_close(steady, other)
    assert (unsteady - steady).abs().mean() > 0.05 * steady.abs().mean() > 0


def test_a_textured_discriminator_with_a_judge_of_modulations_adds_its_logit() -> None:
    torch.manual_seed(0)
    whole = TexturedDiscriminator((1, 32, 16), CLASSES, (4, 4, 8, 8), modulation=0.2)
    torch.manual_seed(0)
    without = TexturedDiscriminator((1, 32, 16), CLASSES, (4, 4, 8, 8))
    x, wanted = torch.randn(5, 1, 32, 16), labels(5)
    with torch.no_grad():
        torch.testing.assert_close(whole(x, wanted), without(x, wanted) + whole.modulation_judge(x, wanted))
    assert whole.modulation_judge.scale == 0.2


def test_a_textured_discriminator_judges_pictures_and_modulations_as_two_things_that_it_is_shown() -> None:
    torch.manual_seed(0)
    whole = TexturedDiscriminator((1, 32, 16), CLASSES, (4, 4, 8, 8), detail=5.0, modulation=0.2).double()
    x, y = torch.randn(2, 5, 1, 32, 16, dtype=torch.float64)
    wanted, of_modulations = labels(5), whole.modulation_judge
    shown = whole.shown(x)
    assert torch.equal(shown[:, : 32 * 16], x.flatten(1))
    assert torch.equal(shown[:, 32 * 16 :], of_modulations.shown(x))
    mixed = torch.cat([x.flatten(1), of_modulations.shown(y)], 1)
    with torch.no_grad():
        torch.testing.assert_close(whole.judge_shown(shown, wanted), whole(x, wanted))
        torch.testing.assert_close(
            whole.judge_shown(mixed, wanted),
            whole(x, wanted) - of_modulations(x, wanted) + of_modulations(y, wanted),
        )


@pytest.mark.parametrize(("modulation", "judges"), [(0.0, 2), (0.2, 3)])
def test_judges_apart_say_each_for_itself_what_they_say_together(modulation: float, judges: int) -> None:
    together, apart = (
        TexturedDiscriminator((1, 32, 16), CLASSES, (4, 4, 8, 8), modulation=modulation, apart=apart)
        for apart in (False, True)
    )
    apart.load_state_dict(together.state_dict())
    x, wanted = torch.randn(5, 1, 32, 16), labels(5)
    with torch.no_grad():
        of_each, named = apart(x, wanted, naming=True)
        assert of_each.shape == (5, judges) and together(x, wanted).shape == (5,)
        torch.testing.assert_close(of_each.sum(1), together(x, wanted))
        torch.testing.assert_close(of_each[:, 0], BandDiscriminator.forward(apart, x, wanted))
        torch.testing.assert_close(named, together(x, wanted, naming=True)[1])


def test_a_namer_names_the_labels_in_the_place_of_the_first_judge_and_judges_nothing() -> None:
    torch.manual_seed(2)
    without, whole = (
        TexturedDiscriminator((1, 32, 16), CLASSES, (4, 4, 8, 8), namer=namer).double()
        for namer in (False, True)
    )
    whole.load_state_dict(without.state_dict(), strict=False)
    x, wanted = torch.randn(6, 1, 32, 16, dtype=torch.float64), labels(6)
    logits, cost = whole(x, wanted, naming=True)
    torch.testing.assert_close(logits, without(x, wanted))
    expected = 0.0
    for kind, heard in whole.namer(x).items():
        expected -= heard.log_softmax(1)[torch.arange(6), wanted[kind]].mean()
    torch.testing.assert_close(cost, expected)
    cost.backward()
    slopes = {name for name, w in whole.named_parameters() if w.grad is not None}
    assert slopes == {f"namer.{name}" for name, _ in whole.namer.named_parameters()}


def test_a_namer_hears_each_picture_in_noise_of_its_own_seed() -> None:
    torch.manual_seed(3)
    namer, x, wanted = Namer((1, 32, 16), CLASSES), torch.randn(2, 1, 32, 16), labels(2)
    seeds = torch.tensor([5, 2**61])
    by_hand = torch.stack(
        [
            one + 0.3 * torch.randn(1, 32, 16, generator=torch.Generator().manual_seed(seed))
            for one, seed in zip(x, seeds.tolist(), strict=True)
        ]
    )
    assert torch.equal(in_noise(x, seeds), by_hand)
    quiet, loud = namer.naming(x, wanted), namer.naming(x, wanted | {SEED: seeds})
    torch.testing.assert_close(loud, namer.naming(by_hand, wanted))
    assert not torch.isclose(loud, quiet)


@pytest.mark.parametrize("groups", [None, 4])
def test_a_classifier_in_groups_hears_each_picture_by_itself(groups: int | None) -> None:
    torch.manual_seed(0)
    classifier, x = Classifier((1, 32, 16), CLASSES, (8, 8), groups=groups), torch.randn(6, 1, 32, 16)
    alone, among = classifier.features(x[:2]), classifier.features(x)[:2]
    assert torch.allclose(alone, among, atol=1e-5) == (groups is not None)


def test_a_gradient_penalty_on_silence_is_finite_for_a_judge_of_modulations() -> None:
    judge, silence = (
        ModulationJudge((1, 32, 16), CLASSES),
        torch.full((2, 1, 32, 16), -1.0, requires_grad=True),
    )
    (slope,) = torch.autograd.grad(judge(silence, labels(2)).sum(), silence, create_graph=True)
    slope.square().sum().backward()
    assert all(p.grad is None or bool(p.grad.isfinite().all()) for p in judge.parameters())
    assert bool(silence.grad.isfinite().all())


def test_a_judge_of_modulations_refuses_pictures_that_are_too_small() -> None:
    with pytest.raises(ValueError, match="a picture of 32 bands and 8 frames is too small"):
        ModulationJudge((1, 32, 8), CLASSES)


def test_a_textured_discriminator_judges_patches_alike_wherever_they_are() -> None:
    torch.manual_seed(0)
    discriminator = TexturedDiscriminator((1, 64, 64), CLASSES, (8, 8, 8, 8))

    def patch_logit(x: torch.Tensor) -> torch.Tensor:
        one = {name: label[:1] for name, label in labels(1).items()}
        return discriminator(x, one) - BandDiscriminator.forward(discriminator, x, one)

    texture = torch.randn(8, 8)
    pictures = torch.zeros(3, 1, 1, 64, 64)
    for picture, (low, first) in zip(pictures, ((16, 16), (32, 16), (24, 40)), strict=True):
        picture[0, 0, low : low + 8, first : first + 8] = texture
    here, higher, later = map(patch_logit, pictures)
    assert here.abs() > 1e-3
    torch.testing.assert_close(higher, here)
    torch.testing.assert_close(later, here)
    # a patch is 22 cells wide, and what lies further away than that is none of its business
    h = x = torch.zeros(1, 1, 64, 64, requires_grad=True)
    for layer in discriminator.local:
        h = layer(h)
    seen = torch.autograd.grad(h[0, :, 4, 4].sum(), x)[0][0, 0].abs().sum(0).nonzero()
    assert len(seen) == 22
