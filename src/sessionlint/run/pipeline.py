"""A request becomes a result: plan, read, extract, link, check, fix. The door writes and prints.

A project that has not changed since an earlier run is known: then nothing of what parses, links and checks is imported.
"""

from collections.abc import Mapping
from dataclasses import replace
from posixpath import dirname
from typing import TYPE_CHECKING

from sessionlint.model.outcome import Outcome
from sessionlint.model.records import dataclass
from sessionlint.model.source import Source
from sessionlint.run.discovery.discovery import Scope
from sessionlint.run.files.bounded import RefusedError, within
from sessionlint.run.files.inputs import Warn
from sessionlint.run.files.interrupted import finish_interrupted
from sessionlint.run.files.limits import SOURCE
from sessionlint.run.files.python_files import why_not_python
from sessionlint.run.files.reading import read_bytes
from sessionlint.run.fixing.hands import Hands
from sessionlint.run.looking import Find, Result, checked
from sessionlint.run.planning import Plan, plan
from sessionlint.run.request import Request, Stdin
from sessionlint.run.timings import Timings

if TYPE_CHECKING:
    from sessionlint.link.project import Project
    from sessionlint.model.facts import ModuleFacts
    from sessionlint.run.analysis import Analysis
    from sessionlint.run.past import Past


@dataclass(frozen=True, slots=True)
class Linked:
    """The project that was checked, to be asked more than what was found in it."""

    plan: Plan
    project: "Project"
    outcome: Outcome
    sources: Mapping[str, Source]


def check(request: Request, warn: Warn, hands: Hands | None = None, timings: Timings | None = None) -> Result:
    """The whole run; where its time goes is told to ``timings``. Without ``hands`` nothing is written. Raises UsageError."""
    timings = timings or Timings()
    with timings.stage("discover"):
        planned = plan(request, warn)
    try:
        finish_interrupted(planned.root.folder, warn, writing=hands is not None)
        with timings.stage("read"):
            texts, refused = _read(planned, request.stdin, warn, timings)
            planned = _recognised(planned, request.stdin, texts)
        past: Past | None = None
        find = Find(request, timings)
        if planned.baseline is not None or request.since is not None or request.staged:
            from sessionlint.run.looking_back import looked_back

            with timings.stage("read"):
                planned, texts, refused, past = looked_back(request, planned, texts, refused, warn, find)
        if request.suppress is not None:
            from sessionlint.run.changing import suppressed_all

            result = suppressed_all(request, planned, *checked(request, planned, texts, refused, timings), past)
        else:
            result = find(planned, dict(texts), refused)
            if request.fix != "none":
                from sessionlint.run.changing import fixed_all

                result = fixed_all(find, request, result, texts, refused, past, warn, hands)
        return result if past is None else replace(result, outcome=past.sifted(result.outcome, result.sources, planned))
    finally:
        if planned.store:
            with timings.stage("cache"):
                planned.store.close()


def link(request: Request, warn: Warn, timings: Timings | None = None) -> Linked:
    """As ``check``, of the project as it is: nothing is fixed, and no earlier run is taken for this one. Raises UsageError."""
    timings = timings or Timings()
    result, analysis = _analysed(request, warn, timings)
    assert result.checked is not None
    project = result.checked.project
    if project is None:  # to be told of as a whole, with what its parts came to
        from sessionlint.extract.garbage import without_cycle_collection
        from sessionlint.run.extraction import rounds

        project = analysis.project()
        with without_cycle_collection():
            rounds.link(project, result.sources, result.checked.facts, analysis.extractor)
    return Linked(result.plan, project, result.outcome, result.sources)


def analysed(request: Request, warn: Warn, timings: Timings | None = None) -> Result:
    """A check that goes all the way, whatever is known of an earlier one: with ``checked``. Raises UsageError."""
    return _analysed(request, warn, timings or Timings())[0]


def _analysed(request: Request, warn: Warn, timings: Timings) -> "tuple[Result, Analysis]":
    with timings.stage("discover"):
        planned = plan(request, warn)
    try:
        with timings.stage("read"):
            texts, refused = _read(planned, request.stdin, warn, timings)
        return checked(request, planned, texts, refused, timings)
    finally:
        if planned.store:
            planned.store.close()


def is_python(planned: Plan, path: str) -> bool:
    """Whether a file of the plan would be checked, as far as its name and its first line tell."""
    if path == planned.stdin or why_not_python(path, b"") is None:
        return True
    data = read_bytes(planned.root.folder, path)
    return isinstance(data, bytes) and why_not_python(path, data) is None


def _recognised(planned: Plan, stdin: Stdin | None, texts: dict[str, bytes]) -> Plan:
    """The plan, where a text without a name is what one file of the project holds, with that file in its place.

    Otherwise it counts as a file of its own in the current folder, beside the one that it was made of.
    """
    if stdin is None or stdin.filename is not None or planned.stdin is None or not stdin.data.strip():
        return planned
    twins = [path for path, data in texts.items() if data == stdin.data and path != planned.stdin]
    folder = dirname(planned.stdin)
    nearest = [path for path in twins if dirname(path) == folder] or twins
    if len(nearest) != 1:
        return planned
    del texts[planned.stdin]
    files = [path for path in planned.files if path != planned.stdin]
    return replace(planned, stdin=nearest[0], files=files, scope=Scope(frozenset(nearest), ()))


def read_sources(planned: Plan, warn: Warn, timings: Timings) -> "tuple[dict[str, Source], dict[str, ModuleFacts]]":
    """The files of a plan by path, and the facts of those of which nothing else can be said."""
    from sessionlint.run.files.reading import sources_of

    return sources_of(*_read(planned, None, warn, timings))


def _read(planned: Plan, stdin: Stdin | None, warn: Warn, timings: Timings) -> tuple[dict[str, bytes], dict[str, str]]:
    """The files by path; and why others are skipped. One that the system does not let us read is warned of and left out."""
    texts: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    for number, path in enumerate(planned.files):
        timings.step(number, len(planned.files), path)
        data = within(stdin.data, SOURCE) if stdin and path == planned.stdin else read_bytes(planned.root.folder, path)
        if isinstance(data, bytes):
            is_unnamed = stdin is not None and stdin.filename is None and path == planned.stdin
            reason = None if is_unnamed else why_not_python(path, data)
            if reason is None:
                texts[path] = data
            else:
                refused[path] = reason
        elif isinstance(data, RefusedError):
            refused[path] = data.reason
        else:
            warn(f"{path}: cannot read the file: {data.strerror}")
    return texts, refused
