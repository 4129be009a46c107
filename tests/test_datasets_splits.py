"""Sides that are decided by names alone."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from gan_course.datasets.splits import drawn, held_out, held_out_but_known, held_out_of_each

NAMED = st.dictionaries(st.text(max_size=8), st.sampled_from("abcd"), max_size=40)
LABELLED = st.dictionaries(
    st.text(max_size=8), st.frozensets(st.sampled_from("abcdefgh"), max_size=3), max_size=40
)


def test_names_are_drawn_evenly() -> None:
    numbers = [drawn(f"{kind} {index}") for kind in ("flute", "oboe") for index in range(5_000)]
    assert all(0 <= number < 1 for number in numbers)
    for tenth in range(10):
        # four standard deviations of a binomial count of 10,000 draws at 1/10
        assert abs(sum(tenth <= 10 * number < tenth + 1 for number in numbers) - 1_000) < 4 * 30
    assert [held_out("any", share) for share in (0.0, 1.0)] == [False, True]


def test_a_name_is_the_same_however_a_file_system_writes_its_accents() -> None:
    name = "Gerät/Hörner é.wav"
    assert unicodedata.normalize("NFD", name) != name
    assert drawn(unicodedata.normalize("NFD", name)) == drawn(name)


@given(NAMED, st.floats(0, 1))
def test_every_class_of_two_groups_is_on_both_sides(groups: dict[str, str], share: float) -> None:
    tested = held_out_of_each(groups, share)
    assert tested <= groups.keys()
    for kind in set(groups.values()):
        members = {group for group, of in groups.items() if of == kind}
        if len(members) == 1:
            assert not members & tested
        else:
            assert 0 < len(members & tested) < len(members)


@given(NAMED, st.floats(0, 1))
def test_sides_do_not_depend_on_the_order(groups: dict[str, str], share: float) -> None:
    turned = dict(sorted(groups.items(), key=lambda item: drawn(item[0] + "x")))
    assert held_out_of_each(turned, share) == held_out_of_each(groups, share)


@given(NAMED, NAMED, st.floats(0.05, 0.5))
def test_of_classes_that_are_on_both_sides_a_new_group_sends_no_other_to_the_test(
    groups: dict[str, str], more: dict[str, str], share: float
) -> None:
    many = more | groups
    kinds = {kind for kind in groups.values() if list(groups.values()).count(kind) > 1}
    # where all of a class were drawn for testing, one of them was kept in training only for want of others
    kinds -= {kind for kind in kinds if all(held_out(g, share) for g, of in groups.items() if of == kind)}
    moved = (held_out_of_each(many, share) - held_out_of_each(groups, share)) & groups.keys()
    assert not {group for group in moved if groups[group] in kinds}


@given(LABELLED, st.floats(0, 1))
def test_nothing_occurs_in_testing_alone_and_no_more_is_kept_for_that_than_need_be(
    groups: dict[str, frozenset[str]], share: float
) -> None:
    tested = held_out_but_known(groups, share)
    drawn_for_it = {group for group in groups if held_out(group, share)}
    assert tested <= drawn_for_it
    trained = groups.keys() - tested
    assert {one for labels in groups.values() for one in labels} == {
        one for g in trained for one in groups[g]
    }
    for kept in drawn_for_it - tested:  # each was needed when it was kept, for what none before it has
        before = {g for g in trained if g not in drawn_for_it or (drawn(g), g) > (drawn(kept), kept)}
        assert groups[kept] - {one for g in before for one in groups[g]}


@given(LABELLED, st.floats(0, 1))
def test_where_all_is_known_the_names_alone_decide(groups: dict[str, frozenset[str]], share: float) -> None:
    known = groups | {name: groups.get(name, frozenset()) | {*"abcdefgh"} for name in ("in training", "too")}
    if not all(held_out(name, share) for name in ("in training", "too")):
        assert held_out_but_known(known, share) == {name for name in known if held_out(name, share)}
    turned = dict(sorted(groups.items(), key=lambda item: drawn(item[0] + "x")))
    assert held_out_but_known(turned, share) == held_out_but_known(groups, share)
