"""Checks the parts of a project, each in memory of its own and several at once."""

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from time import perf_counter
from typing import TypeAlias

from sessionlint.model.outcome import Outcome
from sessionlint.model.wrappers import Vocabulary
from sessionlint.run.discovery.distributions import Distributions
from sessionlint.run.files.reading import sources_of
from sessionlint.run.parts.part import Part, Parts
from sessionlint.run.parts.partition import Partition
from sessionlint.run.parts.ties import Ties
from sessionlint.run.planning import Plan
from sessionlint.run.request import Request
from sessionlint.run.timings import Timings

# bytes: another process takes as long to begin as it takes to check about as much
_WORTH_A_PROCESS = 1_000_000
# files of a part: what others leave in memory matters less than the time to look for it
_MANY = 100

Check: TypeAlias = Callable[[Part], Outcome]
Known: TypeAlias = Callable[[Part], Outcome | None]


def partition_of(planned: Plan, named: Mapping[str, Sequence[str]] | None = None) -> Partition | None:
    """What tells the parts of a project, as far as it is not known what files have ``named``.

    None where all is one part: whoever names his wrappers in the settings has them used everywhere.
    """
    if replace(planned.settings.vocabulary, commits_accepted=False) != Vocabulary():
        return None
    return Partition(Distributions(planned.root.folder), planned.settings.src, planned.root.package, named)


def parts_in_scope(
    planned: Plan, texts: Mapping[str, bytes], refused: Mapping[str, str], digests: Mapping[str, str]
) -> Sequence[Part]:
    """The parts of a project in which something may be reported; none where it is one part. With ``digests`` of the texts, what
    files name of each other is kept in the plan's store."""
    sources, _ = sources_of(dict(texts), refused)
    ties = Ties(planned, sources, digests)
    partition = partition_of(planned, ties.named)
    parts = partition.parts(sources) if partition is not None else ()
    if partition is None:
        return ()
    ties.keep(partition.named)
    if len(parts) == 1:
        return ()
    around = frozenset(sources)
    asked = [part for part in parts if any(path in planned.scope for path in part)]
    return [_part(planned, sorted(part), texts, refused, around) for part in asked]


def _part(
    planned: Plan, paths: Sequence[str], texts: Mapping[str, bytes], refused: Mapping[str, str], around: frozenset[str]
) -> Part:
    return Part(
        replace(planned, files=paths, around=around),
        {path: texts[path] for path in paths if path in texts},
        {path: refused[path] for path in paths if path in refused},
    )


def checked_apart(request: Request, parts: Sequence[Part], known: Known, check: Check, timings: Timings) -> Parts:
    """What each part comes to: as far as it is not ``known`` of an earlier run, this process or others ``check`` it."""
    with timings.stage("cache"):
        found = [known(part) for part in parts]
    unknown = [part for part, outcome in zip(parts, found, strict=True) if outcome is None]
    sizes = [sum(map(len, part.texts.values())) for part in unknown]
    jobs = min(request.jobs, len(unknown)) if sum(sizes) - max(sizes, default=0) > _WORTH_A_PROCESS else 1
    outcomes = _in_processes(request, unknown, jobs, timings) if jobs > 1 else None
    new = iter(outcomes if outcomes is not None else _one_by_one(unknown, check))
    return Parts([(part, next(new) if outcome is None else outcome) for part, outcome in zip(parts, found, strict=True)])


def _in_processes(request: Request, parts: Sequence[Part], jobs: int, timings: Timings) -> Sequence[Outcome] | None:
    """None where processes cannot be had, or fail."""
    from sessionlint.run.parts import workers
    from sessionlint.run.processes import WorkerFailedError

    done, begun = count(1), perf_counter()
    try:
        with timings.stage("rules"):
            timings.step(0, len(parts), "")
            outcomes, spent = workers.checked(request, parts, jobs, lambda name: timings.step(next(done), len(parts), name))
        timings.share("rules", perf_counter() - begun, spent)
        return outcomes
    except (WorkerFailedError, OSError):
        import logging

        logging.getLogger(__name__).debug("checking in this process, the workers failed", exc_info=True)
        return None


def _one_by_one(parts: Sequence[Part], check: Check) -> Sequence[Outcome]:
    found: list[Outcome] = []
    for part in parts:
        if found and found[-1].checked > _MANY:
            gc.collect()  # what a project holds goes in circles
        found.append(check(part))
    return found
