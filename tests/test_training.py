"""Training: deterministic, resumable to the bit, and clear about what stops it."""

from __future__ import annotations

import csv
import json
import math
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gan_course import datasets, zoo
from gan_course.datasets.augmentation import delayed
from gan_course.networks.namer import SEED
from gan_course.objectives import r1
from gan_course.training import Recipe, Training, checkpoint, game, steps_within, train
from gan_course.training.game import chance_at
from gan_course.training.recorders import History

SMALL = Recipe(
    data_options={"count": 24, "seed": 3},
    generator_widths=(8, 8, 8, 8),
    discriminator_widths=(4, 4, 8, 8),
    latent=8,
    steps=12,
    batch=4,
    penalty_every=4,
    precision="32-true",
)
WHOLE = replace(
    SMALL,
    networks="textured",
    shift=0.01,
    softer=1.0,
    partials=True,
    antialiased=True,
    detail=2.0,
    modulation=0.2,
    apart=True,
    namer=True,
    naming=0.5,
    unheard=0.3,
    gamma_at_end=0.5,
)
"""Every option that a recipe has, at once."""


@pytest.fixture(scope="module")
def clips() -> datasets.Clips:
    return datasets.notes(24, seed=3)


def weights(run: Training) -> dict[str, torch.Tensor]:
    return {**run.averaged, **run.generator.state_dict(), **run.discriminator.state_dict()}


def table(path: Path) -> list[dict[str, str]]:
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_the_same_seed_gives_the_same_weights_to_the_bit(clips: datasets.Clips) -> None:
    assert_same(weights(train(SMALL, clips)), weights(train(SMALL, clips)))


@pytest.mark.parametrize("recipe", [SMALL, WHOLE], ids=["small", "whole"])
def test_a_run_that_was_interrupted_ends_with_the_weights_of_one_that_was_not(
    clips: datasets.Clips, tmp_path: Path, recipe: Recipe
) -> None:
    class Stop(Exception):
        pass

    class Interrupting(History):
        def step(self, step: int, losses, seconds_left: float) -> None:
            if step == 7:
                raise Stop

    with pytest.raises(Stop):
        train(recipe, clips, tmp_path, [Interrupting(tmp_path)], save_every=5)
    resumed = train(recipe, clips, tmp_path)
    assert resumed.done == recipe.steps
    assert_same(weights(resumed), weights(train(recipe, clips)))


def test_training_moves_both_players_and_the_average_follows_behind(clips: datasets.Clips) -> None:
    run = Training(SMALL, clips)
    before = {name: w.clone() for name, w in weights(run).items()}
    run.step()
    assert all(
        not torch.equal(before[n], w) for n, w in run.discriminator.state_dict().items() if "weight" in n
    )
    moved = {n: (w - before[n]).norm() for n, w in run.generator.state_dict().items()}
    followed = {n: (run.averaged[n] - before[n]).norm() for n in run.averaged}
    assert sum(moved.values()) > 0
    for _ in range(3):
        run.step()
    assert 0 < sum(followed.values()) <= sum(moved.values()) + 1e-6


def test_the_schedules_begin_and_end_where_the_recipe_says() -> None:
    recipe = Recipe(steps=1000, learning_rate=1e-3, average=0.1)
    assert recipe.rate_at(0) == recipe.rate_at(500) == 1e-3
    assert recipe.rate_at(750) == pytest.approx(0.55e-3)
    assert recipe.rate_at(1000) == pytest.approx(1e-4)
    assert recipe.decay_at(1000) ** 100 == pytest.approx(0.5)
    assert recipe.decay_at(0) <= 0.5


def test_the_weight_of_the_penalties_falls_from_gamma_to_gamma_at_the_end() -> None:
    rules = Recipe(steps=1000, gamma=4.0, gamma_at_end=0.4).rules
    assert rules.r1 * rules.penalty_at(0) == 4.0
    assert rules.r1 * rules.penalty_at(500) == pytest.approx(4 / 10**0.5)
    assert rules.r1 * rules.penalty_at(1000) == rules.r1 * rules.penalty_at(2000) == pytest.approx(0.4)
    assert Recipe(steps=1000, gamma=4.0).rules.penalty_at(999) == 1
    assert "γ = 4, falling to 0.1 of it" in rules.in_words()


