"""Whether it matters where a project starts event loops and processes."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import gathered, question
from sessionlint.questions.engines.engine_reach import lasting_engines
from sessionlint.questions.running.blocking import blocking_sessions


@question(False)
def is_started_elsewhere(project: Project) -> bool:
    """Whether files that start event loops or processes have a say: there is an engine that outlives them, or a coroutine with
    a synchronous session, which may have a loop to itself."""
    return bool(lasting_engines(project)) or bool(_blocking(project))


@gathered
def _blocking(project: Project, module: ModuleScope) -> Iterator[str]:
    """The modules with such coroutines, by path."""
    if blocking_sessions(project, module):
        yield module.path
