"""A request becomes a result: plan, read, extract, link, check, fix. The door writes and prints.

A project that has not changed since an earlier run is known: then nothing of what parses, links and checks is imported.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import field, replace
from posixpath import dirname
from typing import TYPE_CHECKING

from sessionlint.model.finding import Applicability
from sessionlint.model.outcome import Outcome
from sessionlint.model.records import dataclass
from sessionlint.model.source import Source
from sessionlint.run.discovery.discovery import Scope
from sessionlint.run.discovery.distributions import Distributions
from sessionlint.run.errors import UsageError
from sessionlint.run.files.bounded import RefusedError, within
from sessionlint.run.files.inputs import Warn
from sessionlint.run.files.interrupted import finish_interrupted
from sessionlint.run.files.limits import SOURCE
from sessionlint.run.files.python_files import why_not_python
from sessionlint.run.files.reading import decoded, read_bytes
from sessionlint.run.fixing.hands import Hands, Unwritten
from sessionlint.run.planning import Plan, check_rules, missing_name, plan, wrong_helper
from sessionlint.run.request import Request, Stdin
from sessionlint.run.timings import Timings
from sessionlint.run.unchanged import Unchanged

if TYPE_CHECKING:
    from sessionlint.link.project import Project
    from sessionlint.model.facts import ModuleFacts
    from sessionlint.run.analysis import Analysis, Checked
    from sessionlint.run.files.write import Change
    from sessionlint.run.parts.part import Part, Parts
    from sessionlint.run.past import Past


@dataclass(frozen=True, slots=True)
class Result:
    """``sources`` are the texts that the outcome speaks of, after fixes; ``changes`` lead there from what was read.

    ``unwritten``: what could not be fixed because its files could not be written; the sources are without it. ``checked``: what
    the outcome was made of, when nothing was fixed. ``is_quit``: whoever was asked about fixes wanted no more of it. ``parts``:
    what was checked apart, where that was done.
    """

    plan: Plan
    outcome: Outcome
    sources: Mapping[str, Source]
    changes: "Sequence[Change]" = ()
    unwritten: Unwritten = field(default_factory=Unwritten)
    checked: "Checked | None" = None
    is_quit: bool = False
    parts: "Parts | None" = None


@dataclass(frozen=True, slots=True)
class Linked:
    """The project that was checked, to be asked more than what was found in it."""

    plan: Plan
    project: "Project"
    outcome: Outcome
    sources: Mapping[str, Source]


class _Decoded(Mapping[str, Source]):
    """The sources of ``texts``, each made when it is first asked for, as far as they are not ``made``."""

    def __init__(self, texts: Mapping[str, bytes], made: Mapping[str, Source] | None = None) -> None:
        self._texts = texts
        self._made = dict(made or {})

    def __getitem__(self, path: str) -> Source:
        if path not in self._made:
            self._made[path] = decoded(path, self._texts[path])[0]
        return self._made[path]

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
            planned = _recognised(planned, request.stdin, texts)
        past: Past | None = None
        find = _Find(request, timings)
        if planned.baseline is not None or request.since is not None or request.staged:
            from sessionlint.run.looking_back import looked_back

            with timings.stage("read"):
                planned, texts, refused, past = looked_back(request, planned, texts, refused, warn, find)
        if request.suppress is not None:
            result = _suppressed(request, planned, *_checked(request, planned, texts, refused, timings), past)
        else:
            result = find(planned, dict(texts), refused)
            if _is_to_fix(request, result.outcome, result.sources, past):
                result = _fixed_in(find, request, result, texts, refused, past, warn, hands)
        return result if past is None else replace(result, outcome=past.sifted(result.outcome, result.sources, planned))
    finally:
        if planned.store:
            with timings.stage("cache"):
                planned.store.close()


def link(request: Request, warn: Warn, timings: Timings | None = None) -> Linked:
    """As ``check``, of the project as it is: nothing is fixed, and no earlier run is taken for this one. Raises UsageError."""
    timings = timings or Timings()
    result, analysis = _analysed(request, warn, timings)
    checked = result.checked
    assert checked is not None
    project = checked.project
    if project is None:  # to be told of as a whole, with what its parts came to
        from sessionlint.extract.garbage import without_cycle_collection
        from sessionlint.run.extraction import rounds

        project = analysis.project()
        with without_cycle_collection():
            rounds.link(project, result.sources, checked.facts, analysis.extractor)
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
        return _checked(request, planned, texts, refused, timings)
    finally:
        if planned.store:
            planned.store.close()


# bytes of all files: what a project of that size holds is no more than other runs need
_WORTH_LETTING_GO = 5_000_000


class _Find:
    """Finds what there is in texts: as an earlier run did, or by looking."""

    def __init__(self, request: Request, timings: Timings) -> None:
        self._request = request
        self._timings = timings
        self._looked: tuple[Result, Analysis] | None = None
        self._parts_looked_at: dict[str, tuple[Result, Analysis]] = {}

    @property
    def timings(self) -> Timings:
        """Where the time goes."""
        return self._timings

    def __call__(self, planned: Plan, texts: dict[str, bytes], refused: Mapping[str, str], past: bool = False) -> Result:
        """What is found in ``texts``, which are let go of; of those of the ``past``, most are what was looked at before."""
        folders = {*map(Distributions(planned.root.folder).of, (*texts, *refused))} if not planned.around else set[str]()
        if planned.store is None:
            apart = self.apart(planned, texts, refused) if len(folders) > 1 else None
            return apart or self._look(planned, texts, refused, past)
        with self._timings.stage("cache"):
            unchanged = _unchanged(planned, texts, refused, folders)
            known = unchanged.outcome()
        if known is not None:
            return Result(planned, known, _Decoded(texts))
        apart = self.apart(planned, texts, refused, unchanged.digests) if len(folders) > 1 else None
        if apart is not None:
            with self._timings.stage("cache"):
                unchanged.keep_outcome(apart.outcome)
            return apart
        if unchanged.is_known_in_part and not (past and self._looked is not None):
            resumed = self._resumed(planned, texts, refused, unchanged, past)
            if resumed is not None:
                return resumed
        result = self._look(planned, texts, refused, past)
        if result.checked is not None:
            with self._timings.stage("cache"):
                unchanged.keep(result.checked)
        return result

    def looked_at(self, result: Result) -> "tuple[Result, Analysis] | None":
        """The result and how it was looked for, if somebody looked, and did not go on from an earlier run."""
        return self._looked if self._looked is not None and self._looked[0] is result else None

    def part_looked_at(self, part: "Part") -> "tuple[Result, Analysis] | None":
        """As ``looked_at``, for a part; to be asked once."""
        return self._parts_looked_at.pop(part.planned.files[0], None)

    def apart(
        self, planned: Plan, texts: Mapping[str, bytes], refused: Mapping[str, str], digests: Mapping[str, str] | None = None
    ) -> Result | None:
        """What is found in the parts of the project, where there are several: none is looked at with another one in memory.

        With ``digests`` of the texts, what tells the parts is kept.
        """
        with self._timings.stage("prefilter"):
            from sessionlint.run.parts.apart import checked_apart, parts_in_scope

            check_rules(planned)
            parts = parts_in_scope(planned, texts, refused, digests or {})
        if not parts:
            return None
        # what is to be fixed is looked at again, so it is kept where that takes little room: in this process
        is_kept = self._request.fix != "none" and sum(map(len, texts.values())) < _WORTH_LETTING_GO

        def check(part: "Part") -> Outcome:
            find = _Find(self._request, self._timings)
            result = find(part.planned, dict(part.texts), part.refused)
            looked = find.looked_at(result) if is_kept else None
            if looked is not None:
                self._parts_looked_at[part.planned.files[0]] = looked
            return result.outcome

        request = replace(self._request, jobs=1) if is_kept else self._request
        found = checked_apart(request, parts, _known, check, self._timings)
        return Result(planned, found.joined(), _Decoded({**texts, **dict.fromkeys(refused, b"")}), parts=found)

    def _resumed(
        self, planned: Plan, texts: Mapping[str, bytes], refused: Mapping[str, str], unchanged: Unchanged, past: bool
    ) -> Result | None:
        """What is found by going on from an earlier run, where that can be done.

        What there was in the ``past`` is not kept, and neither is what somebody is typing.
        """
        with self._timings.stage("start"):
            from sessionlint.extract.garbage import without_cycle_collection

            analysis = _analysis(self._request, planned, self._timings)
        sources = _Decoded({**texts, **dict.fromkeys(refused, b"")})
        with self._timings.stage("link"), without_cycle_collection():
            checked = unchanged.resumed(analysis, sources, keep=not past and planned.stdin is None)
        return None if checked is None else Result(planned, checked.outcome, sources, checked=checked)

    def _look(self, planned: Plan, texts: dict[str, bytes], refused: Mapping[str, str], past: bool) -> Result:
        if past and self._looked is not None:
            return _checked_again(*self._looked, planned, texts, refused)
        self._looked = _checked(self._request, planned, texts, refused, self._timings, past)
        return self._looked[0]


def _unchanged(
    planned: Plan, texts: Mapping[str, bytes], refused: Mapping[str, str], distributions: Set[str] = frozenset()
) -> Unchanged:
    # a NUL stands for the text that was not read: no word of it is known, so the file counts as one that matters
    said = {path: f"\0{why}".encode() for path, why in refused.items()}
    assert planned.store is not None
    return Unchanged(planned.store, planned, {**texts, **said}, distributions)


def _known(part: "Part") -> Outcome | None:
    """What an earlier run came to in the part, if this one would come to the same."""
    return None if part.planned.store is None else _unchanged(part.planned, part.texts, part.refused).outcome()


def check_part(request: Request, part: "Part", timings: Timings) -> Outcome:
    """What is found in a part of a project, by itself. Raises UsageError."""
    return _Find(request, timings)(part.planned, dict(part.texts), part.refused).outcome


def _checked_again(
    result: Result, analysis: "Analysis", planned: Plan, texts: dict[str, bytes], refused: Mapping[str, str]
) -> Result:
    """Other texts of a project that was checked: only what is not the same is extracted, linked and asked again."""
    from sessionlint.extract.garbage import without_cycle_collection
    from sessionlint.run.files.reading import sources_of

    assert result.checked is not None
    read, facts = sources_of(texts, refused)
    sources = {path: before if (before := result.sources.get(path)) == source else source for path, source in read.items()}
    same = {path for path, source in sources.items() if source is result.sources.get(path) and path not in facts}
    facts |= {path: known for path, known in result.checked.facts.items() if path in same}
    with without_cycle_collection():
        checked = replace(analysis, scope=planned.scope).check(sources, facts, result.checked)
    return Result(planned, checked.outcome, sources, checked=checked)


def _checked(
    request: Request, planned: Plan, texts: dict[str, bytes], refused: Mapping[str, str], timings: Timings, past: bool = False
) -> "tuple[Result, Analysis]":
    with timings.stage("start"):
        from sessionlint.extract.garbage import without_cycle_collection
        from sessionlint.run.files.reading import sources_of

        analysis = _analysis(request, planned, timings)
    with timings.stage("read"):
        sources, broken = sources_of(texts, refused)
    with without_cycle_collection():
        checked = analysis.check(sources, broken)
    for missing in checked.missing if not past else ():
        raise UsageError(missing_name(missing, planned))
    if checked.unusable_helper is not None and not past:
        raise UsageError(wrong_helper(planned, checked.unusable_helper))
    return Result(planned, checked.outcome, sources, checked=checked), analysis


def _analysis(request: Request, planned: Plan, timings: Timings) -> "Analysis":
    """How to look at the texts of a plan. Raises UsageError when the settings name a rule that does not exist."""
    from sessionlint.run.analysis import Analysis
    from sessionlint.run.extraction.extractor import Extractor
    from sessionlint.run.parts.apart import partition_of

    check_rules(planned)
    return Analysis(
        planned.settings,
        planned.targets,
        planned.scope,
        planned.root.package,
        prefilter=request.prefilter,
        extractor=Extractor(planned.store, request.jobs, timings),
        around=planned.around,
        partition=None if planned.around else partition_of(planned),
    )


def _suppressed(request: Request, planned: Plan, result: Result, analysis: "Analysis", past: "Past | None") -> Result:
    """What is left when comments were added that hide what was found."""
    from sessionlint.run.analysis import State
    from sessionlint.run.suppressing import suppressed

    assert result.checked is not None and request.suppress is not None
    with analysis.extractor.timings.stage("fix"):
        state = State(result.sources, result.checked)
        state, changes = suppressed(planned, replace(analysis, past=past), state, request.suppress)
        return Result(planned, state.checked.outcome, state.sources, changes)


def _is_to_fix(request: Request, outcome: Outcome, sources: Mapping[str, Source], past: "Past | None") -> bool:
    """Whether anything is to be fixed that was found; what was there in the ``past`` is not."""
    if request.fix == "none":
        return False
    levels = (Applicability.SAFE, Applicability.UNSAFE) if request.fix == "unsafe" else (Applicability.SAFE,)
    found = outcome.findings if past is None else past.new(outcome, sources)
    return any(finding.fix is not None and finding.fix.applicability in levels for finding in found)


def _fixed_in(
    find: _Find,
    request: Request,
    result: Result,
    texts: dict[str, bytes],
    refused: Mapping[str, str],
    past: "Past | None",
    warn: Warn,
    hands: Hands | None,
) -> Result:
    """What is left when fixes were applied to what was found."""
    planned, looked = result.plan, find.looked_at(result)
    parts = None
    if looked is None:
        apart = result if result.parts is not None else find.apart(planned, texts, refused)
        parts = apart.parts if apart is not None else None
    if parts is not None:
        return _fixed_apart(find, request, replace(result, parts=parts), texts, past, warn, hands)
    return _fixed(request, planned, *(looked or _checked(request, planned, texts, refused, find.timings)), past, warn, hands)


def _fixed_apart(
    find: _Find,
    request: Request,
    result: Result,
    texts: dict[str, bytes],
    past: "Past | None",
    warn: Warn,
    hands: Hands | None,
) -> Result:
    """As ``_fixed``, one part after the other; only those are looked at again in which there is something to fix."""
    from sessionlint.run.fixing.hands import AskingOn

    assert result.parts is not None
    asking = AskingOn(hands) if hands is not None else None
    outcomes, done = [], list[Result]()
    for part, outcome in result.parts.each:
        is_quit = bool(done) and done[-1].is_quit
        if is_quit or not _is_to_fix(request, outcome, result.sources, past):
            outcomes.append(outcome)
            continue
        looked = find.part_looked_at(part) or _checked(request, part.planned, dict(part.texts), part.refused, find.timings)
        fixed = _fixed(request, part.planned, *looked, past, warn, asking.hands() if asking is not None else None)
        outcomes.append(fixed.outcome)
        done.append(replace(fixed, checked=None))
    return replace(
        result,
        outcome=result.parts.joined(outcomes),
        sources=_Decoded(texts, {path: source for each in done for path, source in each.sources.items()}),
        changes=sorted((change for each in done for change in each.changes), key=lambda change: change.before.path),
        unwritten=Unwritten.of_all([each.unwritten for each in done]),
        is_quit=any(each.is_quit for each in done),
    )


def _fixed(
    request: Request,
    planned: Plan,
    result: Result,
    analysis: "Analysis",
    past: "Past | None",
    warn: Warn,
    hands: Hands | None,
) -> Result:
    """What is left when fixes were applied to what was found."""
    from sessionlint.run.analysis import State
    from sessionlint.run.extraction.extractor import Extractor
    from sessionlint.run.files.user_state import journal_of
    from sessionlint.run.files.write import Writer
    from sessionlint.run.fixing.fixpoint import fix_all
    from sessionlint.run.fixing.repair import Repair, changes_of, repair

    checked, sources, timings = result.checked, result.sources, analysis.extractor.timings
    assert checked is not None
    # texts between two fixes are not worth remembering
    analysis = replace(analysis, past=past, extractor=Extractor(timings=timings))
    unsafe = request.fix == "unsafe"
    with timings.stage("fix"):
        if hands is None:
            done = Repair(fix_all(analysis, sources, checked, unsafe, planned.stdin, request.fixable))
        else:
            writer = Writer(planned.root.folder, planned.belongs, journal_of(planned.root.folder))
            done = repair(writer, analysis, State(sources, checked), unsafe, hands, warn, request.fixable)
    fixed = done.fixed
    return Result(planned, fixed.outcome, fixed.sources, changes_of(sources, fixed.sources), done.unwritten, is_quit=done.is_quit)


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