def test_the_falling_weight_reaches_the_loss(clips: datasets.Clips) -> None:
    def penalties(**changes: float) -> list[float]:
        run = Training(replace(SMALL, steps=8, penalty_every=1, **changes), clips)
        run.game.rules = replace(run.game.rules, discriminator_rate=1e-12)  # D stays, so the slopes do
        return [float(run.step()["penalty"]) for _ in range(4)]

    constant, falling = penalties(), penalties(gamma_at_end=0.01)
    shares = [f / c for f, c in zip(falling, constant, strict=True)]
    assert shares == pytest.approx([0.01 ** (step / 8) for step in range(4)], rel=1e-4)


def test_a_discriminator_that_names_learns_the_labels_and_teaches_them(clips: datasets.Clips) -> None:
    told = replace(SMALL, steps=150, batch=8, learning_rate=3e-3, conditions=("instrument",))

    def unnamed(recipe: Recipe) -> tuple[float, float]:
        run = Training(recipe, clips)
        for _ in range(recipe.steps):
            run.step()
        x, labels = run.notes(64, torch.Generator().manual_seed(0))
        with torch.no_grad():
            made = run.generator(torch.randn(64, 8, generator=torch.Generator().manual_seed(1)), labels)
            real, generated = (run.discriminator(part, labels, naming=True)[1].item() for part in (x, made))
        return real, generated

    by_chance = math.log(len(clips.classes["instrument"]))
    assert max(unnamed(replace(told, naming=1.0))) < 0.6 * by_chance
    assert min(unnamed(told)) > 0.9 * by_chance  # nobody asked for names, so nobody learnt any


def test_what_naming_costs_is_among_the_losses_and_slopes_of_both(clips: datasets.Clips) -> None:
    def norms(naming: float) -> dict[str, float]:
        run = Training(replace(SMALL, naming=naming), clips)
        run.game.rules = replace(run.game.rules, discriminator_rate=1e-12)  # so that G meets the same D
        assert ("naming" in run.step()) == (naming > 0)
        return run.game.gradient_norms()

    without, with_naming = norms(0.0), norms(1.0)
    assert all(abs(with_naming[player] / without[player] - 1) > 1e-3 for player in "DG")
    said = replace(SMALL, naming=1.0, unheard=0.5).in_words()
    assert said.endswith(", naming with weight 1, 50% of the pitches that G is asked for drawn anew")


def test_wishes_are_pitches_between_the_lowest_and_the_highest_of_the_same_instrument() -> None:
    # Classes in the order of the alphabet, as those of a folder are: C4 and C5 come before D4.
    audio = datasets.notes(6, seed=0).audio
    classes = {"pitch": ("A4", "C4", "C5", "D4", "E4"), "instrument": ("high", "low")}
    labels = {"pitch": torch.tensor([2, 0, 1, 4, 3, 1]), "instrument": torch.tensor([0, 0, 1, 1, 1, 1])}
    clips = datasets.Clips(audio, 16_000, labels, classes)
    run = Training(replace(SMALL, unheard=0.5), clips)
    asked = {"pitch": torch.tensor([2, 1] * 600), "instrument": torch.tensor([0, 1] * 600)}
    got = run.wishes(asked, torch.Generator().manual_seed(0))
    assert torch.equal(got["instrument"], asked["instrument"])
    high, low = got["pitch"][::2], got["pitch"][1::2]
    assert set(high.tolist()) == {0, 2}  # A4 and C5; there is nothing between
    assert set(low.tolist()) == {1, 3, 4}  # C4, D4, E4
    # Half of the wishes are drawn anew, and a third of these (or a half) are what they were.
    assert (low == 1).float().mean() == pytest.approx(0.5 + 0.5 / 3, abs=0.06)
    assert (high == 2).float().mean() == pytest.approx(0.5 + 0.5 / 2, abs=0.06)
    with pytest.raises(ValueError, match=r"unheard asks how high each pitch is, and 'a' is no note"):
        strange = replace(clips, classes=classes | {"pitch": ("a", "b", "c", "d", "e")})
        Training(replace(SMALL, unheard=0.5), strange)


