"""Questions about a whole project that several rules ask are answered once."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import TypeVar

from sessionlint.link.project import Project

T = TypeVar("T")


def answered_once(question: Callable[[Project], Iterable[T]]) -> Callable[[Project], tuple[T, ...]]:
    """``question``, which finds things in a project, as a function that looks for them only the first time."""

    @wraps(question)
    def answer(project: Project) -> tuple[T, ...]:
        if question not in project.answers:
            project.answers[question] = tuple(question(project))
        found: tuple[T, ...] = project.answers[question]
        return found

    return answer
