"""Parameters of routes and dependencies that are meant to get a session, without a ``Depends`` that FastAPI could see."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.link.values.externals import canonical
from sessionlint.model import walk
from sessionlint.model.facts import Call, Parameter, Subscript, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.providers.usage_table import Provider, object_of, provider_of
from sessionlint.questions.requests.routes import is_called_by_fastapi

_LENDERS = frozenset(Provider) - {Provider.FACTORY, Provider.RETURNS_SESSION}


@dataclass(frozen=True, slots=True, eq=False)
class Undeclared:
    """``provider`` is what was written without ``Depends``, if anything, at ``term``; ``called``: as a call in the default."""

    function: FunctionScope
    parameter: Parameter
    provider: str | None = None
    called: bool = False
    definition: Place | None = None
    term: Term | None = None

    @property
    def place(self) -> Place:
        return self.function.module.place(self.parameter.span)


def undeclared_sessions(project: Project, module: ModuleScope) -> Iterator[Undeclared]:
    """Every session parameter of a function that FastAPI calls and for which it cannot know the provider."""
    for function in module.functions:
        if is_called_by_fastapi(project, function):
            for parameter in function.node.params:
                if parameter.kind not in ("*", "**") and (found := _undeclared(project, function, parameter)) is not None:
                    yield found


def _undeclared(project: Project, function: FunctionScope, parameter: Parameter) -> Undeclared | None:
    outside = function.parent or function.module
    default = parameter.default
    if isinstance(default, Call):
        if object_of(project.kind(default, outside)) is None:
            return None
        definition = _definition(project, default.func, outside)
        return Undeclared(function, parameter, walk.dotted(default.func), called=True, definition=definition, term=default)
    if default is not None:
        return _bare_provider(project, function, parameter, default, outside)
    annotation = parameter.annotation
    if isinstance(annotation, Subscript):
        generic = project.kind(annotation.value, outside)
        if not isinstance(generic, kinds.External) or canonical(generic.name) != "Annotated":
            return None
        found = (_bare_provider(project, function, parameter, item, outside) for item in annotation.items[1:])
        return next((undeclared for undeclared in found if undeclared is not None), None)
    if annotation is None or not _is_session_class(project, annotation, outside):
        return None
    return Undeclared(function, parameter)


def _bare_provider(
    project: Project, function: FunctionScope, parameter: Parameter, term: Term, outside: Scope
) -> Undeclared | None:
    if isinstance(term, Call) or provider_of(project, project.kind(term, outside)) not in _LENDERS:
        return None
    return Undeclared(function, parameter, walk.dotted(term), definition=_definition(project, term, outside), term=term)


def _is_session_class(project: Project, annotation: Term, outside: Scope) -> bool:
    return isinstance(project.kind(annotation, outside), kinds.SessionType)


def _definition(project: Project, term: Term, outside: Scope) -> Place | None:
    kind = project.kind(term, outside)
    return kind.function.place if isinstance(kind, kinds.FunctionKind) else None
