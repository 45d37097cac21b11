"""What a function's own body yields and returns."""

from sessionlint.link.names.scopes import FunctionScope
from sessionlint.model import walk
from sessionlint.model.facts import Lambda, Term, Yield


def yields(function: FunctionScope) -> list[Yield]:
    """The yields of a function's own scope, in source order."""
    found: list[Yield] = []
    if not function.node.is_generator:
        return found
    for statement in walk.statements(function.body):
        for term in walk.own_terms(statement):
            for inner, path in walk.composed(term):
                if isinstance(inner, Yield) and not any(isinstance(outer, Lambda) for outer in path):
                    found.append(inner)
    return found


def return_values(function: FunctionScope) -> list[Term]:
    """The values of a function's own return statements, in source order, bare returns left out."""
    return [statement.value for statement in function.returns if statement.value is not None]
