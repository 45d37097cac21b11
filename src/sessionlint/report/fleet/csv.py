"""One row for each finding, and one for each repository of which there is none to tell, with why.

Spreadsheets run what begins as a formula does, so such a cell begins with an apostrophe; programs that want texts as they are
take JSON.
"""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from sessionlint.report.fleet.view import Fleet, Found, Service
from sessionlint.report.visible import visible

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SERVICE = ("repository", "owner", "labels", "commit", "status", "reason")
_FOUND = ("age", "severity", "code", "name", "message", "filename", "row", "column", "codeowners")
_MORE = ("fix", "first_run", "first_commit", "fingerprint")


def render(fleet: Fleet) -> Iterator[str]:
    yield _line((*_SERVICE, *_FOUND, *_MORE))
    for service in fleet.services():
        for found in (*service.found, *service.gone):
            yield _line((*_of(service), *_cells(found)))
        if not (service.found or service.gone):
            yield _line((*_of(service), *("" for _ in (*_FOUND, *_MORE))))


def _of(service: Service) -> tuple[str, ...]:
    labels = " ".join(service.labels)
    return service.repository, service.owner, labels, service.commit, service.status, service.reason


def _cells(found: Found) -> tuple[str, ...]:
    data, place = found.data, found.data["location"]
    texts = (found.age.value, found.severity.value, found.code, data["name"], data["message"], data["filename"])
    fix = data["fix"]["applicability"] if data.get("fix") else ""
    first = (str(found.run or ""), found.commit)
    return (*texts, str(place["row"]), str(place["column"]), " ".join(found.owners), fix, *first, data["fingerprint"])


def _line(cells: Sequence[str]) -> str:
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerow([cell_of(cell) for cell in cells])
    return out.getvalue()


def cell_of(text: str) -> str:
    """``text`` as a cell that is nothing but text."""
    if text.lstrip(" ").startswith(_FORMULA):
        text = f"'{text}"
    return visible(text)
