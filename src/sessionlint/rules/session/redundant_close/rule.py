"""SES310 redundant-close: the session is closed by hand as the last act of the ``with`` that closes it.

Why: it does nothing, and it makes readers believe that the ``with`` does not close.

Fix safety: safe; the same transaction ends, the same connection is returned, at the same point. A ``finally`` that holds
nothing else goes with it.
"""

from collections.abc import Iterator

from sessionlint.edits.blocks import drop_finally, remove_statement
from sessionlint.link.names.roles import Role
from sessionlint.link.project import Project
from sessionlint.model.finding import Applicability, Finding, Fix, Related, Rule, Severity
from sessionlint.rules.session.redundant_close.search import RedundantClose, redundant_closes

RULE = Rule(
    code="SES310",
    name="redundant-close",
    severity=Severity.INFO,
    why="The block closes the session at this very point anyway.",
)


def check(project: Project) -> Iterator[Finding]:
    for found in redundant_closes(project):
        if project.role(found.block.scope.module) is not Role.STUB:
            yield Finding(
                code=RULE.code,
                place=found.event.place,
                message=f"`{found.block.name}.close()` does nothing: the `with` block closes the session right behind it",
                severity=RULE.severity,
                related=(Related(found.block.place, "closed at the end of this block"),),
                help="leave it out",
                fix=_fix(project, found),
            )


def _fix(project: Project, found: RedundantClose) -> Fix | None:
    site, source = found.event.site, project.source(found.block.scope)
    if found.ends is not None and len(site.block) == 1:
        edits = drop_finally(source, found.ends)
    else:
        edits = remove_statement(source, site.statement, site.block)
    return Fix("remove the `close()`", edits, Applicability.SAFE) if edits else None
