"""The lifespans of a project's applications: generators that run around them."""

from collections.abc import Collection, Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import collected, gathered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Block, Call, Evaluate, Raise, Return, Statement, Try, Yield
from sessionlint.model.records import dataclass
from sessionlint.text.lines import lines_of

_MANAGERS = frozenset({"contextlib.asynccontextmanager"})


@dataclass(frozen=True, slots=True, eq=False)
class Lifespan:
    """``start`` is the ``yield``, on whose line the application begins; ``last`` the statement after which it has ended."""

    function: FunctionScope
    start: Statement
    last: Statement


def lifespan_functions(project: Project) -> Collection[FunctionScope]:
    """The functions that applications are given as ``lifespan``, each once."""
    return dict.fromkeys(_given(project)).keys()


@gathered
def _given(project: Project, module: ModuleScope) -> Iterator[FunctionScope]:
    for site in module.calls:
        call = site.term
        lifespan = walk.argument(call, None, "lifespan") if isinstance(call, Call) else None
        kind = project.kind(lifespan, site.scope) if lifespan is not None else None
        if isinstance(kind, kinds.FunctionKind):
            yield kind.function


@collected
def lifespans(project: Project) -> Iterator[Lifespan | None]:
    """The lifespans of the project's applications; None for one whose form is not simple."""
    for function in lifespan_functions(project):
        if project.evaluator.decorators(function) <= _MANAGERS:
            yield _form(project, function)


def _form(project: Project, function: FunctionScope) -> Lifespan | None:
    """One bare ``yield`` on the function's own level, or in a ``try`` with a ``finally`` there."""
    if sum(isinstance(site.term, Yield) for site in sites(function)) != 1:
        return None
    lines = lines_of(project.sources[function.module.path].text)
    for statement in function.body:
        last: Statement | None = None
        start: Statement | None = None
        if _yields(statement):
            start, last = statement, _end(function.body)
        elif isinstance(statement, Try) and statement.final:
            start, last = next((each for each in statement.body if _yields(each)), None), _end(statement.final)
        if start is not None and last is not None:
            alone = all(lines.stands_alone(each.span) for each in (start, last))
            return Lifespan(function, start, last) if alone else None
    return None


def _yields(statement: Statement) -> bool:
    return isinstance(statement, Evaluate) and isinstance(statement.value, Yield)


def _end(block: Block) -> Statement | None:
    return None if isinstance(block[-1], Return | Raise) or _has_blocks(block[-1]) else block[-1]


def _has_blocks(statement: Statement) -> bool:
    """Whether a statement has blocks of its own, behind which a line would have to find its place."""
    return any(True for _ in walk.blocks(statement)) or hasattr(statement, "body")
