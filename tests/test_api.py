"""The Python API: what is promised of it holds, and it finds what the command line finds."""

import inspect
import json
import subprocess
import sys
import typing
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

import sessionlint
from sessionlint.cli import sessionlint as command

DB = """\
import os

from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

engine = create_engine(os.environ["DATABASE_URL"])
SessionLocal = sessionmaker(engine)
"""
LEAK = """\
from db import SessionLocal


def first(query):
    grüße = SessionLocal()
    return grüße.scalars(query).first()
"""
CLOSED_TWICE = """\
from db import SessionLocal


def first(query):
    with SessionLocal() as session:
        found = session.scalars(query).first()
        session.close()
    return found
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[tool.sessionlint]\nextend-ignore = ["SES101"]\n')
    (tmp_path / "db.py").write_text(DB)
    (tmp_path / "leak.py").write_text(LEAK, encoding="utf-8")
    (tmp_path / "twice.py").write_text(CLOSED_TWICE)
    return tmp_path


def _found(report: sessionlint.Report) -> list[tuple[str, str, int]]:
    return [(finding.code, finding.location.path, finding.location.line) for finding in report.findings]


def _parameters(function: object) -> str:
    assert callable(function)
    return ", ".join(
        name if parameter.kind is not inspect.Parameter.KEYWORD_ONLY else f"*{name}={parameter.default!r}"
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "self"
    )


COMMON = "*settings=None, *config=None, *isolated=False, *project_root=None"
CACHED = f"{COMMON}, *cache=True, *cache_dir=None, *jobs=1"


def test_the_names_are_those_that_are_promised() -> None:
    assert sorted(sessionlint.__all__) == [
        *("Change", "Edit", "Finding", "Fix", "Fixed", "Location", "Project", "Related", "Report", "Skipped", "Suppressed"),
        *("UsageError", "check", "check_text", "fix"),
    ]
    assert {*sessionlint.__all__, "__version__"} <= set(dir(sessionlint))
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        getattr(sessionlint, "chekc")  # noqa: B009


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (sessionlint.check, f"paths, {CACHED}"),
        (sessionlint.check_text, f"text, filename, {CACHED}"),
        (sessionlint.fix, f"paths, *unsafe=False, *write=True, {CACHED}"),
        (sessionlint.Project, f"paths, {COMMON}, *jobs=1"),
        (sessionlint.Project.check, ""),
        (sessionlint.Project.put, "path, text"),
        (sessionlint.Project.refresh, "paths"),
        (sessionlint.Project.reload, ""),
        (sessionlint.Project.fixed, "path"),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_parameters_are_those_that_are_promised(function: object, parameters: str) -> None:
    """More may come, by name and with a default."""
    assert _parameters(function) == parameters


def test_methods_are_those_that_are_promised() -> None:
    public = {name for name in vars(sessionlint.Project) if not name.startswith("_")}
    assert public == {"check", "fixed", "folder", "put", "refresh", "reload"}


@pytest.mark.parametrize(
    ("record", "names"),
    [
        (sessionlint.Location, "path line column end_line end_column"),
        (sessionlint.Related, "location message"),
        (sessionlint.Edit, "location text"),
        (sessionlint.Fix, "title applicability edits"),
        (sessionlint.Finding, "code name severity message location related why help fix"),
        (sessionlint.Suppressed, "finding path style reason"),
        (sessionlint.Skipped, "path reason"),
        (sessionlint.Report, "project findings suppressed skipped notes warnings errors checked text_path"),
        (sessionlint.Change, "path before after"),
        (sessionlint.Fixed, "report changes fixed unwritten"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_fields_are_those_that_are_promised(record: type, names: str) -> None:
    assert [field.name for field in fields(record)] == names.split()
    assert all(typing.get_type_hints(record).values())


def test_the_page_tells_of_all_that_is_promised() -> None:
    page = (Path(__file__).parent.parent / "docs" / "api.md").read_text(encoding="utf-8")
    assert [name for name in sessionlint.__all__ if f"`{name}" not in page and f"sessionlint.{name}" not in page] == []


def test_to_import_it_imports_nothing_else() -> None:
    code = (
        "import sys; before = set(sys.modules); import sessionlint; "
        "print(sorted(set(sys.modules) - before)); sessionlint.check; print('libcst' in sys.modules, 'click' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines() == ["['sessionlint']", "False False"]


def test_it_finds_what_the_command_line_finds(project: Path) -> None:
    report = sessionlint.check(project)
    assert _found(report) == [("SES301", "leak.py", 5), ("SES310", "twice.py", 7)]
    output = CliRunner().invoke(command, ["check", "--output-format", "json", str(project)], catch_exceptions=False).stdout
    told = json.loads(output)["findings"]
    assert [(entry["code"], entry["message"], entry["severity"]) for entry in told] == [
        (finding.code, finding.message, finding.severity) for finding in report.findings
    ]
    assert (report.project, report.checked, report.errors) == (project.resolve(), 3, ())


def test_a_finding_tells_all_that_a_reader_needs(project: Path) -> None:
    finding = sessionlint.check([project / "leak.py"]).findings[0]
    assert finding.name == "bare-session"
    assert finding.location == sessionlint.Location("leak.py", 5, 13, 5, 27)
    assert [related.location.path for related in finding.related] == ["db.py"]
    assert finding.why and finding.help and finding.fix
    assert (finding.fix.applicability, {edit.location.path for edit in finding.fix.edits}) == ("unsafe", {"leak.py"})


def test_settings_overrule_the_configuration_and_isolated_reads_none(project: Path) -> None:
    assert _found(sessionlint.check(project, settings={"select": ["SES310"]})) == [("SES310", "twice.py", 7)]
    assert ("SES101", "db.py", 6) in _found(sessionlint.check(project, isolated=True))
    (project / "other.toml").write_text('select = ["SES101"]\n')
    assert _found(sessionlint.check(project, config=project / "other.toml")) == [("SES101", "db.py", 6)]


@pytest.mark.parametrize("settings", [{"selct": []}, {"select": ["SES999"]}, {"select": "SES301"}])
def test_what_makes_no_sense_is_a_usage_error(project: Path, settings: dict[str, object]) -> None:
    with pytest.raises(sessionlint.UsageError, match="sel"):
        sessionlint.check(project, settings=settings)
    with pytest.raises(sessionlint.UsageError, match="nowhere"):
        sessionlint.check(project / "nowhere")


def test_a_text_counts_instead_of_its_file(project: Path) -> None:
    text = CLOSED_TWICE.replace("        session.close()\n", "")
    report = sessionlint.check_text(text, project / "twice.py")
    assert (_found(report), report.text_path) == ([], "twice.py")
    assert _found(sessionlint.check_text("# coding: latin-1\n" + LEAK, project / "leak.py"))[0] == ("SES301", "leak.py", 6)


def test_a_text_in_another_encoding_has_its_columns(project: Path) -> None:
    text = "# coding: latin-1\n" + LEAK.replace("    grüße =", "    ü = 1; grüße =")
    assert sessionlint.check_text(text, project / "leak.py").findings[0].location.column == 20


def test_what_comments_hide_is_told(project: Path) -> None:
    (project / "leak.py").write_text(LEAK.replace("SessionLocal()", "SessionLocal()  # sessionlint: ignore[SES301] -- why"))
    report = sessionlint.check(project / "leak.py")
    (hidden,) = report.suppressed
    assert (hidden.finding.code, hidden.style, hidden.reason, report.findings) == ("SES301", "ignore", "why", ())


def test_fixes_are_made_on_the_disk_or_only_told(project: Path) -> None:
    fixed = sessionlint.fix(project, write=False)
    (change,) = fixed.changes
    assert (change.path, change.before, fixed.fixed) == ("twice.py", CLOSED_TWICE, 1)
    assert "close()" not in change.after
    assert (project / "twice.py").read_text() == CLOSED_TWICE
    assert sessionlint.fix(project).changes == fixed.changes
    assert (project / "twice.py").read_text() == change.after
    assert _found(sessionlint.fix(project, unsafe=True).report) == []


def test_a_project_in_memory_sees_texts_and_files_that_change(project: Path) -> None:
    resident = sessionlint.Project(project)
    before = _found(resident.check())
    assert before == _found(sessionlint.check(project))
    resident.put("leak.py", "")
    assert _found(resident.check()) == [("SES310", "twice.py", 7)]
    resident.put(project / "leak.py", None)
    assert _found(resident.check()) == before
    fixed = resident.fixed("twice.py")
    assert fixed is not None and "close()" not in fixed
    (project / "twice.py").write_text(fixed)
    resident.refresh([project / "twice.py"])
    assert _found(resident.check()) == [("SES301", "leak.py", 5)]
    (project / "leak.py").unlink()
    (project / "new.py").write_text(LEAK)
    resident.refresh(["leak.py", "new.py"])
    assert _found(resident.check()) == [("SES301", "new.py", 5)]


def test_a_project_in_memory_keeps_on_where_its_configuration_breaks(project: Path) -> None:
    resident = sessionlint.Project(project)
    before = _found(resident.check())
    (project / "pyproject.toml").write_text("[tool.sessionlint]\nselct = []\n")
    with pytest.raises(sessionlint.UsageError, match="selct"):
        resident.reload()
    assert _found(resident.check()) == before
    (project / "pyproject.toml").write_text('[tool.sessionlint]\nselect = ["SES301"]\n')
    resident.reload()
    assert _found(resident.check()) == [("SES301", "leak.py", 5)]
