"""A project as the commands that tell of it get it: linked, with what was found in it."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from sessionlint.commands.console import say, write_out
from sessionlint.commands.surroundings import available_cores, warn
from sessionlint.commands.waiting import Waiting, is_anybody_waiting
from sessionlint.run import pipeline
from sessionlint.run.errors import CLEAN, FAILED
from sessionlint.run.files.report_file import write_report
from sessionlint.run.pipeline import Linked
from sessionlint.run.request import Request
from sessionlint.run.timings import Timings


def linked_project(paths: Sequence[str], options: Mapping[str, Any]) -> Linked:
    """The project around ``paths``; whoever waits for it is told how far it is. Raises UsageError."""
    request = Request(
        paths=tuple(paths) or (".",),
        config=options["config"],
        options=tuple((key, options[key]) for key in ("select", "extend-select", "ignore") if options.get(key)),
        isolated=options["isolated"],
        project_root=options["project_root"],
        cache=not options["no_cache"],
        cache_dir=options["cache_dir"],
        jobs=options["jobs"] or available_cores(),
        verbose=options["verbose"],
    )
    timings = Timings()
    if not is_anybody_waiting(options["quiet"], os.environ):
        return pipeline.link(request, warn, timings)
    with Waiting(timings) as waiting:

        def warn_aside(text: str) -> None:
            with waiting.aside():
                warn(text)

        return pipeline.link(request, warn_aside, timings)


def deliver(text: str, linked: Linked, output: str | None, *, quiet: bool) -> int:
    """Print the report, or put it into the file that ``-o`` names; the exit code. Raises UsageError."""
    if output in (None, "-"):
        write_out(text)
    else:
        assert output is not None
        write_report(output, text, linked.plan.root.folder, frozenset(linked.plan.files))
        if not quiet:
            say(f"wrote {output}")
    return tell_rest(linked, quiet=quiet)


def tell_rest(linked: Linked, *, quiet: bool) -> int:
    """Say what is missing in what was reported; the exit code."""
    for error in linked.outcome.errors:
        say(f"error: internal: {error}")
    if not quiet:
        for skipped in linked.outcome.skipped:
            say(f"note: {skipped.path}: skipped, {skipped.reason}")
        if not linked.outcome.checked:
            say("warning: no Python files found under the given paths")
    return FAILED if linked.outcome.errors else CLEAN
