"""Answers to questions that lead to other questions, in any depth and in circles, and what they were made of.

What a name is depends on what other names are, what becomes of a session on what the functions do that get it. Such
questions follow the project, so they are asked of a memory: it remembers the answers, and which questions are under way.

*Depth.* A chain of questions is as long as the project has it. Beyond a few on Python's stack the memory lets go of those
under way (``_TooDeepError``), answers the last one alone and then the others, each from its beginning, which finds all but
the rest of its answers known.

*Circles.* Questions that need each other are answered together: all begin as unknown, and in each round those are asked
again whose answers were made of what the round before changed, until nothing changes. So it does not matter with which of
them somebody began. An answer that does not come to rest stays unknown.

*What was read.* Each answer knows what it was made of, as a set of bits: one for each file of the project, whether it is
parsed by now or not, and one for each question about the project as a whole. When files change, the answers that were made
of them are forgotten. A question about the whole project is asked again then, and only if its answer differs, those that were
made of it are forgotten, too: so most changes end where they began. Where such an answer is told by file, in *rows*, only those
go that were made of rows which differ.

What a key belongs to need not be taken down by whoever asks: to have it in hand, one has read it.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import takewhile
from operator import eq
from typing import Any, TypeVar, final

T = TypeVar("T")
UNASKED: Any = object()
"""What is known of a question that nobody has asked."""
_ROW = "row"
EVERYTHING = 1
"""The bit of whoever looks at all files, be they as many as they will."""
_ON_STACK = 16
_CHANGES = 12
_ROUNDS = 20


@final
class Far:
    """An answer that was made of other files than the one that its key belongs to: those of ``bits``."""

    __slots__ = ("bits", "value")

    def __init__(self, value: Any, bits: int) -> None:
        self.value = value
        self.bits = bits


class _MadeAlike:
    """The keys of answers that were made of the same, and the last answer: most say the same, and those take one ``Far``."""

    __slots__ = ("keys", "last")

    def __init__(self, keys: list[Hashable], last: Far) -> None:
        self.keys = keys
        self.last = last


class _Question:
    """One that is being answered. ``own`` are the bits of what the key belongs to, none for the whole project; ``lowest`` is
    the earliest open question that it leads to, ``readers`` are those that have used its answer while it was not settled,
    ``told`` what is taken down by those that use it afterwards, None as long as it is not settled."""

    __slots__ = (
        "answer",
        "changes",
        "given",
        "key",
        "lowest",
        "number",
        "own",
        "readers",
        "reads",
        "start",
        "told",
        "value",
    )

    def __init__(
        self, key: Hashable, own: int, start: Any, answer: Callable[..., Any], given: tuple[Any, ...], number: int
    ) -> None:
        self.key = key
        self.own = self.reads = own
        self.told: int | None = None
        self.start = self.value = start
        self.answer = answer
        self.given = given
        self.number = self.lowest = number
        self.readers: dict[_Question, None] | None = None
        self.changes = 0

    def leads_to(self, other: "_Question") -> None:
        self.lowest = min(self.lowest, other.lowest)
        if other.readers is None:
            other.readers = {}
        other.readers[self] = None


class _TooDeepError(Exception):
    """Raised at a question beyond what Python's stack shall carry; takes down those under way, innermost first."""

    def __init__(self, question: _Question) -> None:
        super().__init__()
        self.under_way = [question]


def _ones(digits: str) -> Iterator[int]:
    number = digits.find("1")
    while number >= 0:
        yield number
        number = digits.find("1", number + 1)


