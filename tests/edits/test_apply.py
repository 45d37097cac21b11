import pytest

from sessionlint.edits.apply import OverlapError, apply_edits, apply_fixes, hold
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Source, Span


def edit(start: int, end: int, text: str, path: str = "a.py") -> Edit:
    return Edit(Place(path, Span(start, end)), text)


def fix(*edits: Edit) -> Fix:
    return Fix("mend it", edits, Applicability.SAFE)


@pytest.mark.parametrize(
    ("edits", "result"),
    [
        ([], "abcdef"),
        ([edit(4, 5, "E"), edit(0, 1, "")], "bcdEf"),
        ([edit(2, 2, "1"), edit(2, 2, "2")], "ab12cdef"),
        ([edit(2, 4, "X"), edit(2, 2, "1"), edit(4, 4, "2")], "ab1X2ef"),
        ([edit(0, 2, "X"), edit(2, 4, "Y")], "XYef"),
        ([edit(1, 2, "X"), edit(1, 2, "X")], "aXcdef"),
        ([edit(1, 5, "X"), edit(2, 3, "c")], "aXf"),
        ([edit(0, 6, "abcdef"), edit(2, 3, "X")], "abXdef"),
    ],
)
def test_edits_are_relative_to_the_same_text(edits: list[Edit], result: str) -> None:
    assert apply_edits("abcdef", edits) == result


@pytest.mark.parametrize("other", [edit(2, 3, "Y"), edit(0, 2, "Y"), edit(2, 2, "Y"), edit(1, 4, "Y")])
def test_edits_that_overlap_are_refused(other: Edit) -> None:
    with pytest.raises(OverlapError, match=r"a\.py"):
        apply_edits("abcdef", [edit(1, 4, "X"), other])


SOURCES = {"a.py": Source("a.py", "abcdef", "latin-1"), "b.py": Source("b.py", "abcdef")}


def texts(*fixes: Fix) -> tuple[dict[str, str], tuple[Fix, ...]]:
    outcome = apply_fixes(SOURCES, fixes)
    assert {*outcome.applied, *outcome.deferred} == {*fixes}
    return {path: source.text for path, source in outcome.sources.items()}, outcome.deferred


def test_fixes_that_fit_together_go_in_at_once() -> None:
    assert texts(fix(edit(0, 1, "A")), fix(edit(1, 2, "B"))) == ({"a.py": "ABcdef"}, ())


def test_a_fix_over_several_files_is_made_whole_or_not_at_all() -> None:
    first, both = fix(edit(0, 2, "X")), fix(edit(1, 2, "Y"), edit(0, 1, "Y", "b.py"))
    assert texts(first, both) == ({"a.py": "Xcdef"}, (both,))
    assert texts(both, first) == ({"a.py": "aYcdef", "b.py": "Ybcdef"}, (first,))


def test_an_import_that_two_fixes_need_is_made_once() -> None:
    needed = edit(0, 0, "import x\n")
    assert texts(fix(needed, edit(1, 2, "B")), fix(needed, edit(3, 4, "D"))) == ({"a.py": "import x\naBcDef"}, ())


def test_different_insertions_at_one_place_wait_for_each_other() -> None:
    second = fix(edit(2, 2, "y"))
    assert texts(fix(edit(2, 2, "x")), second) == ({"a.py": "abxcdef"}, (second,))


def test_indentation_is_not_shared_by_nested_blocks() -> None:
    second = fix(edit(2, 2, "    "), edit(0, 1, "B"))
    assert texts(fix(edit(2, 2, "    ")), second)[1] == (second,)


def test_held_text_is_shared_by_those_who_hold_it_but_not_with_who_changes_it() -> None:
    held = hold(SOURCES["a.py"], Span(1, 3))
    assert held.text == "bc"
    change = fix(edit(2, 3, "C"))
    assert texts(fix(held, edit(4, 5, "E")), fix(held, edit(3, 3, "-")), change) == ({"a.py": "abc-dEf"}, (change,))
    holder = fix(held)
    assert texts(change, holder) == ({"a.py": "abCdef"}, (holder,))


def test_a_fix_to_a_file_that_is_not_there_is_deferred() -> None:
    lost = fix(edit(0, 1, "x", "c.py"))
    assert texts(lost) == ({}, (lost,))


def test_a_changed_source_keeps_its_encoding() -> None:
    assert apply_fixes(SOURCES, [fix(edit(0, 1, "é"))]).sources["a.py"] == Source("a.py", "ébcdef", "latin-1")


def test_a_fix_that_wants_to_be_alone_waits_for_the_others_and_they_for_it() -> None:
    alone = Fix("alone", (edit(0, 1, "A"),), Applicability.SAFE, alone=True)
    other = fix(edit(3, 4, "D"))
    assert texts(other, alone)[1] == (alone,)
    assert texts(alone, other)[1] == (other,)
    assert texts(alone)[1] == ()


def _alone(*paths: str) -> Fix:
    return Fix("alone", tuple(edit(0, 1, "A", path) for path in paths), Applicability.SAFE, alone=True)


def test_fixes_that_want_to_be_alone_go_together_where_they_have_no_file_in_common() -> None:
    first, second = _alone("a.py"), _alone("b.py")
    assert texts(first, second) == ({"a.py": "Abcdef", "b.py": "Abcdef"}, ())


def test_none_of_them_overtakes_one_that_waits_and_has_a_file_in_common_with_it() -> None:
    first, waits, third = _alone("a.py"), _alone("a.py", "b.py"), _alone("b.py")
    assert texts(first, waits, third)[1] == (waits, third)


def test_none_of_them_overtakes_one_that_does_not_want_to_be_alone() -> None:
    first, other, third = _alone("a.py"), fix(edit(3, 4, "D")), _alone("b.py")
    assert texts(first, other, third)[1] == (other, third)
