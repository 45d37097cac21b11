"""Answers to questions that lead to other questions, in any depth and in circles.

What a name is depends on what other names are, what becomes of a session on what the functions do that get it. Such
questions follow the project, so they are asked of a memory: it remembers the answers, and which questions are under way.

*Depth.* A chain of questions is as long as the project has it. Beyond a few on Python's stack the memory lets go of those
under way (``_TooDeepError``), answers the last one alone and then the others, each from its beginning, which finds all but
the rest of its answers known.

*Circles.* Questions that need each other are answered together: all begin as unknown, and in each round those are asked
again whose answers were made of what the round before changed, until nothing changes. So it does not matter with which of
them somebody began. An answer that does not come to rest stays unknown.

A project is linked several times while its files are read one after the other. An answer that asked no file which had not
been read holds for good; any other, until one of the files that it asked is read.
"""

from collections.abc import Callable, Container, Iterable
from itertools import takewhile
from operator import eq
from typing import Any, TypeVar

T = TypeVar("T")
_NOTHING: frozenset[str] = frozenset()
_ON_STACK = 16
_CHANGES = 12


class _Question:
    """One that is being answered. ``lowest`` is the earliest open question that it leads to, ``readers`` are those that
    have used its answer while it was not settled, ``missed`` the files that would have had a say."""

    __slots__ = ("answer", "changes", "given", "key", "lowest", "missed", "number", "readers", "settled", "start", "value")

    def __init__(self, key: object, start: Any, answer: Callable[..., Any], given: tuple[Any, ...], number: int) -> None:
        self.key = key
        self.start = self.value = start
        self.answer = answer
        self.given = given
        self.number = self.lowest = number
        self.missed = _NOTHING
        self.readers: dict[_Question, None] | None = None
        self.settled = False
        self.changes = 0

    def leads_to(self, other: "_Question") -> None:
        self.lowest = min(self.lowest, other.lowest)
        if other.readers is None:
            other.readers = {}
        other.readers[self] = None


class _TooDeepError(Exception):
    """Raised at a question beyond what Python's stack shall carry; takes down those under way, innermost first."""

    def __init__(self, memory: "Memory", question: _Question) -> None:
        super().__init__()
        self.memory = memory
        self.under_way = [question]


