"""What ``-v`` says of a run: what was read and left out, and what took long."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sessionlint.run.planning import Plan
from sessionlint.run.timings import STAGES, Timings, slowest

_MOST_NAMED = 5
_LONG = 0.1  # seconds: what took less is not what anybody waits for


def account(plan: Plan, timings: Timings) -> Iterator[str]:
    """One line for each thing to know; times are those of this run."""
    yield f"Project root: {plan.root.folder}, configuration: {plan.config or 'none'}"
    yield f"Cache: {plan.store.place.folder if plan.store else 'none'}"
    yield f"Files: {len(plan.files):,}, parsed in this run: {len(timings.files):,}"
    yield from _left_out(plan.left_out)
    yield _times(timings)
    for what, seconds in (("parsing", timings.files), ("rules", timings.rules)):
        if long := [f"{name} {spent:.1f} s" for name, spent in slowest(seconds, _MOST_NAMED) if spent >= _LONG]:
            yield f"Slowest ({what}): {', '.join(long)}"


def _left_out(left_out: Mapping[str, str]) -> Iterator[str]:
    paths: dict[str, list[str]] = defaultdict(list)
    for path, reason in sorted(left_out.items()):
        paths[reason].append(path)
    for reason, found in sorted(paths.items()):
        more = f" and {len(found) - _MOST_NAMED:,} more" if len(found) > _MOST_NAMED else ""
        yield f"Left out, {reason}: {', '.join(found[:_MOST_NAMED])}{more}"


def _times(timings: Timings) -> str:
    spent = sorted(STAGES, key=lambda name: -timings.stages[name])
    long = [f"{name} {timings.stages[name]:.1f} s" for name in spent if timings.stages[name] >= _LONG]
    return f"Took {timings.total():.1f} s{': ' if long else ''}{', '.join(long)}"
