"""What a store knows becomes the services of a report, one at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from sessionlint.fleet.codeowners import Codeowners
from sessionlint.fleet.record import Finding, Result, Sighting, is_commit
from sessionlint.fleet.store import Store
from sessionlint.fleet.timeline import Stand, Timeline
from sessionlint.model.finding import Severity
from sessionlint.report.fleet.view import ANALYSED, Age, Found, Service

_LOST = "its result is gone from the store, or damaged"
_TEXTS = ("code", "name", "message", "help", "why", "filename", "fingerprint", "line_hash", "line")
_PLACES = ("location", "end_location")
_SEVERITIES = tuple(severity.value for severity in Severity)


class Review:
    """The last run of ``timeline``, beside what was known when the run ``against`` was over (0: nothing was)."""

    def __init__(self, store: Store, timeline: Timeline, against: int) -> None:
        self._store = store
        self._timeline = timeline
        self._against = against

    def services(self) -> Iterator[Service]:
        """By name."""
        yield from map(self.service, sorted(self._timeline.sightings))

    def service(self, repository: str) -> Service:
        sighting = self._timeline.sightings[repository]
        make = partial(Service, repository, sighting.source, commit=sighting.commit, owner=sighting.owner, labels=sighting.labels)
        if sighting.status not in ANALYSED:
            return self._unknown(make, sighting, sighting.status, sighting.reason)
        result = self._result(sighting.result)
        if result is None:
            return self._unknown(make, sighting, "failed", _LOST)
        found, gone = self._compared(repository, Stand(self._timeline.run.number, sighting.result), result)
        return make(
            status=sighting.status,
            reason=sighting.reason,
            version=result.key.version,
            found=found,
            gone=gone,
            checked=result.checked,
            skipped=result.skipped,
            errors=result.errors,
            suppressed=result.suppressed,
            baselined=result.baselined,
        )

    def _unknown(self, make: "partial[Service]", sighting: Sighting, status: str, reason: str) -> Service:
        """What was found before may still be there."""
        stand = self._timeline.at(sighting.repository, self._timeline.run.number)
        result = self._result(stand.entry) if stand is not None and stand.entry != sighting.result else None
        if stand is None or result is None:
            return make(status=status, reason=reason)
        return make(status=status, reason=reason, last_run=stand.run, last_findings=len(result.findings))

    # --- ages ---------------------------------------------------------------------------------------------------------

    def _compared(self, repository: str, now: Stand, result: Result) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
        before = self._timeline.at(repository, self._against)
        then = self._then(before, now, result)
        firsts = _Firsts(self._result, self._timeline.stands.get(repository, ()), result)
        owners = Codeowners(result.codeowners) if result.findings else Codeowners("")
        known = {finding["fingerprint"] for finding in then.findings} if then is not None else set()
        found = []
        for finding in result.findings:
            age = _age(finding, known, then, result, firsts, self._against)
            run, commit = firsts.of(finding)
            found.append(Found(finding, age, owners.of(finding["filename"]), run, commit))
        return tuple(found), tuple(_gone(result, then, firsts))

    def _then(self, before: Stand | None, now: Stand, result: Result) -> Result | None:
        if before is None:
            return None
        return result if before.entry == now.entry else self._result(before.entry)

    def _result(self, entry: str) -> Result | None:
        """None also for one that nobody of ours has written, whatever its checksum says."""
        result = self._store.result(entry)
        return result if result is not None and all(map(_is_whole, result.findings)) else None


class _Firsts:
    """Which run, and at which commit, saw a finding of a repository first. Results are read when somebody asks."""

    def __init__(self, result: Callable[[str], Result | None], stands: Iterable[Stand], now: Result) -> None:
        self._result = result
        self._stands = tuple(stands)
        self._now = now
        self._known: dict[str, tuple[int, str]] | None = None

    def of(self, finding: Finding) -> tuple[int, str]:
        return self._read().get(finding["fingerprint"], (0, ""))

    def _read(self) -> Mapping[str, tuple[int, str]]:
        if self._known is None:
            self._known = {}
            for stand in self._stands:
                result = self._now if len(self._stands) == 1 else self._result(stand.entry)
                for finding in result.findings if result is not None else ():
                    self._known.setdefault(finding["fingerprint"], (stand.run, result.key.commit if result else ""))
        return self._known


def _age(finding: Finding, known: set[str], then: Result | None, now: Result, firsts: _Firsts, against: int) -> Age:
    if then is None:
        return Age.FIRST_LOOK
    if finding["fingerprint"] in known:
        return Age.KNOWN
    if not _may_code_differ(then, now):
        return Age.REVEALED
    first, _ = firsts.of(finding)
    return Age.RETURNED if 0 < first <= against else Age.NEW


def _may_code_differ(then: Result, now: Result) -> bool:
    """Whether a change is one of the code. What is no commit has another name for another configuration, whatever the code."""
    if then.key.commit == now.key.commit:
        return False
    is_same_tool = (then.key.version, then.key.configuration) == (now.key.version, now.key.configuration)
    return is_same_tool or (is_commit(then.key.commit) and is_commit(now.key.commit))


def _gone(now: Result, then: Result | None, firsts: _Firsts) -> Iterator[Found]:
    if then is None or then is now:
        return
    there = {finding["fingerprint"] for finding in now.findings}
    age = Age.FIXED if _may_code_differ(then, now) else Age.WITHDRAWN
    owners = Codeowners(then.codeowners)
    for finding in then.findings:
        if finding["fingerprint"] not in there:
            yield Found(finding, age, owners.of(finding["filename"]), *firsts.of(finding))


def _is_whole(finding: Finding) -> bool:
    """Whether all is there that a report needs."""
    if not all(isinstance(finding.get(key), str) for key in _TEXTS) or finding.get("severity") not in _SEVERITIES:
        return False
    related, fix = finding.get("related"), finding.get("fix")
    edits = fix.get("edits") if isinstance(fix, dict) else []
    if not isinstance(related, list) or not isinstance(edits, list) or not (fix is None or isinstance(fix, dict)):
        return False
    return all(isinstance(each, dict) and _is_placed(each) for each in (finding, *related, *edits)) and _says_how(fix)


def _is_placed(told: Finding) -> bool:
    places = [told.get(key) for key in _PLACES]
    numbers = [place.get(key) for place in places if isinstance(place, dict) for key in ("row", "column")]
    return isinstance(told.get("filename"), str) and len(numbers) == 4 and all(isinstance(number, int) for number in numbers)


def _says_how(fix: Finding | None) -> bool:
    return fix is None or all(isinstance(fix.get(key), str) for key in ("title", "applicability"))