class Memory:
    """Answers by question: a term, a name in a scope, a function. ``lasting`` are those that hold whatever else is read.

    ``is_same`` tells whether an answer has changed.
    """

    def __init__(self, is_same: Callable[[Any, Any], bool] = eq) -> None:
        self.lasting: dict[Any, Any] = {}
        self._is_same = is_same
        self._passing: dict[Any, tuple[Any, frozenset[str]]] = {}
        self._sets: dict[frozenset[str], frozenset[str]] = {}
        # the questions without a settled answer, in the order in which they were asked
        self._open: dict[Any, _Question] = {}
        self._current: _Question | None = None
        self._on_stack = 0
        self._count = 0

    def ask(self, key: object, start: T, answer: Callable[..., T], *given: Any) -> T:
        """What ``answer(*given)`` says, which may ask more; ``start``, for as long as nothing is known, if that asks ``key``."""
        found: T
        passing = self._passing.get(key)
        if passing is not None:
            found, missed = passing
            self._miss(missed)
        elif key in self.lasting:
            found = self.lasting[key]
        else:
            question = self._open.get(key)
            if question is None:
                self._count += 1
                question = self._open[key] = _Question(key, start, answer, given, self._count)
                if 0 < self._on_stack < _ON_STACK:
                    self._run(question)
                else:
                    self._begin(question)
            if question.settled:
                if question.missed:
                    self._miss(question.missed)
            elif self._current is not None:
                self._current.leads_to(question)
            found = question.value
        return found

    def once(self, key: object, start: Any, answer: Callable[..., T], *given: Any) -> T:
        """As ``ask``; a question that leads far is answered in one go where no other is under way."""
        if self._on_stack or key in self.lasting or key in self._passing:
            known: T = self.ask(key, start, answer, *given)
            return known
        found = answer(*given)
        self.lasting[key] = found
        return found

    def miss(self, path: str) -> None:
        """Take down that the file at ``path``, which was not read, would have had a say in what is being asked."""
        self._miss(frozenset({path}))

    def _miss(self, paths: frozenset[str]) -> None:
        if self._current is not None and not paths <= self._current.missed:
            self._current.missed |= paths

    def forget(self, read: Container[str]) -> None:
        """Forget what would be answered otherwise now that the files ``read`` are known."""
        stale = {missed for missed in self._sets if any(path in read for path in missed)}
        self._passing = {key: known for key, known in self._passing.items() if known[1] not in stale}

    # --- depth --------------------------------------------------------------------------------------------------------

    def _begin(self, question: _Question) -> None:
        if self._on_stack:
            raise _TooDeepError(self, question)
        try:
            self._work_off([question])
        except BaseException:
            self._open.clear()  # an error, or another memory that is too deep: whoever asks again begins again
            raise

    def _work_off(self, waiting: list[_Question]) -> None:
        while waiting:
            below = self._below(waiting[-1])
            if below:
                waiting += below
            else:
                waiting.pop()

    def _below(self, question: _Question) -> list[_Question]:
        """Answer ``question``; if that is too deep, the questions below it that have to be answered before, innermost last."""
        try:
            self._run(question)
        except _TooDeepError as deep:
            if deep.memory is not self:
                raise
            assert deep.under_way[-1] is question
            return deep.under_way[-2::-1]
        return []

    def _run(self, question: _Question) -> None:
        outer, self._current = self._current, question
        self._on_stack += 1
        try:
            question.value = question.answer(*question.given)
            if question.lowest == question.number:
                if question.readers is None and not question.missed:  # as most are: it leads nowhere open, and nothing to it
                    self._open.popitem()
                    self.lasting[question.key] = question.value
                    question.settled = True
                else:
                    self._settle(question)
        except _TooDeepError as deep:
            deep.under_way.append(question)
            raise
        finally:
            self._on_stack -= 1
            self._current = outer

    # --- circles ------------------------------------------------------------------------------------------------------

    def _settle(self, first: _Question) -> None:
        """Answer ``first`` and everything open behind it, which leads back to it and nowhere before."""
        if first.readers is not None:
            self._come_to_rest(first)
            first.lowest = min(question.lowest for question in self._from(first))
            if first.lowest < first.number:
                return  # what is known by now leads further back: a part of a larger circle
        settled = [self._open.popitem()[1]]
        while settled[-1] is not first:
            settled.append(self._open.popitem()[1])
        self._keep(settled)

    def _keep(self, settled: list[_Question]) -> None:
        missed = _NOTHING.union(*(question.missed for question in settled)) if len(settled) > 1 else settled[0].missed
        if missed:
            missed = self._sets.setdefault(missed, missed)
        for question in settled:
            question.settled = True
            if missed:
                question.missed = missed
                self._passing[question.key] = (question.value, missed)
            else:
                self.lasting[question.key] = question.value

    def _come_to_rest(self, first: _Question) -> None:
        due: Iterable[_Question] = self._from(first)
        for question in due:
            question.value, question.changes = question.start, 0
        while due:
            found = [(question, self._again(question)) for question in due]
            changed = [question for question, value in found if self._changes(question, value)]
            # all at once: what a round finds is made of what the round before found, in whichever order
            due = dict.fromkeys(reader for question in changed for reader in question.readers or ())

    def _again(self, question: _Question) -> Any:
        outer, self._current = self._current, question
        try:
            return question.answer(*question.given)
        finally:
            self._current = outer

    def _from(self, first: _Question) -> list[_Question]:
        """``first`` and what was asked since, as far as it is open."""
        return list(takewhile(lambda question: question.number >= first.number, reversed(self._open.values())))[::-1]

    def _changes(self, question: _Question, value: Any) -> bool:
        if question.changes > _CHANGES or self._is_same(question.value, value):
            return False
        question.changes += 1
        question.value = value if question.changes <= _CHANGES else question.start
        return True
