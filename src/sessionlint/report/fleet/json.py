"""A fleet as one object, with these keys, always all of them::

    version       of sessionlint
    run, against  run | null; a run is {"number", "version", "repositories", "analysed", "severities": {severity: number},
                  "complete", "date"}
    runs          [run]: up to this one
    summary       {"repositories", "analysed", "statuses": {status: number}, "affected", counts, "files_checked", "files_skipped",
                  "errors", "suppressed", "baselined", "findings_of_unanalysed"}; counts are
                  {"findings", "severities": {severity: number}, "ages": {age: number}, "fixable", "services"}
    groups        {"owner" | "codeowner" | "label" | "rule" | "severity" | "age": {name: counts}}; "" is nobody, or none
    left          [repository]: of the run that this is compared with, and not in this
    repositories  [{"repository", "source", "status", "reason", "commit", "owner", "owners", "labels", "version", "checked",
                  "skipped": [{"filename", "reason"}], "errors": [text], "suppressed", "baselined", "last_run", "last_findings",
                  "findings": [finding], "gone": [finding]}]; a finding is one of ``check --output-format json``, without its fix,
                  with "fix" (safe, unsafe, display or null), "age", "first_run", "first_commit", "codeowners" and "fingerprint"

Keys may be added in later versions; these keep their meaning.
"""

import json
from collections.abc import Iterator
from typing import Any

from sessionlint import __version__
from sessionlint.model.finding import Severity
from sessionlint.report.fleet.view import KINDS, Age, Counts, Fleet, Found, RunLine, Service, Summary
from sessionlint.report.visible import without_brackets

_TOLD = ("code", "name", "severity", "message", "help", "why", "filename", "location", "end_location", "fingerprint")


def render(fleet: Fleet) -> Iterator[str]:
    """Piece by piece: there may be more of it than fits into memory."""
    summary = fleet.summary
    head = {
        "version": __version__,
        "run": _run(fleet.run),
        "against": _run(fleet.against) if fleet.against is not None else None,
        "runs": [_run(run) for run in fleet.runs],
        "summary": _summary(summary),
        "groups": {kind: {key: _counts(counts) for key, counts in summary.of(kind)} for kind in KINDS},
        "left": list(fleet.left),
    }
    yield _text(head)[:-2] + ',\n  "repositories": ['
    for number, service in enumerate(fleet.services()):
        yield (",\n" if number else "\n") + _text(_service(service))
    yield "\n  ]\n}\n"


def _text(data: Any) -> str:
    return without_brackets(json.dumps(data, indent=2), "\\u0023")


def _run(run: RunLine) -> dict[str, Any]:
    return {
        "number": run.number,
        "version": run.version,
        "repositories": run.repositories,
        "analysed": run.analysed,
        "severities": {severity.value: run.severities.get(severity.value, 0) for severity in Severity},
        "complete": run.is_complete,
        "date": run.date,
    }


def _summary(summary: Summary) -> dict[str, Any]:
    return {
        "repositories": summary.statuses.total(),
        "analysed": summary.analysed,
        "statuses": dict(sorted(summary.statuses.items())),
        "affected": summary.affected,
        **_counts(summary.whole),
        "files_checked": summary.files_checked,
        "files_skipped": summary.files_skipped,
        "errors": summary.errors,
        "suppressed": summary.suppressed,
        "baselined": summary.baselined,
        "findings_of_unanalysed": summary.unknown_findings,
    }


def _counts(counts: Counts) -> dict[str, Any]:
    return {
        "findings": counts.findings,
        "severities": {severity.value: counts.severities[severity] for severity in Severity},
        "ages": {age.value: counts.ages[age] for age in Age},
        "fixable": counts.fixable,
        "services": counts.services,
    }


def _service(service: Service) -> dict[str, Any]:
    return {
        "repository": service.repository,
        "source": service.source,
        "status": service.status,
        "reason": service.reason,
        "commit": service.commit,
        "owner": service.owner,
        "owners": list(service.owners),
        "labels": list(service.labels),
        "version": service.version,
        "checked": service.checked,
        "skipped": list(service.skipped),
        "errors": list(service.errors),
        "suppressed": service.suppressed,
        "baselined": service.baselined,
        "last_run": service.last_run,
        "last_findings": service.last_findings,
        "findings": [_finding(found) for found in service.found],
        "gone": [_finding(found) for found in service.gone],
    }


def _finding(found: Found) -> dict[str, Any]:
    fix = found.data.get("fix")
    return {
        **{key: found.data[key] for key in _TOLD},
        "fix": fix["applicability"] if fix else None,
        "age": found.age.value,
        "first_run": found.run,
        "first_commit": found.commit,
        "codeowners": list(found.owners),
    }
