"""A repository's files become a result."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from sessionlint.fleet.asked import Asked
from sessionlint.fleet.commit import CODEOWNERS
from sessionlint.fleet.record import Key, Result, digest_of
from sessionlint.model.finding import Finding
from sessionlint.model.source import Source
from sessionlint.report.json import finding_data
from sessionlint.report.line_hashes import line_hashes
from sessionlint.report.look import Look
from sessionlint.report.places import start_of
from sessionlint.run import pipeline
from sessionlint.run.errors import UsageError
from sessionlint.run.files.bounded import read_regular
from sessionlint.run.files.limits import IGNORE
from sessionlint.run.looking import Result as Run
from sessionlint.sift.comments import expiry
from sessionlint.sift.identity import Identities


def examined(key: Key, folder: Path, asked: Asked, aside: Path) -> Result:
    """What is found in ``folder``, which is the root of the repository; ``aside`` is an empty folder. Raises MemoryError."""
    warnings: list[str] = []
    try:
        run = pipeline.check(asked.request(folder, aside), warnings.append)
    except UsageError as error:
        return Result(key, "failed", _local(str(error), folder, aside))
    outcome = run.outcome
    if any("out of memory" in error for error in outcome.errors):  # what was found meanwhile depends on the machine
        raise MemoryError
    return Result(
        key,
        "ok" if outcome.checked else "skipped",
        "" if outcome.checked else "no Python files",
        findings=tuple(told_findings(run)),
        skipped=tuple({"filename": each.path, "reason": each.reason} for each in outcome.skipped),
        notes=tuple(_local(text, folder, aside) for text in (*warnings, *outcome.notes)),
        errors=outcome.errors,
        checked=outcome.checked,
        suppressed=len(outcome.suppressed),
        baselined=len(outcome.baselined),
        codeowners=_codeowners(folder),
        until=_until(run),
    )


def told_findings(run: Run) -> Iterator[dict[str, Any]]:
    """What a run has found, as a result keeps it."""
    return _Teller(run).findings()


class _Teller:
    """Tells findings as the JSON report does, with what they are known by from commit to commit."""

    def __init__(self, run: Run) -> None:
        self._outcome = run.outcome
        self._sources: Mapping[str, Source] = run.sources
        self._hashes: dict[str, Mapping[int, str]] = {}

    def findings(self) -> Iterator[dict[str, Any]]:
        findings = self._outcome.findings
        for finding, fingerprint in zip(findings, self._fingerprints(findings), strict=True):
            row = start_of(finding.place, self._sources).line
            source = self._sources.get(finding.place.path)
            yield {
                **finding_data(finding, self._outcome, self._sources, Look()),
                "fingerprint": fingerprint,
                "line_hash": self._hash(finding.place.path, row),
                "line": source.line_text(row) if source else "",
            }

    def _fingerprints(self, findings: Sequence[Finding]) -> Iterator[str]:
        """Of several findings that are alike in all that stays, each has its number."""
        seen = Counter[tuple[str, ...]]()
        for identity in Identities(self._sources).of(findings):
            seen[identity.loosely] += 1
            yield digest_of("\0".join((*identity.loosely, str(seen[identity.loosely]))))

    def _hash(self, path: str, row: int) -> str:
        source = self._sources.get(path)
        if source is None:
            return ""
        if path not in self._hashes:
            places = [each.place for each in self._outcome.findings if each.place.path == path]
            self._hashes[path] = line_hashes(source, [start_of(place, self._sources).line for place in places])
        return self._hashes[path].get(row, "")


def _local(text: str, folder: Path, aside: Path) -> str:
    """What is said of a file, wherever the repository lies on this machine."""
    for place, word in ((aside, "--config"), (folder, ".")):
        text = text.replace(os.fspath(place), word)
    return text


def _codeowners(folder: Path) -> str:
    """The text of the first of the places in which such a file counts."""
    for path in CODEOWNERS:
        with suppress(OSError):
            return read_regular(folder / path, IGNORE).decode("utf-8", "replace")
    return ""


def _until(run: Run) -> str:
    """The last day on which every suppression does what it does today."""
    facts = run.checked.facts.values() if run.checked else ()
    ends = (expiry(comment) for each in facts for comment in each.suppressions)
    return min((end.isoformat() for end in ends if end is not None and end >= date.today()), default="")
