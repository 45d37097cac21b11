"""Questions about a project: functions whose answers are remembered, each once for each key.

A key is made of what stands in files (modules, scopes, sites), which says what the answer belongs to; words and
numbers may tell several questions about one thing apart. A question without anything of the kind is one about the whole
project: when files change it is asked again at once, so it should be made of the answers to questions about each file.
"""

from __future__ import annotations  # written anew for each question, the types would take longer than all else here

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, Concatenate, Generic, NamedTuple, ParamSpec, Protocol, TypeVar, cast

from sessionlint.link import named
from sessionlint.link.memory import UNASKED, Far, Memory
from sessionlint.link.names.scopes import ClassScope, FunctionScope, ModuleScope, Site
from sessionlint.model.source import Place


class Known(NamedTuple):
    """What a question is known to find in a module that nobody has to look at."""

    answer: Sequence[Any]


class Remembering(Protocol):
    """What is asked: a project."""

    @property
    def memory(self) -> Memory: ...


class Gathering(Remembering, Protocol):
    """What is asked of each module: a project, or what evaluates its terms."""

    def finding(self, key: tuple[Any, ...]) -> Iterable[ModuleScope | Known]:
        """The modules in which a question that is asked of each may find something, in their order, or what it finds."""
        ...


class Telling(Gathering, Protocol):
    """What is asked about single files: a project."""

    def speaking(self, key: tuple[Any, ...], path: str) -> Iterable[ModuleScope | Known] | None:
        """Those that may speak of the file at ``path``, or what they say; None: nobody knows before all were asked."""
        ...

    def is_silent(self, key: tuple[Any, ...], path: str) -> bool:
        """Whether the answer to a question that is told by file is known to say nothing of the file at ``path``."""
        ...


class Placed(Protocol):
    """What is found somewhere: where its finding will stand."""

    @property
    def place(self) -> Place: ...


P = ParamSpec("P")
T = TypeVar("T")
PlacedT = TypeVar("PlacedT", bound=Placed)
AskedT = TypeVar("AskedT", bound=Remembering)
GatheringT = TypeVar("GatheringT", bound=Gathering)
TellingT = TypeVar("TellingT", bound=Telling)


def question(start: object) -> Callable[[Callable[Concatenate[AskedT, P], T]], Callable[Concatenate[AskedT, P], T]]:
    """Make a function of the project and of a key one that looks for the answer only the first time.

    ``start`` is the answer, for as long as nothing is known, if looking for it leads back to the question. A key is given by
    position.
    """

    def decorated(ask: Callable[Concatenate[AskedT, P], T]) -> Callable[Concatenate[AskedT, P], T]:
        named.record(ask, start)
        asking = (ask,)

        @wraps(ask)
        def answer(project: AskedT, /, *key: Any) -> T:  # by position, so that one question has one key
            asked, memory = asking + key, project.memory
            found: T | Far = memory.answers.get(asked, UNASKED)
            if found is UNASKED:
                return memory.once(asked, _own(key), start, ask, project, *key)
            return memory.told(found) if isinstance(found, Far) else found

        return cast("Callable[Concatenate[AskedT, P], T]", answer)

    return decorated


def remembered(project: Remembering, key: tuple[Hashable, ...], start: object, answer: Callable[..., T], *given: Any) -> T:
    """What ``answer(*given)`` says, looked for only the first time that somebody asks for ``key``: ``question`` for what is no
    function of the project and of the key alone."""
    found: T = project.memory.known(key)
    return project.memory.ask(key, _own(key), start, answer, *given) if found is UNASKED else found


_OWN: dict[type, Callable[[Any], int]] = {
    ModuleScope: lambda module: module.bit,
    **dict.fromkeys((FunctionScope, ClassScope), lambda scope: scope.module.bit),
    Site: lambda site: site.scope.module.bit,
}


def _own(key: Iterable[object]) -> int:
    """The bits of the files that a key belongs to."""
    own = 0
    for part in key:
        bits = _OWN.get(type(part))
        if bits is not None:
            own |= bits(part)
        else:  # is the same in texts that are not, so to have one does not say that one knows the file
            assert type(part) is not Place
    return own


def collected(find: Callable[Concatenate[AskedT, P], Iterable[T]]) -> Callable[Concatenate[AskedT, P], tuple[T, ...]]:
    """``question`` for a generator: all that it finds; nothing, if looking for it leads back to it."""

    return question(tuple[T, ...]())(_all_of(find))


def _all_of(find: Callable[Concatenate[AskedT, P], Iterable[T]]) -> Callable[Concatenate[AskedT, P], tuple[T, ...]]:
    @wraps(find)
    def all_of(project: AskedT, /, *key: P.args, **more: P.kwargs) -> tuple[T, ...]:
        return tuple(find(project, *key, **more))

    return all_of


