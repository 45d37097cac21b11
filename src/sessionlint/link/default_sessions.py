"""Parameters whose default opens a session when the function is defined."""

from collections.abc import Iterator

from sessionlint.link import kinds
from sessionlint.link.project import Project
from sessionlint.link.scopes import FunctionScope
from sessionlint.link.session_sources import makes_session
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place


@dataclass(frozen=True, slots=True, eq=False)
class DefaultSession:
    """The default of ``parameter``, which stands at ``place``."""

    function: FunctionScope
    parameter: str
    place: Place
    origin: Place | None


def default_sessions(project: Project) -> Iterator[DefaultSession]:
    """Every ``def f(db=SessionLocal())`` of the project, in order of files."""
    for function in project.functions():
        outside = function.parent or function.module
        for parameter in function.node.params:
            default = parameter.default
            if default is None or isinstance(project.kind(default, outside), kinds.Dependency):
                continue
            session = makes_session(project, default, outside)
            if session is not None and isinstance(project.kind(default, outside), kinds.Session):
                place = Place(function.module.path, default.span)
                yield DefaultSession(function, parameter.name, place, session.origin)
