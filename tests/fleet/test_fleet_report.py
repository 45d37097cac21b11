"""``sessionlint fleet report`` from outside, in every format; what repositories say of themselves stays text."""

import csv
import io
import json
import re
import subprocess
import sys
import unicodedata
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fleet.shelf import Shelf, finding
from sessionlint.cli import sessionlint

FORMATS = ("markdown", "html", "csv", "json")
SCHEMA = Path(__file__).parent.parent / "report" / "schemas" / "sarif-codeql-action.json"
A, B, C = finding("a"), finding("b", severity="warning"), finding("c", "SES102", severity="info")
FIXABLE = {**finding("f"), "fix": {"title": "close it", "applicability": "safe", "edits": []}}
STEERING = "\x1b]0;PWNED\x07\x9b31m\u202e"
EVIL = f"</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'|`[a](http://x) {STEERING}\n::error::x\r##[error]y"
FORMULAS = ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "  =1")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.chdir(tmp_path)
    return Shelf(Path("store"))


def _report(*arguments: str) -> Result:
    return CliRunner().invoke(sessionlint, ["fleet", "report", "--store", "store", *arguments], env={"NO_COLOR": "1"})


def _filled(shelf: Shelf) -> None:
    """Two runs: of three services one gets better, one worse, and one cannot be analysed any more."""
    shelf.run({"orders": [A, B, C, FIXABLE], "till": [], "lost": [A]}, commit="c1", owner="payments")
    shelf.run({"orders": [A, FIXABLE], "till": [B], "lost": "timed-out", "extra": [C]}, commit="c2", owner="payments")


# --- for people -------------------------------------------------------------------------------------------------------


def test_what_matters_stands_first(shelf: Shelf) -> None:
    _filled(shelf)
    told = _report()
    assert (told.exit_code, shelf.told) == (0, [])
    text = re.sub(r" \(\d{4}-\d\d-\d\d\)", "", told.stdout)
    assert text.startswith(
        "# Sessions across repositories\n\n"
        "2 of 3 analysed repositories have errors or warnings: 2 errors, 1 warning, 1 remark.\n\n"
        "**Not known**: 1 of 4 could not be analysed: 1 timed out. The last that is known of them is 1 finding, counted nowhere"
        " else here.\n\n"
        "**Trend**: Since run 1: 1 more, 2 fixed: 1 fewer than before.\n\n"
        "- 1 in repositories that were not known before; counted neither way\n\n"
        "**Fixable**: 1 finding can be fixed safely: `sessionlint fleet fix` writes the patches.\n\n"
        "## Could not be analysed (1)\n"
    )
    assert "| `lost` | `payments` | timed-out | `no␊reason` | 1 finding in run 1 |" in text
    assert "## New since run 1 (1)" in text
    assert "| `payments` | 3 | 2 | 1 | 1 | 1 | 1 | 2 |" in text
    assert "| run 2 | 1.0 | 3 of 4 | 2 | 1 | 1 |  |" in text
    assert told.stderr.splitlines()[0] == "2 of 3 analysed repositories have errors or warnings: 2 errors, 1 warning, 1 remark."


def test_the_first_run_is_compared_with_nothing(shelf: Shelf) -> None:
    shelf.run({"orders": [A]})
    told = _report().stdout
    assert "Trend" not in told and "new" not in told
    assert json.loads(_report("--output-format", "json").stdout)["against"] is None


@pytest.mark.parametrize("output_format", ["markdown", "html"])
def test_a_run_that_was_interrupted_says_so_before_anything_else(shelf: Shelf, output_format: str) -> None:
    shelf.run({"orders": [A], "till": [A]})
    shelf.run({"orders": [A]}, interrupted=True)
    told = _report("--output-format", output_format)
    missing = "Run 2 was interrupted, or shards of it are missing"
    assert told.stdout.index(missing) < told.stdout.index("Since run 1")
    assert "1 repository of that run is not in this one, and not counted: " in told.stdout
    assert told.stderr.splitlines()[1].startswith(missing)


def test_other_runs_can_be_told_of(shelf: Shelf) -> None:
    _filled(shelf)
    first = json.loads(_report("--output-format", "json", "--run", "1").stdout)
    assert (first["run"]["number"], first["summary"]["findings"]) == (1, 5)
    alone = json.loads(_report("--output-format", "json", "--against", "none").stdout)
    assert alone["against"] is None and alone["summary"]["ages"]["first look"] == 4


def test_by_chooses_the_tables(shelf: Shelf) -> None:
    _filled(shelf)
    told = _report("--by", "severity,codeowner", "--by", "age").stdout
    titles = re.findall(r"^## (.*)", told, re.MULTILINE)
    assert [title for title in titles if title in ("Severities", "Code owners", "Ages", "Rules", "Owners")] == [
        "Severities",
        "Code owners",
        "Ages",
    ]


@pytest.mark.parametrize(
    ("fail_on", "code"), [((), 0), (("new",), 1), (("any",), 1), (("unanalysed",), 1), (("unanalysed", "new"), 1)]
)
def test_a_gate_fails_on_what_it_is_told_to(shelf: Shelf, fail_on: tuple[str, ...], code: int) -> None:
    _filled(shelf)
    assert _report("-q", *(word for each in fail_on for word in ("--fail-on", each))).exit_code == code