class Gathered(Generic[GatheringT, P, T]):
    """What is found in each module of a project, in their order, as one answer; ``within`` is what is found in one of them.

    Of a question about the whole project that is told so, it can be told afterwards in which modules nothing is found.
    """

    def __init__(self, find: Callable[Concatenate[GatheringT, ModuleScope, P], Iterable[T]]) -> None:
        self.name = named.name_of(find)
        self.part = _all_of(find)
        self.within = question(tuple[T, ...]())(self.part)
        self._all = question(tuple[T, ...]())(self._find_all)

    def __call__(self, project: GatheringT, /, *key: P.args, **more: P.kwargs) -> tuple[T, ...]:
        return self._all(project, *key, **more)

    def _find_all(self, project: GatheringT, /, *key: P.args, **more: P.kwargs) -> tuple[T, ...]:
        found: list[T] = []
        known, part = project.memory.known, self.part
        for each in project.finding((self._find_all, *key)):
            if isinstance(each, Known):
                found += each.answer
            else:  # in a large project, most were asked before: what ``within`` does first, without the way there
                answer = known((part, each, *key))
                found += self.within(project, each, *key, **more) if answer is UNASKED else answer
        return tuple(found)


def gathered(find: Callable[Concatenate[GatheringT, ModuleScope, P], Iterable[T]]) -> Gathered[GatheringT, P, T]:
    """Make a generator that looks at one module a question about the whole project."""
    return Gathered(find)


class Postings(Generic[TellingT, T]):
    """What is found in all modules about the file at a path, in their order: ``find`` gives paths, each with what is found about
    it; ``within`` is what is found in one module, about whichever files. Who asks is asked again only when that differs.
    """

    def __init__(self, find: Callable[[TellingT, ModuleScope], Iterable[Any]]) -> None:
        self.name = named.name_of(find)
        self.part = _all_of(find)
        self.within = question(tuple[Any, ...]())(self.part)
        self._by_path = by_path(self._find_all)

    def __call__(self, project: TellingT, path: str, /) -> Sequence[T]:
        speaking = project.speaking((self._find_all,), path)
        if speaking is None:
            return self._by_path(project, path) or ()
        return project.memory.as_row(path, self._find_about, project, path)

    def told(self, _: ModuleScope, within: Sequence[Any]) -> Iterable[tuple[str, T]]:
        """The paths, each with what is found about it, of what is found in a module."""
        return within

    def _find_all(self, project: TellingT) -> Mapping[str, Sequence[T]]:
        found: dict[str, list[T]] = defaultdict(list)
        for module in project.finding((self._find_all,)):
            for path, one in self._told(project, module) if not isinstance(module, Known) else ():
                found[path].append(one)
        return {path: tuple(some) for path, some in found.items()}

    def _find_about(self, project: TellingT, path: str) -> Sequence[T]:
        """What those modules say that are known to speak of the file."""
        speaking = project.speaking((self._find_all,), path) or ()
        return tuple(one for each in speaking for one in self._said(project, each, path))

    def _said(self, project: TellingT, each: ModuleScope | Known, path: str) -> Iterable[T]:
        return each.answer if isinstance(each, Known) else (one for to, one in self._told(project, each) if to == path)

    def _told(self, project: TellingT, module: ModuleScope) -> Iterable[tuple[str, T]]:
        return self.told(module, self.within(project, module))


class Words(Postings[TellingT, str]):
    """The paths of the modules that hold a word: ``find`` gives the words of one. There are many, and a pair of each with the
    path would take ten times the room."""

    def told(self, module: ModuleScope, within: Sequence[str]) -> Iterable[tuple[str, str]]:
        return ((word, module.path) for word in within)


def postings(find: Callable[[TellingT, ModuleScope], Iterable[tuple[str, T]]]) -> Postings[TellingT, T]:
    """Make a generator that looks at one module, and tells paths with what it finds about the files there, a question about any
    file of the project."""
    return Postings(find)


def words(find: Callable[[TellingT, ModuleScope], Iterable[str]]) -> Words[TellingT]:
    """Make a function that tells the words of one module the question which modules hold a word, each as often as it does."""
    return Words(find)


def by_path(
    find: Callable[Concatenate[TellingT, P], Mapping[str, T]],
) -> Callable[Concatenate[TellingT, str, P], T | None]:
    """``question`` about the whole project, whose answer is told by file; whoever asks wants to know what is said of one file,
    and is asked again only when that differs. The path comes before the key."""

    named.record(find, {}, by_path=True)

    @wraps(find)
    def row(project: TellingT, path: str, /, *key: P.args, **more: P.kwargs) -> T | None:
        assert not more and not _own(key), "a question about the whole project"
        if project.is_silent((find, *key), path):
            project.memory.read(project.memory.row_bit(path))
            return None
        return project.memory.row((find, *key), path, {}, find, project, *key)

    return row


def by_module(find: Callable[[TellingT], Iterable[PlacedT]]) -> Callable[[TellingT, ModuleScope], Sequence[PlacedT]]:
    """``by_path`` for a generator: what it finds in one module, in its order."""

    @wraps(find)
    def found(project: TellingT) -> Mapping[str, Sequence[PlacedT]]:
        by_place: dict[str, list[PlacedT]] = defaultdict(list)
        for one in find(project):
            by_place[one.place.path].append(one)
        return dict(by_place)

    rows = by_path(found)

    @wraps(find)
    def found_in(project: TellingT, module: ModuleScope) -> Sequence[PlacedT]:
        return rows(project, module.path) or ()

    return found_in
