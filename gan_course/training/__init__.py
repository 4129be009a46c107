"""Training: the step, the loop, checkpoints."""

from gan_course.training.averaging import moving_average
from gan_course.training.game import Distribution, Game, Observer, Rules, chance_at, play
from gan_course.training.loop import Training, steps_within, train
from gan_course.training.processes import cards
from gan_course.training.recipe import Recipe
from gan_course.training.schedules import average_decay, falling_geometrically, held_then_falling
from gan_course.training.steps import discriminator_step, generator_step

__all__ = [
    "Distribution",
    "Game",
    "Observer",
    "Recipe",
    "Rules",
    "Training",
    "average_decay",
    "cards",
    "chance_at",
    "discriminator_step",
    "falling_geometrically",
    "generator_step",
    "held_then_falling",
    "moving_average",
    "play",
    "steps_within",
    "train",
]
