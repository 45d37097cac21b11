"""What the evaluator asks of all modules together, and each of them tells.

Tests are left out: what they put somewhere is not what the application puts there.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.question import Telling, gathered, question, words
from sessionlint.link.values import kinds, parameters
from sessionlint.link.values.state import StateKey


class Evaluating(Protocol):
    """What evaluates the terms of one module after the other."""

    def is_test(self, path: str) -> bool:
        """Whether the module at a path is one of tests."""

    def kept(self, paths: Iterable[str], key: StateKey) -> kinds.Kind:
        """What the modules at some paths put on a state under a name."""

    def keys_kept(self, module: ModuleScope) -> Iterator[StateKey]:
        """The names on states under which a module puts something."""


class Evaluated(Telling, Protocol):
    """A project, of which the evaluator asks what only all its modules together can tell."""

    @property
    def evaluator(self) -> Evaluating: ...


@question(kinds.UNKNOWN)
def kept_on_state(project: Evaluated, holder: str, name: str) -> kinds.Kind:
    """What is put on the state of applications, or of requests, under a name."""
    key = StateKey(holder, name)
    return project.evaluator.kept(_keeping(project, str(key)), key)


@words
def _keeping(project: Evaluated, module: ModuleScope) -> Iterable[str]:
    """The names on states under which a module puts something."""
    evaluator = project.evaluator
    return () if evaluator.is_test(module.path) else dict.fromkeys(map(str, evaluator.keys_kept(module)))


@words
def calling(project: Evaluated, module: ModuleScope) -> Iterable[str]:
    """The names by which a module calls something."""
    return () if project.evaluator.is_test(module.path) else module.called_names


@question(dict[str, frozenset[str]]())
def class_names_below(project: Evaluated) -> Mapping[str, frozenset[str]]:
    """The names of a class and of what may be derived from it, by the name of the class."""
    return parameters.class_names_below(_bases(project))


@gathered
def _bases(_: Evaluated, module: ModuleScope) -> Iterable[tuple[str, str]]:
    return parameters.bases(module)
