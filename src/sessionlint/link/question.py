"""Questions about a project: functions whose answers are remembered, each once for each key.

A key is made of what stands in files (modules, scopes, sites), which says what the answer belongs to; words and
numbers may tell several questions about one thing apart. A question without anything of the kind is one about the whole
project: when files change it is asked again at once, so it should be made of the answers to questions about each file.
"""

from __future__ import annotations  # written anew for each question, the types would take longer than all else here

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sessionlint.link.memory import UNASKED, Memory
from sessionlint.link.names.scopes import ClassScope, FunctionScope, ModuleScope, Site
from sessionlint.model.source import Place


class Remembering(Protocol):
    """What is asked: a project."""

    @property
    def memory(self) -> Memory: ...


class Placed(Protocol):
    """What is found somewhere: where its finding will stand."""

    @property
    def place(self) -> Place: ...


P = ParamSpec("P")
T = TypeVar("T")
PlacedT = TypeVar("PlacedT", bound=Placed)
AskedT = TypeVar("AskedT", bound=Remembering)


def question(start: object) -> Callable[[Callable[Concatenate[AskedT, P], T]], Callable[Concatenate[AskedT, P], T]]:
    """Make a function of the project and of a key one that looks for the answer only the first time.

    ``start`` is the answer, for as long as nothing is known, if looking for it leads back to the question. A key is given by
    position.
    """

    def decorated(ask: Callable[Concatenate[AskedT, P], T]) -> Callable[Concatenate[AskedT, P], T]:
        @wraps(ask)
        def answer(project: AskedT, /, *key: P.args, **more: P.kwargs) -> T:
            assert not more, "a key is given by position, so that one question has one key"
            asked = (ask, *key)
            found: T = project.memory.known(asked)
            return project.memory.once(asked, _own(key), start, ask, project, *key) if found is UNASKED else found

        return answer

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

    @wraps(find)
    def all_of(project: AskedT, /, *key: P.args, **more: P.kwargs) -> tuple[T, ...]:
        return tuple(find(project, *key, **more))

    return question(tuple[T, ...]())(all_of)


def by_path(
    find: Callable[Concatenate[AskedT, P], Mapping[str, T]],
) -> Callable[Concatenate[AskedT, str, P], T | None]:
    """``question`` about the whole project, whose answer is told by file; whoever asks wants to know what is said of one file,
    and is asked again only when that differs. The path comes before the key."""

    @wraps(find)
    def row(project: AskedT, path: str, /, *key: P.args, **more: P.kwargs) -> T | None:
        assert not more and not _own(key), "a question about the whole project"
        return project.memory.row((find, *key), path, {}, find, project, *key)

    return row


def by_module(find: Callable[[AskedT], Iterable[PlacedT]]) -> Callable[[AskedT, ModuleScope], Sequence[PlacedT]]:
    """``by_path`` for a generator: what it finds in one module, in its order."""

    @wraps(find)
    def found(project: AskedT) -> Mapping[str, Sequence[PlacedT]]:
        by_place: dict[str, list[PlacedT]] = defaultdict(list)
        for one in find(project):
            by_place[one.place.path].append(one)
        return dict(by_place)

    rows = by_path(found)

    @wraps(find)
    def found_in(project: AskedT, module: ModuleScope) -> Sequence[PlacedT]:
        return rows(project, module.path) or ()

    return found_in
