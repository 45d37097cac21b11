"""Blocks that are there to see what is in them raise: ``with pytest.raises(...):``."""

from sessionlint.link.names.scopes import Site
from sessionlint.model import walk
from sessionlint.model.facts import Call, Term, With


def expects_error(site: Site) -> bool:
    """Whether ``site`` stands in such a block."""
    return any(
        isinstance(statement, With)
        and statement.span.contains(site.term.span)
        and any(_raises(item.context) for item in statement.items)
        for statement in walk.statements(site.scope.body)
    )


def _raises(context: Term) -> bool:
    name = walk.dotted(context.func) if isinstance(context, Call) else None
    last = (name or "").rpartition(".")[2]
    return last in ("raises", "expect_raises", "expect_raises_message", "suppress") or last.startswith("assertRaises")