def test_only_the_generators_own_turn_is_changed_by_wishes(clips: datasets.Clips) -> None:
    plain, wishing = Training(SMALL, clips), Training(replace(SMALL, unheard=1.0), clips)
    one, other = plain.step(), wishing.step()
    assert one["D"] == other["D"] and one["G"] != other["G"]
    assert_same(plain.discriminator.state_dict(), wishing.discriminator.state_dict())


def test_an_antialiased_recipe_makes_such_a_generator_and_its_weights_know_it(
    clips: datasets.Clips, tmp_path: Path
) -> None:
    run = train(replace(SMALL, antialiased=True, steps=2), clips, folder=tmp_path)
    model, z = zoo.load(tmp_path), torch.randn(3, 8)
    pitch, instrument = (list(clips.classes[kind][:3]) for kind in ("pitch", "instrument"))
    asked = {"pitch": torch.arange(3), "instrument": torch.arange(3)}
    loaded = model.pictures(z, pitch=pitch, instrument=instrument)
    averaged = run.recipe.new_generator(run.shape, run.classes)
    averaged.load_state_dict(run.averaged)
    torch.testing.assert_close(loaded, averaged(z, asked), rtol=1e-2, atol=1e-2)
    averaged.antialiased = False
    assert not torch.allclose(loaded, averaged(z, asked), rtol=1e-2, atol=1e-2)


