"""What there is in the texts of a plan: as an earlier run found it, by going on from one, or by looking, part by part.

Nothing of what parses, links and checks is imported where a project is as it was.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import field, replace
from typing import TYPE_CHECKING

from sessionlint.model.outcome import Outcome
from sessionlint.model.records import dataclass
from sessionlint.model.source import Source
from sessionlint.run.discovery.distributions import Distributions
from sessionlint.run.errors import UsageError
from sessionlint.run.files.reading import decoded
from sessionlint.run.fixing.hands import Unwritten
from sessionlint.run.planning import Plan, check_rules, missing_name, wrong_helper
from sessionlint.run.request import Request
from sessionlint.run.timings import Timings
from sessionlint.run.unchanged import Unchanged

if TYPE_CHECKING:
    from sessionlint.run.analysis import Analysis, Checked
    from sessionlint.run.files.write import Change
    from sessionlint.run.parts.part import Part, Parts


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


class Decoded(Mapping[str, Source]):
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


# bytes of all files: what a project of that size holds is no more than other runs need
_WORTH_LETTING_GO = 5_000_000


class Find:
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
            return Result(planned, known, Decoded(texts))
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
            find = Find(self._request, self._timings)
            result = find(part.planned, dict(part.texts), part.refused)
            looked = find.looked_at(result) if is_kept else None
            if looked is not None:
                self._parts_looked_at[part.planned.files[0]] = looked
            return result.outcome

        request = replace(self._request, jobs=1) if is_kept else self._request
        found = checked_apart(request, parts, _known, check, self._timings)
        return Result(planned, found.joined(), Decoded({**texts, **dict.fromkeys(refused, b"")}), parts=found)

    def _resumed(
        self, planned: Plan, texts: Mapping[str, bytes], refused: Mapping[str, str], unchanged: Unchanged, past: bool
    ) -> Result | None:
        """What is found by going on from an earlier run, where that can be done.

        What there was in the ``past`` is not kept, and neither is what somebody is typing.
        """
        with self._timings.stage("start"):
            from sessionlint.extract.garbage import without_cycle_collection

            analysis = _analysis(self._request, planned, self._timings)
        sources = Decoded({**texts, **dict.fromkeys(refused, b"")})
        with self._timings.stage("link"), without_cycle_collection():
            resumed = unchanged.resumed(analysis, sources, keep=not past and planned.stdin is None)
        return None if resumed is None else Result(planned, resumed.outcome, sources, checked=resumed)

    def _look(self, planned: Plan, texts: dict[str, bytes], refused: Mapping[str, str], past: bool) -> Result:
        if past and self._looked is not None:
            return _checked_again(*self._looked, planned, texts, refused)
        self._looked = checked(self._request, planned, texts, refused, self._timings, past)
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
    return Find(request, timings)(part.planned, dict(part.texts), part.refused).outcome


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
        again = replace(analysis, scope=planned.scope).check(sources, facts, result.checked)
    return Result(planned, again.outcome, sources, checked=again)


def checked(
    request: Request, planned: Plan, texts: dict[str, bytes], refused: Mapping[str, str], timings: Timings, past: bool = False
) -> "tuple[Result, Analysis]":
    """What is found by looking at everything, and how it was looked for. Raises UsageError."""
    with timings.stage("start"):
        from sessionlint.extract.garbage import without_cycle_collection
        from sessionlint.run.files.reading import sources_of

        analysis = _analysis(request, planned, timings)
    with timings.stage("read"):
        sources, broken = sources_of(texts, refused)
    with without_cycle_collection():
        found = analysis.check(sources, broken)
    for missing in found.missing if not past else ():
        raise UsageError(missing_name(missing, planned))
    if found.unusable_helper is not None and not past:
        raise UsageError(wrong_helper(planned, found.unusable_helper))
    return Result(planned, found.outcome, sources, checked=found), analysis


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
