"""Fixes of the ``with`` blocks that connections live in."""

from sessionlint.edits.imports import import_name
from sessionlint.edits.with_block import covered_by, opened_in_with
from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.project import Project
from sessionlint.model.facts import Attribute, Await, Call
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Span
from sessionlint.questions.engines.connections import ConnectionLife
from sessionlint.questions.sessions.lives import Ending
from sessionlint.questions.sessions.unread import leaves_unread, unread_names


def begin_fix(connection: ConnectionLife) -> Fix | None:
    """``with engine.connect()`` to ``with engine.begin()``; None with options on the connection, or awaited: ``begin`` cannot."""
    call = connection.opening.term
    if not isinstance(call, Call) or call.args or connection.opening.path:
        return None
    if not isinstance(call.func, Attribute) or call.func.attr != "connect":
        return None
    end = call.func.span.end
    place = Place(connection.place.path, Span(end - len("connect"), end))
    return Fix("commit at the end of the block: `begin()`", (Edit(place, "begin"),), Applicability.UNSAFE)


def with_connection_fix(project: Project, connection: ConnectionLife) -> Fix | None:
    """``conn = engine.connect()`` to ``with engine.connect() as conn:``; None where something unread outlives the block."""
    life, function, call = connection.life, connection.life.scope, connection.opening.term
    if not isinstance(function, FunctionScope) or not _enters_itself(connection):
        return None
    unread = unread_names(function, life.names)
    if leaves_unread(function, unread):
        return None
    source = project.source(function)
    entered = source.text[slice(*call.span)]
    imports: tuple[Edit, ...] = ()
    if connection.method == "raw_connection":
        closing = import_name(function.module.facts, source, "contextlib", "closing", life.opening.statement.span)
        if closing is None:
            return None
        entered, imports = f"{closing.spelling}({entered})", closing.edits
    covered = covered_by(project, life, life.names if life.ending is Ending.PARTLY else unread)
    edits = opened_in_with(project, life, covered, entered)
    return Fix("take the connection in a `with` block", (*edits, *imports), Applicability.UNSAFE) if edits else None


def _enters_itself(connection: ConnectionLife) -> bool:
    """Whether a ``with`` can enter what the call gives: not an asynchronous raw connection, nor one that was configured."""
    call = connection.opening.term
    if not connection.engine.is_async:
        return connection.engine.is_async is False
    is_connect = isinstance(call, Call) and isinstance(call.func, Attribute) and call.func.attr == "connect"
    return is_connect and [type(outer) for outer in connection.opening.path] == [Await]
