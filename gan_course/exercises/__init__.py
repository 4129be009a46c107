"""Exercises that check themselves: ``checks = lesson("03")``, then ``checks.stft(stft)``."""

from gan_course.exercises.engine import CheckFailed, Lesson, LessonChecks, lesson

__all__ = ["CheckFailed", "Lesson", "LessonChecks", "lesson"]