def test_a_gate_passes_where_nothing_is_new(shelf: Shelf) -> None:
    shelf.run({"orders": [A, B]}, commit="c1")
    shelf.run({"orders": [A, C], "more": [A]}, commit="c2")  # a remark, and what was there before it was looked at
    assert _report("-q", "--fail-on", "new", "--fail-on", "unanalysed").exit_code == 0
    assert _report("-q", "--fail-on", "any").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--by", "onwer"], 'error: --by: expected owner, codeowner, label, rule, severity, age, got "onwer"; did you mean "'),
        (["--run", "9"], "error: --run 9: there is no such run"),
        (["--against", "2"], "error: --against 2: there is no such run before run 2"),
        (["--output-format", "sarif"], "error: --output-format sarif: writes a file for each repository; name a folder"),
        (["--output-format", "sarif", "-o", "file.txt"], "error: file.txt: a file; SARIF needs a folder"),
        (["--output-format", "html", "-o", "a.py"], "error: a.py: a report does not replace source code"),
        (["-o", "nowhere/a.md"], "error: nowhere/a.md: the folder for the report does not exist"),
    ],
)
def test_what_makes_no_sense_ends_with_2(shelf: Shelf, arguments: list[str], complaint: str) -> None:
    _filled(shelf)
    Path("file.txt").write_text("")
    told = _report(*arguments)
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.startswith(complaint)


def test_no_store_is_told(shelf: Shelf) -> None:
    told = _report()
    assert (told.exit_code, told.stderr) == (2, "error: store: no store of a fleet, or one in which there is no run\n")


# --- for programs -----------------------------------------------------------------------------------------------------


def test_rows_hold_every_finding_and_every_repository(shelf: Shelf) -> None:
    _filled(shelf)
    rows = [*csv.DictReader(io.StringIO(_report("--output-format", "csv").stdout))]
    told = {(row["repository"], row["status"], row["code"], row["age"]) for row in rows}
    assert told == {
        ("extra", "ok", "SES102", "first look"),
        ("lost", "timed-out", "", ""),
        ("orders", "ok", "SES301", "known"),
        ("orders", "ok", "SES301", "fixed"),
        ("orders", "ok", "SES102", "fixed"),
        ("till", "ok", "SES301", "new"),
    }
    assert {row["owner"] for row in rows} == {"payments"}


def test_an_object_holds_the_same_as_its_rows(shelf: Shelf) -> None:
    _filled(shelf)
    told = json.loads(_report("--output-format", "json").stdout)
    assert told["summary"]["statuses"] == {"ok": 3, "timed-out": 1}
    assert told["summary"]["findings_of_unanalysed"] == 1
    assert [each["repository"] for each in told["repositories"]] == ["extra", "lost", "orders", "till"]
    assert {key: counts["findings"] for key, counts in told["groups"]["rule"].items()} == {"SES301": 3, "SES102": 1}
    orders = told["repositories"][2]
    assert [(each["age"], each["first_run"], each["fix"]) for each in orders["findings"]] == [
        ("known", 1, None),
        ("known", 1, "safe"),
    ]
    assert len(orders["gone"]) == 2


def _sarif(name: str, folder: str = "out") -> Any:
    [file] = Path(folder).glob(f"{name}-*.sarif")
    return json.loads(file.read_text(encoding="ascii"))


def _problems(value: Any) -> list[str]:
    jsonschema = import_module("jsonschema")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    checker = jsonschema.validators.validator_for(schema)
    return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in checker(schema).iter_errors(value)]


def test_each_repository_has_its_sarif(shelf: Shelf) -> None:
    edit = {**{key: A[key] for key in ("filename", "location", "end_location")}, "content": "with x:\n"}
    fixed = {**A, "fix": {"title": "open it in a with block", "applicability": "unsafe", "edits": [edit]}}
    shelf.run({"orders": [fixed]}, skipped=({"filename": "bad.py", "reason": "not Python"},))
    shelf.run({"orders": [fixed, B], "lost": "poisoned"}, commit="c2", skipped=({"filename": "bad.py", "reason": "not Python"},))
    assert _report("--output-format", "sarif", "-o", "out").exit_code == 0
    [run] = _sarif("orders")["runs"]
    assert [(result["baselineState"], result["level"]) for result in run["results"]] == [
        ("unchanged", "error"),
        ("new", "warning"),
    ]
    first = run["results"][0]
    assert first["partialFingerprints"] == {"primaryLocationLineHash": "1f:1", "sessionlint/v1": A["fingerprint"]}
    assert first["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"] == {"text": "with x:\n"}
    assert first["message"]["text"].splitlines()[1] == "See: [the factory is built here](1)."
    assert run["invocations"][0]["executionSuccessful"] is True
    assert run["properties"] == {"repository": "orders", "commit": "c2", "status": "ok"}
    [lost] = _sarif("lost")["runs"]
    assert lost["invocations"][0]["executionSuccessful"] is False
    assert lost["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == "not analysed: poisoned, no\nreason"
    assert [_problems(_sarif(name)) for name in ("orders", "lost")] == [[], []]


def test_files_of_an_earlier_report_are_told_of(shelf: Shelf) -> None:
    shelf.run({"orders": [A], "Orders": [A]})
    _report("--output-format", "sarif", "-o", "out")
    assert len({file.name.lower() for file in Path("out").iterdir()}) == 2
    shelf.run({"orders": [A]})
    told = _report("--output-format", "sarif", "-o", "out", "-q")
    assert told.stderr.startswith("warning: out: 1 files of repositories that are not in this report lie there, too, as Orders-")


# --- hostile ----------------------------------------------------------------------------------------------------------


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))


