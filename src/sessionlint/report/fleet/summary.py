"""Services become a summary, one after the other."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from sessionlint.model.finding import Severity
from sessionlint.report.fleet.view import KINDS, NOBODY, Counts, Found, Row, Service, Summary

_KEYS: Mapping[str, Callable[[Service, Found], Iterable[str]]] = {
    "owner": lambda service, found: service.owners_of(found),
    "codeowner": lambda service, found: found.owners or (NOBODY,),
    "label": lambda service, found: service.labels or (NOBODY,),
    "rule": lambda service, found: (found.code,),
    "severity": lambda service, found: (found.severity.value,),
    "age": lambda service, found: (found.age.value,),
}


def summarised(services: Iterable[Service]) -> Summary:
    summary = Summary(groups={kind: {} for kind in KINDS})
    for service in services:
        _add(summary, service)
    return summary


def _add(summary: Summary, service: Service) -> None:
    summary.statuses[service.status] += 1
    summary.files_checked += service.checked
    summary.files_skipped += len(service.skipped)
    summary.errors += len(service.errors)
    summary.suppressed += service.suppressed
    summary.baselined += service.baselined
    summary.unknown_findings += service.last_findings
    summary.recent += sum(found.is_recent and found.severity is not Severity.INFO for found in service.found)
    every = (*service.found, *service.gone)
    summary.whole.add(every)
    summary.rows.append(_row(service))
    for kind, keys in _KEYS.items():
        by_key: defaultdict[str, list[Found]] = defaultdict(list)
        for found in every:
            for key in keys(service, found):
                by_key[key].append(found)
        for key, some in by_key.items():
            summary.groups[kind].setdefault(key, Counts()).add(some)


def _row(service: Service) -> Row:
    counts = Counts()
    counts.add((*service.found, *service.gone))
    return Row(
        service.repository,
        service.status,
        service.reason,
        service.owners,
        service.labels,
        counts,
        service.last_run,
        service.last_findings,
        len(service.skipped),
        len(service.errors),
    )