class Memory:
    """Answers by question: a term, a name in a scope, a function, the whole project.

    ``answers`` holds those that were made of nothing but the file that the key belongs to as they are, all others as ``Far``.
    ``is_same`` tells whether an answer has changed.
    """

    def __init__(self, is_same: Callable[[Any, Any], bool] = eq) -> None:
        self.answers: dict[Hashable, Any] = {}
        self._is_same = is_same
        self._bits: dict[Hashable, int] = {}
        # the keys of answers by the bits that these are made of, each set of bits kept once
        self._near_keys: dict[int, list[Hashable]] = defaultdict(list)
        self._far: dict[int, _MadeAlike] = {}
        # the settled questions about the whole project, and those of them that somebody has read by rows
        self._whole: dict[Hashable, _Question] = {}
        self._in_rows: set[Hashable] = set()
        # the questions without a settled answer, in the order in which they were asked
        self._open: dict[Hashable, _Question] = {}
        self._current: _Question | None = None
        self._on_stack = 0
        self._by_number: list[Hashable] = []

    def bit(self, what: Hashable) -> int:
        """The bit of a file, by its path, or of a question about the whole project, by its key."""
        found = self._bits.get(what)
        if found is None:
            found = self._bits[what] = EVERYTHING << (len(self._bits) + 1)
        return found

    def read(self, bits: int) -> None:
        """Take down that these have a say in what is being asked."""
        if self._current is not None:
            self._current.reads |= bits

    def ask(self, key: Hashable, own: int, start: object, answer: Callable[..., T], *given: Any) -> T:
        """What ``answer(*given)`` says, which may ask more; ``start``, for as long as nothing is known, if that asks ``key``.

        ``own`` are the bits of what ``key`` belongs to, 0 if it is the whole project.
        """
        found: T = self.answers.get(key, UNASKED)
        if found is UNASKED:
            return self._unknown(key, own, start, answer, given)
        return self.told(found) if isinstance(found, Far) else found

    def _unknown(self, key: Hashable, own: int, start: object, answer: Callable[..., T], given: tuple[Any, ...]) -> T:
        question = self._open.get(key)
        if question is None:
            question = self._open[key] = _Question(key, own, start, answer, given, len(self._open))
            if 0 < self._on_stack < _ON_STACK:
                self._run(question)
            else:
                self._begin(question)
        current = self._current
        if current is not None:
            if question.told is None:
                current.leads_to(question)
            else:
                current.reads |= question.told
        found: T = question.value
        return found

    def known(self, key: Hashable) -> Any:
        """The answer that is remembered, or UNASKED."""
        found = self.answers.get(key, UNASKED)
        return self.told(found) if type(found) is Far else found

    def told(self, far: Far) -> Any:
        """The answer that is remembered as ``far``; what it was made of is taken down."""
        if self._current is not None:
            self._current.reads |= far.bits
        return far.value

    def row(self, key: Hashable, path: str, start: object, answer: Callable[..., Mapping[str, T]], *given: Any) -> T | None:
        """What the answer to a question about the whole project, told by file, says of the file at ``path``, if anything.

        Whoever asks is taken to have read no more of it than that row.
        """
        current = self._current
        reads = current.reads if current is not None else 0
        found: Mapping[str, T] = self.known(key)
        if found is UNASKED:
            found = self.once(key, 0, start, answer, *given)
        if current is not None and key in self._whole:
            self._in_rows.add(key)
            current.reads = reads | self.row_bit(path)
        return found.get(path)

    @staticmethod
    def row_of(path: str) -> Hashable:
        """What stands for all that is said of the file at ``path``: by questions about the whole project, by who imports it."""
        return _ROW, path

    def row_bit(self, path: str) -> int:
        """The bit of what is said of the file at ``path``."""
        return self.bit((_ROW, path))

    def as_row(self, path: str, answer: Callable[..., T], *given: Any) -> T:
        """What ``answer(*given)`` says, which is a row of such a question by itself: whoever asks has read no more than that."""
        reads = self._current.reads if self._current is not None else 0
        key = (answer, *given[1:])
        found: T = self.known(key)
        if found is UNASKED:
            found = self.once(key, 0, (), answer, *given)
        if self._current is not None:
            self._current.reads = reads | self.row_bit(path)
        return found

    def once(self, key: Hashable, own: int, start: object, answer: Callable[..., T], *given: Any) -> T:
        """As ``ask``, of what is not known; a question that leads far is answered in one go where no other is under way."""
        if self._on_stack:
            return self._unknown(key, own, start, answer, given)
        question = _Question(key, own, start, answer, given, 0)
        found: T = self._again(question)
        question.value = found
        self.read(self._keep(question, question.reads))
        return found

    def gather(self, key: Hashable, own: int, answer: object, parts: Iterable[Hashable]) -> None:
        """Remember an answer that was put together of those to ``parts``."""
        question = _Question(key, own, None, tuple, (), 0)
        question.value = answer
        for part in parts:
            if type(far := self.answers.get(part)) is Far:
                question.reads |= far.bits
        self._keep(question, question.reads)

    def made_of(self, key: Hashable) -> list[Hashable]:
        """What the answer to ``key`` is made of: files by path, and questions about the whole project by key."""
        found = self.answers.get(key)
        near = [] if type(found) is Far else [bits for bits, keys in self._near_keys.items() if key in keys]
        bits = self._whole[key].reads if key in self._whole else found.bits if type(found) is Far else sum(near)
        return [what for what, bit in self._bits.items() if bit & bits]

    # --- from run to run ----------------------------------------------------------------------------------------------

    def wholes(self) -> list[tuple[Hashable, Any, int]]:
        """The questions about the whole project that were asked, each with its answer and the bits of what that is made of."""
        return [(question.key, question.value, question.reads) for question in self._whole.values()]

    def whole(self, key: Hashable, start: object, answer: Callable[..., T], *given: Any) -> tuple[T, int]:
        """The answer to a question about the whole project, and the bits of what it is made of."""
        if key not in self._whole:
            self.once(key, 0, start, answer, *given)
        return self._whole[key].value, self._whole[key].reads

    def recall(self, key: Hashable, answer: object) -> None:
        """Remember what a question about the whole project said in another run; what it is made of is not known."""
        self.answers[key] = Far(answer, self.bit(key))

    def rows(self) -> frozenset[str]:
        """What somebody has asked about of questions that are told by file, or by another word."""
        return frozenset(what[1] for what in self._bits if isinstance(what, tuple) and what[0] == _ROW)

    def bits_of(self, key: Hashable, own: int) -> int:
        """The bits of what the answer to a question is made of that belongs to ``own``."""
        found = self.answers.get(key)
        return found.bits if type(found) is Far else own

    def parts_of(self, bits: int) -> list[Hashable]:
        """What bits stand for: files by path, rows by ``("row", path)``, questions by key; EVERYTHING has no part in it."""
        if len(self._by_number) != len(self._bits):
            self._by_number = list(self._bits)
        digits = bin(bits >> 1)[:1:-1]
        return [self._by_number[number] for number in _ones(digits)]

    # --- forgetting ---------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget everything."""
        for known in (self.answers, self._near_keys, self._far, self._whole, self._open):
            known.clear()

    def forget(self, changed: Iterable[Hashable]) -> None:
        """Forget what was made of the files ``changed``, or of what that changes in turn."""
        dirty = 0
        for what in changed:
            dirty |= EVERYTHING | self._bits.get(what, 0)
        try:
            self._forget(dirty)
        except BaseException:
            self.clear()
            raise

    def _forget(self, dirty: int) -> None:
        before: dict[Hashable, Any] = {}
        for _ in range(_ROUNDS):
            if not dirty:
                return
            stale = [question for question in self._whole.values() if question.reads & dirty]
            for question in stale:
                before.setdefault(question.key, self.answers.pop(question.key).value)
                del self._whole[question.key]
            self._drop(dirty)
            dirty = 0
            for question in stale:
                found = self.once(question.key, 0, question.start, question.answer, *question.given)
                if not self._is_same(before[question.key], found):
                    dirty |= self.bit(question.key)
                    if question.key in self._in_rows:
                        dirty |= self._changed_rows(before[question.key], found)
                    before[question.key] = found
        self.clear()

    def _changed_rows(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
        """The bits of those files of which an answer says something else than before, as far as somebody has asked about them."""
        bits = 0
        for path in {**before, **after}:
            bit = self._bits.get((_ROW, path), 0)
            if bit and not self._is_same(before.get(path), after.get(path)):
                bits |= bit
        return bits

    def _drop(self, dirty: int) -> None:
        for bit in [bit for bit in self._near_keys if bit & dirty]:
            for key in self._near_keys.pop(bit):
                self.answers.pop(key, None)
        for bits in [bits for bits in self._far if bits & dirty]:
            for key in self._far.pop(bits).keys:
                self.answers.pop(key, None)

    # --- depth --------------------------------------------------------------------------------------------------------

    def _begin(self, question: _Question) -> None:
        if self._on_stack:
            raise _TooDeepError(question)
        try:
            below = self._below(question)
            if below:
                self._work_off([question, *below])
        except BaseException:
            self._open.clear()  # whoever asks again begins again
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
            assert deep.under_way[-1] is question
            return deep.under_way[-2::-1]
        return []

    def _run(self, question: _Question) -> None:
        outer, self._current = self._current, question
        self._on_stack += 1
        try:
            question.value = question.answer(*question.given)
            if question.lowest == question.number:
                if question.readers is None:  # as most are: it leads nowhere open, and nothing to it
                    self._open.popitem()
                    self._keep(question, question.reads)
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
        reads = 0
        for question in settled:
            reads |= question.reads
        for question in settled:
            self._keep(question, reads)

    def _keep(self, question: _Question, reads: int) -> int:
        """Remember the answer, as made of ``reads``; what is taken down by whoever uses it."""
        key = question.key
        if question.own == 0:
            question.told = self.bit(key)
            question.reads = reads
            question.readers = None
            self._whole[key] = question
            self.answers[key] = Far(question.value, question.told)
        elif reads == question.own:
            question.told = reads
            self.answers[key] = question.value
            self._near_keys[reads].append(key)
        else:
            far = self.answers[key] = self._far_answer(key, question.value, reads)
            question.told = far.bits
        return question.told

    def _far_answer(self, key: Hashable, value: Any, reads: int) -> Far:
        alike = self._far.get(reads)
        if alike is None:  # to hash so many bits takes time
            far = Far(value, reads)
            self._far[reads] = _MadeAlike([key], far)
            return far
        alike.keys.append(key)
        if alike.last.value is not value:
            alike.last = Far(value, alike.last.bits)
        return alike.last

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
