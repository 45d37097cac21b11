"""The format of reviewdog (https://github.com/reviewdog/reviewdog/tree/master/proto/rdf), whose columns count bytes of UTF-8."""

import json
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from sessionlint.edits.apply import OverlapError, apply_edits
from sessionlint.model.finding import Edit, Finding, Fix, Severity
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Place, Position, Source, Span
from sessionlint.report.look import Look
from sessionlint.report.story import story
from sessionlint.report.visible import without_brackets

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}
_MOST_LINES = 40  # of a suggestion, which is posted as a comment


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    told = {
        "source": {"name": "sessionlint"},
        "diagnostics": [_diagnostic(finding, sources, look) for finding in outcome.findings],
    }
    return without_brackets(json.dumps(told, indent=2), "\\u0023") + "\n"


def _diagnostic(finding: Finding, sources: Mapping[str, Source], look: Look) -> dict[str, Any]:
    told: dict[str, Any] = {
        "message": story(finding, sources, look.shown_path),
        "location": _location(finding.place, sources, look),
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.code},
    }
    source = sources.get(finding.place.path)
    if source and finding.fix and (suggestion := _suggestion(finding.fix, source)):
        told["suggestions"] = [suggestion]
    if finding.related:
        told["related_locations"] = [
            {"message": related.message, "location": _location(related.place, sources, look)} for related in finding.related
        ]
    return told


def _location(place: Place, sources: Mapping[str, Source], look: Look) -> dict[str, Any]:
    path = look.shown_path(place.path).replace("\\", "/")
    source = sources.get(place.path)
    return {"path": path, "range": _range(place.span, source)} if source else {"path": path}


def _suggestion(fix: Fix, source: Source) -> dict[str, Any] | None:
    """The fix as one piece of new text: several suggestions would be several choices. None for one of other files, too."""
    edits = sorted(fix.edits, key=attrgetter("place"))
    if any(edit.place.path != source.path for edit in edits):
        return None
    span = Span(edits[0].place.span.start, max(edit.place.span.end for edit in edits))
    if source.position(span.end).line - source.position(span.start).line >= _MOST_LINES:
        return None
    moved = [Edit(Place(source.path, _from(edit.place.span, span.start)), edit.text) for edit in edits]
    try:
        return {"range": _range(span, source), "text": apply_edits(source.text[slice(*span)], moved)}
    except OverlapError:  # a rule's mistake; the pipeline reports it when it tries the fix
        return None


def _from(span: Span, start: int) -> Span:
    return Span(span.start - start, span.end - start)


def _range(span: Span, source: Source) -> dict[str, Any]:
    return {"start": _bytes(source.position(span.start), source), "end": _bytes(source.position(span.end), source)}


def _bytes(position: Position, source: Source) -> dict[str, int]:
    before = source.line_text(position.line)[: position.column - 1]
    return {"line": position.line, "column": len(before.encode("utf-8", "surrogatepass")) + 1}
