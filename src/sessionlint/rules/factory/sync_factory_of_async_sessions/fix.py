"""From ``sessionmaker(engine, class_=AsyncSession)`` to ``async_sessionmaker(engine)``."""

import re
from collections.abc import Iterator

from sessionlint.edits.arguments import remove_argument
from sessionlint.edits.imports import Wanted, change_imports
from sessionlint.edits.session_arguments import droppable_names
from sessionlint.link.names.scopes import ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import postings
from sessionlint.link.values import kinds
from sessionlint.link.values.quoted import read_annotation
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Call, Constant, Function, Statement, Subscript, Term
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Source, Span
from sessionlint.rules.factory.sync_factory_of_async_sessions.search import SyncFactoryOfAsyncSessions

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
    renamed = [callee.span, *_annotations(project, module)]
    removed = [*renamed, *([factory.argument.span] if dropped is not None else [])]
    unused = droppable_names(project, module, [callee, *([factory.argument.term] if dropped is not None else [])])
    wanted = Wanted("sqlalchemy.ext.asyncio", "async_sessionmaker", at=call.span)
    imports = change_imports(module.facts, source, [wanted], unused, removed)
    if imports is None:
        return None
    spelling = imports.spellings[wanted]
    edits = [Edit(Place(module.path, span), spelling) for span in renamed]
    edits += [dropped] if dropped is not None else []
    return Fix("use `async_sessionmaker`", (*edits, *imports.edits), Applicability.SAFE)


def _is_needed_sync(project: Project, factory: SyncFactoryOfAsyncSessions) -> bool:
    """Whether the factory is handed to something that wants a plain ``sessionmaker``."""
    return factory.site.place in _needed_sync(project, factory.site.scope.module.path)


@postings
def _needed_sync(project: Project, module: ModuleScope) -> Iterator[tuple[str, Place]]:
    for site in project.calls_of_external(*_NEEDS_SYNC, within=module):
        for given in site.term.args if isinstance(site.term, Call) else ():
            kind = project.kind(given.term, site.scope)
            if isinstance(kind, kinds.Factory) and kind.origin is not None:
                yield kind.origin.path, kind.origin


def _annotations(project: Project, module: ModuleScope) -> Iterator[Span]:
    """Where ``sessionmaker`` stands in the annotations ``sessionmaker[AsyncSession]`` of the file, quoted ones too."""
    for scope in module.scopes:
        for statement in walk.statements(scope.body):
            for annotation in _annotations_of(statement):
                quoted = _quoted(annotation)
                for term, _ in walk.descend(quoted or annotation):
                    factory = _async_sessionmaker(project, term, scope)
                    if factory is not None and quoted is None:
                        yield factory.span
                    elif factory is not None:
                        yield from _occurrences(project.source(scope), annotation.span, walk.dotted(factory))


def _quoted(annotation: Term) -> Term | None:
    if isinstance(annotation, Constant) and isinstance(annotation.value, str):
        return read_annotation(annotation.value)
    return None


def _async_sessionmaker(project: Project, term: Term, scope: Scope) -> Term | None:
    """The ``sessionmaker`` of ``sessionmaker[AsyncSession]``."""
    if not isinstance(term, Subscript) or project.kind(term.value, scope) != kinds.External("sessionmaker"):
        return None
    kind = project.evaluator.annotated(term, scope)
    return term.value if isinstance(kind, kinds.Factory) and kind.is_async else None


def _occurrences(source: Source, span: Span, name: str | None) -> Iterator[Span]:
    """Where ``name[`` stands in the text of a quoted annotation."""
    pattern = re.compile(rf"(?<![\w.]){re.escape(name or '')}(?=\s*\[)")
    yield from (Span(*found.span()) for found in pattern.finditer(source.text, *span))


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
