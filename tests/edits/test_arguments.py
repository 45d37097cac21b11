"""A call before and after; ``remove`` takes out ``gone=...``, ``add`` puts in ``new=1``."""

import pytest

from sessionlint.edits.apply import apply_edits
from sessionlint.edits.arguments import add_arguments, remove_argument
from sessionlint.edits.parse_check import parses
from sessionlint.extract.module import extract
from sessionlint.model.facts import Assign, Call
from sessionlint.model.source import Source


def call_of(text: str) -> tuple[Source, Call]:
    source = Source("app.py", text)
    [statement] = extract(source).body
    assert isinstance(statement, Assign)
    assert isinstance(statement.value, Call)
    return source, statement.value


def removed(text: str) -> str | None:
    source, call = call_of(text)
    edit = remove_argument(source, call, next(one for one in call.args if one.keyword == "gone"))
    return apply_edits(text, [edit]) if edit else None


def added(text: str, *written: str) -> str | None:
    source, call = call_of(text)
    edits = add_arguments(source, call, written or ("new=1",))
    return apply_edits(text, edits) if edits else None


REMOVED = {
    "the only one": ("x = f(gone=1)", "x = f()"),
    "the only one on a line of its own": ("x = f(\n    gone=1,\n)", "x = f()"),
    "the last": ("x = f(a, gone=1)", "x = f(a)"),
    "the last with a trailing comma": ("x = f(a, gone=1,)", "x = f(a,)"),
    "the first": ("x = f(gone=1, b=2)", "x = f(b=2)"),
    "in the middle": ("x = f(a, gone=1, b=2)", "x = f(a, b=2)"),
    "in parentheses": ("x = f(a, gone=(1), b=2)", "x = f(a, b=2)"),
    "behind an argument in parentheses": ("x = f((a), gone=1)", "x = f((a))"),
    "between stars": ("x = f(*a, gone=1, **b)", "x = f(*a, **b)"),
    "on lines of its own": ("x = f(\n    a,\n    gone=g(\n        1,\n    ),\n    b=2,\n)", "x = f(\n    a,\n    b=2,\n)"),
    "the last line, without a comma": ("x = f(\n    a,\n    gone=1\n)", "x = f(\n    a\n)"),
    "the last line, behind a comment": ("x = f(\n    a,  # why\n    gone=1\n)", "x = f(\n    a,  # why\n)"),
    "the first on its line": ("x = f(\n    gone=1, b=2\n)", "x = f(\n    b=2\n)"),
    "the first, the next on another line": ("x = f(gone=1,\n      b=2)", "x = f(b=2)"),
    "the only one, below a comment": ("x = f(\n    # why\n    gone=1,\n)", "x = f(\n    # why\n)"),
    "a callee in parentheses": ("x = (f)(gone=1)", "x = (f)()"),
    "implicit concatenation": ('x = f("a" "b", gone="c" "d")', 'x = f("a" "b")'),
    "an f-string": ("x = f(gone=f'{a(1)}', b=2)", "x = f(b=2)"),
    "a comment beside it would be lost": ("x = f(\n    gone=1,  # why\n    b=2,\n)", None),
    "the only one, behind a comment": ("x = f(  # why\n    gone=1\n)", "x = f(  # why\n)"),
    "a comment before it would be lost": ("x = f(a,  # why\n      gone=1)", None),
    "a hash in a string is no comment": ("x = f(gone='#', b=2)", "x = f(b=2)"),
}

ADDED = {
    "to none": ("x = f()", "x = f(new=1)"),
    "to blanks": ("x = f( )", "x = f(new=1)"),
    "to an empty line": ("x = f(\n)", "x = f(new=1)"),
    "beside a comment": ("x = f(  # why\n)", "x = f(  # why\n    new=1,\n)"),
    "below a comment": ("x = f(\n    # why\n)", "x = f(\n    # why\n    new=1,\n)"),
    "to one": ("x = f(a)", "x = f(a, new=1)"),
    "to a trailing comma": ("x = f(a,)", "x = f(a, new=1,)"),
    "to stars": ("x = f(*a, **b)", "x = f(*a, **b, new=1)"),
    "to parentheses": ("x = f((a))", "x = f((a), new=1)"),
    "to a keyword in parentheses": ("x = f(b=(a))", "x = f(b=(a), new=1)"),
    "to implicit concatenation": ('x = f("a"\n      "b")', 'x = f("a"\n      "b", new=1)'),
    "to an f-string": ("x = f(f'{a}')", "x = f(f'{a}', new=1)"),
    "to lines": ("x = f(\n    a,\n    b=2,\n)", "x = f(\n    a,\n    b=2,\n    new=1,\n)"),
    "to lines without a trailing comma": ("x = f(\n    a,\n    b=2\n)", "x = f(\n    a,\n    b=2,\n    new=1\n)"),
    "to a line with a comment": ("x = f(\n    a,  # why\n)", "x = f(\n    a,  # why\n    new=1,\n)"),
    "to a line with a comment, without a comma": ("x = f(\n    a  # why\n)", "x = f(\n    a,  # why\n    new=1\n)"),
    "to a line with several": ("x = f(\n    a, b=2,\n)", "x = f(\n    a, b=2, new=1,\n)"),
    "to a line that closes the call": ("x = f(\n    a,\n    b=2)", "x = f(\n    a,\n    b=2, new=1)"),
    "to an argument over lines": ("x = f(\n    g(\n        a\n    ),\n)", "x = f(\n    g(\n        a\n    ),\n    new=1,\n)"),
    "with tabs": ("x = f(\n\ta,\n)", "x = f(\n\ta,\n\tnew=1,\n)"),
    "behind a leading comma": ("x = f(\n    a\n    , b=2\n)", "x = f(\n    a\n    , b=2, new=1\n)"),
    "a generator takes no other": ("x = f(a for a in b)", None),
    "a generator in parentheses does": ("x = f((a for a in b))", "x = f((a for a in b), new=1)"),
}


@pytest.mark.parametrize(("before", "after"), REMOVED.values(), ids=REMOVED)
def test_removing(before: str, after: str | None) -> None:
    assert removed(before) == after
    assert after is None or parses(after)


@pytest.mark.parametrize(("before", "after"), ADDED.values(), ids=ADDED)
def test_adding(before: str, after: str | None) -> None:
    assert added(before) == after
    assert after is None or parses(after)


def test_several_get_a_line_each_where_the_others_have_one() -> None:
    assert added("x = f(a)", "b=1", "c=2") == "x = f(a, b=1, c=2)"
    assert added("x = f(\n    a,\n)", "b=1", "c=2") == "x = f(\n    a,\n    b=1,\n    c=2,\n)"
    assert added("x = f(\n    a\n)", "b=1", "c=2") == "x = f(\n    a,\n    b=1,\n    c=2\n)"
    assert added("x = f()", "b=1", "c=2") == "x = f(b=1, c=2)"


def test_lines_end_as_the_file_has_it() -> None:
    assert added("x = f(\r\n    a,\r\n)") == "x = f(\r\n    a,\r\n    new=1,\r\n)"
