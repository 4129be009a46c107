"""Adversarial losses and penalties, as pure functions of logits, or of a discriminator and samples."""

from gan_course.objectives.losses import Objective, relativistic_pairing
from gan_course.objectives.penalties import squared_gradient

__all__ = ["Objective", "relativistic_pairing", "squared_gradient"]
