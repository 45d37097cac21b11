"""A JSON object: what was found, and what was left out. ``report.schema.json`` beside this file says what it holds."""

import json
from collections.abc import Mapping
from typing import Any

from sessionlint import __version__
from sessionlint.model.finding import Finding, Fix, Severity
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Place, Position, Source
from sessionlint.report.look import Look
from sessionlint.report.places import end_of, start_of
from sessionlint.report.visible import without_brackets


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    told = {
        "version": __version__,
        "summary": _summary(outcome),
        "findings": [finding_data(finding, outcome, sources, look) for finding in outcome.findings],
        "skipped": [{"filename": look.shown_path(skipped.path), "reason": skipped.reason} for skipped in outcome.skipped],
        "errors": list(outcome.errors),
    }
    text = json.dumps(told, indent=2)  # ASCII only: any stream can carry it, lone surrogates included
    return without_brackets(text, "\\u0023") + "\n"


def _summary(outcome: Outcome) -> dict[str, Any]:
    return {
        "findings": len(outcome.findings),
        "severities": {level.value: sum(finding.severity is level for finding in outcome.findings) for level in Severity},
        "fixed": outcome.fixed,
        "fixable": outcome.fixable_safe,
        "fixable_unsafe": outcome.fixable_unsafe,
        "checked": outcome.checked,
        "skipped": len(outcome.skipped),
        "errors": len(outcome.errors),
    }


def finding_data(finding: Finding, outcome: Outcome, sources: Mapping[str, Source], look: Look) -> dict[str, Any]:
    """One finding, with all of its keys."""
    rule = outcome.rules.get(finding.code)
    return {
        "code": finding.code,
        "name": rule.name if rule else finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "help": finding.help,
        "why": rule.why if rule else "",
        **_place(finding.place, sources, look),
        "related": [{**_place(related.place, sources, look), "message": related.message} for related in finding.related],
        "fix": _fix(finding.fix, sources, look) if finding.fix else None,
    }


def _fix(fix: Fix, sources: Mapping[str, Source], look: Look) -> dict[str, Any]:
    return {
        "title": fix.title,
        "applicability": fix.applicability.value,
        "edits": [{**_place(edit.place, sources, look), "content": edit.text} for edit in fix.edits],
    }


def _place(place: Place, sources: Mapping[str, Source], look: Look) -> dict[str, Any]:
    return {
        "filename": look.shown_path(place.path),
        "location": _position(start_of(place, sources)),
        "end_location": _position(end_of(place, sources)),
    }


def _position(position: Position) -> dict[str, int]:
    return {"row": position.line, "column": position.column}
