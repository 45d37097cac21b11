"""What extraction says of one file: terms, statements and comments, with places and without syntax.

A *term* is an expression reduced to what can carry a session from one place to another: names, attributes, calls,
awaits, alternatives, containers. A *statement* is the event around terms: bound, entered in a ``with``, returned,
raised, on which branch. Extraction decides nothing ("does ``make()`` open a session?"); linking does.

Everything here is plain data that survives a round trip through JSON (``model.codec``). Nodes compare by identity, so
they can key a table; treat them as immutable (type checkers do).
"""

from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from sessionlint.model.records import dataclass
from sessionlint.model.source import Span

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform

    T = TypeVar("T")

    @dataclass_transform(frozen_default=True, eq_default=False, kw_only_default=False)
    def node(cls: type[T]) -> type[T]: ...
else:

    def node(cls):
        # not frozen at run time: a frozen dataclass is three times as slow to build, and facts are built by the ten thousand
        return dataclass(slots=True, eq=False)(cls)


@node
class Begun:
    """What stands somewhere, and tells itself where it ends."""

    start: int


@node
class Placed(Begun):
    """What stands somewhere. Two numbers, shared by all that have them, take half the memory of a ``Span`` for each node."""

    end: int

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


class Expression:
    """What a term is as an argument of a call: ``Given``, and no more than itself."""

    __slots__ = ()
    keyword = None
    star = ""

    @property
    def term(self) -> "Term":
        return self  # type: ignore[return-value]  # nothing else is made of it


# --- terms ------------------------------------------------------------------------------------------------------------
# The span of a term leaves out the parentheses around it, those of a tuple or a generator included: ``(a)()`` is a call
# that begins at its parenthesis, its ``func`` begins one later. Arguments, parameters, clauses, with items and statements
# hold theirs. A definition's ``returns_span`` includes them, too. Terms nested deeper than 150 levels are the Operation "...".


@node
class Name(Begun, Expression):
    """A bare name, read or (as an assignment target) written. There are more of them than of anything else, so none keeps where
    it ends: facts hold names as they are written."""

    id: str

    @property
    def end(self) -> int:
        return self.start + len(self.id)

    @property
    def span(self) -> Span:
        return Span(self.start, self.start + len(self.id))


@node
class Attribute(Placed, Expression):
    """``value.attr``; ``span`` covers the whole, the attribute's own name is its last ``len(attr)`` characters."""

    value: "Term"
    attr: str


@node
class Argument(Placed):
    """One argument of a call or class header: ``term``, ``keyword=term``, ``*term`` or ``**term``.

    ``span`` covers the keyword and the term, without the comma. An argument that is no more than its term is that term itself,
    as most are: see ``Given``.
    """

    term: "Term"
    keyword: str | None = None
    star: Literal["", "*", "**"] = ""


@node
class Call(Placed, Expression):
    func: "Term"
    args: "tuple[Given, ...]"


@node
class Await(Placed, Expression):
    value: "Term"


@node
class Yield(Placed, Expression):
    """``yield value`` or, with ``delegated``, ``yield from value``."""

    value: "Term | None"
    delegated: bool = False


@node
class BoolOp(Placed, Expression):
    """``a or b or c`` / ``a and b``, flattened when the operator is the same."""

    op: Literal["or", "and"]
    values: tuple["Term", ...]


@node
class Conditional(Placed, Expression):
    """``body if test else orelse``."""

    test: "Term"
    body: "Term"
    orelse: "Term"


@node
class Subscript(Placed, Expression):
    """``value[items]``: annotations, look-ups. A slice is an ``Operation``."""

    value: "Term"
    items: tuple["Term", ...]


@node
class Collection(Placed, Expression):
    """A display: ``(a, b)``, ``[a, b]``, ``{a, b}``. A starred element is ``Operation("*", ...)``."""

    kind: Literal["tuple", "list", "set"]
    items: tuple["Term", ...]


@node
class Mapping(Placed, Expression):
    """A dict display; a key of ``None`` stands for ``**value``."""

    items: tuple[tuple["Term | None", "Term"], ...]


@node
class Constant(Placed, Expression):
    """A literal: str (implicit concatenation joined), int, float, bool or None. Bytes, complex and ``...`` are Operations."""

    value: str | int | float | bool | None


@node
class FString(Placed, Expression):
    """An f-string (or t-string): literal parts as Constants (raw, with the span of the whole) and expressions, in order."""

    parts: tuple["Term", ...]


@node
class Walrus(Placed, Expression):
    """``target := value``."""

    target: Name
    value: "Term"


@node
class Parameter(Placed):
    """``kind`` is how it binds: positional-only ``/``, ordinary, ``*args``, keyword-only ``kw``, ``**kwargs``."""

    name: str
    annotation: "Term | None"
    default: "Term | None"
    kind: Literal["/", "", "*", "kw", "**"] = ""


@node
class Lambda(Placed, Expression):
    params: tuple[Parameter, ...]
    body: "Term"


@node
class Clause(Placed):
    """One ``for target in iter if ...`` of a comprehension."""

    target: "Term"
    iter: "Term"
    ifs: tuple["Term", ...]
    is_async: bool = False


@node
class Comprehension(Placed, Expression):
    """``element`` holds one term, or two (key, value) for a dict."""

    kind: Literal["list", "set", "dict", "generator"]
    element: tuple["Term", ...]
    clauses: tuple[Clause, ...]


@node
class Operation(Placed, Expression):
    """Any other expression: comparisons (``op`` "is", "is not", "==", "in", ...), arithmetic, "not", "*" (starred), "slice".

    Only its operands matter to us. A chain of one operator is flat (``a | b | c``); ``a < b is c`` has the ``op`` "<, is".
    """

    op: str
    operands: tuple["Term", ...]


