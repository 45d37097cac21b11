"""Test results as JUnit's, which most CIs show: a test suite for each file, a failing test for each finding.

There is no standard. What is written here fits both schemas that are in use, Windy Road's and that of Jenkins' xUnit plugin; some
consumers take a file without a test for a broken one, so a clean run is a test that passes. What is for information only fails no
test: it stands there as one that was skipped, as does a file that was.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sessionlint.model.finding import Finding, Severity
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.report.look import Look
from sessionlint.report.places import start_of
from sessionlint.report.story import story
from sessionlint.report.visible import visible, without_brackets

_NAME = "sessionlint"


class _Test(NamedTuple):
    """``outcome`` is what stands inside of the test: "failure", "error", "skipped", or "" when it passed."""

    name: str
    outcome: str = ""
    message: str = ""
    text: str = ""


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    now = f"{datetime.now():%Y-%m-%dT%H:%M:%S}"
    suites = [_suite(number, name, tests, now) for number, (name, tests) in enumerate(_suites(outcome, sources, look))]
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n{"".join(suites)}</testsuites>\n'


def _suites(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> Iterator[tuple[str, list[_Test]]]:
    for path, findings in groupby(outcome.findings, key=lambda finding: finding.place.path):
        yield look.shown_path(path), [_found(finding, sources, look) for finding in findings]
    for skipped in outcome.skipped:
        yield look.shown_path(skipped.path), [_Test("read", "skipped", skipped.reason)]
    if outcome.errors:
        yield _NAME, [_Test(f"run ({number})", "error", error, error) for number, error in enumerate(outcome.errors, 1)]
    if not (outcome.findings or outcome.skipped or outcome.errors):
        yield _NAME, [_Test("no findings")]


def _found(finding: Finding, sources: Mapping[str, Source], look: Look) -> _Test:
    start = start_of(finding.place, sources)
    where = f"{visible(look.shown_path(finding.place.path))}:{start.line}:{start.column}"
    told = f"{where}: {finding.code} [{finding.severity.value}] {story(finding, sources, look.shown_path)}"
    outcome = "skipped" if finding.severity is Severity.INFO else "failure"
    return _Test(f"{finding.code} ({start.line}:{start.column})", outcome, finding.message, told)


def _suite(number: int, name: str, tests: list[_Test], now: str) -> str:
    counts = {kind: sum(test.outcome == outcome for test in tests) for kind, outcome in _COUNTED.items()}
    when = {"time": 0, "timestamp": now, "hostname": "localhost"}
    attributes = {"name": name, "tests": len(tests), **counts, **when, "id": number, "package": _NAME}
    body = "".join(_test(test, _dotted(name)) for test in tests)
    end = "    <system-out/>\n    <system-err/>\n  </testsuite>\n"
    return f"  <testsuite{_attributes(attributes)}>\n    <properties/>\n{body}{end}"


_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def _test(test: _Test, suite: str) -> str:
    head = f"    <testcase{_attributes({'name': test.name, 'classname': suite, 'time': 0})}"
    if not test.outcome:
        return f"{head}/>\n"
    kind = {} if test.outcome == "skipped" else {"type": test.name.partition(" ")[0]}
    inside = f"{_attributes({**kind, 'message': test.message})}>{_escaped(test.text)}"
    return f"{head}>\n      <{test.outcome}{inside}</{test.outcome}>\n    </testcase>\n"


def _dotted(path: str) -> str:
    """A file as the class of tests that it is taken for."""
    return path.removesuffix(".py").replace("\\", "/").replace("/", ".").strip(".") or _NAME


def _attributes(values: Mapping[str, object]) -> str:
    return "".join(f' {key}="{_escaped(str(value), quoted=True)}"' for key, value in values.items())


def _escaped(text: str, quoted: bool = False) -> str:
    shown = without_brackets(visible(text, keep="\n")).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return shown.replace('"', "&quot;").replace("\n", "&#10;") if quoted else shown
