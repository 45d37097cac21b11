"""Which uses of an open session take a connection from the pool? A session takes one with its first SQL, not before."""

from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Name

_WITHOUT_SQL = frozenset(
    {"add", "add_all", "new", "dirty", "deleted", "expunge", "expunge_all", "identity_map", "info", "no_autoflush"}
)
_LOOKING_ON = frozenset({"id", "type", "isinstance", "bool", "repr", "hash"})


def takes_connection(path: walk.Path) -> bool:
    """Whether a mention of a session, of which ``path`` are the ancestors, may take a connection."""
    match path[0] if path else None:
        case Attribute(attr=attr):
            return attr not in _WITHOUT_SQL
        case Call(func=Name(id=name)):
            return name not in _LOOKING_ON
        case _:
            return True


def keeps_connection_on_error(path: walk.Path) -> bool:
    """Whether the session may still have the connection when the mention raises.

    ``session.connection(execution_options=...)`` returns a connection that it cannot set up to the pool by itself
    (SQLAlchemy, ``SessionTransaction._connection_for_bind``).
    """
    if path and isinstance(path[0], Attribute) and path[0].attr == "connection":
        return any(isinstance(outer, Attribute | Call) for outer in path[2:])
    return takes_connection(path)
