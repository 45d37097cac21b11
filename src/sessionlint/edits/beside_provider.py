"""One context manager beside a generator provider, for all who enter it: ``get_db_scope = contextmanager(get_db)``."""

from sessionlint.edits.decorated import decorator_for
from sessionlint.edits.imports import ImportChange, Wanted, change_imports
from sessionlint.link.names.scopes import FunctionScope, ImportBinding, ModuleScope, Scope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Name
from sessionlint.model.finding import Edit
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Span
from sessionlint.questions.references.replaced import replacement
from sessionlint.text.lines import lines_of


@dataclass(frozen=True, slots=True)
class Shared:
    """How the context manager is written where a call stands, and the edits that make it so."""

    written: str
    edits: tuple[Edit, ...]


def context_manager_name(project: Project, function: FunctionScope) -> str | None:
    """The name under which the provider's module has it already as a context manager."""
    home = function.module
    for name, bindings in home.bindings.items():
        match bindings:
            case [ValueBinding(value=Call(func=func, args=(given,)), path=())]:
                made = project.kind(func, home) == kinds.External(f"contextlib.{decorator_for(function)}")
                if made and project.kind(given.term, home) == kinds.FunctionKind(function):
                    return name
    return None


def shared_context_manager(project: Project, function: FunctionScope, call: Call, scope: Scope, *, drops: bool) -> Shared | None:
    """The context manager for ``call``, defined behind the provider unless it is there. ``drops``: the import of the provider may
    be left without a use."""
    home, known = function.module, context_manager_name(project, function)
    name = known or f"{function.node.name}_scope"
    local = (walk.dotted(call.func) or "").partition(".")[0]
    if replacement(project, home, function.node.name) or replacement(project, scope.module, local):
        return None  # what stands for the provider would no longer have a say
    if function.parent is not home or len(home.bindings[function.node.name]) != 1 or (known is None and name in home.bindings):
        return None
    defined = () if known is not None else _definition(project, function, name)
    used = _usage(project, function, name, call, scope, drops=drops)
    return Shared(used.written, (*used.edits, *defined)) if used is not None and defined is not None else None


def _definition(project: Project, function: FunctionScope, name: str) -> tuple[Edit, ...] | None:
    home, source = function.module, project.source(function)
    wanted = Wanted("contextlib", decorator_for(function))
    imports = change_imports(home.facts, source, [wanted])
    if imports is None:
        return None
    lines = lines_of(source.text)
    start = function.node.span.start
    end = lines.next(lines.deeper_comments_behind(lines.logical_of(function.node.span.end - 1).end, lines.indent(start)))
    opened = "" if source.text[:end].endswith(("\n", "\r")) else lines.newline
    text = f"{opened}{lines.newline * 2}{name} = {imports.spellings[wanted]}({function.node.name}){lines.newline}"
    return (Edit(Place(source.path, Span(end, end)), text), *imports.edits)


def _usage(project: Project, function: FunctionScope, name: str, call: Call, scope: Scope, *, drops: bool) -> Shared | None:
    match call.func:
        case Attribute(value=value) if project.kind(value, scope) == kinds.ModuleKind(function.module.path):
            return Shared(f"{project.source(scope).text[slice(*value.span)]}.{name}", ())
        case Name(id=local):
            home = project.evaluator.home(local, scope)
            if home is function.module:
                seen = isinstance(scope, FunctionScope) and project.evaluator.home(name, scope) in (home, None)
                return Shared(name, ()) if seen else None
            imported = _imported(project, function, local, name, call, home, scope, drops=drops) if home is not None else None
            return Shared(*imported) if imported is not None else None
        case _:
            return None


def _imported(
    project: Project, function: FunctionScope, local: str, name: str, call: Call, home: Scope, scope: Scope, *, drops: bool
) -> tuple[str, tuple[Edit, ...]] | None:
    match home.bindings[local]:
        case [ImportBinding(module=module, level=level, statement=statement)]:
            path = project.layout.resolve(scope.module.path, module, level)
        case _:
            return None
    if path != function.module.path:
        return None  # it comes by another module, which does not pass the new name on
    inside = statement.span if isinstance(home, FunctionScope) else None
    wanted = Wanted("." * level + module, name, at=call.span, beside=inside, inside=inside is not None)
    unused = [local] if drops and not (isinstance(home, ModuleScope) and project.importers_of_name(home.path, local)) else []
    source = project.source(scope)
    change: ImportChange | None = change_imports(scope.module.facts, source, [wanted], unused, [call.span], call.span)
    return (change.spellings[wanted], change.edits) if change is not None else None
