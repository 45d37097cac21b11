"""Objects that keep the session of a request: services and repositories, made in a route or by FastAPI."""

from collections.abc import Iterator
from dataclasses import field

from sessionlint.link.names.functions import return_values, yields
from sessionlint.link.names.scopes import ClassScope, FunctionScope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.requests.needs import needs, provider_function
from sessionlint.questions.requests.routes import Injected, injected_sessions
from sessionlint.questions.sessions.holding import parameter_for

_LONGEST, _MOST = 6, 200


@dataclass(frozen=True, slots=True)
class Carried:
    """A session of the request as a function calls it: ``db``, ``service.db``. ``place`` is where the function gets it."""

    name: str
    injected: Injected = field(compare=False)
    place: Place


def carried_sessions(project: Project, function: FunctionScope) -> tuple[Carried, ...]:
    """The sessions of the request that a function has, by itself and in objects that keep one."""
    return _Carriers(project).of(function)


class _Carriers:
    """Answers are remembered: services are made of repositories, and those of sessions, in many functions."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, function: FunctionScope) -> tuple[Carried, ...]:
        return remembered(self._project, ("carries", function), (), self._find, function)

    def _find(self, function: FunctionScope) -> tuple[Carried, ...]:
        return tuple(carried for carried in self._all(function) if carried.name.count(".") <= _LONGEST)[:_MOST]

    def _all(self, function: FunctionScope) -> list[Carried]:
        place = function.module.place
        found = [
            Carried(injected.parameter.name, injected, place(injected.parameter.span))
            for injected in injected_sessions(self._project, function)
        ]
        for dependency in needs(self._project, function):
            provider, parameter = provider_function(self._project, dependency), dependency.parameter
            if provider is not None and parameter is not None:
                given = self._given_by(provider)
                found += [Carried(f"{parameter.name}.{path}", injected, place(parameter.span)) for path, injected in given]
        for name, bindings in function.bindings.items():
            made = bindings[0].value if len(bindings) == 1 and isinstance(bindings[0], ValueBinding) else None
            if isinstance(made, Call):
                kept = self._kept(made, function, found)
                found += [Carried(f"{name}.{path}", injected, place(made.span)) for path, injected in kept]
        return found

    def _given_by(self, provider: FunctionScope) -> Iterator[tuple[str, Injected]]:
        """The sessions in what a dependency gives, by the path to them: a class keeps what its ``__init__`` is given."""
        if provider.owner is not None and provider.node.name == "__init__":
            for carried in self.of(provider):
                yield from ((path, carried.injected) for path in _paths(provider.owner, provider, carried.name))
            return
        values: list[Term | None] = [*return_values(provider), *(term.value for term in yields(provider))]
        match values:
            case [Call() as made]:
                yield from self._kept(made, provider, list(self.of(provider)))

    def _kept(self, made: Call, function: FunctionScope, held: list[Carried]) -> list[tuple[str, Injected]]:
        """Those of the sessions ``held`` that the object keeps which ``made`` makes, by the path to them."""
        cls = self._project.kind(made.func, function) if held else None
        init = self._project.evaluator.instance_attribute(cls.cls, "__init__") if isinstance(cls, kinds.ClassKind) else None
        if not isinstance(init, kinds.FunctionKind) or not isinstance(cls, kinds.ClassKind):
            return []
        found = []
        for carried in held:
            root, dot, rest = carried.name.partition(".")
            given = (arg.term for arg in made.args if isinstance(arg.term, Name) and arg.term.id == root)
            for parameter in filter(None, (parameter_for(init.function, made, term) for term in given)):
                paths = _paths(cls.cls, init.function, f"{parameter}{dot}{rest}")
                found += [(path, carried.injected) for path in paths]
        return found


def _paths(cls: ClassScope, init: FunctionScope, name: str) -> Iterator[str]:
    """``db`` and ``service.db`` in ``__init__``, by the attributes that it binds them to: ``self._db = db``."""
    root, dot, rest = name.partition(".")
    for attribute, bindings in (init.owner or cls).attributes.items():
        own = (binding.value for binding in bindings if isinstance(binding, ValueBinding) and binding.scope is init)
        if any(isinstance(value, Name) and value.id == root for value in own):
            yield f"{attribute}{dot}{rest}"