def test_in_sixteen_bit_the_networks_are_and_the_penalties_are_not(
    clips: datasets.Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Training(replace(SMALL, precision="bf16-mixed", penalty_every=1), clips)
    logits: dict[str, set[torch.dtype]] = {"played": set(), "penalised": set()}
    kind = "played"
    last = [layer for layer in run.game.bare_discriminator.modules() if not list(layer.children())][-1]
    last.register_forward_hook(lambda layer, given, found: logits[kind].add(found.dtype))

    def in_full(judge: object, x: torch.Tensor) -> torch.Tensor:
        nonlocal kind
        kind = "penalised"
        found = r1(judge, x)
        kind = "played"
        assert x.dtype == found.dtype == torch.float32
        return found

    for name in ("r1", "r2"):
        monkeypatch.setattr(game, name, in_full)
    run.step()
    assert logits == {"played": {torch.bfloat16}, "penalised": {torch.float32}}


def test_full_is_no_larger_than_it_is_said_to_be() -> None:
    full = Recipe.read("full")
    generator = full.new_generator((1, 128, 128), {"pitch": 37, "instrument": 6}, torch.zeros(37, 128))
    assert 2e6 < sum(w.numel() for w in generator.parameters()) <= 4.5e6
    assert full.representation["n_mels"] >= 128 and 1 <= full.data_options["samples"] / 16_000 <= 4


def test_detail_is_shown_to_a_judge_of_patches_alone(clips: datasets.Clips) -> None:
    textured = replace(SMALL, networks="textured", steps=8)
    with_detail, without = train(replace(textured, detail=5.0), clips), train(textured, clips)
    assert with_detail.discriminator.detail == 5 and without.discriminator.detail == 0
    assert not torch.equal(with_detail.averaged["project.weight"], without.averaged["project.weight"])
    with pytest.raises(ValueError, match=r"detail is 5, and banded networks have no judge of patches"):
        replace(SMALL, networks="banded", detail=5)
    with pytest.raises(ValueError, match="detail is -1, and 0 or more"):
        replace(textured, detail=-1)


def test_modulations_are_judged_where_a_recipe_says_so(clips: datasets.Clips) -> None:
    textured = replace(SMALL, networks="textured", steps=8)
    judged, without = train(replace(textured, modulation=0.2), clips), train(textured, clips)
    assert (
        judged.discriminator.modulation_judge.scale == 0.2 and without.discriminator.modulation_judge is None
    )
    assert not torch.equal(judged.averaged["project.weight"], without.averaged["project.weight"])
    with pytest.raises(ValueError, match=r"modulation is 0.2, and banded networks have no judge of it"):
        replace(SMALL, networks="banded", modulation=0.2)
    with pytest.raises(ValueError, match="modulation is -1, and 0 or more"):
        replace(textured, modulation=-1)


def test_judges_play_a_game_each_where_a_recipe_says_so(clips: datasets.Clips) -> None:
    textured = replace(SMALL, networks="textured", steps=8, modulation=0.2, naming=0.1)
    apart, together = train(replace(textured, apart=True), clips), train(textured, clips)
    assert apart.discriminator.apart and not together.discriminator.apart
    assert not torch.equal(apart.averaged["project.weight"], together.averaged["project.weight"])
    with pytest.raises(
        ValueError, match=r"apart is true, and banded networks have no judges beside .* set apart to false"
    ):
        replace(SMALL, networks="banded", apart=True)


def test_a_namer_names_the_labels_where_a_recipe_says_so(clips: datasets.Clips) -> None:
    textured = replace(SMALL, networks="textured", steps=8, naming=0.5)
    named, without = train(replace(textured, namer=True), clips), train(textured, clips)
    assert named.discriminator.namer.classes == named.classes and without.discriminator.namer is None
    assert not torch.equal(named.averaged["project.weight"], without.averaged["project.weight"])
    assert replace(textured, namer=True).conditioned_on({}).namer is False
    with pytest.raises(
        ValueError, match=r"namer is true, and banded networks have no namer .* set namer to false"
    ):
        replace(textured, namer=True, networks="banded")
    with pytest.raises(ValueError, match="naming is 0, so that it is asked nothing"):
        replace(textured, namer=True, naming=0.0)
    with pytest.raises(ValueError, match="a namer halves pictures 4 times, and 72 bands × 64 frames"):
        Training(
            replace(textured, namer=True, representation={"representation": "LogMel", "n_mels": 72}), clips
        )


@pytest.mark.parametrize("unheard", [0.0, 1.0])
def test_a_namer_hears_real_sounds_with_their_labels_and_generated_ones_with_what_was_asked_all_in_noise(
    clips: datasets.Clips, unheard: float
) -> None:
    run = Training(replace(SMALL, networks="textured", naming=0.5, namer=True, unheard=unheard), clips)
    heard, namer = [], run.game.bare_discriminator.namer
    own = namer.naming
    namer.naming = lambda x, labels: heard.append(labels) or own(x, labels)
    run.step()
    run.step()
    real, asked, later, _ = heard
    assert real.keys() == asked.keys() == {"pitch", "instrument", SEED}
    assert torch.equal(real["instrument"], asked["instrument"])
    for drawn_anew in ("pitch", SEED):
        assert torch.equal(real[drawn_anew], asked[drawn_anew]) == (unheard == 0)
    assert len({*real[SEED].tolist(), *later[SEED].tolist()}) == 2 * len(real[SEED])
    assert SEED not in Training(replace(SMALL, naming=0.5), clips).notes(4, torch.Generator())[1]


def test_any_labels_or_none_can_be_the_condition(clips: datasets.Clips) -> None:
    for conditions in ((), ("instrument",), ("pitch", "instrument")):
        run = Training(replace(SMALL, conditions=conditions), clips)
        run.step()
        pictures, sounds = run.heard()
        assert len(pictures) == 16 and all(sound.label for sound in sounds)
    with pytest.raises(ValueError, match=r"no label speaker, .* its labels are"):
        Training(replace(SMALL, conditions=("speaker",)), clips)


def test_sounds_of_another_rate_than_the_representations_are_refused() -> None:
    with pytest.raises(ValueError, match="8,000 Hz, and the representation is for 16,000 Hz"):
        Training(SMALL, datasets.notes(4, rate=8000, samples=8192))


def test_clips_begin_later_as_far_as_the_recipe_allows_and_keep_their_pitch(clips: datasets.Clips) -> None:
    run = Training(replace(SMALL, shift=0.05), clips)
    heard, _ = run.notes(64, torch.Generator().manual_seed(0))
    again, _ = run.notes(64, torch.Generator().manual_seed(0))
    assert torch.equal(heard, again)
    x = delayed(clips.audio[:3], torch.tensor([0, 5, 800]))
    assert torch.equal(x[0], clips.audio[0])
    assert torch.equal(x[2, 800:], clips.audio[2, :-800]) and not x[2, :800].any()
    with pytest.raises(ValueError, match="0 or more samples"):
        delayed(clips.audio[:1], torch.tensor([-1]))
    _, labels = Training(SMALL, clips).notes(64, torch.Generator().manual_seed(0))
    chosen = torch.randint(len(clips), (64,), generator=torch.Generator().manual_seed(0))
    assert torch.equal(labels["pitch"], clips.labels["pitch"][chosen])
    plain = run.encoding.encode(clips.audio[chosen])
    drop = (plain.amax((1, 2, 3)) - heard.amax((1, 2, 3))) * 45  # dB: (−1, 1) is 90 dB
    assert drop.abs().max() < 2
    begins = lambda x: (x.amax((1, 2)) > x.amax((1, 2, 3))[:, None] - 0.5).int().argmax(1)  # noqa: E731
    later = (begins(heard) - begins(plain)).float()
    assert later.min() >= -1 and 2 <= later.max() <= 5  # 50 ms are three frames
    bands = lambda x: x.mean(-1).argmax(-2).flatten()  # noqa: E731
    assert (bands(plain) - bands(heard)).abs().max() <= 1


def test_the_discriminator_hears_real_and_generated_sounds_softer_as_far_as_the_recipe_allows(
    clips: datasets.Clips,
) -> None:
    run = Training(replace(SMALL, softer=12.0), clips)
    shown: list[torch.Tensor] = []
    played: list[torch.Tensor] = []
    run.game.bare_discriminator.register_forward_pre_hook(
        lambda network, given: shown.append(given[0].detach())
    )
    run.game.bare_generator.register_forward_hook(lambda network, given, made: played.append(made.detach()))
    real = run.notes(4, chance_at(run.recipe.seed, 0))[0]
    run.game.rules = replace(run.game.rules, r1=0.0, r2=0.0)
    run.step()
    drops = [
        45 * (before - after).amax((1, 2, 3))
        for before, after in zip((real, *played), shown[:3], strict=True)
    ]
    assert torch.equal(shown[3], shown[0]), "the same real sounds, in the generator's turn"
    for drop in drops:
        assert drop.min() >= 0 and drop.max() <= 12 and drop.std() > 0.5
    for before, after, drop in zip((real, *played), shown[:3], drops, strict=True):
        lower = (before - drop[:, None, None, None] / 45).clamp(min=-1)
        torch.testing.assert_close(after, lower)


def test_tables_hold_losses_gradient_norms_rates_pace_and_what_was_measured(
    clips: datasets.Clips, tmp_path: Path
) -> None:
    def measure(run: Training) -> dict[str, float]:
        return {"steps so far": float(run.done)}

    recipe = replace(SMALL, steps=30)
    train(recipe, clips, tmp_path, [History(tmp_path)], measure=measure, measure_every=20)
    rows = table(tmp_path / "losses.csv")
    assert [int(row["step"]) for row in rows] == [10, 20, 30]
    for row in rows:
        assert {"D", "G", "margin", "penalty", "gradient norm D", "gradient norm G"} < set(row)
        assert float(row["gradient norm D"]) > 0 and float(row["gradient norm G"]) > 0
        assert float(row["steps a second"]) > 0
        assert float(row["learning rate"]) == pytest.approx(recipe.rate_at(int(row["step"]) - 1), rel=1e-4)
    metrics = table(tmp_path / "metrics.csv")
    assert [(row["step"], float(row["steps so far"])) for row in metrics] == [("20", 20.0), ("30", 30.0)]
    assert Recipe.read(tmp_path / "recipe.json") == recipe


def test_a_recipe_that_somebody_keeps_in_the_folder_is_not_replaced(
    clips: datasets.Clips, tmp_path: Path
) -> None:
    file = tmp_path / "recipe.json"
    file.write_text(json.dumps(SMALL.to_dict()))
    before = file.read_bytes()
    with pytest.raises(ValueError, match="holds another recipe"):
        train(replace(SMALL, gamma=7.0), clips, tmp_path)
    train(SMALL, clips, tmp_path)
    assert file.read_bytes() == before


def test_gradient_norms_are_those_of_the_step(clips: datasets.Clips) -> None:
    run = Training(SMALL, clips)
    run.step()
    norms = run.game.gradient_norms()
    for name, network in (("D", run.discriminator), ("G", run.generator)):
        flat = torch.cat([w.grad.flatten() for w in network.parameters()])
        assert norms[name] == pytest.approx(float(flat.norm()), rel=1e-5)


def test_a_run_in_pieces_of_some_seconds_ends_with_the_weights_of_one_piece(
    clips: datasets.Clips, tmp_path: Path
) -> None:
    pieces = 0
    while (run := train(SMALL, clips, tmp_path, seconds=0.01)).done < SMALL.steps:
        pieces += 1
        assert checkpoint.load(tmp_path / "generator.safetensors")[1]["steps"] == run.done
    assert pieces >= 2
    assert_same(weights(run), weights(train(SMALL, clips)))


@pytest.mark.parametrize(("sample_every", "measure_every"), [(5, 3), (1, 4), (4, 1), (1, 1)])
def test_a_run_that_ends_by_the_clock_is_seen_and_measured_at_its_end(
    clips: datasets.Clips, tmp_path: Path, sample_every: int, measure_every: int
) -> None:
    class Watching(History):
        seen, told = 0, ()

        def sample(self, images, sounds) -> None:
            self.seen += 1

        def metrics(self, step: int, numbers) -> None:
            self.told += ((step, *numbers),)

    watching = Watching(tmp_path)
    run = train(
        SMALL,
        clips,
        observers=[watching],
        sample_every=sample_every,
        measure=lambda run: {"done": run.done},
        measure_every=measure_every,
        seconds=0.0,
    )
    assert run.done == 1
    assert watching.seen == 1 and watching.told == ((1, "done"),)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signals like these on this system")
def test_an_interruption_waits_for_the_end_of_the_step_and_loses_nothing(
    clips: datasets.Clips, tmp_path: Path
) -> None:
    class Impatient(History):
        def step(self, step: int, losses, seconds_left: float) -> None:
            if step == 7:
                signal.raise_signal(signal.SIGINT)

    usual = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            train(SMALL, clips, tmp_path, [Impatient(tmp_path)], save_every=5)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, usual)
    assert checkpoint.load(tmp_path / "checkpoint.safetensors")[1]["steps"] == 8
    assert_same(weights(train(SMALL, clips, tmp_path)), weights(train(SMALL, clips)))


