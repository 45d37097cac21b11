"""Questions about a project: functions whose answers are remembered, each once for each key."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from sessionlint.link.names.scopes import ModuleScope
    from sessionlint.link.project import Project
    from sessionlint.model.source import Place


class Placed(Protocol):
    """What is found somewhere: where its finding will stand."""

    @property
    def place(self) -> "Place": ...


P = ParamSpec("P")
T = TypeVar("T")
PlacedT = TypeVar("PlacedT", bound=Placed)


def question(start: T) -> "Callable[[Callable[Concatenate[Project, P], T]], Callable[Concatenate[Project, P], T]]":
    """Make a function of the project and of a key one that looks for the answer only the first time.

    ``start`` is the answer, for as long as nothing is known, if looking for it leads back to the question. A key is given by
    position: modules, scopes, terms.
    """

    def decorated(ask: "Callable[Concatenate[Project, P], T]") -> "Callable[Concatenate[Project, P], T]":
        @wraps(ask)
        def answer(project: "Project", /, *key: P.args, **more: P.kwargs) -> T:
            assert not more, "a key is given by position, so that one question has one key"
            return project.memory.once((ask, *key), start, ask, project, *key)

        return answer

    return decorated


def collected(find: "Callable[Concatenate[Project, P], Iterable[T]]") -> "Callable[Concatenate[Project, P], tuple[T, ...]]":
    """``question`` for a generator: all that it finds; nothing, if looking for it leads back to it."""

    @wraps(find)
    def all_of(project: "Project", /, *key: P.args, **more: P.kwargs) -> tuple[T, ...]:
        return tuple(find(project, *key, **more))

    return question(tuple[T, ...]())(all_of)


def by_module(find: "Callable[[Project], Iterable[PlacedT]]") -> "Callable[[Project, ModuleScope], Sequence[PlacedT]]":
    """``question`` for a generator that has to look at the whole project at once: what it finds in one module, in its order."""

    def found(project: "Project") -> dict[str, list[PlacedT]]:
        by_path: dict[str, list[PlacedT]] = defaultdict(list)
        for one in find(project):
            by_path[one.place.path].append(one)
        return dict(by_path)

    everywhere = question(dict[str, list[PlacedT]]())(found)

    @wraps(find)
    def found_in(project: "Project", module: "ModuleScope") -> Sequence[PlacedT]:
        return everywhere(project).get(module.path, ())

    return found_in
