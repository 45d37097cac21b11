"""Fixes reach the disk: all at once, or one by one as a person says; what cannot be written is left out, and told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import TypeAlias

from sessionlint.model.finding import Finding
from sessionlint.model.records import dataclass
from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis, State
from sessionlint.run.files.write import Change, NotWritten, Writer
from sessionlint.run.fixing.fixpoint import Fixed, Fixing
from sessionlint.run.fixing.hands import Answer, Ask, Hands, Turn, Unwritten, paths_of

Warn: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Repair:
    """How the fixing ended; ``is_quit``: because somebody wanted no more of it."""

    fixed: Fixed
    unwritten: Unwritten = field(default_factory=Unwritten)
    is_quit: bool = False


def repair(
    writer: Writer, analysis: Analysis, start: State, unsafe: bool, hands: Hands, warn: Warn, codes: frozenset[str] | None = None
) -> Repair:
    """Fix what is found in the texts of ``start``, by rules with these ``codes`` or by all, and write it.

    A file that cannot be written counts as one that must not change, and the fixing begins anew without it: what is on
    disk afterwards fits together, and so does what is reported. When no file can be written at all, nothing is fixed.
    """
    fixing = Fixing(analysis, start, unsafe, codes=codes)
    try:
        return _one_by_one(writer, fixing, hands.ask(writer.root), warn) if hands.ask else _at_once(writer, fixing)
    except KeyboardInterrupt:
        warn(f"interrupted; {_changed(writer.written)}")
        raise


_MOST_NAMED = 5


def _changed(written: Sequence[str]) -> str:
    """One by one, a file can be written more than once."""
    paths = sorted(set(written))
    if not paths:
        return "no file was changed"
    named = f": {', '.join(paths)}" if len(paths) <= _MOST_NAMED else ""
    return f"{len(paths)} file{'s were' if len(paths) > 1 else ' was'} changed{named}"


def _at_once(writer: Writer, fixing: Fixing) -> Repair:
    reasons: dict[str, str] = {}
    while told := _made(writer, fixing, None):
        reasons |= told
    return _ended(fixing, reasons)


def _one_by_one(writer: Writer, fixing: Fixing, ask: Ask, warn: Warn) -> Repair:
    reasons: dict[str, str] = {}
    asked = 0
    while wanted := fixing.wanted():
        answer = ask(wanted[0], fixing.state, Turn(asked + 1, asked + len(wanted)))
        asked += 1
        if answer is Answer.QUIT:
            return replace(_ended(fixing, reasons), is_quit=True)
        if answer is Answer.ALL:
            rest = _at_once(writer, fixing)
            return replace(rest, unwritten=replace(rest.unwritten, reasons={**reasons, **rest.unwritten.reasons}))
        if answer is Answer.NO:
            fixing.decline(wanted[0])
        elif told := _made(writer, fixing, wanted[0]):
            reasons |= told
            for path, reason in told.items():
                warn(f"{path}: {reason}; not fixed")
    return _ended(fixing, reasons)


def _made(writer: Writer, fixing: Fixing, only: Finding | None) -> dict[str, str]:
    """Fix everything, or ``only`` one finding, and write it; when that cannot be, everything is as before.

    Returns why it could not, by path; those files are frozen then, and with a full disk every one.
    """
    before = replace(fixing)
    if only:
        fixing.apply([only])
    else:
        fixing.run()
    try:
        writer.write(changes_of(before.state.sources, fixing.state.sources))
    except NotWritten as error:
        fixing.state, fixing.repaired = before.state, before.repaired
        fixing.frozen |= set(fixing.state.sources) if error.hopeless else set(error.reasons)
        return dict(error.reasons)
    return {}


def changes_of(before: Mapping[str, Source], after: Mapping[str, Source]) -> list[Change]:
    """What is to be written, in the order of paths."""
    return [Change(before[path], after[path].text) for path in sorted(before) if after[path] != before[path]]


def _ended(fixing: Fixing, reasons: Mapping[str, str]) -> Repair:
    waiting = [finding for finding in fixing.wanted(frozen=True) if any(path in reasons for path in paths_of(finding))]
    hopeless = fixing.frozen > set(reasons)
    return Repair(fixing.result(), Unwritten(reasons, waiting if reasons else (), hopeless))
