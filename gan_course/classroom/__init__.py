"""Lessons as software: sources become notebooks, and pytest grades what learners hand in.

``sources`` reads a lesson's source, ``notebooks`` lays out the files, ``tidy`` cleans stored outputs,
``build`` runs and writes, ``skeleton`` begins a new lesson; ``plugin`` and ``grading`` are pytest's, by what
``submissions`` and ``names`` see in a notebook; ``grade`` and ``sittings`` grade a class; ``nbgrader`` is for schools
that run it.
"""