def test_the_steps_that_fit_into_a_time_are_tried_out(clips: datasets.Clips) -> None:
    few, many = (steps_within(SMALL, seconds, clips, probe=4) for seconds in (1.0, 100.0))
    assert 1 <= few < many


def test_losses_that_are_no_numbers_stop_the_run_and_keep_the_last_checkpoint(
    clips: datasets.Clips, tmp_path: Path
) -> None:
    class Poison(History):
        def step(self, step: int, losses, seconds_left: float) -> None:
            if step == 6:
                with torch.no_grad():
                    self.run.generator.state_dict()["project.weight"].fill_(torch.nan)

    poison = Poison(tmp_path)
    made: list[Training] = []
    original = Training.__init__

    def remember(self: Training, *arguments) -> None:
        original(self, *arguments)
        made.append(self)
        poison.run = self

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Training, "__init__", remember)
        with pytest.raises(FloatingPointError, match="smaller learning rate"):
            train(SMALL, clips, tmp_path, [poison], save_every=5)
    tensors, about = checkpoint.load(tmp_path / "checkpoint.safetensors")
    assert about["steps"] == 5
    assert all(torch.isfinite(t).all() for t in tensors.values())


def test_a_full_disk_leaves_the_checkpoint_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "checkpoint.safetensors"
    checkpoint.save(path, {"w": torch.ones(3)}, {"steps": 1})

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    with pytest.raises(OSError, match="free some space"):
        checkpoint.save(path, {"w": torch.zeros(3)}, {"steps": 2})
    assert checkpoint.load(path)[1]["steps"] == 1
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "])
def test_a_missing_damaged_or_foreign_checkpoint_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "generator.safetensors"
    with pytest.raises(checkpoint.CheckpointError, match="train first"):
        checkpoint.load(path)
    path.write_bytes(content)
    with pytest.raises(checkpoint.CheckpointError, match="not a checkpoint of this course"):
        checkpoint.load(path)


