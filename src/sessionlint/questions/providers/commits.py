"""Where a generator that lends a session commits: behind its yield, by a context manager around it, in a ``finally``."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ClassScope, FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Await, Block, Call, For, Handler, If, Name, Statement, Term, Try, With
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.providers.lending import Lender, Loan, lenders, loans, session_calls
from sessionlint.questions.providers.settings import Settings, is_reached, settings_of, taken

_DEPTH = 4
_NO_SETTINGS: Settings = {}


@dataclass(frozen=True, slots=True, eq=False)
class LenderCommit:
    """A commit that runs after the ``loan``: at ``place``; ``source`` is where it is written, when that is another function."""

    lender: Lender
    loan: Loan
    place: Place
    source: Place | None = None


def late_commits(project: Project, module: ModuleScope) -> Iterator[LenderCommit]:
    """The first commit behind a yield of every lender: one that runs when nothing was raised."""
    for lender in lenders(project, module):
        for loan in lender.loans:
            if (found := _late(project, lender.function, loan, _DEPTH)) is not None:
                yield LenderCommit(lender, loan, *found)
                break


def commits_late(project: Project, function: FunctionScope, loan: Loan) -> bool:
    """Whether something commits behind the ``loan`` of ``function`` when nothing was raised."""
    return _late(project, function, loan, _DEPTH) is not None or any(
        _final_commit(project, guard, function) is not None for guard in loan.guards
    )


def commits_in_finally(project: Project, module: ModuleScope) -> Iterator[LenderCommit]:
    """Commits that also run when the user of the session raised, and nothing rolled back before."""
    for lender in lenders(project, module):
        seen: set[Try] = set()
        for loan in lender.loans:
            for guard in loan.guards:
                commit = _final_commit(project, guard, lender.function)
                if commit is not None and guard not in seen and not _rolls_back(project, loan, lender.function):
                    seen.add(guard)
                    yield LenderCommit(lender, loan, lender.place(commit))


def commits_on_success(project: Project, function: FunctionScope) -> bool:
    """Whether a generator function commits, itself or through what it enters, when nothing is raised at its yield."""
    return any(
        _late(project, function, loan, _DEPTH) is not None
        or any(_final_commit(project, guard, function) is not None for guard in loan.guards)
        for loan in loans(function)
    )


def written_commit(project: Project, function: FunctionScope) -> Place | None:
    """Where a generator function calls ``commit`` itself, behind its yield, when nothing is raised there."""
    for loan in loans(function):
        for statement in (inner for outer in loan.behind for inner in taken(outer, _NO_SETTINGS)):
            if (call := next(session_calls(project, statement, function, "commit"), None)) is not None:
                return function.module.place(call.span)
    return None


# --- behind the yield -------------------------------------------------------------------------------------------------


def _late(
    project: Project, function: FunctionScope, loan: Loan, depth: int, settings: Settings = _NO_SETTINGS
) -> tuple[Place, Place | None] | None:
    """(where the commit happens, where it is written if elsewhere), or None when nothing commits."""
    for statement in (inner for outer in loan.behind for inner in taken(outer, settings)):
        if (call := next(session_calls(project, statement, function, "commit"), None)) is not None:
            return function.module.place(call.span), None
    for guard in loan.guards:
        commit = _final_commit(project, guard, function)
        if commit is not None and _rolls_back(project, loan, function):
            return function.module.place(commit.span), None
    return _delegated(project, function, loan, depth)


def _delegated(project: Project, function: FunctionScope, loan: Loan, depth: int) -> tuple[Place, Place | None] | None:
    """What commits on leaving: ``with S.begin()``, a project's own context manager or generator around the yield."""
    for term in _entered(loan):
        place = function.module.place(term.span)
        call = term.value if isinstance(term, Await) else term
        if not isinstance(call, Call):
            continue
        match project.kind(call.func, function):
            case kinds.Method(owner=kinds.Factory() | kinds.Session(), name="begin"):
                return place, None
            case kinds.FunctionKind(function=called) if called.node.is_generator and depth:
                given = settings_of(called, call)
                for inner in loans(called):
                    if is_reached(inner, given) and (found := _late(project, called, inner, depth - 1, given)) is not None:
                        return place, found[1] or found[0]
            case kinds.ClassKind(cls=cls):
                if (written := _commit_on_exit(project, cls)) is not None:
                    return place, written
    return None


def _entered(loan: Loan) -> Iterator[Term]:
    """The contexts around a yield, what it delegates to, and what a loop around it iterates."""
    if loan.term.delegated and loan.term.value is not None:
        yield loan.term.value
    for outer, _ in loan.around:
        if isinstance(outer, With):
            yield from (item.context for item in outer.items)
        elif isinstance(outer, For):
            yield outer.iter


def _commit_on_exit(project: Project, cls: ClassScope) -> Place | None:
    """Where a context manager class of the project commits when it is left without an error."""
    for name in ("__aexit__", "__exit__"):
        method = project.evaluator.instance_attribute(cls, name)
        if isinstance(method, kinds.FunctionKind):
            for statement in method.function.body:
                for call in session_calls(project, statement, method.function, "commit"):
                    return method.function.module.place(call.span)
    return None


# --- in a finally -----------------------------------------------------------------------------------------------------


def _final_commit(project: Project, guard: Try, function: FunctionScope) -> Call | None:
    """The commit in the ``finally`` of a ``try``, unless a test decides that is not about the session itself."""
    return next((call for statement in guard.final for call in _unconditional(project, statement, function)), None)


def _unconditional(project: Project, statement: Statement, function: FunctionScope) -> Iterator[Call]:
    for inner in _certain(project, statement, function):
        yield from session_calls(project, inner, function, "commit")


def _certain(project: Project, statement: Statement, function: FunctionScope) -> Iterator[Statement]:
    blocks: tuple[Block, ...]
    match statement:
        case If(test=test, body=body):
            blocks = (body,) if _asks_session(project, test, function) else ()
        case Try(body=body, orelse=orelse, final=final):
            blocks = (body, orelse, final)
        case With(body=body):
            blocks = (body,)
        case _:
            blocks = ()
            if not any(True for _ in walk.blocks(statement)):
                yield statement
    for block in blocks:
        for inner in block:
            yield from _certain(project, inner, function)


def _asks_session(project: Project, test: Term, function: FunctionScope) -> bool:
    """``if session.is_active:`` and ``if session:`` hold after an error, too."""
    names = [term for term, _ in walk.descend(test) if isinstance(term, Name)]
    return bool(names) and all(isinstance(project.kind(name, function), kinds.Session) for name in names)


def _rolls_back(project: Project, loan: Loan, function: FunctionScope) -> bool:
    """Whether every exception passes a rollback: what a ``finally`` commits then is what was meant to be kept."""
    return any(
        _catches_all(handler) and _handles_by_rollback(project, handler, function)
        for guard in loan.guards
        for handler in guard.handlers
    )


def _catches_all(handler: Handler) -> bool:
    return handler.type is None or walk.dotted(handler.type) in ("Exception", "BaseException")


def _handles_by_rollback(project: Project, handler: Handler, function: FunctionScope) -> bool:
    return any(
        next(session_calls(project, statement, function, method), None) is not None
        for statement in handler.body
        for method in ("rollback", "close")
    )
