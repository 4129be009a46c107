"""Run inside a learner's kernel, from its text: sees to it that a check is the one that was released.

A grader takes ``fingerprint`` before the learner's first cell has run, and again around every check. It is no
security boundary (the learner's code runs in the same process), but the ways in which a check is changed by
accident, by a "clever" cell, or by a mock that was left in place do not go unnoticed.
"""

import json
import sys
import types


def namespace():
    """The notebook's variables."""
    return sys.modules["IPython"].get_ipython().user_ns


def load(number):
    """Import the lesson's checks from the installed course, whatever lies in the working folder."""
    import importlib
    import os

    here = sys.path[:]
    sys.path[:] = [entry for entry in here if entry not in ("", ".", os.getcwd())]
    try:
        return importlib.import_module(f"gan_course.exercises.lesson_{number}").lesson
    finally:
        sys.path[:] = here


def identity(thing):
    """What changes when a function, or a class, is replaced or altered."""
    if isinstance(thing, types.FunctionType):
        return [
            id(thing),
            id(thing.__code__),
            id(thing.__defaults__),
            id(getattr(thing, "__wrapped__", None)),
        ]
    return id(thing)


def members(name, thing):
    """The functions of a class, or the names of a module, each with its identity."""
    for key, value in list(vars(thing).items()):
        if isinstance(thing, types.ModuleType):
            if not (key.startswith("__") and key.endswith("__")) and not isinstance(value, types.ModuleType):
                yield f"{name}.{key}", identity(value)
        elif callable(value) or isinstance(value, (property, classmethod, staticmethod)):
            yield f"{name}.{key}", identity(value)


def fingerprint(number):
    """Names of everything that a verdict of this lesson depends on, with identities."""
    lesson = load(number)
    found = {}
    modules = [
        "gan_course.exercises.engine",
        "gan_course.exercises.properties",
        f"gan_course.exercises.lesson_{number}",
    ]
    modules += [getattr(exercise.reference, "__module__", None) for exercise in lesson.exercises.values()]
    for name in dict.fromkeys([*modules, "numpy", "IPython.core.display_functions"]):
        module = sys.modules.get(name)
        if module is not None:
            found[name] = id(module)
            found.update(members(name, module))
            for key, value in list(vars(module).items()):
                if isinstance(value, type) and value.__module__ == name and name.startswith("gan_course."):
                    found.update(members(f"{name}.{key}", value))
    for name, exercise in lesson.exercises.items():
        for key, value in vars(exercise).items():
            found[f"the exercise {name}.{key}"] = identity(value)
    shell = sys.modules["IPython"].get_ipython()
    found["the display"] = [id(type(shell.display_pub).publish), "publish" in vars(shell.display_pub)]
    return found


def begin(number):
    """Before the learner's first cell."""
    return {"fingerprint": fingerprint(number)}


def before(number, name):
    """Before a check: ``checks`` is the released one again, and an answer that was never defined is None."""
    found = fingerprint(number)
    variables = namespace()
    checks = variables["checks"] = sys.modules["gan_course.exercises.engine"].lesson(number, variables)
    defined = name in variables
    variables.setdefault(name, None)
    return {"fingerprint": found, "checks": id(checks), "defined": defined}


def after(number, name, checks):
    """After a check: what it found, as the very object of before it remembers."""
    present = namespace().get("checks")
    same = id(present) == checks
    last = getattr(present, name).last if same else None
    return {"fingerprint": fingerprint(number), "same": same, "status": last.status if last else None}


def stand_in(number, name):
    """After a check that was cut short: do what it would have done for the cells that follow."""
    engine = sys.modules["gan_course.exercises.engine"]
    namespace()[name] = engine.stand_in(load(number).exercises[name].reference)
    return {}


def answer(function, arguments):
    """The result of one of the functions above, as text that survives the way to the grader."""
    return json.dumps(globals()[function](*arguments))
