"""The game of any two networks: its steps by closed form, its chance, its penalties, and how it is taken up again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gan_course.objectives import OBJECTIVES, Objective
from gan_course.training import Game, Rules, checkpoint, play

RATE = 0.1


class Point(nn.Module):
    """A generator that makes one number, whatever z is."""

    def __init__(self, theta: float) -> None:
        super().__init__()
        self.theta = nn.Parameter(torch.tensor(theta))

    def forward(self, z: Tensor) -> Tensor:
        return self.theta.expand(len(z), 1)


class Slope(nn.Module):
    """A discriminator whose logit is ψ x."""

    def __init__(self, psi: float) -> None:
        super().__init__()
        self.psi = nn.Parameter(torch.tensor(psi))

    def forward(self, x: Tensor) -> Tensor:
        return self.psi * x


def zeros(count: int, random: torch.Generator) -> Tensor:
    return torch.zeros(count, 1)


def bells(count: int, random: torch.Generator) -> Tensor:
    return 3 + torch.randn(count, 2, generator=random)


def networks(seed: int = 0) -> tuple[nn.Module, nn.Module]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return (
            nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 2)),
            nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1)),
        )


def dirac(theta: float = 1.0, psi: float = 0.5, **rules: Any) -> Game:
    said = {"objective": "wasserstein", "optimiser": "sgd", "batch": 4} | rules
    return Game(
        Point(theta),
        Slope(psi),
        Rules(generator_rate=RATE, discriminator_rate=RATE, **said),
        latent=1,
    )


def where(game: Game) -> tuple[float, float]:
    return game.bare_generator.theta.item(), game.bare_discriminator.psi.item()


def weights(game: Game) -> dict[str, Tensor]:
    return {name: w.detach().clone() for name, w in game.state().items()}


def assert_same(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_by_turns_the_generator_answers_the_discriminator_that_has_moved() -> None:
    game = dirac()
    losses = game.step(zeros)
    psi = 0.5 - RATE * 1.0
    assert where(game) == pytest.approx((1.0 + RATE * psi, psi))
    assert losses["D"].item() == pytest.approx(0.5)
    assert losses["G"].item() == losses["margin"].item() == pytest.approx(-psi)


def test_at_once_both_move_from_where_they_stood() -> None:
    game = dirac(simultaneous=True)
    game.step(zeros)
    assert where(game) == pytest.approx((1.0 + RATE * 0.5, 0.5 - RATE * 1.0))


def test_the_discriminator_makes_as_many_steps_as_the_rules_say() -> None:
    game = dirac(discriminator_steps=3)
    game.step(zeros)
    psi = 0.5 - 3 * RATE * 1.0
    assert where(game) == pytest.approx((1.0 + RATE * psi, psi))


class Magnifying(Slope):
    """A discriminator that is shown x and 10 x, and adds up what it thinks of both."""

    def shown(self, x: Tensor) -> Tensor:
        return torch.cat([x, 10 * x], 1)

    def judge_shown(self, shown: Tensor) -> Tensor:
        return self.psi * shown.sum(1)

    def forward(self, x: Tensor) -> Tensor:
        return self.judge_shown(self.shown(x))


@pytest.mark.parametrize(
    ("penalty", "wanted"), [("r1", 0.25), ("r2", 0.25), ("gradient_penalty", (0.5 * 2**0.5 - 1) ** 2)]
)
def test_slopes_are_penalised_at_what_a_discriminator_is_shown(penalty: str, wanted: float) -> None:
    rules = Rules("wasserstein", optimiser="sgd", batch=4, **{penalty: 1.0})
    losses = Game(Point(1.0), Magnifying(0.5), rules, latent=1).step(zeros)
    assert losses["penalty"].item() == pytest.approx(wanted)  # and not that of 11 ψ, which is the slope by x


class Judges(nn.Module):
    """A discriminator of two judges, whose logits are ψ x and 2 ψ x."""

    def __init__(self, psi: float) -> None:
        super().__init__()
        self.psi = nn.Parameter(torch.tensor(psi))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.psi * x, 2 * self.psi * x], 1)


def test_each_of_several_judges_plays_a_game_of_its_own() -> None:
    rules = Rules("relativistic_pairing", optimiser="sgd", batch=4, generator_rate=RATE)
    game = Game(Point(1.0), Judges(-0.5), rules, latent=1)
    losses = game.step(zeros)
    softplus = torch.nn.functional.softplus
    of_each = [softplus(torch.tensor(-m)).item() for m in (0.5, 1.0)]  # x = 0, G(z) = 1: the margins
    assert losses["D"].item() == pytest.approx(sum(of_each))
    psi = game.bare_discriminator.psi.item()
    assert losses["margin"].item() == pytest.approx(-3 * psi)
    assert losses["G"].item() == pytest.approx(sum(softplus(torch.tensor(-m * psi)).item() for m in (1, 2)))
    assert game.judge(torch.ones(3, 1)).tolist() == pytest.approx([3 * psi] * 3)


@pytest.mark.parametrize("penalty", ["r1", "r2"])
def test_a_penalty_pulls_by_its_weight_at_every_nth_step_n_times_as_much(penalty: str) -> None:
    game = dirac(theta=0.0, psi=0.5, penalty_every=3, **{penalty: 0.4})
    seen = []
    theta, psi = 0.0, 0.5
    for step in range(7):
        losses = game.step(zeros)
        seen.append("penalty" in losses)
        lazy = 3 * (step % 3 == 0)
        if lazy:
            assert losses["penalty"].item() == pytest.approx(0.4 * psi**2 / 2)
        psi = psi - RATE * (theta + lazy * 0.4 * psi)
        theta = theta + RATE * psi
        assert where(game) == pytest.approx((theta, psi))
    assert seen == [True, False, False, True, False, False, True]


@pytest.mark.parametrize(("one_sided", "pull"), [(False, 2 * (0.5 - 1)), (True, 0.0)])
def test_the_gradient_penalty_pulls_the_slope_to_one(one_sided: bool, pull: float) -> None:
    game = dirac(theta=0.0, gradient_penalty=0.25, one_sided=one_sided)
    game.step(zeros)
    assert game.bare_discriminator.psi.item() == pytest.approx(0.5 - RATE * 0.25 * pull)


def test_r1_and_r2_together_cost_the_sum() -> None:
    game = dirac(r1=0.4, r2=0.2)
    assert game.step(zeros)["penalty"].item() == pytest.approx(0.6 * 0.25 / 2)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize(
    "bound",
    [{}, {"r1": 1.0, "r2": 1.0, "penalty_every": 2}, {"gradient_penalty": 10.0}, {"spectral_norm": True}],
    ids=["bare", "r1 r2", "gradient penalty", "spectral norm"],
)
def test_the_same_seed_plays_the_same_game_and_another_seed_another(objective: str, bound: dict) -> None:
    def played(seed: int) -> dict[str, Tensor]:
        game = Game(*networks(), Rules(objective, batch=16, average=4, **bound), seed=seed)
        torch.manual_seed(seed + 17)  # what the rest of a notebook draws must not matter
        return weights(play(game, bells, 6))

    first = played(0)
    assert all(w.isfinite().all() for w in first.values())
    assert_same(first, played(0))
    other = played(1)
    assert any(not torch.equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
@pytest.mark.parametrize("spectral_norm", [False, True])
def test_a_game_taken_up_again_ends_with_the_weights_of_one_that_never_stopped(
    optimiser: str, spectral_norm: bool, tmp_path: Path
) -> None:
    rules = Rules(
        "relativistic_pairing", r1=1.0, penalty_every=4, optimiser=optimiser, spectral_norm=spectral_norm,
        batch=16, average=5, falling_over=12, discriminator_steps=2,
    )  # fmt: skip
    whole = play(Game(*networks(), rules, seed=3), bells, 12)
    play(Game(*networks(), rules, seed=3), bells, 7).save(tmp_path / "game.safetensors")
    later = Game(*networks(seed=99), rules, seed=3)
    later.resume(tmp_path / "game.safetensors")
    assert later.done == 7
    assert_same(weights(play(later, bells, 12)), weights(whole))


def test_a_game_of_other_rules_or_another_seed_is_not_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "game.safetensors"
    play(Game(*networks(), Rules(batch=8)), bells, 2).save(path)
    for other in (Game(*networks(), Rules(batch=8, r1=1.0)), Game(*networks(), Rules(batch=8), seed=1)):
        before = weights(other)
        with pytest.raises(checkpoint.CheckpointError, match="other rules or from another seed"):
            other.resume(path)
        assert_same(before, weights(other))


def test_looking_changes_nothing() -> None:
    def played(look: bool) -> dict[str, Tensor]:
        game = Game(*networks(), Rules(spectral_norm=True, batch=8, average=3))
        for _ in range(4):
            game.step(bells)
            if look:
                game.judge(game.sample(5))
        return weights(game)

    assert_same(played(True), played(False))


def test_the_average_follows_by_the_share_that_its_half_life_leaves() -> None:
    game = dirac(average=1000)
    expected = 1.0
    for step in range(5):
        game.step(zeros)
        decay = 0.5 ** (1 / max(1.0, 0.5 * step))
        expected = decay * expected + (1 - decay) * where(game)[0]
    assert game.averaged["theta"].item() == pytest.approx(expected)
    assert game.sample(2)[0].item() == pytest.approx(expected)
    assert game.sample(2, averaged=False)[0].item() == pytest.approx(where(game)[0])


def test_learning_rates_fall_to_a_tenth_over_the_second_half() -> None:
    game = dirac(falling_over=8)
    rates = []
    for _ in range(9):
        game.step(zeros)
        rates.append(game.g_optimiser.param_groups[0]["lr"] / RATE)
    assert rates == pytest.approx([1, 1, 1, 1, 1, 0.775, 0.55, 0.325, 0.1])


def test_labels_reach_both_networks() -> None:
    class Told(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1))
            self.seen: list[Tensor] = []

        def forward(self, x: Tensor, label: Tensor) -> Tensor:
            self.seen.append(label)
            return self.weight * x[:, :1] + label[:, None]

    def labelled(count: int, random: torch.Generator) -> tuple[Tensor, Tensor]:
        label = torch.randint(2, (count,), generator=random)
        return torch.randn(count, 1, generator=random), label

    generator, discriminator = Told(), Told()
    game = Game(generator, discriminator, Rules(batch=6, r1=1.0), latent=1)
    game.step(labelled)
    told = generator.seen[0]
    assert len({tuple(t.tolist()) for t in (*generator.seen, *discriminator.seen)}) == 1
    assert told.shape == (6,)
    assert game.sample(3, torch.ones(3)).shape == (3, 1)


class Notes:
    """Remembers what an observer is told."""

    def __init__(self) -> None:
        self.said: list[Any] = []

    def started(self, total_steps: int) -> None:
        self.said.append(total_steps)

    def step(self, step: int, losses: Mapping[str, float], seconds_left: float) -> None:
        assert set(losses) >= {"D", "G", "margin"}
        assert seconds_left >= 0
        self.said.append(step)

    def finished(self) -> None:
        self.said.append("finished")


def test_observers_see_every_step_and_pictures_and_copies_come_when_asked_for() -> None:
    notes, shown, kept = Notes(), [], []
    play(
        Game(*networks(), Rules(batch=8)), bells, 7, [notes],
        show=lambda game: shown.append(game.done), show_every=3,
        keep=lambda game: kept.append(game.done), keep_every=5,
    )  # fmt: skip
    assert notes.said == [7, 1, 2, 3, 4, 5, 6, 7, "finished"]
    assert shown == [3, 6, 7]
    assert kept == [5, 7]


@pytest.mark.parametrize("what", [KeyboardInterrupt, OSError])
def test_observers_are_told_of_the_end_however_it_comes(what: type[BaseException]) -> None:
    class Tired(Notes):
        def step(self, step: int, losses: Mapping[str, float], seconds_left: float) -> None:
            if step == 3:
                raise what

    tired, notes, kept = Tired(), Notes(), []
    with pytest.raises(what):
        play(
            Game(*networks(), Rules(batch=8)), bells, 7, [notes, tired],
            keep=lambda game: kept.append(game.done), keep_every=3,
        )  # fmt: skip
    assert tired.said[-1] == notes.said[-1] == "finished"
    assert kept == [3]  # before anybody was told, which may fail


def test_a_game_that_loses_its_numbers_goes_back_to_the_last_good_state() -> None:
    plain = OBJECTIVES["non_saturating"]
    game = Game(*networks(), Rules(batch=8))

    def breaks(real: Tensor, fake: Tensor) -> Tensor:
        return plain.discriminator(real, fake) * (torch.nan if game.done == 8 else 1)

    game.objective = Objective(breaks, plain.generator)
    good: list[dict[str, Tensor]] = []
    with pytest.raises(FloatingPointError, match=r"after 6 steps, .* begin anew with a smaller learning rate"):
        play(game, bells, 20, keep=lambda g: good.append(weights(g)), keep_every=3)
    assert game.done == 6
    assert_same(weights(game), good[-1])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"objective": "guess"}, "there is no objective 'guess': choose minimax"),
        ({"optimiser": "lion"}, "choose adam or sgd"),
        ({"batch": 0}, "at least 1"),
        ({"r1": -1.0}, "0 or more"),
        ({"r1": float("nan")}, "0 or more"),
        ({"generator_rate": 0.0}, "above 0"),
        ({"betas": [0.9]}, "two numbers are expected"),
        ({"betas": [0, 1]}, "at least 0 and below 1"),
        ({"simultaneous": True, "discriminator_steps": 2}, "a step each"),
        ({"steps": 3}, "rules have no steps"),
    ],
)
def test_rules_that_cannot_be_played_are_refused(changes: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Rules.from_dict(changes)


def test_betas_may_be_typed_as_whole_numbers() -> None:
    said = []
    for betas in ((0, 0.5), (0.0, 0.5)):
        game = Game(*networks(), Rules(batch=8, betas=betas))
        play(game, bells, 2)
        said.append(weights(game))
    assert_same(*said)


def test_rules_are_plain_data_and_say_themselves_in_a_line() -> None:
    rules = Rules("hinge", r1=1.0, r2=1.0, penalty_every=8, spectral_norm=True)
    assert Rules.from_dict(rules.to_dict()) == rules
    assert rules.in_words() == "hinge loss with R1 + R2, γ = 1, every 8 steps, spectral normalisation"
    assert Rules("minimax").in_words() == "minimax loss"


def test_two_bells_are_learnt_by_relativistic_pairing_with_both_penalties() -> None:
    rules = Rules("relativistic_pairing", r1=0.1, r2=0.1, batch=128, average=50)
    game = play(Game(*networks(), rules), bells, 600)
    made = game.sample(4000)
    assert made.mean(0) == pytest.approx([3.0, 3.0], abs=0.3)
    assert ((made.std(0) > 0.5) & (made.std(0) < 1.6)).all()
