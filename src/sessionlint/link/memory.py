"""What the evaluator has found out, and how long that holds.

A project is linked several times while its files are read one after the other. An answer that asked no file which had not
been read holds for good; any other, until one of the files that it asked is read.
"""

from collections.abc import Container
from typing import Any

from sessionlint.link.kinds import UNKNOWN, Kind

_CYCLE = frozenset({""})  # stands for no file: an answer that met itself depends on where the question began


class Memory:
    """Answers by question: a term, a name in a scope, a function. ``lasting`` are those that hold whatever else is read."""

    def __init__(self) -> None:
        self.lasting: dict[Any, Kind] = {}
        self._passing: dict[Any, tuple[Kind, frozenset[str]]] = {}
        # what the questions under way have missed so far
        self._missed: list[frozenset[str]] = []
        self._under_way = 0
        self._sets: dict[frozenset[str], frozenset[str]] = {}

    def passing(self, question: object) -> Kind | None:
        """An answer that holds for the time being; of a question that is under way, UNKNOWN."""
        known = self._passing.get(question)
        if known is None:
            return None
        if self._under_way:
            self._missed.append(known[1])
        return known[0]

    def miss(self, path: str) -> None:
        """Take down that the file at ``path``, which was not read, would have had a say in what is being asked."""
        if self._under_way:
            self._missed.append(frozenset({path}))

    def begun(self, question: object) -> int:
        """Take down that ``question`` is under way; what is returned goes to ``remembered``."""
        self._passing[question] = (UNKNOWN, _CYCLE)
        self._under_way += 1
        return len(self._missed)

    def remembered(self, question: object, begun: int, answer: Kind) -> Kind:
        """Remember the answer, which is returned, for as long as it holds."""
        self._under_way -= 1
        if len(self._missed) == begun:
            self.lasting[question] = answer
            del self._passing[question]
            return answer
        missed = self._missed[begun:]
        found = missed[0] if len(missed) == 1 else frozenset().union(*missed)
        found = self._sets.setdefault(found, found)
        # whoever asked this has missed the same, once
        self._missed[begun:] = [found] if self._under_way else []
        self._passing[question] = (answer, found)
        return answer

    def forget(self, read: Container[str]) -> None:
        """Forget what would be answered otherwise now that the files ``read`` are known."""
        stale = {missed for missed in self._sets if "" in missed or any(path in read for path in missed)}
        self._passing = {question: known for question, known in self._passing.items() if known[1] not in stale}
        self._missed.clear()
