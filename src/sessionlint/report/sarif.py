"""SARIF 2.1.0, for GitHub code scanning and whatever else shows results of static analysis.

Format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/; what GitHub makes of it:
https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning.

Paths are relative to the repository, never absolute. Findings that a comment hides are there, with the comment's reason.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any
from urllib.parse import quote

from sessionlint import __version__
from sessionlint.model.finding import Applicability, Edit, Finding, Fix, Rule, Severity
from sessionlint.model.outcome import Outcome, Suppressed
from sessionlint.model.source import Place, Source
from sessionlint.report.line_hashes import line_hashes
from sessionlint.report.look import Look
from sessionlint.report.places import end_of, start_of
from sessionlint.report.visible import without_brackets

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT = "%SRCROOT%"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}  # GitHub's words
_LONGEST = 1024  # characters of a description that GitHub accepts


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    text = json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [_Run(outcome, sources, look).data()]}, indent=2)
    return without_brackets(text, "\\u0023") + "\n"


class _Run:
    """One run: the rules that spoke, and what they said."""

    def __init__(self, outcome: Outcome, sources: Mapping[str, Source], look: Look) -> None:
        self._outcome = outcome
        self._sources = sources
        self._look = look
        self._findings = [*outcome.findings, *(each.finding for each in outcome.suppressed)]
        self._codes = sorted({finding.code for finding in self._findings})
        self._hashes = dict(self._hashed())

    def data(self) -> dict[str, Any]:
        driver = {
            "name": "sessionlint",
            "version": __version__,
            "semanticVersion": __version__,
            "rules": [rule_data(self._outcome.rules.get(code), code, self._look) for code in self._codes],
        }
        return {
            "tool": {"driver": driver},
            "automationDetails": {"id": "sessionlint/"},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository that was checked."}}},
            "invocations": [self._invocation()],
            "results": [
                *(self._result(finding) for finding in self._outcome.findings),
                *(self._suppressed(each) for each in self._outcome.suppressed),
            ],
        }

    def _invocation(self) -> dict[str, Any]:
        """Whether all went well, and what was left out."""
        failures = [{"level": "error", "message": {"text": error}} for error in self._outcome.errors]
        skipped = [
            {
                "level": "note",
                "message": {"text": f"skipped, {each.reason}"},
                "locations": [{"physicalLocation": {"artifactLocation": self._artifact(each.path)}}],
            }
            for each in self._outcome.skipped
        ]
        told = [*failures, *skipped]
        return {"executionSuccessful": not failures, **({"toolExecutionNotifications": told} if told else {})}

    def _result(self, finding: Finding) -> dict[str, Any]:
        related = [self._related(number, each.place, each.message) for number, each in enumerate(finding.related, 1)]
        fixes = [self._fix(finding.fix)] if finding.fix and finding.fix.applicability is not Applicability.DISPLAY else []
        return {
            "ruleId": finding.code,
            "ruleIndex": self._codes.index(finding.code),
            "level": LEVELS[finding.severity],
            "message": {"text": _message(finding)},
            "locations": [{"physicalLocation": self._physical(finding.place, with_text=True)}],
            **({"relatedLocations": related} if related else {}),
            **self._fingerprints(finding),
            **({"fixes": fixes} if fixes else {}),
        }

    def _suppressed(self, suppressed: Suppressed) -> dict[str, Any]:
        reason = suppressed.suppression.reason
        said = {"kind": "inSource", "status": "accepted", **({"justification": reason} if reason else {})}
        return {**self._result(suppressed.finding), "suppressions": [said]}

    # --- places -------------------------------------------------------------------------------------------------------

    def _related(self, number: int, place: Place, message: str) -> dict[str, Any]:
        return {"id": number, "physicalLocation": self._physical(place), "message": {"text": message}}

    def _physical(self, place: Place, with_text: bool = False) -> dict[str, Any]:
        region = self._region(place)
        source = self._sources.get(place.path)
        if with_text and source:
            region["snippet"] = {"text": source.line_text(region["startLine"])}
        return {"artifactLocation": self._artifact(place.path), "region": region}

    def _region(self, place: Place) -> dict[str, Any]:
        start, end = start_of(place, self._sources), end_of(place, self._sources)
        return {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column}

    def _artifact(self, path: str) -> dict[str, str]:
        return {"uri": uri_of(self._look.repository_path(path)), "uriBaseId": ROOT}

    def _hashed(self) -> Iterator[tuple[tuple[str, int], str]]:
        """The hash of each line on which something is found, by path and line."""
        places = sorted(finding.place for finding in self._findings)
        for path, each in groupby(places, key=attrgetter("path")):
            if (source := self._sources.get(path)) is not None:
                lines = [source.position(place.span.start).line for place in each]
                yield from (((path, line), text) for line, text in line_hashes(source, lines).items())

    def _fingerprints(self, finding: Finding) -> dict[str, Any]:
        found = self._hashes.get((finding.place.path, start_of(finding.place, self._sources).line))
        return {"partialFingerprints": {"primaryLocationLineHash": found}} if found else {}

    # --- fixes --------------------------------------------------------------------------------------------------------

    def _fix(self, fix: Fix) -> dict[str, Any]:
        edits = sorted(fix.edits, key=attrgetter("place"))
        files = groupby(edits, key=lambda edit: edit.place.path)
        return {
            "description": {"text": f"{fix.title} ({fix.applicability.value})"},
            "artifactChanges": [
                {"artifactLocation": self._artifact(path), "replacements": [self._replacement(edit) for edit in each]}
                for path, each in files
            ],
        }

    def _replacement(self, edit: Edit) -> dict[str, Any]:
        text = {"insertedContent": {"text": edit.text}} if edit.text else {}
        return {"deletedRegion": self._region(edit.place), **text}


def rule_data(rule: Rule | None, code: str, look: Look) -> dict[str, Any]:
    """What is known of a rule; its page is its help."""
    if rule is None:
        return {"id": code}
    page = look.page(rule.name)
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": _cut(rule.name.replace("-", " ").capitalize() + ".")},
        "fullDescription": {"text": _cut(rule.why or rule.name)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "help": {"text": rule.why or rule.name, **({"markdown": page} if page else {})},
        "properties": {
            "tags": ["reliability", "sqlalchemy"],
            "precision": "high",
            "problem.severity": _PROBLEMS[rule.severity],
        },
    }


def _message(finding: Finding) -> str:
    """GitHub shows the other places where the message links to them."""
    links = [f"[{plain(related.message)}]({number})" for number, related in enumerate(finding.related, 1)]
    return "\n".join(filter(None, [plain(finding.message), *links_line(links), plain(finding.help)]))


def links_line(links: Sequence[str]) -> Iterable[str]:
    return [f"See: {', '.join(links)}."] if links else []


def plain(text: str) -> str:
    """Text with no link in it."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def uri_of(path: str) -> str:
    """``path`` as a relative reference; what is no text in it stands there byte by byte."""
    try:
        data = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = path.encode("utf-8", "surrogatepass")
    return quote(data)
