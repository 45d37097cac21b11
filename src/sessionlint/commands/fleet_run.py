"""``sessionlint fleet run``, ``merge`` and ``index``: options to a run of a fleet, what it came to to an exit code."""

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from typing import Any

from sessionlint import __version__
from sessionlint.commands.console import prepare, say
from sessionlint.commands.surroundings import warn
from sessionlint.commands.waiting import Waiting, is_anybody_waiting
from sessionlint.fleet.asked import Asked
from sessionlint.fleet.coordinator import Coordinator
from sessionlint.fleet.engine import EngineLostError, started
from sessionlint.fleet.history import Log
from sessionlint.fleet.progress import Progress
from sessionlint.fleet.storage import opened
from sessionlint.fleet.store import Store
from sessionlint.fleet.targets import Shard, Targets
from sessionlint.fleet.task import Limits
from sessionlint.run.errors import CLEAN, FOUND, UsageError
from sessionlint.run.request import available_cores


def run_fleet(repositories: str, options: Mapping[str, Any]) -> int:
    """Run the command and return its exit code. Raises UsageError, OSError."""
    prepare()
    gc.enable()  # the command line has turned it off, for runs that end with what they have made
    shard, asked = Shard.of(options["shard"]), Asked.of(options)
    stdin = sys.stdin.buffer if repositories == "-" and sys.stdin is not None else None
    targets = Targets(repositories, stdin, shard, warn)
    progress = Progress(targets.count)
    limits = Limits(options["timeout"], options["memory"], options["retries"] + 1)
    waiting = Waiting(progress) if is_anybody_waiting(options["quiet"], os.environ) else None

    def warn_aside(text: str) -> None:
        with waiting.aside() if waiting else nullcontext():
            warn(text)

    store = Store(opened(options["store"]), warn_aside)
    told: dict[str, Any] = {"version": __version__, "configuration": asked.digest, "asked": asked.data()}
    told |= {"shard": str(shard), "repositories": targets.count}
    with started(options["engine"], options["workers"] or available_cores()) as engine:
        log = Log(store.storage, told)
        try:
            with waiting or nullcontext():
                Coordinator(store, log, engine, asked, limits, progress).run(targets)
        except EngineLostError as error:
            _note_interruption(log, progress)
            raise UsageError(f"{options['engine']}: {error}; what is done is in the store, and the next run goes on") from None
        except BaseException:
            _note_interruption(log, progress)
            raise
        log.end(progress.summary())
    if not options["quiet"]:
        say(_closing(progress))
    return FOUND if progress.failed else CLEAN


def _note_interruption(log: Log, progress: Progress) -> None:
    with suppress(OSError):  # it may be why we are here
        log.end({**progress.summary(), "interrupted": True})


_SAID = {
    "ok": "checked",
    "skipped": "without Python files",
    "failed": "failed",
    "timed-out": "timed out",
    "out-of-memory": "out of memory",
    "poisoned": "set aside",
}


def _closing(progress: Progress) -> str:
    split = ", ".join(f"{progress.statuses[status]:,} {said}" for status, said in _SAID.items() if progress.statuses[status])
    repositories = "1 repository" if progress.done == 1 else f"{progress.done:,} repositories"
    findings = "1 finding" if progress.findings == 1 else f"{progress.findings:,} findings"
    return f"{repositories}: {split or 'none'}; {findings}. {progress.new:,} of the results are new."


def run_merge(stores: Sequence[str], into: str, quiet: bool) -> int:
    """Run the command and return its exit code. Raises UsageError, OSError."""
    from sessionlint.fleet.merge import merged

    prepare()
    taken = merged([opened(store) for store in stores], opened(into), warn)
    if not quiet:
        say(f"took {taken:,} new {'entry' if taken == 1 else 'entries'} into {into}")
    return CLEAN


def run_index(store: str, output: str) -> int:
    """Run the command and return its exit code. Raises UsageError, OSError."""
    from sessionlint.fleet.index import write_index

    prepare()
    for file in write_index(Store(opened(store), warn), output):
        say(f"wrote {file}")
    return CLEAN
