"""Which engines keep connections that hold something of an event loop."""

from sessionlint.link.names.scopes import Site
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call

# their connections hold nothing of the event loop, or open it anew (SQLAlchemy with psycopg 3, aiosqlite)
LOOPLESS = frozenset({"psycopg", "psycopg_async", "aiosqlite"})
_POOLS = frozenset({"AsyncAdaptedQueuePool", "QueuePool"})


def is_pooled(project: Project, site: Site) -> bool:
    """Whether an asynchronous engine with a pool is built at ``site``."""
    call = site.term
    engine = project.kind(call, site.scope)
    if not isinstance(call, Call) or not isinstance(engine, kinds.Engine) or engine.is_async is not True:
        return False
    if any(given.star == "**" for given in call.args):
        return False
    pool = walk.argument(call, None, "poolclass")
    return pool is None or (walk.dotted(pool) or "").rpartition(".")[2] in _POOLS
