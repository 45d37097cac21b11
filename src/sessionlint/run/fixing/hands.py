"""How fixes get on disk, and what did not: what a run is told and tells, without the machinery that fixes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from sessionlint.model.finding import Finding
from sessionlint.model.records import dataclass

if TYPE_CHECKING:
    from sessionlint.run.analysis import State


class Answer(Enum):
    YES = "y"
    NO = "n"
    ALL = "a"
    QUIT = "q"


@dataclass(frozen=True, slots=True)
class Turn:
    """The how-manieth question it is, and how many there are, as far as can be told before the answers."""

    number: int
    questions: int


Ask: TypeAlias = "Callable[[Finding, State, Turn], Answer]"
"""Shows a finding with its fix, and asks whether it is to be made."""


@dataclass(frozen=True, slots=True)
class Hands:
    """How fixes are made on disk: all together, or each that a person agrees to, at once.

    ``ask`` makes, for a project's root, what asks the person.
    """

    ask: Callable[[Path], Ask] | None = None


class AskingOn:
    """Hands for one part of a project after the other, as if a person were asked about one project."""

    def __init__(self, hands: Hands) -> None:
        self._ask = hands.ask
        self._before = 0
        self._all = False

    def hands(self) -> Hands:
        """Those for the next part."""
        if self._ask is None or self._all:
            return Hands()
        before, ask = self._before, self._ask

        def asking(root: Path) -> Ask:
            said = ask(root)

            def asked(finding: Finding, state: "State", turn: Turn) -> Answer:
                self._before = before + turn.number
                answer = said(finding, state, Turn(self._before, before + turn.questions))
                self._all = answer is Answer.ALL
                return answer

            return asked

        return Hands(asking)


@dataclass(frozen=True, slots=True)
class Unwritten:
    """``reasons``: why a file could not be written; ``waiting``: the findings that are not fixed for that.

    ``hopeless``: no other file could be written, either.
    """

    reasons: Mapping[str, str] = field(default_factory=dict)
    waiting: Sequence[Finding] = ()
    hopeless: bool = False

    @classmethod
    def of_all(cls, parts: "Sequence[Unwritten]") -> "Unwritten":
        """What could not be written in parts of a project."""
        reasons = {path: reason for part in parts for path, reason in part.reasons.items()}
        waiting = [finding for part in parts for finding in part.waiting]
        return cls(reasons, waiting, any(part.hopeless for part in parts))

    def lines(self) -> list[str]:
        """One line for each file, with the files that were left alone for its sake."""
        return [f"{path}: {reason}; {self._waiting(path)}" for path, reason in self.reasons.items()]

    def _waiting(self, path: str) -> str:
        if self.hopeless:
            return "no more files were fixed"
        fixes = [paths_of(finding) for finding in self.waiting if path in paths_of(finding)]
        others = sorted({each for paths in fixes for each in paths} - {path})
        fixed = f"{len(fixes)} finding{'s were' if len(fixes) > 1 else ' was'} not fixed" if fixes else "nothing was fixed in it"
        return f"{fixed} (which would change {', '.join(others)}, too)" if others else fixed


def paths_of(finding: Finding) -> list[str]:
    """The files that the finding's fix would change."""
    return list(dict.fromkeys(edit.place.path for edit in finding.fix.edits)) if finding.fix else []
