"""Giving an engine a pool that keeps no connections."""

from sessionlint.edits.arguments import add_arguments
from sessionlint.edits.imports import import_name
from sessionlint.link.names.scopes import Site
from sessionlint.link.project import Project
from sessionlint.model.facts import Call
from sessionlint.model.finding import Applicability, Fix

# what NullPool refuses, and what chooses or replaces the pool
_IN_THE_WAY = frozenset(
    {"pool_size", "max_overflow", "pool_timeout", "pool_use_lifo", "poolclass", "pool", "creator", "async_creator"}
)


def null_pool_fix(project: Project, site: Site) -> Fix | None:
    """Add ``poolclass=NullPool`` to the ``create_async_engine(...)`` at ``site``; None where its other arguments forbid it."""
    call, module, source = site.term, site.scope.module, project.source(site.scope)
    if not isinstance(call, Call) or any(given.star or given.keyword in _IN_THE_WAY for given in call.args):
        return None
    imported = import_name(
        module.facts, source, "sqlalchemy.pool", "NullPool", call.span, alternatives=[("sqlalchemy", "NullPool")]
    )
    added = add_arguments(source, call, [f"poolclass={imported.spelling}"]) if imported is not None else None
    if imported is None or added is None:
        return None
    return Fix("keep no connections: `poolclass=NullPool`", (*imported.edits, *added), Applicability.UNSAFE)
