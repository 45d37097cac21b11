"""Objects of other libraries that wait, and by what they were made: a client, a connection to a mail server, a bot.

A file that neither has sessions nor imports a library that waits is not looked into: it may not have been read.
"""

from collections.abc import Sequence

from sessionlint.link.names.functions import return_values, yields
from sessionlint.link.names.scopes import (
    Binding,
    EnteredBinding,
    FunctionScope,
    ImportBinding,
    ModuleScope,
    ParameterBinding,
    Scope,
    ValueBinding,
)
from sessionlint.link.project import Project
from sessionlint.link.question import question, remembered
from sessionlint.link.values import kinds
from sessionlint.link.values.waiting_names import LIBRARIES, waiting_object
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Call, Constant, Import, Name, Operation, Subscript, Term
from sessionlint.questions.requests.depends import is_depends, provider_term
from sessionlint.questions.sessions.open_transactions import sessions_in

_DEPTH = 5


@question(False)
def is_looked_into(project: Project, module: ModuleScope) -> bool:
    """Whether the file speaks of sessions of SQLAlchemy's, or has some, or imports a library that waits."""
    text = project.source(module).text.lower()
    speaks = ("sqlalchemy" in text or "sqlmodel" in text) and "session" in text
    return speaks or imports_waiting(project, module) or bool(sessions_in(project, module))


@question(False)
def imports_waiting(project: Project, module: ModuleScope) -> bool:
    """Whether a file, of which no more than the imports may be known, imports a library that waits."""
    imports = (statement for statement in walk.statements(module.body) if isinstance(statement, Import) and not statement.level)
    return any(
        name.partition(".")[0] in LIBRARIES
        for statement in imports
        for name in ([statement.module] if statement.module else [alias.name for alias in statement.names])
    )


def library_object(project: Project, term: Term, scope: Scope, depth: int = _DEPTH) -> str | None:
    """The class or function of another library by which the object ``term`` was made, as its annotation or its maker says."""
    if depth == 0:
        return None
    key = ("library object", scope, term.id if isinstance(term, Name) else term, depth)
    return remembered(project, key, None, _find_object, project, term, scope, depth - 1)


def _find_object(project: Project, term: Term, scope: Scope, depth: int) -> str | None:
    match term:
        case Await(value=value):
            return library_object(project, value, scope, depth)
        case Call():
            return _made(project, term, scope, depth)
        case Name(id=name):
            home = project.evaluator.home(name, scope)
            return _bound(project, home.bindings[name], depth) if home is not None else None
        case Attribute(value=value, attr=attr):
            return _member(project, project.kind(value, scope), attr, depth)
        case _:
            return None


def _made(project: Project, call: Call, scope: Scope, depth: int) -> str | None:
    match project.kind(call.func, scope):
        case kinds.External(name=name):
            return name
        case kinds.FunctionKind(function=function) if is_looked_into(project, function.module):
            return _given_by(project, function, depth)
        case kinds.Unknown() if isinstance(call.func, Attribute):
            owner = library_object(project, call.func.value, scope, depth)
            made = f"{owner}.{call.func.attr}"
            return made if owner is not None and waiting_object(made) is not None else None
        case _:
            return None


def _given_by(project: Project, function: FunctionScope, depth: int) -> str | None:
    """What a function, a provider among them, gives."""
    lent = [one.value for one in yields(function) if one.value is not None and not one.delegated]
    found = {library_object(project, value, function, depth) for value in lent or return_values(function)}
    if len(found) == 1 and None not in found:
        return found.pop()
    return _annotated(project, function.node.returns, function.parent or function.module)


def _member(project: Project, owner: kinds.Kind, attr: str, depth: int) -> str | None:
    match owner:
        case kinds.Instance(cls=cls):
            bindings = [one for each in project.evaluator.ancestors(cls) for one in each.attributes.get(attr, ())]
            return _bound(project, bindings, depth) if is_looked_into(project, cls.module) else None
        case kinds.ModuleKind(path=path):
            return _of_module(project, path, attr, depth)
        case _:
            return None


def _of_module(project: Project, path: str, name: str, depth: int) -> str | None:
    module = project.modules.get(path)
    if module is None or not (is_looked_into(project, module) or path.endswith("__init__.py")):
        return None
    return _bound(project, module.bindings.get(name, []), depth)


def _bound(project: Project, bindings: Sequence[Binding], depth: int) -> str | None:
    """What all bindings but those to None agree on."""
    found = {_of_binding(project, binding, depth) for binding in bindings if not _is_none(binding)}
    return found.pop() if len(found) == 1 else None


def _is_none(binding: Binding) -> bool:
    return isinstance(binding, ValueBinding) and isinstance(binding.value, Constant) and binding.annotation is None


def _of_binding(project: Project, binding: Binding, depth: int) -> str | None:
    match binding:
        case ValueBinding(scope=scope, value=value, annotation=annotation, path=()):
            made = library_object(project, value, scope, depth) if value is not None else None
            return made or _annotated(project, annotation, scope)
        case EnteredBinding(scope=scope, value=value, path=()):
            return library_object(project, value, scope, depth)
        case ImportBinding(importer=importer, module=module, level=level, name=str() as name):
            path = project.layout.resolve(importer.path, module, level)
            return _of_module(project, path, name, depth - 1) if path is not None and depth > 1 else None
        case ParameterBinding(function=function, parameter=parameter):
            outside = function.parent or function.module
            annotated = _annotated(project, parameter.annotation, function)
            return annotated or _provided(project, parameter.default, outside, depth)
        case _:
            return None


def _annotated(project: Project, annotation: Term | None, scope: Scope) -> str | None:
    """``httpx.Client``, ``httpx.Client | None``, ``Annotated[httpx.Client, Depends(get_client)]``."""
    match annotation:
        case Operation(op="|", operands=(first, *_)):
            return _annotated(project, first, scope)
        case Subscript(items=(first, *_)):
            return _annotated(project, first, scope)
        case Name() | Attribute():
            named = project.kind(annotation, scope)
            return named.name if isinstance(named, kinds.External) and waiting_object(named.name) is not None else None
        case _:
            return None


def _provided(project: Project, default: Term | None, scope: Scope, depth: int) -> str | None:
    """``client=Depends(get_client)``."""
    if not isinstance(default, Call) or not is_depends(project, default, scope):
        return None
    provider = provider_term(default)
    callee = project.kind(provider, scope) if provider is not None else None
    if not isinstance(callee, kinds.FunctionKind) or not is_looked_into(project, callee.function.module):
        return None
    return _given_by(project, callee.function, depth)
