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


# --- terms ------------------------------------------------------------------------------------------------------------
# The span of a term leaves out the parentheses around it, those of a tuple or a generator included: ``(a)()`` is a call
# that begins at its parenthesis, its ``func`` begins one later. Arguments, parameters, clauses, with items and statements
# hold theirs. A definition's ``returns_span`` includes them, too. Terms nested deeper than 150 levels are the Operation "...".


@node
class Name:
    """A bare name, read or (as an assignment target) written."""

    span: Span
    id: str


@node
class Attribute:
    """``value.attr``; ``span`` covers the whole, the attribute's own name is its last ``len(attr)`` characters."""

    span: Span
    value: "Term"
    attr: str


@node
class Argument:
    """One argument of a call or class header: ``value``, ``keyword=value``, ``*value`` or ``**value``.

    ``span`` covers the keyword and the value, without the comma.
    """

    span: Span
    value: "Term"
    keyword: str | None = None
    star: Literal["", "*", "**"] = ""


@node
class Call:
    span: Span
    func: "Term"
    args: tuple[Argument, ...]


@node
class Await:
    span: Span
    value: "Term"


@node
class Yield:
    """``yield value`` or, with ``delegated``, ``yield from value``."""

    span: Span
    value: "Term | None"
    delegated: bool = False


@node
class BoolOp:
    """``a or b or c`` / ``a and b``, flattened when the operator is the same."""

    span: Span
    op: Literal["or", "and"]
    values: tuple["Term", ...]


@node
class Conditional:
    """``body if test else orelse``."""

    span: Span
    test: "Term"
    body: "Term"
    orelse: "Term"


@node
class Subscript:
    """``value[items]``: annotations, look-ups. A slice is an ``Operation``."""

    span: Span
    value: "Term"
    items: tuple["Term", ...]


@node
class Collection:
    """A display: ``(a, b)``, ``[a, b]``, ``{a, b}``. A starred element is ``Operation("*", ...)``."""

    span: Span
    kind: Literal["tuple", "list", "set"]
    items: tuple["Term", ...]


@node
class Mapping:
    """A dict display; a key of ``None`` stands for ``**value``."""

    span: Span
    items: tuple[tuple["Term | None", "Term"], ...]


@node
class Constant:
    """A literal: str (implicit concatenation joined), int, float, bool or None. Bytes, complex and ``...`` are Operations."""

    span: Span
    value: str | int | float | bool | None


@node
class FString:
    """An f-string (or t-string): literal parts as Constants (raw, with the span of the whole) and expressions, in order."""

    span: Span
    parts: tuple["Term", ...]


@node
class Walrus:
    """``target := value``."""

    span: Span
    target: Name
    value: "Term"


@node
class Parameter:
    """``kind`` is how it binds: positional-only ``/``, ordinary, ``*args``, keyword-only ``kw``, ``**kwargs``."""

    span: Span
    name: str
    annotation: "Term | None"
    default: "Term | None"
    kind: Literal["/", "", "*", "kw", "**"] = ""


@node
class Lambda:
    span: Span
    params: tuple[Parameter, ...]
    body: "Term"


@node
class Clause:
    """One ``for target in iter if ...`` of a comprehension."""

    span: Span
    target: "Term"
    iter: "Term"
    ifs: tuple["Term", ...]
    is_async: bool = False


@node
class Comprehension:
    """``element`` holds one term, or two (key, value) for a dict."""

    span: Span
    kind: Literal["list", "set", "dict", "generator"]
    element: tuple["Term", ...]
    clauses: tuple[Clause, ...]


@node
class Operation:
    """Any other expression: comparisons (``op`` "is", "is not", "==", "in", ...), arithmetic, "not", "*" (starred), "slice".

    Only its operands matter to us. A chain of one operator is flat (``a | b | c``); ``a < b is c`` has the ``op`` "<, is".
    """

    span: Span
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

# --- statements -------------------------------------------------------------------------------------------------------
# The span of a statement starts at its first token (a decorator, for a definition) and ends behind its last one, without
# comment and line ending; that of a compound statement includes its body.


@node
class Assign:
    """``a = b = value`` (several targets), ``a: annotation = value`` (or None for ``a: X``), ``a += value`` (``augmented``)."""

    span: Span
    targets: tuple[Term, ...]
    value: Term | None
    annotation: Term | None = None
    augmented: bool = False


@node
class Evaluate:
    """An expression statement."""

    span: Span
    value: Term


@node
class Return:
    span: Span
    value: Term | None


@node
class Raise:
    span: Span
    value: Term | None
    cause: Term | None


@node
class Delete:
    span: Span
    targets: tuple[Term, ...]


@node
class Assert:
    span: Span
    test: Term
    message: Term | None


@node
class Jump:
    span: Span
    kind: Literal["pass", "break", "continue"]


@node
class Scoping:
    """``global a, b`` or ``nonlocal a, b``."""

    span: Span
    kind: Literal["global", "nonlocal"]
    names: tuple[str, ...]


@node
class Alias:
    """One imported name, ``name as asname``, both in ``span``; ``name`` is dotted for ``import a.b``, ``*`` for a star import."""

    span: Span
    name: str
    asname: str | None = None


@node
class Import:
    """``import a.b as c, d`` (module None) or ``from ..module import names`` (``level`` dots; module may be "")."""

    span: Span
    module: str | None
    level: int
    names: tuple[Alias, ...]


@node
class WithItem:
    span: Span
    context: Term
    target: Term | None


@node
class With:
    span: Span
    items: tuple[WithItem, ...]
    body: "Block"
    is_async: bool = False


@node
class Handler:
    """``except type as name:``; type None for a bare ``except:``. ``span`` covers it with its body."""

    span: Span
    type: Term | None
    name: str | None
    body: "Block"


@node
class Try:
    span: Span
    body: "Block"
    handlers: tuple[Handler, ...]
    orelse: "Block"
    final: "Block"


@node
class If:
    """An ``elif`` is an If that is the only statement of ``orelse``."""

    span: Span
    test: Term
    body: "Block"
    orelse: "Block"


@node
class For:
    span: Span
    target: Term
    iter: Term
    body: "Block"
    orelse: "Block"
    is_async: bool = False


@node
class While:
    span: Span
    test: Term
    body: "Block"
    orelse: "Block"


@node
class Case:
    """One ``case``: the names its pattern binds, the terms it reads, its guard and body."""

    span: Span
    binds: tuple[str, ...]
    guard: Term | None
    body: "Block"


@node
class Match:
    span: Span
    subject: Term
    cases: tuple[Case, ...]


@node
class Function:
    """A ``def``. ``is_generator``: it yields in its own scope. ``name_span`` is the name's; ``header_end`` lies behind the colon.

    ``returns_span`` covers ``-> annotation`` from the arrow, or is empty behind the closing parenthesis when there is none.
    """

    span: Span
    name: str
    name_span: Span
    params: tuple[Parameter, ...]
    returns: Term | None
    returns_span: Span
    header_end: int
    decorators: tuple[Term, ...]
    body: "Block"
    is_async: bool
    is_generator: bool


@node
class Class:
    """A ``class``; ``bases`` are the header's arguments, keywords included."""

    span: Span
    name: str
    name_span: Span
    bases: tuple[Argument, ...]
    decorators: tuple[Term, ...]
    body: "Block"


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
