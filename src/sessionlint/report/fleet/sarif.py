"""SARIF, a file for each repository: what ``report/sarif.py`` makes of one, of findings as they were kept.

It can be uploaded for the commit that it names. A repository that could not be analysed has one, too, which says so.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from sessionlint.model.finding import Rule, Severity
from sessionlint.report.fleet.view import Age, Data, Fleet, Found, Service
from sessionlint.report.look import Look
from sessionlint.report.sarif import LEVELS, ROOT, SCHEMA, links_line, plain, rule_data, uri_of
from sessionlint.report.visible import without_brackets

_KNOWN_BEFORE = {Age.KNOWN: "unchanged"}
_HIDDEN_FIX = "display"
_IN_URI = "%/:?#[]@!$&'()*+,;=~"


def render(service: Service, fleet: Fleet, look: Look) -> str:
    told = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(service, fleet, look)]}
    return without_brackets(json.dumps(told, indent=2), "\\u0023") + "\n"


def _run(service: Service, fleet: Fleet, look: Look) -> dict[str, Any]:
    codes = sorted({found.code for found in service.found})
    by_code = {found.code: found.data for found in service.found}
    rules = [rule_data(fleet.rules.get(code) or _rule_of(by_code[code]), code, look) for code in codes]
    version = service.version or fleet.run.version
    return {
        "tool": {"driver": {"name": "sessionlint", "version": version, "semanticVersion": version, "rules": rules}},
        "automationDetails": {"id": "sessionlint/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository that was checked."}}},
        **_provenance(service),
        "properties": {"repository": service.repository, "commit": service.commit, "status": service.status},
        "invocations": [_invocation(service)],
        "results": [_result(found, codes, fleet.against is not None) for found in service.found],
    }


def _provenance(service: Service) -> dict[str, Any]:
    if "://" not in service.source:
        return {}
    where = {"repositoryUri": quote(service.source, safe=_IN_URI)}
    return {"versionControlProvenance": [{**where, **({"revisionId": service.commit} if service.commit else {})}]}


def _rule_of(data: Data) -> Rule:
    """A rule that this version has not any more."""
    return Rule(data["code"], data["name"], Severity(data["severity"]), data["why"])


def _invocation(service: Service) -> dict[str, Any]:
    failures = [] if service.is_analysed else [f"not analysed: {service.status}, {service.reason}"]
    told: list[dict[str, Any]] = [{"level": "error", "message": {"text": text}} for text in (*failures, *service.errors)]
    told += [
        {
            "level": "note",
            "message": {"text": f"skipped, {each['reason']}"},
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(each["filename"])}}],
        }
        for each in service.skipped
    ]
    is_whole = not failures and not service.errors
    return {"executionSuccessful": is_whole, **({"toolExecutionNotifications": told} if told else {})}


def _result(found: Found, codes: Sequence[str], is_compared: bool) -> dict[str, Any]:
    data = found.data
    related = list(_related(data))
    return {
        "ruleId": found.code,
        "ruleIndex": codes.index(found.code),
        "level": LEVELS[found.severity],
        "message": {"text": _message(data)},
        "locations": [{"physicalLocation": _physical(data, data["line"])}],
        **({"relatedLocations": related} if related else {}),
        "partialFingerprints": _fingerprints(data),
        **({"baselineState": _KNOWN_BEFORE.get(found.age, "new")} if is_compared else {}),
        **({"fixes": [_fix(data["fix"])]} if data["fix"] and data["fix"]["applicability"] != _HIDDEN_FIX else {}),
    }


def _fingerprints(data: Data) -> dict[str, str]:
    hashed = {"primaryLocationLineHash": data["line_hash"]} if data["line_hash"] else {}
    return {**hashed, "sessionlint/v1": data["fingerprint"]}


def _message(data: Data) -> str:
    links = [f"[{plain(each['message'])}]({number})" for number, each in enumerate(data["related"], 1)]
    return "\n".join(filter(None, [plain(data["message"]), *links_line(links), plain(data["help"])]))


def _related(data: Data) -> Iterator[dict[str, Any]]:
    for number, each in enumerate(data["related"], 1):
        yield {"id": number, "physicalLocation": _physical(each), "message": {"text": each["message"]}}


def _fix(fix: Data) -> dict[str, Any]:
    paths = sorted({edit["filename"] for edit in fix["edits"]})
    return {
        "description": {"text": f"{fix['title']} ({fix['applicability']})"},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path),
                "replacements": [_replacement(edit) for edit in _ordered(fix["edits"]) if edit["filename"] == path],
            }
            for path in paths
        ],
    }


def _ordered(edits: Sequence[Data]) -> list[Data]:
    return sorted(edits, key=lambda edit: [*_region(edit).values()])


def _replacement(edit: Data) -> dict[str, Any]:
    text = {"insertedContent": {"text": edit["content"]}} if edit["content"] else {}
    return {"deletedRegion": _region(edit), **text}


def _physical(data: Data, line: str | None = None) -> dict[str, Any]:
    snippet = {"snippet": {"text": line}} if line else {}
    return {"artifactLocation": _artifact(data["filename"]), "region": {**_region(data), **snippet}}


def _region(data: Data) -> dict[str, int]:
    start, end = data["location"], data["end_location"]
    return {"startLine": start["row"], "startColumn": start["column"], "endLine": end["row"], "endColumn": end["column"]}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": uri_of(path), "uriBaseId": ROOT}
