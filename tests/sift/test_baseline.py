"""What a baseline hides, and what it never hides."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionlint.model.finding import Finding, Severity
from sessionlint.model.source import Place, Source, Span
from sessionlint.sift.baseline import Sorted, identities, told_apart
from sessionlint.sift.baseline_text import NoBaselineError, dumped, loaded
from sessionlint.sift.identity import Identity

TEXT = """\
import app

session = app.open()  # BAD


class Store:
    def load(self):
        session = app.open()  # BAD
        return session

    @cached
    def save(self, session=app.open()):  # BAD
        def inner():
            session = app.open()  # BAD
        session = app.open()  # BAD
        # behind


session = app.open()  # BAD
"""


def _found(files: dict[str, str]) -> tuple[list[Finding], dict[str, Source]]:
    """A finding at ``app.open`` on each line that says BAD, which no identity can see, for it is a comment."""
    sources = {path: Source(path, text) for path, text in files.items()}
    findings = []
    for path, source in sources.items():
        for number in range(1, source.line_count + 1):
            line, start = source.line_text(number), source.line_span(number).start
            if line.endswith("# BAD"):
                begin = start + line.index("app.open")
                findings.append(Finding("SES301", Place(path, Span(begin, begin + 8)), "told", Severity.ERROR))
    return findings, sources


def _entries(files: dict[str, str]) -> list[Identity]:
    return identities(*_found(files))


def _apart(before: dict[str, str], now: dict[str, str]) -> Sorted:
    return told_apart(_found(now)[0], _entries(before), _found(now)[1])


def _new_lines(before: dict[str, str], now: dict[str, str]) -> list[int]:
    sources = _found(now)[1]
    return [sources[finding.place.path].position(finding.place.span.start).line for finding in _apart(before, now).new]


def test_a_finding_is_known_by_the_definition_around_it_and_by_its_line() -> None:
    assert [(entry.name, entry.line, entry.nth, entry.of) for entry in _entries({"a.py": TEXT})] == [
        ("", "session = app.open()", 1, 2),
        ("Store.load", "session = app.open()", 1, 1),
        ("Store.save", "def save(self, session=app.open()):", 1, 1),
        ("Store.save.inner", "session = app.open()", 1, 1),
        ("Store.save", "session = app.open()", 1, 1),
        ("", "session = app.open()", 2, 2),
    ]


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: f"# more\n\n{text}",
        lambda text: text.replace("    ", "\t"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("  # BAD", "        # BAD"),
        lambda text: text.replace("session = app", "session   =  app"),
        lambda text: text.replace("class Store", "def other():\n    session = None\n\n\nclass Store"),
        lambda text: text.replace("import app", '"""session = app.open()"""\nimport app'),
    ],
)
def test_edits_that_leave_line_and_name_alone_hide_what_they_hid(edit: Callable[[str], str]) -> None:
    apart = _apart({"a.py": TEXT}, {"a.py": edit(TEXT)})
    assert (len(apart.known), apart.new, apart.stale) == (6, (), ())


def test_one_that_is_mended_does_not_hide_one_that_is_added() -> None:
    before = "def f():\n    session = app.open()  # BAD\n\ndef g():\n    session = app.open()\n"
    now = "def f():\n    session = app.open()\n\ndef g():\n    session = app.open()  # BAD\n"
    assert _new_lines({"a.py": before}, {"a.py": now}) == [5]
    assert len(_apart({"a.py": before}, {"a.py": now}).stale) == 1


def test_lines_that_say_the_same_are_each_one_of_its_own() -> None:
    line = "    session = app.open()"
    before = f"def f():\n{line}  # BAD\n{line}\n{line}  # BAD\n"
    now = f"def f():\n{line}\n{line}  # BAD\n{line}  # BAD\n"
    assert _new_lines({"a.py": before}, {"a.py": now}) == [3]


def test_where_such_a_line_goes_the_others_stay_hidden_and_where_one_comes_it_is_shown() -> None:
    line = "    session = app.open()"
    before = f"def f():\n{line}\n{line}  # BAD\n"
    assert _new_lines({"a.py": before}, {"a.py": f"def f():\n{line}  # BAD\n"}) == []
    assert len(_new_lines({"a.py": before}, {"a.py": f"def f():\n{line}\n{line}  # BAD\n{line}  # BAD\n"})) == 1


def test_a_file_that_moved_takes_its_entries_along() -> None:
    apart = _apart({"a.py": TEXT, "b.py": "x = 1\n"}, {"sub/c.py": f"\n{TEXT}", "b.py": "x = 1\n"})
    assert (len(apart.known), apart.new, apart.stale) == (6, (), ())


def test_a_definition_that_moved_takes_its_entries_along_and_one_that_is_there_twice_does_not() -> None:
    before = {"a.py": "def f():\n    session = app.open()  # BAD\n", "b.py": ""}
    assert _apart(before, {"a.py": "", "b.py": before["a.py"]}).new == ()
    mended = {"a.py": before["a.py"].replace("  # BAD", ""), "b.py": before["a.py"]}
    assert len(_apart(before, mended).new) == 1


def test_an_entry_does_not_move_to_where_there_was_such_a_finding_already() -> None:
    function = "def f():\n    session = app.open()  # BAD\n"
    twice = f"{function}    session = app.open()  # BAD\n"
    assert len(_apart({"a.py": function, "b.py": function}, {"b.py": twice}).new) == 1


def test_another_rule_is_another_finding() -> None:
    findings, sources = _found({"a.py": TEXT})
    others = [replace(finding, code="SES302") for finding in findings]
    assert told_apart(others, identities(findings, sources), sources).known == ()


def test_what_is_said_of_a_comment_is_known_by_the_comment() -> None:
    source = Source("a.py", "x = 1  # noqa: SES301\nx = 1  # noqa: SES302\n")
    findings = [Finding("SES002", Place("a.py", Span(offset, offset + 6)), "told", Severity.WARNING) for offset in (7, 29)]
    assert [entry.line for entry in identities(findings, {"a.py": source})] == ["x = 1 # noqa: SES301", "x = 1 # noqa: SES302"]


def test_a_long_line_is_known_by_all_of_it() -> None:
    long = f"session = app.open({'1, ' * 1000}"
    entries = [entry for end in "23" for entry in _entries({"a.py": f"{long}{end})  # BAD\n"})]
    assert entries[0] != entries[1]
    assert max(len(entry.line) for entry in entries) < 250


# --- random edits -----------------------------------------------------------------------------------------------------

LINES = ("session = app.open()", "other = app.open()", "value = 1")


@dataclass
class _Line:
    text: str
    is_bad: bool
    tag: int


@dataclass
class _Module:
    """A file: by the name of each function its lines. ``churned``: functions and texts of which a line came or went."""

    path: str
    functions: dict[str, list[_Line]]
    churned: set[tuple[str, str]] = field(default_factory=set)

    def text(self, order: list[str]) -> str:
        return "\n".join(f"def {name}():\n" + "".join(map(_written, self.functions[name])) for name in order)


def _written(line: _Line) -> str:
    return f"    {line.text}{'  # BAD' if line.is_bad else ''}\n"


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.data())
def test_no_edit_hides_what_was_not_there_nor_shows_what_was(data: st.DataObject) -> None:
    """What was found stays hidden while its line and its name stay, and nothing else is: exactly, as long as no line that says
    the same came to the definition or went from it; else in number, and where as many came as went, never more."""
    tags = count()

    def line() -> _Line:
        text = data.draw(st.sampled_from(LINES))
        return _Line(text, "open" in text and data.draw(st.booleans()), next(tags))

    modules = [
        _Module(f"m{number}.py", {f"f{number}{k}": [line() for _ in range(data.draw(st.integers(1, 4)))] for k in range(2)})
        for number in range(2)
    ]
    before = {module.path: module.text(list(module.functions)) for module in modules}
    entries = _entries(before)
    was_bad = {each.tag for module in modules for lines in module.functions.values() for each in lines if each.is_bad}
    keys = Counter((entry.name, entry.line) for entry in entries)
    lengths = Counter((name, each.text) for module in modules for name, lines in module.functions.items() for each in lines)
    for _ in range(data.draw(st.integers(0, 6))):
        _edit(data, data.draw(st.sampled_from(modules)), line)
    orders = [data.draw(st.permutations(list(module.functions))) for module in modules]
    now = {module.path: module.text(order) for module, order in zip(modules, orders, strict=True)}
    findings, sources = _found(now)
    known = {(finding.place.path, finding.place.span.start) for finding, _ in told_apart(findings, entries, sources).known}
    hidden = [(finding.place.path, finding.place.span.start) in known for finding in findings]
    bad = [
        (module, name, each)
        for module, order in zip(modules, orders, strict=True)
        for name in order
        for each in module.functions[name]
        if each.is_bad
    ]
    for module in modules:
        for name, lines in module.functions.items():
            for text in LINES:
                own = [
                    (each.tag in was_bad, is_hidden)
                    for (of, at, each), is_hidden in zip(bad, hidden, strict=True)
                    if (of, at, each.text) == (module, name, text)
                ]
                if (name, text) not in module.churned:
                    assert [was for was, _ in own] == [is_hidden for _, is_hidden in own]
                    continue
                count_hidden = sum(is_hidden for _, is_hidden in own)
                assert count_hidden <= min(len(own), keys[name, text])
                if sum(each.text == text for each in lines) != lengths[name, text]:
                    assert count_hidden == min(len(own), keys[name, text])


def _edit(data: st.DataObject, module: _Module, line: Callable[[], _Line]) -> None:
    name = data.draw(st.sampled_from(sorted(module.functions)))
    lines = module.functions[name]
    kind = data.draw(st.sampled_from(["add", "remove", "mend or spoil", "rename the file", "rename the function"]))
    if kind == "add":
        added = line()
        lines.insert(data.draw(st.integers(0, len(lines))), added)
        module.churned.add((name, added.text))
    elif kind == "remove" and len(lines) > 1:
        module.churned.add((name, lines.pop(data.draw(st.integers(0, len(lines) - 1))).text))
    elif kind == "mend or spoil":
        changed = data.draw(st.sampled_from(lines))
        changed.is_bad = "open" in changed.text and not changed.is_bad
    elif kind == "rename the file":
        module.path = f"moved/{module.path}"
    elif kind == "rename the function":
        module.functions[f"{name}_"] = [replace(each, tag=-1) for each in module.functions.pop(name)]


# --- the file ---------------------------------------------------------------------------------------------------------


def test_an_entry_is_a_line_and_the_order_does_not_matter() -> None:
    entries = _entries({"a.py": TEXT, "ü\udcff.py": TEXT})
    text = dumped(entries)
    assert dumped(reversed(entries)) == text
    assert text.isascii()
    assert len(text.splitlines()) == 1 + len(entries)
    assert text.splitlines()[3] == '{"rule": "SES301", "path": "a.py", "in": "Store.load", "line": "session = app.open()"}'
    assert sorted(loaded(text.encode())) == sorted(entries)


@settings(derandomize=True)
@given(st.lists(st.builds(Identity, st.text(), st.text(), st.text(), st.text(), st.integers(1), st.integers(1)), max_size=5))
def test_any_entry_survives_the_file(entries: list[Identity]) -> None:
    assert loaded(dumped(entries).encode()) == sorted(entries)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not a baseline of sessionlint"),
        ("import os\n", "not a baseline of sessionlint"),
        ('{"sessionlint-baseline": 1}\nsecret\n', "line 2: not an entry"),
        ('{"sessionlint-baseline": 1}\n[]\n', "line 2: not an entry"),
        ('{"sessionlint-baseline": 1}\n{"rule": "SES301", "path": 1, "line": ""}\n', "line 2: not an entry"),
        ('{"sessionlint-baseline": 1}\n{"rule": "SES301", "path": "", "line": "", "more": ""}\n', "line 2: not an entry"),
        ('{"sessionlint-baseline": 1}\n\n<<<<<<< HEAD\n', "line 3: a conflict of a merge"),
    ],
)
def test_what_is_no_baseline_is_refused_and_not_quoted(text: str, told: str) -> None:
    with pytest.raises(NoBaselineError) as error:
        loaded(text.encode())
    assert str(error.value).startswith(told)
    assert "secret" not in str(error.value)
