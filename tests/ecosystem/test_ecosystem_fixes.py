"""What must not happen when fixes are applied, told from two looks at a tree."""

from collections import Counter
from pathlib import Path

from ecosystem.fixes import Fixed, Said, State, compare, fix_table, gone, parses

LEAK = Said("a.py", "SES301", "session `db` is never closed")
LATE = Said("a.py", "SES307", "`db` is used after its block")
UNUSED = Said("a.py", "pyflakes", "'os' imported but unused")


def state(*findings: Said, fixable: str = "", complaints: tuple[Said, ...] = (), unparsable: tuple[str, ...] = ()) -> State:
    levels = {fixable: 1} if fixable else {}
    return State({}, Counter(findings), Counter(findings), levels, Counter(complaints), frozenset(map(Path, unparsable)))


def test_nothing_is_wrong_when_only_findings_went() -> None:
    assert list(compare(state(LEAK), state(), "unsafe")) == []


def test_a_new_error_a_new_complaint_and_a_broken_file_are_told() -> None:
    after = state(LATE, complaints=(UNUSED,), unparsable=("a.py",))
    assert list(compare(state(LEAK), after, "safe")) == [
        "a.py: does not parse any more",
        "a.py: new for pyflakes: 'os' imported but unused",
        "a.py: new error: SES307 `db` is used after its block",
    ]


def test_what_was_there_before_is_not_new() -> None:
    before = state(LATE, complaints=(UNUSED,), unparsable=("a.py",))
    assert list(compare(before, before, "safe")) == []


def test_a_fix_that_was_not_made_is_told_at_its_level() -> None:
    assert list(compare(state(), state(LEAK, fixable="unsafe"), "unsafe")) != []
    assert list(compare(state(LEAK), state(LEAK, fixable="unsafe"), "safe")) == []


def test_findings_that_went_are_counted_by_rule() -> None:
    assert gone(state(LEAK, LEAK, LATE), state(LATE)) == {"SES301": 2}


def test_the_table_leaves_out_projects_without_anything_to_tell() -> None:
    rows = fix_table([Fixed("one", "safe", {"SES301": 2}, 1, ()), Fixed("two", "safe", {}, 0, ())])
    assert rows[2:] == ["| one | safe | 1 | 0 | SES301 2 |"]


def test_a_null_byte_does_not_parse() -> None:
    assert parses(b"x = 1\n")
    assert not parses(b"def broken(:\n")
    assert not parses(b"x = 1\x00\n")
