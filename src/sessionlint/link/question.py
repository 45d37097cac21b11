"""Questions about a project: functions whose answers are remembered, each once for each key."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from sessionlint.link.project import Project

P = ParamSpec("P")
T = TypeVar("T")


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
