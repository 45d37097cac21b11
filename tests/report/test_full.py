import re

import pytest
from sample_outcome import FACTORY, OPEN_IN_WITH, OUTCOME, RULES, SOURCES, USERS, at, only

from sessionlint.model.finding import Applicability, Edit, Finding, Fix, Severity
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Place, Source, Span
from sessionlint.report.full import render
from sessionlint.report.look import LONGEST_LINE, Look
from sessionlint.report.visible import width


def shown(text: str, marked: str) -> list[str]:
    """The excerpt's rows: source lines and marker lines, without the gutter."""
    outcome, sources = only(text, marked)
    report = render(outcome, sources, Look())
    return [line.partition("|")[2][1:] for line in report.splitlines() if re.match(r" *\d* \|", line)][1:]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("\tdb = f()", ["    db = f()", "         ^^^"]),
        ("a\tdb = f()", ["a   db = f()", "         ^^^"]),
        ("世界 = f()", ["世界 = f()", "       ^^^"]),
        ("e\u0301 = f()", ["e\u0301 = f()", "    ^^^"]),
        ("'\x1b[31m', f()", ["'␛[31m', f()", "         ^^^"]),
        ("'\u202e', f()", ["'\\u202e', f()", "          ^^^"]),
        ("\x0cdb = f()", ["␌db = f()", "      ^^^"]),
        ("a = 1\r\ndb = f()\r\n", ["a = 1", "db = f()", "     ^^^"]),
    ],
    ids=["tab", "tab stop", "wide", "combining", "escape", "direction mark", "form feed", "CRLF"],
)
def test_the_marker_stands_under_the_span_whatever_the_line_holds(text: str, rows: list[str]) -> None:
    assert shown(text, "f()") == rows


def test_a_span_of_several_lines_is_marked_on_its_first_one() -> None:
    assert shown("db = f(\n    1,\n)\n", "f(\n    1,\n)") == ["db = f(", "     ^^...", "    1,"]


def test_a_long_line_is_cut_on_both_sides_of_the_span() -> None:
    line, marker = shown("x = 1; " * 40 + "db = f(); " + "y = 2; " * 40, "f()")
    assert line.startswith("...")
    assert line.endswith("...")
    assert len(line) <= 76
    assert line[marker.index("^") : marker.index("^") + 3] == "f()"


def test_a_span_wider_than_the_terminal_is_marked_from_its_start() -> None:
    call = f"f({'1, ' * 60})"
    line, marker = shown(f"{'x = 1; ' * 20}{call}", call)
    assert line[marker.index("^") :].startswith("f(1, ")
    assert len(line) == len(marker) == 76


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    report = render(OUTCOME, SOURCES, Look(width=columns))
    assert max(map(width, report.splitlines())) <= columns


@pytest.mark.parametrize("columns", [50, 60, 80, 100])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("f()", "f(poolclass=StaticPool)"),  # something more
        ("f(poolclass=StaticPool)", "f()"),  # something less
        ("f(a, b)", "g(a, b)"),
        ("f('世界', '世界')", "f('世界', '界')"),
    ],
)
@pytest.mark.parametrize("behind", ["", "; y = 2" * 30])
def test_a_change_of_a_long_line_is_seen_in_both_lines(old: str, new: str, behind: str, columns: int) -> None:
    text = f"{'x = 1; ' * 30}{old}{behind}"
    source = Source("x.py", text)
    fix = Fix("Do", (Edit(at(source, old), new),), Applicability.SAFE)
    report = render(*only(text, old, fix=fix), Look(width=columns)).splitlines()
    removed, added = (next(line for line in report if f"| {sign} " in line) for sign in "-+")
    assert old in removed
    assert new in added
    assert removed.index("; " + old) == added.index("; " + new), "what did not change stands in one column"
    assert max(map(width, (removed, added))) <= columns


def test_a_change_that_is_longer_than_a_line_is_seen_from_its_beginning() -> None:
    text = f"{'x = 1; ' * 30}f()"
    new = "f(" + ", ".join(f"argument_{number}" for number in range(40)) + ")"
    source = Source("x.py", text)
    fix = Fix("Do", (Edit(at(source, "f()"), new),), Applicability.SAFE)
    report = render(*only(text, "f()", fix=fix), Look()).splitlines()
    removed, added = (next(line for line in report if f"| {sign} " in line) for sign in "-+")
    assert removed.endswith("f()")
    assert added.endswith("...") and "f(argument_0, argument_1, " in added


def test_source_is_whole_where_no_width_is_given_but_not_without_end() -> None:
    long = "x = 1; " * 30
    for look, cut in ((Look(), True), (Look(whole_lines=True), False)):
        line = next(line for line in render(*only(f"{long}f()", "f()"), look).splitlines() if line.endswith("f()"))
        assert line.startswith("1 | ...") is cut
    outcome, sources = only(f"f(); {long * 1000}", "f()")
    assert max(map(len, render(outcome, sources, Look(whole_lines=True)).splitlines())) == LONGEST_LINE


