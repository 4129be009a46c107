"""Training: the step, the loop, checkpoints."""

from gan_course.training.loop import Training, train
from gan_course.training.recipe import Recipe

__all__ = ["Recipe", "Training", "train"]
