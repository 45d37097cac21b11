"""What the annotation of a generator says that it lends, beside what it does lend."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.link.values.evaluate import TRANSPARENT
from sessionlint.link.values.externals import canonical
from sessionlint.link.values.known_names import ASYNC_GENERATORS, GENERATORS
from sessionlint.link.values.quoted import read_annotation
from sessionlint.model.facts import Call, Constant, Subscript, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Span
from sessionlint.questions.injection.resources import is_fixture
from sessionlint.questions.providers.lending import loans

_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})


@dataclass(frozen=True, slots=True, eq=False)
class MistypedLoan:
    """``span`` is the element of the annotation, ``said`` what it names, ``lent`` what is yielded, both for a message.

    ``wanted`` is the class to name instead; None when what is yielded is wrong. ``names_factory``: it names a factory.
    """

    function: FunctionScope
    span: Span
    said: str
    lent: str
    wanted: str | None
    origin: Place | None
    names_factory: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class AnnotatedGenerator:
    """A generator annotated ``generic[element, ...]``; ``generic`` is the canonical name of the generator type."""

    function: FunctionScope
    generic: str
    element: Term | None
    term: Term


def mistyped_loans(project: Project, module: ModuleScope) -> Iterator[MistypedLoan]:
    """Generators whose annotation names another kind of session than they yield, or a factory as if it were a type."""
    for annotated in annotated_generators(project, module):
        function, element = annotated.function, annotated.element
        if element is None or not element.span.end:
            continue  # a quoted annotation has no place of its own
        outside: Scope = function.parent or function.module
        lent = project.evaluator.yielded(function)
        said = project.evaluator.annotated(element, outside)
        if not isinstance(lent, kinds.Session | kinds.Factory) or lent.scoped:
            continue
        yielded = _session(lent.is_async)
        if isinstance(lent, kinds.Session) and isinstance(project.kind(element, outside), kinds.Factory):
            written = project.source(function).text[slice(*element.span)]
            yield MistypedLoan(function, element.span, written, yielded, yielded, lent.origin, names_factory=True)
        elif not isinstance(said, kinds.Session) or not _is_sure(project, lent):
            continue
        elif isinstance(lent, kinds.Factory):
            yield MistypedLoan(function, element.span, _session(said.is_async), "a session factory", None, lent.origin)
        elif lent.is_async != said.is_async:
            yield MistypedLoan(function, element.span, _session(said.is_async), yielded, yielded, lent.origin)


def annotated_generators(project: Project, module: ModuleScope) -> Iterator[AnnotatedGenerator]:
    """Every generator function whose annotation is a generator type of its own kind."""
    for function in module.functions:
        if not function.node.is_generator or function.node.returns is None:
            continue
        term = function.node.returns
        if isinstance(term, Constant) and isinstance(term.value, str):
            read = read_annotation(term.value)
            if read is None:
                continue
            term = read
        generic = term.value if isinstance(term, Subscript) else term
        kind = project.kind(generic, function.parent or function.module)
        name = canonical(kind.name) if isinstance(kind, kinds.External) else ""
        if name in (ASYNC_GENERATORS if function.node.is_async else GENERATORS):
            element = term.items[0] if isinstance(term, Subscript) and term.items else None
            yield AnnotatedGenerator(function, name, element, term)


def unannotated_lenders(project: Project, module: ModuleScope) -> Iterator[tuple[FunctionScope, kinds.Session]]:
    """Generators that yield a session and have no return annotation."""
    for function in module.functions:
        if function.node.is_generator and function.node.returns is None:
            lent = project.evaluator.yielded(function)
            if isinstance(lent, kinds.Session) and all(loan.term.value is not None for loan in loans(function)):
                yield function, lent


def managers_as_iterators(project: Project, module: ModuleScope) -> Iterator[AnnotatedGenerator]:
    """Context managers of ``contextlib`` that lend a session and are annotated as iterators or iterables."""
    for annotated in annotated_generators(project, module):
        decorators = project.evaluator.decorators(annotated.function)
        lent = project.evaluator.yielded(annotated.function)
        if annotated.generic.endswith(("Iterator", "Iterable")) and decorators & _MANAGERS and isinstance(lent, kinds.Session):
            yield annotated


def annotation_is_inert(project: Project, function: FunctionScope) -> bool:
    """Whether nothing reads the annotation at run time: dishka and its like inject what a decorated function's one names."""
    return is_fixture(project, function) or project.evaluator.decorators(function) <= TRANSPARENT | _MANAGERS


def _session(is_async: bool) -> str:
    return "AsyncSession" if is_async else "Session"


def _is_sure(project: Project, lent: kinds.Session | kinds.Factory) -> bool:
    """A ``sessionmaker`` whose class cannot be followed has no origin; one that hides in ``**options`` may be either kind."""
    if lent.is_async or lent.trusted:
        return True
    site = project.call_at(lent.origin) if lent.origin is not None else None
    return site is not None and isinstance(site.term, Call) and not any(given.star == "**" for given in site.term.args)
