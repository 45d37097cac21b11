"""What consumers of reports hold them against: their schemas and patterns, on all that a run can come to."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from sample_outcome import BUILD_LATER, OUTCOME, RULES, SOURCES, at, only

from sessionlint.model.facts import Suppression
from sessionlint.model.finding import Applicability, Edit, Fix, Related, Severity
from sessionlint.model.outcome import Outcome, Skipped, Suppressed
from sessionlint.model.source import Place, Source, Span
from sessionlint.report.look import Look
from sessionlint.report.rendering import renderer

SCHEMAS = Path(__file__).parent / "schemas"
JSON_FORMATS = ("json", "sarif", "rdjson", "gitlab")
LINES = "# \u4e16\U0001f600 \u00fc\r\n\r\ndb = '\U0001f600', f()\r\ndb.close()\r\n"


def windows() -> tuple[Outcome, dict[str, Source]]:
    """A file with Windows' line ends, characters of two, three and four bytes, another place, and a fix over two lines."""
    source = Source("W\u00fc \U0001f600/a b.py", LINES)
    edits = (Edit(at(source, "db = "), "with x as db:\r\n    "), Edit(at(source, "db.close()"), ""))
    related = (Related(at(source, "db.close()"), "closed [here] (not always)"),)
    fix = Fix("Use <with> & more", edits, Applicability.SAFE)
    return only(LINES, "f()", path=source.path, rules=RULES, related=related, fix=fix, message="a | b `c` <d> \u202e\x1b 100%; ]")


def hidden() -> tuple[Outcome, dict[str, Source]]:
    """One finding, and two that comments hide, one of them with a reason."""
    by = Suppression(Span(0, 1), "ignore", ("SES301",), (Span(0, 1),), Span(0, 1), None, "process-lifetime session", None)
    first, second, third = OUTCOME.findings
    suppressed = (Suppressed(second, second.place.path, by), Suppressed(third, third.place.path, replace(by, reason=None)))
    return replace(OUTCOME, findings=(first,), suppressed=suppressed), SOURCES


def in_other_files() -> tuple[Outcome, dict[str, Source]]:
    """Fixes that rdjson cannot hold: of several files, of nothing at all, and one that overlaps itself."""
    first, *_ = OUTCOME.findings
    twice = replace(BUILD_LATER, edits=(BUILD_LATER.edits[0], replace(BUILD_LATER.edits[0], text="x")))
    shown = replace(BUILD_LATER, applicability=Applicability.DISPLAY, edits=BUILD_LATER.edits[:1])
    return replace(OUTCOME, findings=(first, replace(first, fix=twice), replace(first, fix=shown))), SOURCES


CASES: Mapping[str, tuple[Outcome, Mapping[str, Source]]] = {
    "nothing": (Outcome((), checked=3), {}),
    "sample": (OUTCOME, SOURCES),
    "windows": windows(),
    "hidden": hidden(),
    "other files": in_other_files(),
    "a file that has gone": (only("f()", "f()", rules=RULES)[0], {}),
    "info": only("f()", "f()", severity=Severity.INFO, rules=RULES),
    "an odd name": only("f()", "f()", path="na\udcffme;%].py", rules=RULES),
    "left out": (
        replace(OUTCOME, findings=(), skipped=(Skipped("t & <u>.txt", "not a Python file"),), errors=("SES301 failed: <x> & y",)),
        SOURCES,
    ),
    "twice on a line": (replace(OUTCOME, findings=(OUTCOME.findings[1],) * 2), SOURCES),
}
each_case = pytest.mark.parametrize("case", CASES)


def rendered(name: str, case: str) -> str:
    outcome, sources = CASES[case]
    return renderer(name)(outcome, sources, Look(page="# {}\n".format))


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


def problems(value: object, against: Any) -> list[str]:
    jsonschema = import_module("jsonschema")
    checker = jsonschema.validators.validator_for(against)
    errors = checker(against, format_checker=checker.FORMAT_CHECKER).iter_errors(value)
    return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in errors]


def own_schema() -> Any:
    return json.loads((files("sessionlint.report") / "report.schema.json").read_text(encoding="utf-8"))


@each_case
def test_json_is_what_its_schema_says(case: str) -> None:
    assert problems(json.loads(rendered("json", case)), own_schema()) == []


