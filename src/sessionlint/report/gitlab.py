"""A Code Quality report of GitLab: what a merge request shows beside its changes.

Format: https://docs.gitlab.com/ci/testing/code_quality/. What is the same from one run to the next has the same fingerprint, so
that it is not told as new: the line's text counts for it, not its number.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sessionlint.model.digest import blake2b
from sessionlint.model.finding import Finding, Severity
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Position, Source
from sessionlint.report.look import Look
from sessionlint.report.places import end_of, start_of
from sessionlint.report.visible import without_brackets

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    return without_brackets(json.dumps(list(_issues(outcome, sources, look)), indent=2), "\\u0023") + "\n"


def _issues(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for finding in outcome.findings:
        path = look.repository_path(finding.place.path)
        start, end = start_of(finding.place, sources), end_of(finding.place, sources)
        key = "\0".join((path, finding.code, _line(finding, start, sources)))
        seen[key] += 1
        yield {
            "description": f"{finding.code}: {finding.message}",
            "check_name": finding.code,
            "fingerprint": _digest(f"{key}\0{seen[key]}"),
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": path,
                "lines": {"begin": start.line, "end": end.line},
                "positions": {"begin": _position(start), "end": _position(end)},
            },
        }


def _line(finding: Finding, start: Position, sources: Mapping[str, Source]) -> str:
    source = sources.get(finding.place.path)
    return source.line_text(start.line).strip() if source else ""


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
