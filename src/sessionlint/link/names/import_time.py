"""What runs when a module is imported."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from sessionlint.link.names.roles import is_main_guard, is_type_checking
from sessionlint.link.names.scopes import ClassScope, ModuleScope, Scope, Site, enclosing_function
from sessionlint.model import walk
from sessionlint.model.facts import Block, Call, If, Lambda, Statement, Term


def runs_at_import(block: Block) -> Iterator[Statement]:
    """The statements of a module's or class's body, and of the blocks inside it, that run at import.

    ``if __name__ == "__main__":`` and ``if TYPE_CHECKING:`` do not.
    """
    for statement in block:
        yield statement
        if isinstance(statement, If) and (is_main_guard(statement.test) or is_type_checking(statement.test)):
            yield from runs_at_import(statement.orelse)
            continue
        for inner in walk.blocks(statement):
            yield from runs_at_import(inner)


def sites_at_import(module: ModuleScope) -> Iterator[Site]:
    """Every term that is evaluated when the module is imported: its own code, class bodies, decorators, defaults and bases."""
    return _at_import(module, walk.descend)


def calls_at_import(module: ModuleScope) -> Sequence[Site]:
    """The calls among them, which are asked for again and again."""
    if module.at_import is None:
        module.at_import = tuple([site for site in _at_import(module, walk.composed) if isinstance(site.term, Call)])
    return module.at_import


def _at_import(module: ModuleScope, inside: Callable[[Term], Iterable[tuple[Term, walk.Path]]]) -> Iterator[Site]:
    scopes: tuple[Scope, ...] = (module, *(cls for cls in module.classes if _defined_at_import(cls)))
    for scope in scopes:
        for statement in runs_at_import(scope.body):
            for term in walk.own_terms(statement):
                for inner, path in inside(term):
                    if not any(isinstance(outer, Lambda) for outer in path):
                        yield Site(inner, path, statement, scope.body, scope)


def _defined_at_import(cls: ClassScope) -> bool:
    return enclosing_function(cls) is None