@each_case
def test_a_line_of_json_lines_is_a_finding_of_that_schema(case: str) -> None:
    against = {"$ref": "#/$defs/finding", "$defs": own_schema()["$defs"]}
    lines = [json.loads(line) for line in rendered("json-lines", case).splitlines()]
    assert [problem for line in lines for problem in problems(line, against)] == []
    assert lines == json.loads(rendered("json", case))["findings"]


def test_the_schema_of_json_is_one_and_refuses_what_is_none() -> None:
    import_module("jsonschema").Draft202012Validator.check_schema(own_schema())
    told = json.loads(rendered("json", "sample"))
    assert problems({**told, "findings": [{}]}, own_schema())
    assert problems({key: value for key, value in told.items() if key != "skipped"}, own_schema())


# --- GitHub code scanning ---------------------------------------------------------------------------------------------


def run_of(case: str) -> dict[str, Any]:
    [run] = json.loads(rendered("sarif", case))["runs"]
    return dict(run)


@each_case
def test_sarif_is_what_githubs_action_accepts(case: str) -> None:
    assert problems(json.loads(rendered("sarif", case)), schema("sarif-codeql-action.json")) == []


@each_case
def test_sarif_names_files_from_the_root_of_the_repository(case: str) -> None:
    uris = re.findall('"uri": "([^"]*)"', rendered("sarif", case))
    assert not [uri for uri in uris if not re.fullmatch(r"[\w./%-]+", uri, re.ASCII) or uri.startswith(("/", "./", "file:"))]
    paths = {finding.place.path for finding in CASES[case][0].findings}
    assert {path.encode("utf-8", "surrogateescape") for path in paths} <= {
        unquote(uri, "latin-1").encode("latin-1") for uri in uris
    }


@each_case
def test_the_fixes_of_sarif_say_what_they_replace(case: str) -> None:
    """Applied by line and column as they stand there, they give what the fixes give."""
    outcome, sources = CASES[case]
    for finding, result in zip(outcome.findings, run_of(case)["results"], strict=False):
        for change in (change for fix in result.get("fixes", ()) for change in fix["artifactChanges"]):
            path = unquote(change["artifactLocation"]["uri"])
            assert finding.fix is not None
            wanted = sorted((*edit.place.span, edit.text) for edit in finding.fix.edits if edit.place.path == path)
            assert [(*_span(part["deletedRegion"], sources[path]), _inserted(part)) for part in change["replacements"]] == wanted


def _span(region: dict[str, int], source: Source) -> tuple[int, int]:
    lines = [source.line_span(region[key]).start for key in ("startLine", "endLine")]
    return lines[0] + region["startColumn"] - 1, lines[1] + region["endColumn"] - 1


def _inserted(replacement: dict[str, Any]) -> str:
    return str(replacement.get("insertedContent", {}).get("text", ""))


def test_sarif_links_to_the_other_places_in_the_message() -> None:
    _, result, *_ = run_of("sample")["results"]
    assert result["message"]["text"].splitlines()[1] == "See: [the factory is built here](1)."
    [related] = result["relatedLocations"]
    assert (related["id"], related["physicalLocation"]["artifactLocation"]["uri"]) == (1, "src/app/db.py")
    [windows] = run_of("windows")["results"]
    assert "[closed \\\\[here\\\\] (not always)](1)" in json.dumps(windows["message"]["text"])


def test_sarif_has_what_comments_hide_with_their_reasons() -> None:
    results = run_of("hidden")["results"]
    assert [result.get("suppressions") for result in results] == [
        None,
        [{"kind": "inSource", "status": "accepted", "justification": "process-lifetime session"}],
        [{"kind": "inSource", "status": "accepted"}],
    ]


