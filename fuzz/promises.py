"""What holds for every project, however broken."""

import ast
import json
import os
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from fuzz.seeds import Project
from sessionlint.cli import sessionlint
from sessionlint.model.source import Source
from sessionlint.run.files.reading import decoded

Findings = list[dict[str, Any]]


def broken_promise(project: Project, folder: Path) -> str | None:
    """What is wrong with what sessionlint does to ``project``, written below ``folder``, which is empty; None if all is well."""
    return next(_broken(project, folder), None)


def _broken(project: Project, folder: Path) -> Iterator[str]:
    _write(project, folder)
    before = _content(folder)
    checked = _run(folder, "--output-format", "json")
    yield from _ended_well(checked)
    findings = _findings(checked)
    if _content(folder) != before:
        yield "a check without --fix changed files"
    _name_by_project(findings, folder)
    yield from _places_exist(findings, before)
    fixing = _run(folder, "--fix", "--unsafe-fixes", "--output-format", "json")
    yield from _ended_well(fixing)
    after = _content(folder)
    yield from _only_what_was_found(findings, before, after)
    yield from _parse_as_before(before, after)
    again = _run(folder, "--fix", "--unsafe-fixes", "--output-format", "json")
    yield from _ended_well(again)
    if _content(folder) != after:
        yield "a second --fix changes files again"


def _write(project: Project, folder: Path) -> None:
    for path, data in project.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _run(folder: Path, *options: str) -> Result:
    arguments = ["check", str(folder), "--project-root", str(folder), "--no-cache", "-j", "1", "--select", "ALL", *options]
    return CliRunner().invoke(sessionlint, arguments)


def _ended_well(result: Result) -> Iterator[str]:
    """0, 1, or 2 with a reason that is the project's; never an error of our own."""
    if result.exit_code not in (0, 1, 2) or not isinstance(result.exception, SystemExit | None):
        yield f"exit code {result.exit_code}: {result.exception!r}"
    for word in ("Traceback", "error: internal", "a bug in sessionlint"):
        if word in result.stderr:
            yield f"{word} on stderr:\n{result.stderr}"
    if result.exit_code == 2 and not result.stderr.strip():
        yield "exit code 2 without a word"


def _findings(result: Result) -> Findings:
    return json.loads(result.stdout)["findings"] if result.stdout else []


def _name_by_project(findings: Findings, folder: Path) -> None:
    """Files are named from the current folder; from here on, from ``folder``."""
    for finding in findings:
        edits = finding["fix"]["edits"] if finding["fix"] else ()
        for place in (finding, *finding["related"], *edits):
            place["filename"] = Path(os.path.relpath(Path(place["filename"]).absolute(), folder)).as_posix()


def _places_exist(findings: Findings, files: Mapping[str, bytes]) -> Iterator[str]:
    sources = {path: decoded(path, data)[0] for path, data in files.items()}
    for finding in findings:
        for place in (finding, *finding["related"]):
            source = sources.get(place["filename"])
            if source is not None and not _is_within(place, source):
                yield f"{finding['code']} at {place['location']} to {place['end_location']}, which is not in {place['filename']}"


def _is_within(place: Mapping[str, Any], source: Source) -> bool:
    last = source.position(len(source.text))
    end = place["end_location"]
    start = place["location"]
    return (1, 1) <= (start["row"], start["column"]) <= (end["row"], end["column"]) and end["row"] <= last.line


def _only_what_was_found(findings: Findings, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    edits = (edit for finding in findings if finding["fix"] for edit in finding["fix"]["edits"])
    places = (place for finding in findings for place in (finding, *finding["related"]))
    named = {place["filename"] for place in (*edits, *places)}
    for path in before.keys() | after.keys():
        if before.get(path) != after.get(path) and path not in named:
            yield f"{path} was changed although no finding has to do with it"


def _parse_as_before(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    for path, data in before.items():
        if after.get(path) != data and _parses(data) and not _parses(after.get(path, b"(")):
            yield f"{path} does not parse any more:\n{after.get(path, b'').decode('utf-8', 'replace')}"


def _parses(data: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(data)
        except (SyntaxError, ValueError):
            return False
    return True
