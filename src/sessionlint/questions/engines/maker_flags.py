"""Arguments of session makers that SQLAlchemy 2.0 refuses, and those that say what holds anyway."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.model.facts import Call, Constant, Given
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.sessions.makers import configurations, makers_of, opened_calls, takes_plain_arguments

_SETTLED = {"autocommit": False, "future": True}


@dataclass(frozen=True, slots=True, eq=False)
class SessionFlag:
    """``autocommit`` or ``future`` with a literal value; ``settled`` says that it is the only value left in 2.0.

    ``early`` says that the call itself raises for any other value; else the first session that is opened does. ``original``:
    it goes to SQLAlchemy itself and overrules no other argument, so that leaving it out gives the default.
    """

    argument: Given
    call: Call
    scope: Scope
    value: bool | None
    settled: bool
    early: bool
    original: bool

    @property
    def keyword(self) -> str:
        return self.argument.keyword or ""

    @property
    def place(self) -> Place:
        return Place(self.scope.module.path, self.argument.span)


@collected
def session_flags(project: Project, module: ModuleScope) -> Iterator[SessionFlag]:
    """Every ``autocommit=`` and ``future=`` of a session factory or session in ``module``."""
    for maker in makers_of(project, module):
        early, original = not maker.is_factory and not maker.partial, takes_plain_arguments(project, maker.session_class)
        yield from _flags(maker.call, maker.site.scope, early=early, original=original)
    for _, site, call in configurations(project, module):
        yield from _flags(call, site.scope, early=False, original=False)
    for factory, call, scope in opened_calls(project, module):
        if not factory.scoped:
            yield from _flags(call, scope, early=True, original=False)


def _flags(call: Call, scope: Scope, *, early: bool, original: bool) -> Iterator[SessionFlag]:
    for given in call.args:
        value = _literal(given)
        if value is not None and given.keyword in _SETTLED:
            settled = value.value is _SETTLED[given.keyword]
            yield SessionFlag(given, call, scope, _as_bool(value), settled, early, original)


def _literal(given: Given) -> Constant | None:
    """The literal True, False (or, for ``future``, None) of an argument."""
    if not isinstance(given.term, Constant):
        return None
    allowed = (True, False, None) if given.keyword == "future" else (True, False)
    return given.term if any(given.term.value is value for value in allowed) else None


def _as_bool(value: Constant) -> bool | None:
    return value.value if isinstance(value.value, bool) else None
