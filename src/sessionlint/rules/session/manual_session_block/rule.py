"""SES316 manual-session-block: `try`, `except: rollback`, `finally: close` where a `with` says the same.

Why: it is right, and longer than what it says; in the next copy of it the `finally` or the `raise` gets lost (SES302, SES312).

Fix safety: safe. The session is closed where it was closed, and the same transaction is rolled back; a handler goes only when
it does nothing but roll back and raise again, and nothing in the project listens to rollbacks.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.session.manual_session_block import RULE
from sessionlint.rules.session.manual_session_block.search import ManualBlock, manual_blocks


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for manual in manual_blocks(project, module):
        from sessionlint.edits.with_block import with_block_fix

        life = manual.life
        fix = with_block_fix(project, life, (manual.block,) if manual.merely_reraises else ())
        if fix is not None:
            yield RULE.finding(
                life.place,
                _message(manual),
                related=(Related(manual.close.place, "the end of the `with` does this"),),
                help=f"`{life.recipe}`",
                fix=fix,
            )


def _message(manual: ManualBlock) -> str:
    how = "rolled back and closed" if manual.block.handlers and manual.merely_reraises else "closed"
    return f"session `{manual.life.name}` is {how} by hand, just where a `with` block does it in fewer lines"
