"""A request becomes a result: plan, read, extract, link, check, fix. The door writes and prints.

A project that has not changed since an earlier run is known: then nothing of what parses, links and checks is imported.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING

from sessionlint.model.outcome import Outcome
from sessionlint.model.records import dataclass
from sessionlint.model.source import Source
from sessionlint.run.errors import UsageError
from sessionlint.run.files.bounded import RefusedError, within
from sessionlint.run.files.inputs import Warn
from sessionlint.run.files.interrupted import finish_interrupted
from sessionlint.run.files.limits import SOURCE
from sessionlint.run.files.reading import decoded, read_bytes
from sessionlint.run.fixing.hands import Hands, Unwritten
from sessionlint.run.planning import Plan, check_rules, missing_name, plan, wrong_helper
from sessionlint.run.request import Request, Stdin
from sessionlint.run.timings import Timings
from sessionlint.run.unchanged import Unchanged

if TYPE_CHECKING:
    from sessionlint.run.analysis import Analysis, Checked
    from sessionlint.run.files.write import Change


@dataclass(frozen=True, slots=True)
class Result:
    """``sources`` are the texts that the outcome speaks of, after fixes; ``changes`` lead there from what was read.

    ``unwritten``: what could not be fixed because its files could not be written; the sources are without it. ``checked``: what
    the outcome was made of, when nothing was fixed.
    """

    plan: Plan
    outcome: Outcome
    sources: Mapping[str, Source]
    changes: "Sequence[Change]" = ()
    unwritten: Unwritten = field(default_factory=Unwritten)
    checked: "Checked | None" = None


class _Decoded(Mapping[str, Source]):
    """The sources of ``texts``, each made when it is asked for."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._texts = texts

    def __getitem__(self, path: str) -> Source:
        return decoded(path, self._texts[path])[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def check(request: Request, warn: Warn, hands: Hands | None = None, timings: Timings | None = None) -> Result:
    """The whole run; where its time goes is told to ``timings``. Without ``hands`` nothing is written. Raises UsageError."""
    timings = timings or Timings()
    with timings.stage("discover"):
        planned = plan(request, warn)
    try:
        finish_interrupted(planned.root.folder, warn, writing=hands is not None)
        with timings.stage("read"):
            texts, refused = _read(planned, request.stdin, warn, timings)
        if planned.store is None or request.fix != "none":
            return _checked(request, planned, texts, refused, warn, hands, timings)
        # a NUL stands for the text that was not read: no word of it is known, so the file counts as one that matters
        with timings.stage("cache"):
            said = {path: f"\0{why}".encode() for path, why in refused.items()}
            unchanged = Unchanged(planned.store, planned, {**texts, **said})
            known = unchanged.outcome()
        if known is not None:
            return Result(planned, known, _Decoded(texts))
        result = _checked(request, planned, texts, refused, warn, hands, timings)
        if result.checked is not None and result.checked.project is not None:
            with timings.stage("cache"):
                unchanged.keep(result.outcome, result.checked.project)
        return result
    finally:
        if planned.store:
            with timings.stage("cache"):
                planned.store.close()


def _checked(
    request: Request,
    planned: Plan,
    texts: dict[str, bytes],
    refused: Mapping[str, str],
    warn: Warn,
    hands: Hands | None,
    timings: Timings,
) -> Result:
    with timings.stage("start"):
        from sessionlint.extract.garbage import without_cycle_collection
        from sessionlint.run.analysis import Analysis
        from sessionlint.run.extraction.extractor import Extractor
        from sessionlint.run.files.reading import sources_of

        check_rules(planned)
    with timings.stage("read"):
        sources, broken = sources_of(texts, refused)
    extractor = Extractor(planned.store, request.jobs, timings)
    analysis = Analysis(
        planned.settings,
        planned.targets,
        planned.scope,
        planned.root.package,
        prefilter=request.prefilter,
        extractor=extractor,
    )
    with without_cycle_collection():
        checked = analysis.check(sources, broken)
    for missing in checked.missing:
        raise UsageError(missing_name(missing, planned))
    if checked.unusable_helper is not None:
        raise UsageError(wrong_helper(planned, checked.unusable_helper))
    if request.fix == "none":
        return Result(planned, checked.outcome, sources, checked=checked)
    with timings.stage("fix"):
        return _fixed(request, planned, sources, checked, analysis, warn, hands)


def _fixed(
    request: Request,
    planned: Plan,
    sources: Mapping[str, Source],
    checked: "Checked",
    analysis: "Analysis",
    warn: Warn,
    hands: Hands | None,
) -> Result:
    from sessionlint.run.analysis import State
    from sessionlint.run.extraction.extractor import Extractor
    from sessionlint.run.files.user_state import journal_of
    from sessionlint.run.files.write import Writer
    from sessionlint.run.fixing.fixpoint import fix_all
    from sessionlint.run.fixing.repair import Repair, changes_of, repair

    timings = analysis.extractor.timings
    analysis = replace(analysis, extractor=Extractor(timings=timings))  # texts between two fixes are not worth remembering
    unsafe = request.fix == "unsafe"
    if hands is None:
        done = Repair(fix_all(analysis, sources, checked, unsafe, only=planned.stdin))
    else:
        writer = Writer(planned.root.folder, planned.belongs, journal_of(planned.root.folder))
        done = repair(writer, analysis, State(sources, checked), unsafe, hands, warn)
    fixed = done.fixed
    return Result(planned, fixed.outcome, fixed.sources, changes_of(sources, fixed.sources), done.unwritten)


def _read(planned: Plan, stdin: Stdin | None, warn: Warn, timings: Timings) -> tuple[dict[str, bytes], dict[str, str]]:
    """The files by path; and why others are skipped. One that the system does not let us read is warned of and left out."""
    texts: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    for number, path in enumerate(planned.files):
        timings.step(number, len(planned.files), path)
        data = within(stdin.data, SOURCE) if stdin and path == planned.stdin else read_bytes(planned.root.folder, path)
        if isinstance(data, bytes):
            texts[path] = data
        elif isinstance(data, RefusedError):
            refused[path] = data.reason
        else:
            warn(f"{path}: cannot read the file: {data.strerror}")
    return texts, refused
