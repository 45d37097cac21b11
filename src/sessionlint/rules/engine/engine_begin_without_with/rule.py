"""SES109 engine-begin-without-with: the result of ``engine.begin()`` is used as a connection.

Why: ``engine.begin()`` gives a context manager. The connection is what ``with`` makes of it.

Fix safety: none yet; where the block ends, and so where the commit stands, is for a person to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.questions.engines.connections import UnenteredBegin, unentered_begins
from sessionlint.rules.engine.engine_begin_without_with import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for begun in unentered_begins(project, module):
        yield RULE.finding(
            begun.site.place,
            _message(begun),
            related=(Related(begun.use, "used as a connection here"),),
            help=f"enter it: `{'async with' if begun.is_async else 'with'} engine.begin() as {begun.name or 'connection'}:`",
        )


def _message(begun: UnenteredBegin) -> str:
    what = f"`{begun.name}`" if begun.name else "this"
    return f"{what} is a context manager, not a connection: `.{begun.attribute}` raises AttributeError"
