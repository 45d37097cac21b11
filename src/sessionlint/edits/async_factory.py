"""From ``sessionmaker(engine, class_=AsyncSession)`` to ``async_sessionmaker(engine)``."""

from collections.abc import Iterator

from sessionlint.edits.arguments import remove_argument
from sessionlint.edits.imports import Wanted, change_imports
from sessionlint.link import kinds, walk
from sessionlint.link.factories import SyncFactoryOfAsyncSessions
from sessionlint.link.project import Project
from sessionlint.link.scopes import ModuleScope
from sessionlint.model.facts import Assign, Attribute, Call, Function, Name, Statement, Subscript, Term
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place

# what accepts a sessionmaker and not an async_sessionmaker
_NEEDS_SYNC = frozenset(
    {"builtins.isinstance", "sqlalchemy.event.listen", "sqlalchemy.event.listens_for", "scoped_session", "async_scoped_session"}
)


def async_factory_fix(project: Project, factory: SyncFactoryOfAsyncSessions) -> Fix | None:
    """The fix of SES201, or None where the new factory might not do all that the old one does."""
    call, module = factory.site.term, factory.site.scope.module
    assert isinstance(call, Call)
    if any(given.star for given in call.args) or project.kind(call.func, factory.site.scope) == kinds.External(
        "functools.partial"
    ):
        return None
    if _is_needed_sync(project, factory):
        return None
    source = project.source(module)
    callee = call.func.value if isinstance(call.func, Subscript) else call.func
    dropped = remove_argument(source, call, factory.argument) if factory.exact else None
    renamed = [callee.span, *(term.span for term in _annotations(project, module))]
    removed = [*renamed, *([factory.argument.span] if dropped is not None else [])]
    names = [_root(callee), *([_root(factory.argument.value)] if dropped is not None else [])]
    wanted = Wanted("sqlalchemy.ext.asyncio", "async_sessionmaker", at=call.span)
    unused = [name for name in names if name is not None and not project.importers.of_name(module.path, name)]
    imports = change_imports(module.facts, source, [wanted], unused, removed)
    if imports is None:
        return None
    spelling = imports.spellings[wanted]
    edits = [Edit(Place(module.path, span), spelling) for span in renamed]
    edits += [dropped] if dropped is not None else []
    return Fix("use `async_sessionmaker`", (*edits, *imports.edits), Applicability.SAFE)


def _root(term: Term) -> str | None:
    name = walk.dotted(term)
    return name.partition(".")[0] if name is not None else None


def _is_needed_sync(project: Project, factory: SyncFactoryOfAsyncSessions) -> bool:
    """Whether the factory is handed to something that wants a plain ``sessionmaker``."""
    for site in project.calls():
        call = site.term
        assert isinstance(call, Call)
        callee = project.kind(call.func, site.scope)
        if isinstance(callee, kinds.External) and callee.name in _NEEDS_SYNC:
            for given in call.args:
                kind = project.kind(given.value, site.scope)
                if isinstance(kind, kinds.Factory) and kind.origin == factory.site.place:
                    return True
    return False


def _annotations(project: Project, module: ModuleScope) -> Iterator[Term]:
    """The ``sessionmaker`` of every annotation ``sessionmaker[AsyncSession]`` in the file."""
    for scope in module.scopes:
        for statement in walk.statements(scope.body):
            for annotation in _annotations_of(statement):
                for term, _ in walk.descend(annotation):
                    if not isinstance(term, Subscript) or not isinstance(term.value, Name | Attribute):
                        continue
                    kind = project.evaluator.annotated(term, scope)
                    is_factory = project.kind(term.value, scope) == kinds.External("sessionmaker")
                    if is_factory and isinstance(kind, kinds.Factory) and kind.is_async:
                        yield term.value


def _annotations_of(statement: Statement) -> Iterator[Term]:
    match statement:
        case Assign(annotation=annotation) if annotation is not None:
            yield annotation
        case Function(params=params, returns=returns):
            yield from (param.annotation for param in params if param.annotation is not None)
            if returns is not None:
                yield returns
        case _:
            pass
