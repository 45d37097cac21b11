"""Who gives a name its meaning in a file: its imports, and everything else that binds it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

from sessionlint.model import facts as f
from sessionlint.model.records import dataclass
from sessionlint.model.source import Span
from sessionlint.text.blocks_of import child_blocks


@dataclass(frozen=True, slots=True)
class ImportSite:
    """An import statement, the block it is an element of, and the statements around it, outermost first."""

    statement: f.Import
    block: f.Block
    parents: tuple[f.Statement, ...]

    def binds(self, name: str) -> f.Alias | None:
        return next((alias for alias in self.statement.names if local_name(self.statement, alias) == name), None)

    def is_seen_from(self, at: Span | None) -> bool:
        """Whether it has certainly run when ``at`` does, in a scope that ``at`` sees."""
        if at is None:
            return not self.parents
        if self.statement.span.end > at.start:
            return False
        if not self.parents:
            return True
        owner = self.parents[-1]
        return not isinstance(owner, f.Class) and any(one.span.contains(at) for one in self.block)

    @property
    def guard(self) -> f.Try | None:
        """The module's ``try`` that it is tried out in, if it stands directly in its body."""
        owner = self.parents[-1] if len(self.parents) == 1 else None
        return owner if isinstance(owner, f.Try) and self.block is owner.body else None

    @property
    def is_for_type_checking(self) -> bool:
        """Whether it is an element of a module's ``if TYPE_CHECKING:``."""
        return len(self.parents) == 1 and _tests_type_checking(self.parents[0]) and not self._in_else(self.parents[0])

    def _in_else(self, owner: f.Statement) -> bool:
        return isinstance(owner, f.If) and self.block is owner.orelse


def _tests_type_checking(statement: f.Statement) -> bool:
    if not isinstance(statement, f.If):
        return False
    test = statement.test
    return (isinstance(test, f.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, f.Attribute) and test.attr == "TYPE_CHECKING"
    )


def import_sites(block: f.Block, parents: tuple[f.Statement, ...] = ()) -> Iterator[ImportSite]:
    """Every import statement of ``block`` and of the blocks in it, in the order of the text."""
    for statement in block:
        if isinstance(statement, f.Import):
            yield ImportSite(statement, block, parents)
        for child in child_blocks(statement):
            yield from import_sites(child, (*parents, statement))


def local_name(statement: f.Import, alias: f.Alias) -> str:
    """The identifier that ``alias`` binds; ``*`` for a star import."""
    return alias.asname or (alias.name.partition(".")[0] if statement.module is None else alias.name)


def target(statement: f.Import, alias: f.Alias) -> str:
    """What the bound identifier stands for, dotted; relative modules keep their dots in front."""
    if statement.module is None:
        return alias.name if alias.asname else alias.name.partition(".")[0]
    return f"{'.' * statement.level}{statement.module}.{alias.name}"


@lru_cache(maxsize=4)
def imports_of_file(facts: f.ModuleFacts) -> tuple[ImportSite, ...]:
    """Every import statement of a file; its findings come together, so that a few files are enough to remember."""
    return tuple(import_sites(facts.body))


@lru_cache(maxsize=4)
def bound_in_file(facts: f.ModuleFacts) -> Set[str]:
    """The identifiers that anything but an import binds in a file; see ``imports_of_file``."""
    return frozenset(bound_otherwise(facts.body))


def bound_otherwise(body: f.Block) -> set[str]:
    """The identifiers that anything but an import binds, in whatever scope."""
    bound: set[str] = set()
    pending: list[Any] = list(body)
    while pending:
        item = pending.pop()
        kind: Any = type(item)
        if kind is tuple:
            pending += item
        elif (parts := _parts_of(kind)) is not None:
            if kind in _BINDING:
                bound.update(_BINDING[kind](item))
            pending += parts(item)
    return bound


@cache
def _parts_of(kind: type) -> Callable[[Any], Iterable[Any]] | None:
    """What gives the fields of a node of this kind; None for what is no node."""
    names = () if kind is Span else tuple(getattr(kind, "__dataclass_fields__", ()))
    if len(names) > 1:
        return attrgetter(*names)
    return (lambda node: (getattr(node, names[0]),)) if names else None


def _targets(node: Any) -> Iterator[str]:
    return (name for one in node.targets for name in _names(one))


_BINDING: Mapping[type, Callable[[Any], Iterable[str]]] = {
    **dict.fromkeys((f.Function, f.Class, f.Parameter), lambda node: (node.name,)),
    f.Handler: lambda node: (node.name,) if node.name else (),
    f.Case: lambda node: node.binds,
    **dict.fromkeys((f.Assign, f.Delete), _targets),
    **dict.fromkeys((f.For, f.Clause, f.WithItem, f.Walrus), lambda node: _names(node.target)),
}


def _names(term: f.Term | None) -> Iterator[str]:
    """The names in an assignment target."""
    if isinstance(term, f.Name):
        yield term.id
    elif isinstance(term, f.Collection):
        for item in term.items:
            yield from _names(item)
    elif isinstance(term, f.Operation):
        for operand in term.operands:
            yield from _names(operand)


def always_imports(statement: f.Statement, name: str) -> bool:
    """Whether every branch of an ``if``/``else`` or ``try``/``except`` imports ``name`` (or raises)."""
    if isinstance(statement, f.Import):
        return any(local_name(statement, alias) == name for alias in statement.names)
    if isinstance(statement, f.If):
        return _does(statement.body, name) and _does(statement.orelse, name)
    if isinstance(statement, f.Try):
        raises = [bool(one.body) and isinstance(one.body[-1], f.Raise) for one in statement.handlers]
        handled = [_does(one.body, name) for one in statement.handlers]
        return _does(statement.body, name) and all(a or b for a, b in zip(raises, handled, strict=True))
    return False


def _does(block: f.Block, name: str) -> bool:
    return any(always_imports(one, name) for one in block)
