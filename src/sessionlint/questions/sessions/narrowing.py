"""What a test around a place says about a session there: ``if isinstance(db, AsyncSession): ... else: ...``."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import Scope, Site
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Block, BoolOp, Call, Conditional, If, Operation, Statement, Term, Try
from sessionlint.questions.leaving.ways import is_left


def is_ruled_out(project: Project, receiver: Term, site: Site, *, is_async: bool) -> bool:
    """Whether ``receiver`` is no such session at ``site``: a test that it has passed says otherwise."""
    name = walk.dotted(receiver)
    if not name:
        return False
    for test, holds in (*_tests_inside(site), *_tests_around(project, site.scope.body, site.statement, site.scope)):
        for asked, true in _asked(test, holds):
            kind = _class_asked_for(project, asked, name, site.scope)
            if kind is not None and (kind.is_async is is_async) is not true:
                return True
    return is_async and any(_is_refused(one, name, site.statement) for one in _tries_around(site.scope.body, site.statement))


def _tries_around(block: Block, statement: Statement) -> Iterator[Try]:
    for one in block:
        for inner in walk.blocks(one) if one.start <= statement.start < one.end else ():
            if _is_within(inner, statement):
                if isinstance(one, Try):
                    yield one
                yield from _tries_around(inner, statement)


def _is_refused(tried: Try, name: str, statement: Statement) -> bool:
    """``try: await db.close()``, ``except TypeError: db.close()``: what comes to the handler was nothing to await."""
    handlers = (one for one in tried.handlers if one.type is not None and walk.dotted(one.type) == "TypeError")
    return any(_is_within(one.body, statement) for one in handlers) and any(
        isinstance(term, Await) and _receiver(term.value) == name
        for one in tried.body
        for top in walk.own_terms(one)
        for term, _ in walk.descend(top)
    )


def _receiver(term: Term) -> str | None:
    func = term.func if isinstance(term, Call) else None
    return walk.dotted(func.value) if isinstance(func, Attribute) else None


def _class_asked_for(project: Project, test: Term, name: str, scope: Scope) -> kinds.SessionType | None:
    if not isinstance(test, Call) or walk.dotted(test.func) != "isinstance" or len(test.args) != 2:
        return None
    asked, cls = (given.term for given in test.args)
    kind = project.kind(cls, scope) if walk.dotted(asked) == name else kinds.UNKNOWN
    return kind if isinstance(kind, kinds.SessionType) else None


def _asked(test: Term, holds: bool) -> Iterator[tuple[Term, bool]]:
    """The plain tests of which ``test`` is made, as far as each surely holds, or does not."""
    match test:
        case Operation(op="not", operands=(inner,)):
            yield from _asked(inner, not holds)
        case BoolOp(op=op, values=values) if (op == "and") is holds:
            for value in values:
                yield from _asked(value, holds)
        case _:
            yield test, holds


def _tests_inside(site: Site) -> Iterator[tuple[Term, bool]]:
    """Those of the statement itself: ``await db.get(...) if isinstance(db, AsyncSession) else db.get(...)``."""
    inner: Term = site.term
    for outer in site.path:
        if isinstance(outer, Conditional) and inner is not outer.test:
            yield outer.test, inner is outer.body
        inner = outer


def _tests_around(project: Project, block: Block, statement: Statement, scope: Scope) -> Iterator[tuple[Term, bool]]:
    """Those of the ``if`` statements around a statement, and of those before it that are left when they hold."""
    for one in block:
        if one.start > statement.start:
            return
        if one.end <= statement.start:
            if isinstance(one, If) and _asks_for_class(one.test) and is_left(project, one.body, scope):
                yield one.test, False
            continue
        for inner in walk.blocks(one):
            if _is_within(inner, statement):
                if isinstance(one, If):
                    yield one.test, inner is one.body
                yield from _tests_around(project, inner, statement, scope)


def _asks_for_class(test: Term) -> bool:
    """Whether a test may say anything here: most do not, and what they guard need not be looked through."""
    return any(isinstance(inner, Call) and walk.dotted(inner.func) == "isinstance" for inner, _ in walk.descend(test))


def _is_within(block: Block, statement: Statement) -> bool:
    return bool(block) and block[0].start <= statement.start < block[-1].end
