"""What each run knew of each repository, as far as a report needs it: which result it stood at, from run to run.

Held is only where that changed, so that many runs of many repositories are no more than what happened between them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timezone
from typing import NamedTuple

from sessionlint.fleet.history import History, Run
from sessionlint.fleet.record import Sighting
from sessionlint.model.records import dataclass
from sessionlint.report.fleet.view import ANALYSED, RunLine
from sessionlint.run.errors import UsageError


class Stand(NamedTuple):
    """From the run of this number on, a repository was known by this ``entry`` of the store."""

    run: int
    entry: str


@dataclass(slots=True)
class Timeline:
    """``sightings`` are those of the run that is reported, ``stands`` of all runs up to it, and ``runs`` one line for each."""

    run: Run
    sightings: Mapping[str, Sighting] = field(default_factory=dict)
    stands: dict[str, list[Stand]] = field(default_factory=dict)
    runs: list[RunLine] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def at(self, repository: str, number: int) -> Stand | None:
        """What was known of a repository when the run of this number was over."""
        return next((each for each in reversed(self.stands.get(repository, ())) if each.run <= number), None)

    def line(self, number: int) -> RunLine:
        return next(each for each in self.runs if each.number == number)

    def left(self, number: int) -> list[str]:
        """Repositories that the run of this number saw last."""
        return sorted(repository for repository, last in self.seen.items() if last == number)


def timeline(history: History, wanted: int | None, place: str = "") -> Timeline:
    """Up to the run ``wanted``, or the last. Raises UsageError, which names the ``place``, where there is no such run."""
    runs = history.runs()
    if not runs:
        raise UsageError(f"{place}: no store of a fleet, or one in which there is no run")
    if wanted is not None:
        runs = [run for run in runs if run.number <= wanted]
        if not runs or runs[-1].number != wanted:
            raise UsageError(f"--run {wanted}: there is no such run")
    found = Timeline(runs[-1])
    for run in runs:
        found.sightings = {each.repository: each for each in history.sightings(run)}
        for sighting in found.sightings.values():
            _stand(found, run.number, sighting)
        found.runs.append(_line(run, found.sightings.values()))
    return found


def _stand(found: Timeline, number: int, sighting: Sighting) -> None:
    found.seen[sighting.repository] = number
    if sighting.status not in ANALYSED or not sighting.result:
        return
    stands = found.stands.setdefault(sighting.repository, [])
    if not stands or stands[-1].entry != sighting.result:
        stands.append(Stand(number, sighting.result))


def _line(run: Run, sightings: Iterable[Sighting]) -> RunLine:
    statuses, severities = Counter[str](), Counter[str]()
    ended = 0.0
    for each in sightings:
        statuses[each.status] += 1
        severities.update(each.findings)
        said = each.effort.get("ended")
        ended = max(ended, float(said)) if isinstance(said, (int, float)) else ended
    analysed = sum(statuses[status] for status in ANALYSED)
    return RunLine(
        run.number, run.version, run.configuration, statuses.total(), analysed, severities, run.is_complete, _date(ended)
    )


def _date(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, timezone.utc).date().isoformat() if seconds > 0 else ""
    except (ValueError, OSError, OverflowError):
        return ""


def compared(runs: Sequence[RunLine], wanted: str | None) -> RunLine | None:
    """The run to compare the last one with: the one before it, the one of a number, or none. Raises UsageError."""
    before = runs[:-1]
    if wanted in (None, "previous"):
        return before[-1] if before else None
    if wanted == "none":
        return None
    found = next((run for run in before if str(run.number) == wanted), None)
    if found is None:
        raise UsageError(f"--against {wanted}: there is no such run before run {runs[-1].number}")
    return found
