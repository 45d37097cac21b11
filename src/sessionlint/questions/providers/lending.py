"""Lending: generator functions that lend a session for the length of a ``yield``, and what stands around and behind it."""

from collections.abc import Iterator
from itertools import pairwise

from sessionlint.link.names.functions import yields
from sessionlint.link.names.scopes import FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import collected, postings
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Block, Call, Handler, Jump, Lambda, Raise, Return, Statement, Term, Try, Yield
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Span
from sessionlint.questions.injection.dependencies import DependencyUse, is_dependency, uses_of
from sessionlint.questions.injection.resources import is_resumed

_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})


@dataclass(frozen=True, slots=True, eq=False)
class Loan:
    """One ``yield``. ``levels``: its statement and the compound statements around it, innermost first, each with its block."""

    term: Yield
    levels: tuple[tuple[Statement, Block], ...]

    @property
    def statement(self) -> Statement:
        return self.levels[0][0]

    @property
    def around(self) -> Iterator[tuple[Statement, Block]]:
        """The compound statements around the yield, innermost first, each with that block of it in which the yield lies."""
        return ((outer, block) for (_, block), (outer, _) in pairwise(self.levels))

    @property
    def guards(self) -> Iterator[Try]:
        """The ``try`` statements in whose body the yield lies, innermost first."""
        return (outer for outer, block in self.around if isinstance(outer, Try) and block is outer.body)

    @property
    def behind(self) -> Iterator[Statement]:
        """What runs behind the yield when nothing is raised, compound statements as a whole, ``finally`` blocks left out."""
        for position, (inner, block) in enumerate(self.levels):
            outer = self.levels[position + 1][0] if position + 1 < len(self.levels) else None
            orelse = outer.orelse if isinstance(outer, Try) and block is outer.body else ()
            for statement in (*following(block, inner), *orelse):
                yield statement
                if isinstance(statement, Return | Raise | Jump) and not is_pass(statement):
                    return


@dataclass(frozen=True, slots=True, eq=False)
class Lender:
    """A generator function that yields a session; ``loans`` are all its yields.

    ``uses`` are the ``Depends(...)`` that name it; ``is_manager``: it is, or is made, a context manager of ``contextlib``.
    """

    function: FunctionScope
    session: kinds.Session
    loans: tuple[Loan, ...]
    uses: tuple[DependencyUse, ...]
    is_manager: bool

    @property
    def is_dependency(self) -> bool:
        """Whether FastAPI calls it, as the bare function."""
        return bool(self.uses) and not self.is_manager

    @property
    def name(self) -> str:
        return self.function.node.name

    def place(self, part: Term | Statement) -> Place:
        return self.function.module.place(part.span)


@collected
def lenders(project: Project, module: ModuleScope) -> Iterator[Lender]:
    """Every generator function of a module that yields a session, but for those into which nobody throws an error."""
    for function in module.functions:
        if not function.node.is_generator or is_resumed(project, function):
            continue
        session = lent_session(project, function)
        if session is not None:
            is_manager = _is_made_manager(project, function) or bool(project.evaluator.decorators(function) & _MANAGERS)
            yield Lender(function, session, tuple(loans(function)), tuple(uses_of(project, function)), is_manager)


def lent_session(project: Project, function: FunctionScope) -> kinds.Session | None:
    """The session that a generator function yields, as its yields or, where these cannot be followed, its annotation say."""
    given = project.evaluator.returned(function)
    value = given.value if isinstance(given, kinds.Generator) else kinds.UNKNOWN
    return value if isinstance(value, kinds.Session) else None


def _is_made_manager(project: Project, function: FunctionScope) -> bool:
    """Whether ``contextmanager(...)`` is called on the function, which is no dependency as it stands."""
    return function in _made_managers(project, function.module.path) and not is_dependency(project, function)


@postings
def _made_managers(project: Project, module: ModuleScope) -> Iterator[tuple[str, FunctionScope]]:
    made = (project.kind(site.term, site.scope) for site in project.calls_giving(kinds.FunctionKind, within=module))
    for kind in made:
        if isinstance(kind, kinds.FunctionKind) and kind.wrapped in _MANAGERS:
            yield kind.function.module.path, kind.function


def loans(function: FunctionScope) -> Iterator[Loan]:
    """Every yield of a function's own body, in source order."""
    return _loans(function.body, ())


def _loans(block: Block, outside: tuple[tuple[Statement, Block], ...]) -> Iterator[Loan]:
    for statement in block:
        levels = ((statement, block), *outside)
        for top in walk.own_terms(statement):
            for term, path in walk.descend(top):
                if isinstance(term, Yield) and not any(isinstance(outer, Lambda) for outer in path):
                    yield Loan(term, levels)
        for inner in walk.blocks(statement):
            yield from _loans(inner, levels)


def following(block: Block, statement: Statement) -> Block:
    """The statements of ``block`` behind ``statement``, which stands in it."""
    position = next(index for index, other in enumerate(block) if other is statement)
    return block[position + 1 :]


def is_pass(statement: Statement) -> bool:
    return isinstance(statement, Jump) and statement.kind == "pass"


def header(handler: Handler) -> Span:
    """Where a handler says what it catches: ``except ValueError``."""
    start = handler.span.start
    return Span(start, handler.type.span.end if handler.type is not None else start + len("except"))


def session_calls(project: Project, statement: Statement, function: FunctionScope, method: str) -> Iterator[Call]:
    """The calls of a session's ``method`` in a statement and the blocks inside it that run when nothing is raised."""
    lent = {name for given in yields(function) if given.value is not None and (name := walk.dotted(given.value)) is not None}
    for inner in _unraised(statement):
        for top in walk.own_terms(inner):
            for term, _ in walk.descend(top):
                if isinstance(term, Call) and isinstance(term.func, Attribute) and term.func.attr == method:
                    owner = project.kind(term.func.value, function)
                    unfollowed = isinstance(owner, kinds.Unknown) and walk.dotted(term.func.value) in lent
                    if isinstance(owner, kinds.Session) or (unfollowed and lent_session(project, function) is not None):
                        yield term


def _unraised(statement: Statement) -> Iterator[Statement]:
    yield statement
    blocks = (statement.body, statement.orelse, statement.final) if isinstance(statement, Try) else walk.blocks(statement)
    for block in blocks:
        for inner in block:
            yield from _unraised(inner)
