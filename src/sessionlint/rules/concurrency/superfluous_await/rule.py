"""SES605 superfluous-await: something is awaited that gives its result at once.

Why: ``AsyncSession.add()``, ``add_all()``, ``expunge()`` and their like are plain functions, and the rows of an awaited
``execute()`` are in memory already. ``await`` on what they give raises ``TypeError: object NoneType can't be used in
'await' expression``, on every call.

Fix safety: removing the ``await`` is safe, it turns a certain TypeError into working code. None for a synchronous session in an
application, where it would block the event loop.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.questions.running.awaits import SuperfluousAwait, superfluous_awaits

RULE = Rule(
    code="SES605",
    name="superfluous-await",
    severity=Severity.ERROR,
    why="Awaiting what is no awaitable raises TypeError every time the line runs.",
    symptoms=(
        "TypeError: object NoneType can't be used in 'await' expression",
        "TypeError: object ScalarResult can't be used in 'await' expression",
        "TypeError: object AsyncSession can't be used in 'await' expression",
    ),
    silent_in=frozenset({Role.STUB}),
    about_use=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in superfluous_awaits(project, module):
        from sessionlint.edits.awaiting import without_await_fix

        yield RULE.finding(
            found.site.place,
            f"`{found.written}` {found.gives}: awaiting it raises TypeError",
            related=tuple(_related(found)),
            help="take the `await` away",
            fix=without_await_fix(project, found),
        )


def _related(found: SuperfluousAwait) -> Iterator[Related]:
    if found.origin is not None and found.origin.origin is not None:
        yield Related(found.origin.origin, "its factory is built here")