def test_sarif_describes_each_rule_that_speaks_within_githubs_limits() -> None:
    run = run_of("hidden")
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["SES101", "SES301"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [result["ruleId"] for result in run["results"]]
    assert rules[1]["help"] == {"text": RULES["SES301"].why, "markdown": "# bare-session\n"}
    assert all(0 < len(rule[key]["text"]) <= 1024 for rule in rules for key in ("shortDescription", "fullDescription"))
    long = {"SES301": replace(RULES["SES301"], why="x" * 2000)}
    [rule] = json.loads(renderer("sarif")(*only("f()", "f()", rules=long), Look()))["runs"][0]["tool"]["driver"]["rules"]
    assert len(rule["fullDescription"]["text"]) == 1024


def test_sarif_says_what_was_left_out_and_what_went_wrong() -> None:
    [invocation] = run_of("left out")["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [told["message"]["text"] for told in invocation["toolExecutionNotifications"]] == [
        "SES301 failed: <x> & y",
        "skipped, not a Python file",
    ]
    assert run_of("nothing")["invocations"] == [{"executionSuccessful": True}]


MULTITOOL = shutil.which("sarif-multitool")


@pytest.mark.skipif(MULTITOOL is None, reason="npm's @microsoft/sarif-multitool is not installed")
@each_case
def test_microsofts_validator_has_nothing_to_say(case: str, tmp_path: Path) -> None:
    """It ends with 0 whatever it says. We have no address yet that ``informationUri`` (SARIF2005) could name."""
    report = tmp_path / "report.sarif"
    report.write_text(rendered("sarif", case), encoding="utf-8")
    done = subprocess.run([str(MULTITOOL), "validate", str(report)], capture_output=True, text=True, check=False)
    assert "Analysis completed successfully." in done.stdout
    said = re.findall(r"(?:error|warning|note) (\w+): ([^\n]*)", done.stdout + done.stderr)
    assert [(rule, text) for rule, text in said if rule != "SARIF2005" or "'informationUri'" not in text] == []


# --- GitLab -----------------------------------------------------------------------------------------------------------

CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./|/)"},
                    "lines": {"required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}
"""What GitLab's documentation asks for; it drops what is otherwise, silently."""


@each_case
def test_gitlab_reports_have_what_gitlab_asks_for(case: str) -> None:
    issues = json.loads(rendered("gitlab", case))
    assert problems(issues, CODE_QUALITY) == []
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == len(CASES[case][0].findings)


def test_a_fingerprint_of_gitlab_stays_while_lines_above_come_and_go() -> None:
    before, after = (
        json.loads(renderer("gitlab")(*only(f"{above}db = f()\n", "f()"), Look())) for above in ("", "import os\n\n\n")
    )
    assert before[0]["fingerprint"] == after[0]["fingerprint"]
    assert before[0]["location"] != after[0]["location"]


# --- reviewdog --------------------------------------------------------------------------------------------------------


@each_case
def test_rdjson_is_what_reviewdogs_schema_says(case: str) -> None:
    assert problems(json.loads(rendered("rdjson", case)), schema("rdjson.json")) == []


def test_the_columns_of_rdjson_count_bytes() -> None:
    [told] = json.loads(rendered("rdjson", "windows"))["diagnostics"]
    assert told["location"]["range"]["start"] == {"line": 3, "column": len("db = '\U0001f600', ".encode()) + 1}
    [suggestion] = told["suggestions"]
    assert suggestion == {
        "range": {"start": {"line": 3, "column": 1}, "end": {"line": 4, "column": 11}},
        "text": "with x as db:\r\n    '\U0001f600', f()\r\n",
    }


def test_a_suggestion_of_rdjson_changes_its_own_file_only_and_not_too_much_of_it() -> None:
    told = json.loads(rendered("rdjson", "other files"))["diagnostics"]
    assert ["suggestions" in each for each in told] == [False, False, True]
    text = "a\n" * 60
    fix = Fix("all", (Edit(Place("x.py", Span(0, len(text))), ""),), Applicability.SAFE)
    [one] = json.loads(renderer("rdjson")(*only(text, fix=fix), Look()))["diagnostics"]
    assert "suggestions" not in one


# --- JUnit ------------------------------------------------------------------------------------------------------------


@each_case
@pytest.mark.parametrize("name", ["windyroad.xsd", "jenkins-junit-10.xsd"])
def test_junit_fits_the_schemas_that_are_in_use(case: str, name: str) -> None:
    etree = import_module("lxml.etree")
    against = etree.XMLSchema(etree.parse(str(SCHEMAS / name)))
    document = etree.fromstring(rendered("junit", case).encode())
    against.validate(document)
    assert [f"{error.line}: {error.message}" for error in against.error_log] == []
    assert document.findall(".//testcase")
    counted = [[int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped")] for suite in document]
    found = [[len(suite.findall(f".//{tag}")) for tag in ("testcase", "failure", "error", "skipped")] for suite in document]
    assert counted == found


@pytest.mark.parametrize(
    ("case", "tags"), [("nothing", []), ("sample", ["failure"] * 3), ("info", ["skipped"]), ("left out", ["skipped", "error"])]
)
def test_junit_fails_the_tests_that_fail_the_run(case: str, tags: list[str]) -> None:
    etree = import_module("lxml.etree")
    document = etree.fromstring(rendered("junit", case).encode())
    assert [child.tag for test in document.iter("testcase") for child in test] == tags


# --- lines for logs ---------------------------------------------------------------------------------------------------

LINES_OF = {
    # actions/runner, src/Runner.Common/ActionCommand.cs
    "github": r"::(error|warning|notice) (?P<properties>[^:\r\n]*)::(?P<message>[^\r\n]*)",
    # microsoft/azure-pipelines-agent
    "azure": r"##vso\[task\.logissue (?P<properties>[^\]\r\n]*)\](?P<message>[^\r\n]*)",
    # jenkinsci/analysis-model, PyLintParser.java
    "pylint": r"(?P<path>(?:[A-Z]:\\)?[^:]*)(?:\:(?P<module>.*))?:(?P<line>\d+): "
    r"\[(?P<type>(?P<category>[A-Z])\d*)?(?:\((?P<symbol>.*)\), )?.*?\] (?P<message>.*)",
}


@each_case
@pytest.mark.parametrize("name", LINES_OF)
def test_each_finding_is_one_line_that_its_consumer_reads(case: str, name: str) -> None:
    lines = rendered(name, case).splitlines()
    assert len(lines) == len(CASES[case][0].findings)
    assert [line for line in lines if not re.fullmatch(LINES_OF[name], line)] == []


def test_jenkins_gets_the_severity_and_the_rule() -> None:
    read = [re.fullmatch(LINES_OF["pylint"], line) for line in rendered("pylint", "sample").splitlines()]
    assert [match.group("path", "line", "category", "symbol") for match in read if match] == [
        ("src/app/db.py", "6", "W", "import-time-engine"),
        ("src/app/users.py", "6", "E", "bare-session"),
        ("src/app/users.py", "11", "E", "bare-session"),
    ]


def test_azure_gets_back_what_was_said() -> None:
    match = re.fullmatch(LINES_OF["azure"], rendered("azure", "an odd name").rstrip("\n"))
    assert match
    properties = dict(each.split("=", 1) for each in match["properties"].rstrip(";").split(";"))
    assert properties["sourcepath"] == "na\\udcffme%3B%AZP25%5D.py"
    match = re.fullmatch(LINES_OF["azure"], rendered("azure", "windows").rstrip("\n"))
    assert match
    message = match["message"].replace("%0A", "\n").replace("%AZP25", "%")
    assert message.splitlines()[0] == "a | b `c` <d> \\u202e␛ 100%; ]"


# --- a summary of a job -----------------------------------------------------------------------------------------------


@each_case
def test_a_summary_is_a_table_that_nothing_in_it_breaks(case: str) -> None:
    text = rendered("markdown", case)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    outcome, _ = CASES[case]
    assert len(rows) == (len(outcome.findings) + 2 if outcome.findings else 0)
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} <= {5}
    outside = re.sub("`+[^`\n]*`+|<br>", "", text)
    assert "<" not in outside


def test_a_summary_says_how_many_it_does_not_show() -> None:
    outcome, sources = only("f()", "f()")
    text = renderer("markdown")(replace(outcome, findings=outcome.findings * 1234), sources, Look())
    assert text.count("\n| :x:") == 500
    assert "\n734 more findings are not shown.\n" in text
    assert len(text) < 2**20


def test_a_summary_shows_quoted_code_as_code_and_nothing_else_as_markup() -> None:
    [row] = [line for line in rendered("markdown", "windows").splitlines() if line.startswith("| :")]
    assert "a &#124; b `c` &#60;d&#62; \\u202e␛ 100%; &#93;" in row.replace("&#92;", "\\")
    outcome, sources = only("f()", "f()", message="an `odd ` number ` of")
    assert "an `odd ` number &#96; of" in renderer("markdown")(outcome, sources, Look())
