"""Operations of a session that ``asyncio.shield`` keeps running when their task is cancelled."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call
from sessionlint.questions.sessions.session_methods import MethodCall, method_calls

_CLOSING = frozenset({"close", "aclose"})


def shielded_operations(project: Project) -> Iterator[MethodCall]:
    """Every coroutine of a session or connection that stands in ``asyncio.shield(...)``.

    Closing a session that nothing else closes is left out: that is what SQLAlchemy's own ``async with`` does.
    """
    for call in method_calls(project):
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
