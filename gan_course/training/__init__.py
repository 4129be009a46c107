"""Training: the step, the loop, checkpoints."""

from gan_course.training.averaging import moving_average
from gan_course.training.game import Distribution, Game, Observer, Rules, play
from gan_course.training.loop import Training, steps_within, train
from gan_course.training.recipe import Recipe
from gan_course.training.steps import discriminator_step, generator_step

__all__ = [
    "Distribution",
    "Game",
    "Observer",
    "Recipe",
    "Rules",
    "Training",
    "discriminator_step",
    "generator_step",
    "moving_average",
    "play",
    "steps_within",
    "train",
]
