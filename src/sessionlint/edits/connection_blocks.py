"""Fixes of the ``with`` blocks that connections live in."""

from sessionlint.link.connections import ConnectionLife
from sessionlint.model.facts import Attribute, Call
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Span


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
