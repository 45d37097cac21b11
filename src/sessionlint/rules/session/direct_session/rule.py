"""SES311 direct-session: a session is opened past the project's own helper.

Why: a policy of the project (``session-provider``), for one place where sessions are opened, committed and logged. A
``with SessionLocal()`` block by itself is right; without the policy there is nothing to report.

Fix safety: unsafe. The helper decides what happens at the end of the block; where it commits, the fix is offered only
for blocks that have nothing left to commit, unless ``session-provider-commits`` accepts that, and whose objects stay inside.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Fix, Related
from sessionlint.rules.session.direct_session import RULE
from sessionlint.rules.session.direct_session.search import DirectSession, direct_sessions


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    from sessionlint.rules.session.direct_session.fix import session_helper_fixes

    found = direct_sessions(project, module)
    fixes = session_helper_fixes(project, found)
    for direct in found:
        name = f"session `{direct.name}`" if direct.name else "a session"
        yield RULE.finding(
            direct.place,
            f"{name} is opened past `{direct.helper.name}`, through which this project opens its sessions",
            related=tuple(_related(direct)),
            help=_help(direct, fixes.get(direct)),
            fix=fixes.get(direct),
        )


def _related(direct: DirectSession) -> Iterator[Related]:
    if direct.helper.place is not None:
        yield Related(direct.helper.place, "the project's helper")
    if direct.obstacle_place is not None and direct.obstacle_place != direct.helper.place:
        yield Related(direct.obstacle_place, "this stands in the way")


def _help(direct: DirectSession, fix: Fix | None) -> str:
    if fix is not None:
        keyword = "async with" if direct.helper.session.is_async else "with"
        return f"`{keyword} {direct.helper.name}() as {direct.name or 'db'}:`"
    if direct.obstacle is not None:
        return f"to be changed by hand: {direct.obstacle.value}"
    return "to be changed by hand: these lines, or the import, cannot be changed without changing something else"
