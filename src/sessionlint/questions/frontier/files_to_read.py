"""Files without facts that would tell more, and why: something disappears into them, or is run in them."""

from collections.abc import Iterable, Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import gathered
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call
from sessionlint.questions.frontier.session_names import unread_importers
from sessionlint.questions.requests.streaming import unread_responses
from sessionlint.questions.running.event_loops import unread_coroutines
from sessionlint.questions.running.registries import unread_users
from sessionlint.questions.running.waits import unread_waits
from sessionlint.questions.sessions.error_handlers import unread_handlers, unread_methods
from sessionlint.questions.sessions.lives import lives_of


def wanted_files(project: Project) -> frozenset[str]:
    """The paths of the files in which a session, a generator or a coroutine disappears, whose coroutines use a registry,
    whose functions handle a session's errors, whose methods are called by an object that keeps one, whose import queries a
    database, or which wait for somebody else in a function with a session."""
    _sessions_followed(project)
    return frozenset(project.wanting).union(
        project.trust.unread,
        unread_coroutines(project),
        unread_users(project),
        unread_responses(project),
        _lent_to_unread(project),
        unread_handlers(project),
        unread_methods(project),
        unread_importers(project),
        unread_waits(project),
    )


@gathered
def _sessions_followed(project: Project, module: ModuleScope) -> Iterable[str]:
    """Nothing: files in which a session disappears are what the project is ``wanting`` when it is known where those go that a
    module opens."""
    assert lives_of(project, module) is not None
    return ()


@gathered
def _lent_to_unread(project: Project, module: ModuleScope) -> Iterator[str]:
    for site in project.calls_into_unread(module):
        call = site.term
        callee = project.kind(call.func, site.scope) if isinstance(call, Call) and call.args else None
        if isinstance(call, Call) and isinstance(callee, kinds.Unknown) and callee.unread is not None:
            lent = (project.kind(given.term, site.scope) for given in call.args)
            if any(isinstance(kind, kinds.Session) for kind in lent):
                yield callee.unread
