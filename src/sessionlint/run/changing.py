"""What is left of what was found where fixes, or comments that hide it, go into the texts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sessionlint.model.finding import Applicability
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.run.files.inputs import Warn
from sessionlint.run.fixing.hands import Hands, Unwritten
from sessionlint.run.looking import Decoded, Find, Result, checked
from sessionlint.run.planning import Plan
from sessionlint.run.request import Request

if TYPE_CHECKING:
    from sessionlint.run.analysis import Analysis
    from sessionlint.run.past import Past


def suppressed_all(request: Request, planned: Plan, result: Result, analysis: "Analysis", past: "Past | None") -> Result:
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
    levels = (Applicability.SAFE, Applicability.UNSAFE) if request.fix == "unsafe" else (Applicability.SAFE,)
    found = outcome.findings if past is None else past.new(outcome, sources)
    return any(finding.fix is not None and finding.fix.applicability in levels for finding in found)


def fixed_all(
    find: Find,
    request: Request,
    result: Result,
    texts: dict[str, bytes],
    refused: Mapping[str, str],
    past: "Past | None",
    warn: Warn,
    hands: Hands | None,
) -> Result:
    """What is left when fixes were applied to what was found, if anything is to be fixed."""
    if not _is_to_fix(request, result.outcome, result.sources, past):
        return result
    planned, looked = result.plan, find.looked_at(result)
    parts = None
    if looked is None:
        apart = result if result.parts is not None else find.apart(planned, texts, refused)
        parts = apart.parts if apart is not None else None
    if parts is not None:
        return _fixed_apart(find, request, replace(result, parts=parts), texts, past, warn, hands)
    return _fixed(request, planned, *(looked or checked(request, planned, texts, refused, find.timings)), past, warn, hands)


def _fixed_apart(
    find: Find,
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
        looked = find.part_looked_at(part) or checked(request, part.planned, dict(part.texts), part.refused, find.timings)
        fixed = _fixed(request, part.planned, *looked, past, warn, asking.hands() if asking is not None else None)
        outcomes.append(fixed.outcome)
        done.append(replace(fixed, checked=None))
    return replace(
        result,
        outcome=result.parts.joined(outcomes),
        sources=Decoded(texts, {path: source for each in done for path, source in each.sources.items()}),
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

    before, sources, timings = result.checked, result.sources, analysis.extractor.timings
    assert before is not None
    # texts between two fixes are not worth remembering
    analysis = replace(analysis, past=past, extractor=Extractor(timings=timings))
    unsafe = request.fix == "unsafe"
    with timings.stage("fix"):
        if hands is None:
            done = Repair(fix_all(analysis, sources, before, unsafe, planned.stdin, request.fixable))
        else:
            writer = Writer(planned.root.folder, planned.belongs, journal_of(planned.root.folder))
            done = repair(writer, analysis, State(sources, before), unsafe, hands, warn, request.fixable)
    fixed = done.fixed
    return Result(planned, fixed.outcome, fixed.sources, changes_of(sources, fixed.sources), done.unwritten, is_quit=done.is_quit)
