"""SES608 shielded-session: ``asyncio.shield`` around an operation of a session.

Why: a shielded operation goes on when its task is cancelled, while the task leaves the ``async with`` that closes the
session: two coroutines use one session. SQLAlchemy shields its own cleanup and rolls back what was cancelled.

Fix safety: unsafe, without the shield a cancelled request is rolled back, which is the point, and a change.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call
from sessionlint.model.finding import Finding, Rule, Severity
from sessionlint.questions.sessions.session_methods import MethodCall, method_calls

RULE = Rule(
    code="SES608",
    name="shielded-session",
    severity=Severity.ERROR,
    why="A shielded operation runs on while the cancelled task closes the session under it: both fail, and the row may be saved.",
    symptoms=(
        "IllegalStateChangeError: Method 'close()' can't be called here; method 'commit()' is already in progress",
        "InterfaceError: cannot perform operation: another operation is in progress",
        "IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already in progress",
    ),
    hints=("shield(",),
    about_use=True,
    uncovers=True,
)
_CLOSING = frozenset({"close", "aclose"})


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for call in shielded_operations(project, module):
        from sessionlint.edits.awaiting import unshielded_fix

        yield RULE.finding(
            call.site.place,
            f"`{call.written}` is shielded: when the task is cancelled it runs on, while the session is closed under it",
            help=f"write `await {call.written}`: `async with` rolls back and closes also when the task is cancelled",
            fix=unshielded_fix(project, call),
        )


def shielded_operations(project: Project, module: ModuleScope) -> Iterator[MethodCall]:
    """Every coroutine of a session or connection that stands in ``asyncio.shield(...)``.

    Closing a session that nothing else closes is left out: that is what SQLAlchemy's own ``async with`` does.
    """
    for call in method_calls(project, module):
        outer = call.site.path[0] if call.site.path else None
        if not call.is_coroutine or isinstance(call.owner, kinds.Engine) or not isinstance(outer, Call):
            continue
        callee = project.kind(outer.func, call.site.scope)
        if isinstance(callee, kinds.External) and callee.name == "asyncio.shield" and not _closes_own(call):
            yield call


def _closes_own(call: MethodCall) -> bool:
    scope = call.site.scope
    if call.method not in _CLOSING or call.receiver is None or not isinstance(scope, FunctionScope):
        return False
    bindings = scope.bindings.get(call.receiver, [])
    return "." in call.receiver or (bool(bindings) and all(isinstance(binding, ValueBinding) for binding in bindings))
