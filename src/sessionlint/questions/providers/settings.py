"""What a call settles of the function that it calls: parameters that stay at their default, or are given a literal."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from sessionlint.link.names.scopes import FunctionScope
from sessionlint.model import walk
from sessionlint.model.facts import BoolOp, Call, Constant, If, Name, Operation, Parameter, Statement, Term
from sessionlint.questions.providers.lending import Loan

Settings: TypeAlias = Mapping[str, bool]
"""The truth of parameters."""


def settings_of(function: FunctionScope, call: Call) -> Settings:
    """The parameters of which it is known whether they are true when ``call`` calls the function, and that it does not rebind."""
    if any(given.star for given in call.args):
        return {}
    params = [param for param in function.node.params if len(function.bindings[param.name]) == 1]
    values = {param.name: _value(function, call, param) for param in params}
    return {name: bool(value.value) for name, value in values.items() if isinstance(value, Constant)}


def _value(function: FunctionScope, call: Call, parameter: Parameter) -> Term | None:
    positional = [param for param in function.node.params if param.kind in ("/", "")]
    bound = 1 if function.owner is not None and positional and positional[0].name in ("self", "cls") else 0
    position = positional.index(parameter) - bound if parameter in positional else None
    given = walk.argument(call, position if position is None or position >= 0 else None, parameter.name)
    return given if given is not None else parameter.default


def is_reached(loan: Loan, settings: Settings) -> bool:
    """Whether the ``yield`` stands in no branch that is not taken."""
    for outer, block in loan.around:
        truth = _truth(outer.test, settings) if isinstance(outer, If) else None
        if isinstance(outer, If) and truth is not None and block is (outer.orelse if truth else outer.body):
            return False
    return True


def taken(statement: Statement, settings: Settings) -> Iterator[Statement]:
    """The statement, or those of the branch that is taken."""
    truth = _truth(statement.test, settings) if isinstance(statement, If) else None
    if not isinstance(statement, If) or truth is None:
        yield statement
        return
    for inner in statement.body if truth else statement.orelse:
        yield from taken(inner, settings)


def _truth(test: Term, settings: Settings) -> bool | None:
    match test:
        case Name(id=name):
            return settings.get(name)
        case Operation(op="not", operands=(inner,)):
            truth = _truth(inner, settings)
            return None if truth is None else not truth
        case BoolOp(op=op, values=values):
            found = [_truth(value, settings) for value in values]
            decides = op == "or"
            return decides if decides in found else None if None in found else not decides
        case _:
            return None
