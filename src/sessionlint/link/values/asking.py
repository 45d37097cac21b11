"""What may be asked of the evaluator by those whom it asks itself."""

from typing import Protocol

from sessionlint.link.names.scopes import ClassScope, FunctionScope, Scope
from sessionlint.link.values import kinds
from sessionlint.link.values.kinds import Kind
from sessionlint.model.facts import Term


class Values(Protocol):
    """The evaluator, to what it knows of annotations and of the library."""

    def kind(self, term: Term, scope: Scope) -> Kind:
        """The kind of ``term``, which stands in ``scope``."""

    def session_type(self, kind: Kind) -> kinds.SessionType | None:
        """The library's session class that a class is or derives from."""

    def result(self, callee: kinds.FunctionKind) -> Kind:
        """What calling a function of the project gives."""

    def annotated(self, annotation: Term, scope: Scope) -> Kind:
        """The kind of a value that carries ``annotation``."""

    def home(self, name: str, scope: Scope) -> Scope | None:
        """The scope that binds ``name`` for code in ``scope``."""

    def decorators(self, function: FunctionScope) -> frozenset[str]:
        """The dotted names of a function's decorators."""

    def instance_attribute(self, cls: ClassScope, attr: str) -> Kind:
        """What ``attr`` of an instance of a class is."""
