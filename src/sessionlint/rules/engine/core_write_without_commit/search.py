"""Writes through a connection that nothing commits."""

import re
from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site, ValueBinding
from sessionlint.link.names.sites import inner_functions, sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.link.values.known_names import WRITING_STATEMENTS
from sessionlint.model.facts import Attribute, Await, Call, Constant, FString, Name, Operation, Term, With
from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.model.source import Place
from sessionlint.questions.engines.connections import ConnectionLife, connections

_DML = regex(r"\s*(?:--[^\n]*\n\s*|/\*(?:[^*]|\*(?!/))*\*/\s*)*(INSERT|UPDATE|DELETE|REPLACE|MERGE)\s", re.IGNORECASE | re.DOTALL)
# a commit in SQL; a temporary table, which nobody expects to find again
_SETTLING = regex(r"\s*(?:COMMIT|END)\b|\s*CREATE\s+(?:(?:LOCAL|GLOBAL)\s+)?TEMP", re.IGNORECASE)
_SETTLED = "settled"
_EXECUTING = frozenset({"execute", "scalar", "scalars", "exec_driver_sql", "stream", "stream_scalars"})


@dataclass(frozen=True, slots=True, eq=False)
class LostWrite:
    """The first write in a ``with engine.connect()`` block that ends without a commit; ``verb`` is its SQL keyword."""

    connection: ConnectionLife
    write: Place
    verb: str
    name: str


def lost_writes(project: Project, module: ModuleScope) -> Iterator[LostWrite]:
    """Every ``with engine.connect() as name`` block of ``module`` that writes and never commits, in source order."""
    if not _begins_by_itself(project) or _speaks_of_autocommit(project, module.path):
        return
    for connection in connections(project, module):
        name = _entered_as(connection)
        origin = connection.engine.origin
        if connection.method != "connect" or name is None or (origin and _speaks_of_autocommit(project, origin.path)):
            continue
        found = _first_write(project, connection, name)
        if found is not None:
            write, verb = found
            yield LostWrite(connection, write.place, verb, name)


def _begins_by_itself(project: Project) -> bool:
    """Before 2.0 a connection committed each write by itself ("SQLAlchemy 2.0 - Major Migration Guide")."""
    return project.targets.sqlalchemy is None or project.targets.sqlalchemy >= (2, 0)


def _speaks_of_autocommit(project: Project, path: str) -> bool:
    """The isolation level may be set on the engine, the connection or by an event: a file that mentions it is left alone."""
    source = project.sources.get(path)
    return source is not None and (source.mentions("AUTOCOMMIT") or source.mentions("isolation_level"))


def _entered_as(connection: ConnectionLife) -> str | None:
    statement = connection.opening.statement
    if not isinstance(statement, With):
        return None
    for item in statement.items:
        context = item.context.value if isinstance(item.context, Await) else item.context
        if context is connection.opening.term and isinstance(item.target, Name):
            return item.target.id
    return None


def _first_write(project: Project, connection: ConnectionLife, name: str) -> tuple[Site, str] | None:
    """The first literal write through ``name``, when every use of ``name`` in the block is a plain statement."""
    scope, block = connection.opening.scope, connection.opening.statement.span
    if isinstance(scope, FunctionScope) and any(name in _names(inner) for inner in inner_functions(scope)):
        return None
    writes = []
    for site in sites(scope):
        if not isinstance(site.term, Name) or site.term.id != name or not block.contains(site.term.span) or _is_target(site):
            continue
        call = _executing_call(site)
        if call is None:
            return None
        for given in call.args[:1]:
            if (verb := _verb(project, given.term, scope)) == _SETTLED:
                return None
            if verb is not None:
                writes.append((Site(call, (), site.statement, site.block, scope), verb))
    return writes[0] if writes else None


def _is_target(site: Site) -> bool:
    return isinstance(site.statement, With) and any(item.target is site.term for item in site.statement.items)


def _names(function: FunctionScope) -> set[str]:
    return {site.term.id for site in sites(function) if isinstance(site.term, Name)}


def _executing_call(site: Site) -> Call | None:
    """``conn.execute(...)`` around the mention, or None when it is used in a way that may commit."""
    if len(site.path) < 2:
        return None
    attribute, call = site.path[:2]
    if isinstance(attribute, Attribute) and isinstance(call, Call) and call.func is attribute and attribute.attr in _EXECUTING:
        return call
    return None


def _verb(project: Project, statement: Term, scope: Scope, depth: int = 4) -> str | None:
    """``INSERT``, ``UPDATE`` and so on for a statement that can be read off the code, ``_SETTLED`` for one that settles the
    question, else None."""
    match statement:
        case Constant(value=str() as text):
            return _verb_of_text(text)
        case FString(parts=(Constant(value=str() as text), *_)) | Operation(op="+", operands=(Constant(value=str() as text), *_)):
            return _verb_of_text(text)
        case Call():
            return _verb_of_call(project, statement, scope, depth)
        case Name(id=name) if depth:
            home = project.evaluator.home(name, scope)
            bindings = home.bindings[name] if home is not None else []
            if len(bindings) == 1 and isinstance(binding := bindings[0], ValueBinding) and binding.value is not None:
                return _verb(project, binding.value, binding.scope, depth - 1) if not binding.path else None
    return None


def _verb_of_text(text: str) -> str | None:
    if _SETTLING.match(text):
        return _SETTLED
    found = _DML.match(text)
    return found[1].upper() if found else None


def _verb_of_call(project: Project, call: Call, scope: Scope, depth: int) -> str | None:
    """``text("INSERT ...")``, ``insert(users)``, ``users.insert()``, each with what is chained to it."""
    callee = project.kind(call.func, scope)
    if isinstance(callee, kinds.External) and callee.name.partition(".")[0] in ("sqlalchemy", "sqlmodel"):
        name = callee.name.rpartition(".")[2]
        if name == "text" and call.args:
            return _verb(project, call.args[0].term, scope, depth)
        return name.upper() if name in WRITING_STATEMENTS else None
    match call.func:
        case Attribute(attr=attr) if attr in WRITING_STATEMENTS:
            return attr.upper()
        case Attribute(value=Call() as inner):
            return _verb_of_call(project, inner, scope, depth)
        case _:
            return None
