"""From ``Base.metadata.create_all(engine)`` to ``await connection.run_sync(Base.metadata.create_all)``."""

from sessionlint.link.names.scopes import FunctionScope, Scope
from sessionlint.link.project import Project
from sessionlint.model.facts import Attribute, Await, Evaluate, Name
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Source, Span
from sessionlint.rules.engine.sync_api_on_async_engine.search import LISTENING, Misgiven
from sessionlint.text.lines import lines_of

_RUN = frozenset({"create_all", "drop_all", "reflect", "create", "drop"})
_NAMES = ("connection", "conn")


def run_sync_fix(project: Project, found: Misgiven) -> Fix | None:
    """Let the connection run the call, or listen to the synchronous engine; None where the call is part of something else, or
    stands where nothing can be awaited."""
    source = project.source(found.site.scope)
    if found.function in LISTENING:
        end = found.given.span.end
        edit = Edit(Place(source.path, Span(end, end)), f".sync_{found.noun}")
        return Fix(f"listen to the synchronous {found.noun}", (edit,), Applicability.SAFE)
    scope, statement = found.site.scope, found.site.statement
    if found.function not in _RUN or not (isinstance(scope, FunctionScope) and scope.node.is_async):
        return None
    value = statement.value if isinstance(statement, Evaluate) else None
    called = value.value if isinstance(value, Await) else value
    if called is not found.call or not isinstance(found.call.func, Attribute) or not isinstance(found.given, Name | Attribute):
        return None
    edits = _by_connection(source, found) if found.noun == "connection" else _by_engine(source, found, scope)
    return Fix("run it in the connection: `run_sync`", edits, Applicability.SAFE) if edits else None


def connection_name(scope: Scope) -> str | None:
    """What the block may call its connection: a name that the function has not yet."""
    declared = scope.declared if isinstance(scope, FunctionScope) else ()
    return next((one for one in _NAMES if one not in scope.bindings and one not in declared), None)


def _by_connection(source: Source, found: Misgiven) -> tuple[Edit, ...] | None:
    written = _run_by(source, found, source.text[slice(*found.given.span)])
    return (Edit(Place(source.path, found.site.statement.span), written),) if written is not None else None


def _by_engine(source: Source, found: Misgiven, scope: FunctionScope) -> tuple[Edit, ...] | None:
    """A block over the statement; a name that the function has not yet stands for its connection."""
    lines, span = lines_of(source.text), found.site.statement.span
    name = connection_name(scope)
    written = _run_by(source, found, name) if name is not None else None
    if written is None or not lines.stands_alone(span):
        return None
    indent = lines.indent(span.start)
    header = f"async with {source.text[slice(*found.given.span)]}.begin() as {name}:"
    text = f"{header}{lines.newline}{indent}{lines.unit_for(indent)}{written}"
    return (Edit(Place(source.path, span), text),)


def _run_by(source: Source, found: Misgiven, connection: str) -> str | None:
    """``await connection.run_sync(Base.metadata.create_all, tables=...)``: the call's other arguments go along."""
    if lines_of(source.text).comments_in(found.site.statement.span) or "\n" in source.text[slice(*found.call.span)]:
        return None
    others = [source.text[slice(*given.span)] for given in found.call.args if given.term is not found.given]
    return f"await {connection}.run_sync({', '.join([source.text[slice(*found.call.func.span)], *others])})"
