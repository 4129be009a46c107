"""The averaged generator: the function that lesson 06 teaches, and what the game does in place."""

from __future__ import annotations

import torch

from gan_course.evaluation import ring
from gan_course.networks import perceptron
from gan_course.training import Game, Rules, moving_average


def test_a_games_averaged_weights_are_the_moving_average_of_its_weights() -> None:
    torch.manual_seed(0)
    game = Game(perceptron(2, 2, 8), perceptron(2, 1, 8), Rules(average=5, batch=16))
    behind = {name: weight.clone() for name, weight in game.averaged.items()}
    for step in range(12):
        game.step(ring())
        behind = moving_average(
            behind, dict(game.bare_generator.named_parameters()), game.rules.decay_at(step)
        )
    for name, weight in game.averaged.items():
        assert torch.allclose(weight, behind[name], atol=1e-6)
        assert not behind[name].requires_grad


def test_a_half_life_of_steps_halves_what_is_left_of_the_beginning() -> None:
    average = {"w": torch.ones(1)}
    for _ in range(10):
        average = moving_average(average, {"w": torch.zeros(1)}, 0.5 ** (1 / 10))
    assert torch.allclose(average["w"], torch.tensor(0.5))
