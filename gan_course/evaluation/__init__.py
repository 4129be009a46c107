"""Judging generated sounds."""

from gan_course.evaluation.pitch import cents, pitch_accuracy, track_pitch

__all__ = ["cents", "pitch_accuracy", "track_pitch"]
