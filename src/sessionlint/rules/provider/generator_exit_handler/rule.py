"""SES408 generator-exit-handler: a provider handles GeneratorExit.

Why: GeneratorExit comes when a generator is thrown away half way: nobody waits for it, and an asynchronous generator is
then closed by the event loop in a task of its own. A handler that does nothing changes nothing; one that commits or rolls
back uses the session next to whoever still has it; one that yields ends in a RuntimeError.

Fix safety: safe, and offered only for a handler that does nothing and behind which nothing runs.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Severity
from sessionlint.questions.providers.handlers import GeneratorExitHandler, generator_exit_handlers
from sessionlint.rules.provider.generator_exit_handler import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in generator_exit_handlers(project, module):
        from sessionlint.edits.provider_handlers import without_handler_fix

        severity, message = _judgement(found)
        yield RULE.finding(
            found.guarded.place,
            message,
            severity=severity,
            related=tuple(_related(found)),
            help="remove the handler; the `with` or `finally` around the session closes it",
            fix=without_handler_fix(project, found),
        )


def _related(found: GeneratorExitHandler) -> Iterator[Related]:
    lender = found.guarded.lender
    yield Related(lender.place(found.guarded.loan.term), "GeneratorExit is raised at this `yield`")
    if found.second is not None:
        yield Related(lender.place(found.second.term), "it yields again here")


def _judgement(found: GeneratorExitHandler) -> tuple[Severity, str]:
    if found.second is not None:
        kind = "async generator" if found.guarded.lender.function.node.is_async else "generator"
        return Severity.ERROR, f'a `yield` while the generator is being closed: RuntimeError "{kind} ignored GeneratorExit"'
    if found.ends is not None:
        return Severity.WARNING, (
            f"this {found.ends} runs when the generator is thrown away, perhaps in another task and while the session is in use"
        )
    return Severity.INFO, "this handler mends nothing: GeneratorExit ends the generator with it as without it"
