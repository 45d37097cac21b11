"""Names that say whether a function has opened the session itself, or was given one: ``owns = db is None``."""

from collections.abc import Sequence

from sessionlint.link.names.scopes import Binding, FunctionScope, Site, ValueBinding
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Block, BoolOp, Conditional, Constant, If, Name, Operation, Term


def opening_flags(opening: Site, names: frozenset[str]) -> frozenset[str]:
    """The local names that are true where control has come by ``opening``, and false elsewhere; ``names`` hold its session."""
    scope = opening.scope
    if not isinstance(scope, FunctionScope):
        return frozenset()
    around = _condition_around(scope.body, opening)
    deciding = [term for term in opening.path if isinstance(term, BoolOp | Conditional)]
    if around is None and not deciding:
        return frozenset()
    raised = _raised_in(around.body) if around is not None else frozenset()
    asked = names | _named([*deciding, *([around.test] if around is not None else [])])
    return frozenset(
        name
        for name, bindings in scope.bindings.items()
        if _asks_for_none(bindings, asked) or (name in raised and _is_raised_once(bindings))
    )


def _condition_around(block: Block, opening: Site) -> If | None:
    """The ``if`` in whose own body an opening stands."""
    found = (one for one in walk.statements(block) if isinstance(one, If) and opening.statement in one.body)
    return next(found, None)


def _raised_in(block: Block) -> frozenset[str]:
    """``owns = True``"""
    return frozenset(
        target.id
        for one in block
        if isinstance(one, Assign) and isinstance(one.value, Constant) and one.value.value is True
        for target in one.targets
        if isinstance(target, Name)
    )


def _is_raised_once(bindings: Sequence[Binding]) -> bool:
    """Whether a name is nothing but False or None, except in one place."""
    values = [one.value.value if isinstance(one, ValueBinding) and isinstance(one.value, Constant) else "?" for one in bindings]
    return values.count(True) == 1 and all(value in (True, False, None) for value in values)


def _named(terms: Sequence[Term]) -> frozenset[str]:
    return frozenset(inner.id for term in terms for inner, _ in walk.descend(term) if isinstance(inner, Name))


def _asks_for_none(bindings: Sequence[Binding], names: frozenset[str]) -> bool:
    """``owns = db is None``, ``owns = not db``"""
    match bindings:
        case [ValueBinding(value=Operation(op="is" | "==", operands=(Name(id=name), Constant(value=None))))]:
            return name in names
        case [ValueBinding(value=Operation(op="not", operands=(Name(id=name),)))]:
            return name in names
        case _:
            return False