Term: TypeAlias = (
    Name
    | Attribute
    | Call
    | Await
    | Yield
    | BoolOp
    | Conditional
    | Subscript
    | Collection
    | Mapping
    | Constant
    | FString
    | Walrus
    | Lambda
    | Comprehension
    | Operation
)

Given: TypeAlias = Term | Argument

# --- statements -------------------------------------------------------------------------------------------------------
# The span of a statement starts at its first token (a decorator, for a definition) and ends behind its last one, without
# comment and line ending; that of a compound statement includes its body.


@node
class Assign(Placed):
    """``a = b = value`` (several targets), ``a: annotation = value`` (or None for ``a: X``), ``a += value`` (``augmented``)."""

    targets: tuple[Term, ...]
    value: Term | None
    annotation: Term | None = None
    augmented: bool = False


@node
class Evaluate(Placed):
    """An expression statement. Of a string that does nothing, as a docstring, the text is left out."""

    value: Term


@node
class Return(Placed):
    value: Term | None


@node
class Raise(Placed):
    value: Term | None
    cause: Term | None


@node
class Delete(Placed):
    targets: tuple[Term, ...]


@node
class Assert(Placed):
    test: Term
    message: Term | None


@node
class Jump(Placed):
    kind: Literal["pass", "break", "continue"]


@node
class Scoping(Placed):
    """``global a, b`` or ``nonlocal a, b``."""

    kind: Literal["global", "nonlocal"]
    names: tuple[str, ...]


@node
class Alias(Placed):
    """One imported name, ``name as asname``, both in ``span``; ``name`` is dotted for ``import a.b``, ``*`` for a star import."""

    name: str
    asname: str | None = None


@node
class Import(Placed):
    """``import a.b as c, d`` (module None) or ``from ..module import names`` (``level`` dots; module may be "")."""

    module: str | None
    level: int
    names: tuple[Alias, ...]


@node
class WithItem(Placed):
    context: Term
    target: Term | None


@node
class With(Placed):
    items: tuple[WithItem, ...]
    body: "Block"
    is_async: bool = False


@node
class Handler(Placed):
    """``except type as name:``; type None for a bare ``except:``. ``span`` covers it with its body."""

    type: Term | None
    name: str | None
    body: "Block"


@node
class Try(Placed):
    body: "Block"
    handlers: tuple[Handler, ...]
    orelse: "Block"
    final: "Block"


@node
class If(Placed):
    """An ``elif`` is an If that is the only statement of ``orelse``."""

    test: Term
    body: "Block"
    orelse: "Block"


@node
class For(Placed):
    target: Term
    iter: Term
    body: "Block"
    orelse: "Block"
    is_async: bool = False


@node
class While(Placed):
    test: Term
    body: "Block"
    orelse: "Block"


@node
class Case(Placed):
    """One ``case``: the names its pattern binds, the terms it reads, its guard and body."""

    binds: tuple[str, ...]
    guard: Term | None
    body: "Block"


@node
class Match(Placed):
    subject: Term
    cases: tuple[Case, ...]


@node
class Function(Placed):
    """A ``def``. ``is_generator``: it yields in its own scope. ``header_end`` lies behind the colon.

    ``returns_span`` covers ``-> annotation`` from the arrow, or is empty behind the closing parenthesis when there is none.
    """

    name: str
    name_start: int
    params: tuple[Parameter, ...]
    returns: Term | None
    returns_start: int
    returns_end: int
    header_end: int
    decorators: tuple[Term, ...]
    body: "Block"
    is_async: bool
    is_generator: bool

    @property
    def name_span(self) -> Span:
        return Span(self.name_start, self.name_start + len(self.name))

    @property
    def returns_span(self) -> Span:
        return Span(self.returns_start, self.returns_end)


@node
class Class(Placed):
    """A ``class``; ``bases`` are the header's arguments, keywords included."""

    name: str
    name_start: int
    bases: tuple[Given, ...]
    decorators: tuple[Term, ...]
    body: "Block"

    @property
    def name_span(self) -> Span:
        return Span(self.name_start, self.name_start + len(self.name))


Statement: TypeAlias = (
    Assign
    | Evaluate
    | Return
    | Raise
    | Delete
    | Assert
    | Jump
    | Scoping
    | Import
    | With
    | Try
    | If
    | For
    | While
    | Match
    | Function
    | Class
)
Block: TypeAlias = tuple[Statement, ...]

# --- the file ---------------------------------------------------------------------------------------------------------


@node
class Suppression:
    """A ``# noqa`` or ``# sessionlint:`` comment and what it covers.

    ``span`` is the comment itself. ``codes``: as written (empty: every rule). ``covers``: the logical statement it stands
    on or, alone on its line, the next one; the whole file for ``ignore-file``. ``problem``: why it cannot be understood.
    ``code_spans`` lie parallel to ``codes``.
    """

    span: Span
    style: Literal["noqa", "ignore", "ignore-file"]
    codes: tuple[str, ...]
    code_spans: tuple[Span, ...]
    covers: Span
    until: str | None = None
    reason: str | None = None
    problem: str | None = None


@node
class SyntaxProblem:
    """Why a file could not be read; ``span`` is where, empty at the start when unknown."""

    span: Span
    message: str


@node
class ModuleFacts:
    """Everything extraction found in one file. ``problem`` is set when it could not be parsed; then ``body`` is empty.

    ``skipped`` is set (a reason a person can read) when the file was left out on purpose: a template. An ``outline`` holds
    the file's imports and nothing else. ``failure`` says what went wrong in us, which left the facts empty.
    """

    path: str
    body: Block = ()
    suppressions: tuple[Suppression, ...] = ()
    problem: SyntaxProblem | None = None
    skipped: str | None = None
    outline: bool = False
    failure: str | None = None