def test_nothing_from_the_checked_code_can_steer_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\x9b31m\u202e"
    edit = Edit(Place(f"{evil}.py", Span(0, 1)), f"'{evil}'")
    fix = Fix(f"Fix {evil}", (edit,), Applicability.SAFE)
    outcome, sources = only(f"f() # {evil}", "f()", path=f"{evil}.py", message=f"No {evil}", help=evil, fix=fix)
    assert not set(evil[0] + "\x07\x9b\u202e") & set(render(outcome, sources, Look()))


@pytest.mark.parametrize(
    ("applicability", "unsafe_fixes", "label", "marked"),
    [
        (Applicability.SAFE, False, "fix (safe): Do", True),
        (Applicability.UNSAFE, False, "fix (unsafe, needs --unsafe-fixes): Do", False),
        (Applicability.UNSAFE, True, "fix (unsafe): Do", True),
        (Applicability.DISPLAY, True, "suggestion (yours to make): Do", False),
    ],
)
def test_a_fix_says_whether_it_would_be_applied(
    applicability: Applicability, unsafe_fixes: bool, label: str, marked: bool
) -> None:
    outcome, sources = only("f()", "f()", fix=Fix("Do", (Edit(Place("x.py", Span(0, 1)), "g"),), applicability))
    report = render(outcome, sources, Look(unsafe_fixes=unsafe_fixes)).splitlines()
    assert label in report
    assert ("[*]" in report[0]) is marked
    assert report[-3:-1] == ["  | - f()", "1 | + g()"]


def test_a_fix_of_many_lines_is_cut() -> None:
    text = "f()\n" * 100
    fix = Fix("Do", tuple(Edit(Place("x.py", Span(at, at)), "  ") for at in range(0, 400, 4)), Applicability.SAFE)
    outcome, sources = only(text, fix=fix)
    report = render(outcome, sources, Look()).splitlines()
    assert len(report) < 60
    assert report[-2].endswith("| ... 160 more lines; --diff shows all")


def test_line_numbers_of_a_fix_count_the_lines_that_earlier_edits_add() -> None:
    text = "import a\n\n\n\n\nf()\n"
    edits = (Edit(Place("x.py", Span(0, 0)), "import b\nimport c\n"), Edit(Place("x.py", Span(13, 14)), "g"))
    outcome, sources = only(text, "f()", fix=Fix("Do", edits, Applicability.SAFE))
    report = render(outcome, sources, Look()).splitlines()
    assert report[-7:-1] == ["1 | + import b", "2 | + import c", "3 |   import a", "  | ...", "  | - f()", "8 | + g()"]


def test_an_empty_file_has_no_excerpt() -> None:
    assert shown("", "") == []


def beginnings(*given: Finding) -> list[list[str]]:
    """What stands under each finding's excerpts: the label and the first words of each line that has a label."""
    report = render(Outcome(given, rules=RULES), SOURCES, Look(width=200))
    labels = re.compile(r"(why|help|fix|suggestion|note)\b.*")
    return [[line for line in block.splitlines() if labels.match(line)] for block in report.split("\n\n") if block]


def found(code: str = "SES301", help: str = "Open it.", fix: Fix | None = None) -> Finding:
    return Finding(code, at(USERS, "SessionLocal()", before="\n"), "Nothing closes it.", Severity.ERROR, (FACTORY,), help, fix)


def test_a_rule_gives_its_reason_and_a_help_once() -> None:
    first, second, other_help, third = beginnings(found(), found(), found(help="Close it."), found(help="Close it."))
    assert [line.partition(":")[0] for line in first] == ["note", "why", "help"]
    assert second == third == ["note: the factory is built here"]
    assert other_help == [*second, "help: Close it."]


def test_another_rule_says_what_the_first_one_said() -> None:
    _, other = beginnings(found(), found("SES101"))
    assert [line.partition(":")[0] for line in other] == ["note", "why", "help"]


def test_a_change_is_shown_once_and_one_of_its_own_in_full() -> None:
    own = Fix(OPEN_IN_WITH.title, OPEN_IN_WITH.edits[:1], Applicability.SAFE)
    outcome = Outcome((found(fix=OPEN_IN_WITH), found(fix=OPEN_IN_WITH), found(fix=own)), rules=RULES)
    first, again, other = render(outcome, SOURCES, Look()).split("\n\n")[:3]
    assert "+     with SessionLocal() as db:" in first
    assert again.endswith("fix (safe): Open the session in a with block, as shown above")
    assert "+     with SessionLocal() as db:" in other
    assert "as shown above" not in other
