"""Which names a cell takes from others and leaves for them: too many are harmless, too few are not."""

from __future__ import annotations

import pytest

from gan_course.classroom.names import Names, names_of

READ = {
    "x = y": "y",
    "x = 1\nprint(x)": "print",
    "x = x + 1": "x",
    "x += 1": "x",
    "for i in many:\n    total += i": "many total",
    "for i in many:\n    total = total + i": "many total",
    "for i in range(3):\n    last = i\nprint(last)": "range last print",
    "if a:\n    b = 1\nprint(b)": "a b print",
    "with open(p) as f:\n    text = f.read()\ntext": "open p",
    "try:\n    import numpy as np\nexcept ImportError:\n    np = None\nnp.pi": "ImportError np",
    "def f(a, *b, c=d, **e):\n    g = a\n    return g + h + f(b)": "d h",
    "def f():\n    global seen\n    seen = seen + 1": "seen",
    "[i + k for i in many if i > m]": "k many m",
    "[i for i in i]": "i",
    "lambda a: a + b": "b",
    "a.b = c": "a c",
    "a[i] = c": "a i c",
    "del x": "x",
    "if (n := f()) > 1:\n    print(n)": "f print",
    "print(f'{x:{width}}')": "print x width",
    "@wrap\ndef f():\n    pass": "wrap",
    "import numpy.linalg\nnumpy.pi": "",
}


@pytest.mark.parametrize("source", READ)
def test_a_cell_reads_what_it_has_not_bound_itself_and_nothing_beside(source: str) -> None:
    assert names_of(source).read == set(READ[source].split())


@pytest.mark.parametrize(
    "source",
    [
        "class C(b):\n    size = a\n    def grow(self):\n        return self.size",
        "match a:\n    case [b, *c]:\n        print(b, c)",
        "def f(a=a):\n    return b",
        "match b:\n    case 1:\n        a = 2\na",
        "with suppress(OSError):\n    b()\n    a = 2\na",
        "try:\n    b()\n    a = 2\nfinally:\n    print(a)",
        "try:\n    from m import a\nexcept ImportError:\n    pass\na.b(b)",
    ],
)
def test_where_it_is_not_sure_it_says_a_name_too_many(source: str) -> None:
    assert {"a"} <= names_of(source).read


@pytest.mark.parametrize(
    ("source", "bound"),
    [
        ("x, (y, *z) = a", "x y z"),
        ("import numpy.linalg, torch as t\nfrom a import b as c", "numpy t c"),
        ("for i in a:\n    with b as c:\n        d = 1", "i c d"),
        ("def f(a):\n    b = 1", "f"),
        ("class C:\n    a = 1", "C"),
        ("[i for i in a]", ""),
        ("print(n := 3)", "n"),
        ("try:\n    a = 1\nexcept E as e:\n    b = 1", "a e b"),
    ],
)
def test_a_cell_leaves_what_it_binds_outside_of_functions(source: str, bound: str) -> None:
    assert names_of(source).bound == set(bound.split())


@pytest.mark.parametrize("source", ["def f(:", "%matplotlib inline", "x = \0"])
def test_what_is_no_plain_python_may_read_anything(source: str) -> None:
    assert names_of(source).may_read(frozenset({"whatever"}))
    assert not names_of(source).may_read(frozenset())


def test_who_imports_everything_may_be_read_by_anything() -> None:
    assert names_of("print(x)").may_read(names_of("from numpy import *").bound)


def test_names_of_cells_that_follow_each_other_add_up() -> None:
    both = names_of("print(x)").after(names_of("y = z"))
    assert both.read == {"print", "x", "z"} and not both.any
    assert both.after(Names(any=True)).any
