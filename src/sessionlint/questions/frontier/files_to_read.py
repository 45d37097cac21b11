"""Files without facts that would tell more, and why: something disappears into them, or is run in them."""

from sessionlint.link.project import Project
from sessionlint.questions.requests.streaming import unread_responses
from sessionlint.questions.running.event_loops import unread_coroutines
from sessionlint.questions.running.registries import unread_users


def wanted_files(project: Project) -> frozenset[str]:
    """The paths of the files in which a session, a generator or a coroutine disappears, or whose coroutines use a registry."""
    return project.unread.union(unread_coroutines(project), unread_users(project), unread_responses(project))
