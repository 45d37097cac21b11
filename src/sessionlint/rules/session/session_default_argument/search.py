"""Parameters whose default opens a session when the function is defined."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Parameter
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.sessions.session_sources import makes_session


@dataclass(frozen=True, slots=True, eq=False)
class DefaultSession:
    """A ``parameter`` of ``function`` whose default opens ``session``."""

    function: FunctionScope
    parameter: Parameter
    session: kinds.Session

    @property
    def place(self) -> Place:
        """The default."""
        assert self.parameter.default is not None
        return Place(self.function.module.path, self.parameter.default.span)

    @property
    def origin(self) -> Place | None:
        return self.session.origin


def default_sessions(project: Project, module: ModuleScope) -> Iterator[DefaultSession]:
    """Every ``def f(db=SessionLocal())`` of ``module``."""
    for function in module.functions:
        outside = function.parent or function.module
        for parameter in function.node.params:
            default = parameter.default
            if default is None or isinstance(project.kind(default, outside), kinds.Dependency):
                continue
            session = makes_session(project, default, outside)
            if session is not None and isinstance(project.kind(default, outside), kinds.Session):
                yield DefaultSession(function, parameter, session)
