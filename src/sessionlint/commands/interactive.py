"""Fix by fix at the terminal: what is found, what would change, and the question."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from sessionlint.commands.console import is_terminal, say, show
from sessionlint.edits.apply import apply_edits
from sessionlint.model.finding import Finding
from sessionlint.model.outcome import Outcome
from sessionlint.report import concise, diff, full
from sessionlint.report.look import Look
from sessionlint.report.visible import visible
from sessionlint.run.analysis import State
from sessionlint.run.errors import UsageError
from sessionlint.run.fixing.hands import Answer, Ask, Turn

_QUESTION = "Make this fix? [y]es, [n]o, [a]ll that are left, [q]uit, show [t]race: "
_KEYS = {"y": Answer.YES, "n": Answer.NO, "a": Answer.ALL, "q": Answer.QUIT}


def asking(look_at: Callable[[Path], Look], aside: Callable[[], AbstractContextManager[None]]) -> Callable[[Path], Ask]:
    """What asks, for a project's root, a person on standard error, and reads from the terminal.

    ``look_at``: how things are shown, for a root; ``aside`` is entered meanwhile. Raises UsageError where there is no terminal.
    """
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise UsageError("--interactive: there is no terminal to ask on")
    return lambda root: partial(_asked, look_at(root), aside)


def _asked(look: Look, aside: Callable[[], AbstractContextManager[None]], finding: Finding, state: State, turn: Turn) -> Answer:
    with aside():
        return _ask(look, finding, state, turn)


def _ask(look: Look, finding: Finding, state: State, turn: Turn) -> Answer:
    shown = replace(state.checked.outcome, findings=(finding,))
    show(concise.render(shown, state.sources, look) + _proposal(finding, state, look))
    while True:
        key = _read_key(turn)
        if key == "t":
            show(full.render(_without_fix(shown), state.sources, look).rstrip("\n"))
        elif key in _KEYS:
            return _KEYS[key]
        else:
            say("y, n, a, q or t, please")


def _read_key(turn: Turn) -> str:
    """The first letter of the line that is typed; the end of input is taken for "quit"."""
    print(f"{turn.number} of {turn.questions}: {_QUESTION}", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    return line.strip().lower()[:1] if line else "q"


def _proposal(finding: Finding, state: State, look: Look) -> str:
    assert finding.fix is not None
    edits = sorted(finding.fix.edits, key=attrgetter("place"))
    files = [(state.sources[path], list(each)) for path, each in groupby(edits, key=lambda edit: edit.place.path)]
    changes = ((source, apply_edits(source.text, each)) for source, each in files)
    title = look.paint(f"fix ({finding.fix.applicability.value})", "strong") + f": {visible(finding.fix.title)}"
    return f"{title}\n{diff.render(changes, look)}".rstrip("\n")


def _without_fix(outcome: Outcome) -> Outcome:
    return replace(outcome, findings=tuple(replace(finding, fix=None) for finding in outcome.findings))