def _evil(shelf: Shelf) -> None:
    found = finding("x", path=f"app/{EVIL}.py", message=EVIL, help=EVIL, why=EVIL, name=EVIL, line=EVIL)
    found["related"][0]["message"] = EVIL
    more: dict[str, Any] = {"owner": EVIL, "labels": (EVIL,), "codeowners": f"* {EVIL}", "errors": (EVIL,)}
    for commit in ("c1", EVIL):
        shelf.run({EVIL: [found, B], "b" + EVIL: "failed", f"{EVIL}c": [finding("y")]}, commit=commit, **more)
    shelf.run({EVIL: [found, A], "b" + EVIL: "failed"}, commit="c3", skipped=({"filename": EVIL, "reason": EVIL},), **more)


@pytest.mark.parametrize("output_format", FORMATS)
def test_no_format_lets_anything_out(shelf: Shelf, output_format: str) -> None:
    _evil(shelf)
    told = _report("--output-format", output_format, "--by", "owner,label,codeowner,rule")
    assert told.exit_code == 0, told.output
    for stream in (told.stdout, told.stderr):
        odd = [repr(each) for each in stream if unicodedata.category(each) in ("Cc", "Cf") and each != "\n"]
        assert odd == []
        assert not re.search(r"^\s*::[a-z]|##\w*\[", stream, re.MULTILINE)


def test_the_page_has_no_element_but_its_own(shelf: Shelf) -> None:
    _evil(shelf)
    tags = _Tags()
    tags.feed(_report("--output-format", "html").stdout)
    assert not {"img", "iframe", "object"} & {tag for tag, _ in tags.seen}
    assert sum(tag == "script" for tag, _ in tags.seen) == 1
    attributes = {(name, value) for _, attrs in tags.seen for name, value in attrs}
    assert [name for name, _ in attributes if name.startswith("on") or name in ("style", "src")] == []
    assert {value for name, value in attributes if name == "href" and value and not value.startswith("#")} == {"data:,"}


@pytest.mark.parametrize(
    ("source", "is_link"),
    [("https://example.com/a", True), ("javascript:alert(1)", False), ("git@example.com:a/b", False), ("/src/https://a", False)],
)
def test_only_a_source_on_the_web_is_a_link(shelf: Shelf, source: str, is_link: bool) -> None:
    shelf.run({"orders": [A]}, source=source)
    page = _report("--output-format", "html").stdout
    assert source in page
    assert (f'href="{source}"' in page) is is_link


def test_markdown_has_no_markup_but_its_own(shelf: Shelf) -> None:
    _evil(shelf)
    told = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", _report().stdout)  # what is code is text
    assert "<img" not in told and "<script" not in told and "](http" not in told


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(shelf: Shelf, formula: str) -> None:
    found = finding("x", path=formula, message=formula)
    shelf.run({formula: [found], f"{formula}2": "failed"}, owner=formula, labels=(formula,), codeowners=f"* {formula}@x\n")
    for row in csv.reader(io.StringIO(_report("--output-format", "csv").stdout)):
        assert [cell for cell in row if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))] == []


# --- large ------------------------------------------------------------------------------------------------------------


# in a process of its own: whatever else lives in the one of the tests would be counted, too
_PEAK = """
import sys, tracemalloc
from sessionlint.cli import sessionlint
for counted in (False, True):  # the first one imports what there is to import
    if counted:
        tracemalloc.start()
    try:
        sessionlint(sys.argv[1:])
    except SystemExit as ended:
        assert not ended.code
print(tracemalloc.get_traced_memory()[1])
"""


def _peak(*arguments: str) -> int:
    """The most bytes that a report holds at once."""
    command = [sys.executable, "-c", _PEAK, "fleet", "report", *arguments]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.parametrize("output_format", ["csv", "json"])
def test_what_is_held_does_not_grow_with_the_findings(shelf: Shelf, output_format: str) -> None:
    """Much more text, in as many repositories."""
    peaks = []
    for folder, length in (("short", 20), ("long", 4_000)):
        Shelf(Path(folder)).run(
            {f"r{number:03}": [finding(str(each), message="m" * length) for each in range(10)] for number in range(30)}
        )
        peaks.append(_peak("--store", folder, "--output-format", output_format, "-o", f"{folder}.out", "-q"))
    grown = Path("long.out").stat().st_size - Path("short.out").stat().st_size
    assert grown > 1_000_000
    assert peaks[1] - peaks[0] < grown / 3