def test_a_folder_with_another_recipes_run_is_left_alone(clips: datasets.Clips, tmp_path: Path) -> None:
    train(SMALL, clips, tmp_path)
    before = (tmp_path / "checkpoint.safetensors").read_bytes()
    other = Recipe.from_dict(SMALL.to_dict() | {"gamma": 5.0})
    with pytest.raises(checkpoint.CheckpointError, match="another recipe"):
        train(other, clips, tmp_path)
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == before


def test_a_recipe_is_plain_data_and_reads_itself_back(tmp_path: Path) -> None:
    text = json.dumps(SMALL.to_dict())
    assert Recipe.from_dict(json.loads(text)) == SMALL
    file = tmp_path / "mine.json"
    file.write_text(text)
    assert Recipe.read(file, steps=99).steps == 99


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"steps": 0}, "at least 1"),
        ({"precision": "fp8"}, "choose auto"),
        ({"stepz": 3}, "no stepz"),
        ({"shift": -0.1}, "0 or more"),
        ({"gamma_at_end": 0}, "above 0"),
        ({"unheard": 1.5}, "a share from 0 to 1"),
        (
            {"unheard": 0.5, "conditions": ["instrument"]},
            "it draws pitches, which are none of the conditions",
        ),
        ({"naming": -1}, "0 or more"),
        ({"naming": 1.0, "conditions": []}, "no conditions to be named"),
        ({"networks": "dense"}, "choose convolutional, banded, residual, textured"),
    ],
)
def test_a_recipe_that_cannot_work_is_refused(changes: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Recipe.from_dict(changes)


def test_changes_as_they_are_typed() -> None:
    changed = SMALL.changed(
        [
            "gamma=2",
            "conditions=pitch",
            "data_options.count=5",
            "representation.n_mels=32",
            "gamma_at_end=none",
        ]
    )
    assert changed == replace(
        SMALL,
        gamma=2,
        conditions=("pitch",),
        data_options={"count": 5, "seed": 3},
        representation={"representation": "LogMel", "n_mels": 32},
    )
    assert SMALL.changed(["conditions=none", "generator_widths=[4, 8]"]).conditions == ()
    for typed, meant in (("True", True), ("FALSE", False), ("true", True)):
        assert SMALL.changed([f"partials={typed}"]).partials is meant
    for word in ("gamma", "stepz=3", "seed.x=3", "conditions=3", "gamma=high", "one_sided=2", "batch=2.5"):
        with pytest.raises(ValueError, match=r"changes nothing|is expected"):
            SMALL.changed([word])


def test_what_is_to_be_typed_is_said_as_it_is_typed() -> None:
    for change, said in (
        ("partials=yes", "partials is 'yes', and true or false is expected, such as false$"),
        ("apart=true", "apart is true, and .*, or set apart to false$"),
        ("detail=2", "detail is 2, and .*, or set detail to 0$"),
    ):
        with pytest.raises(ValueError, match=said):
            SMALL.changed([change])


def test_other_conditions_leave_out_what_they_do_not_allow() -> None:
    bare = WHOLE.changed(["conditions=none"])
    assert bare == WHOLE.conditioned_on({})
    assert WHOLE.changed(["conditions=instrument"]) == WHOLE.conditioned_on({"instrument": ("bell",)})
    assert WHOLE.changed(["conditions=pitch"]) == replace(WHOLE, conditions=("pitch",))
    with pytest.raises(ValueError, match="no conditions to be named"):
        WHOLE.changed(["conditions=none", "naming=2"])


def test_an_unknown_recipe_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="orchestra"):
        Recipe.read("nothing")
