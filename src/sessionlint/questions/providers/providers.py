"""Providers: generator functions that lend a session, and what their annotations say."""

from collections.abc import Iterator

from sessionlint.link.names.functions import yields
from sessionlint.link.names.scopes import FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.link.values.externals import canonical
from sessionlint.link.values.known_names import ASYNC_GENERATORS, GENERATORS, SESSION_MAKERS
from sessionlint.link.values.quoted import read_annotation
from sessionlint.model.facts import Attribute, Call, Constant, Name, Operation, Subscript, Term
from sessionlint.model.records import dataclass
from sessionlint.questions.engines.urls import only_value

_ANYTHING = frozenset({"Any", "builtins.object"})


@dataclass(frozen=True, slots=True, eq=False)
class MisannotatedProvider:
    """``element`` is the yield type as it should be written, taken from the annotation where that names it.

    ``element_term`` is the term of the annotation that names it; None: ``session`` has to be imported under that name.
    """

    function: FunctionScope
    is_async: bool
    element: str
    element_term: Term | None
    session: kinds.Session

    @property
    def generator(self) -> str:
        return "AsyncGenerator" if self.is_async else "Generator"


def misannotated_providers(project: Project, module: ModuleScope) -> Iterator[MisannotatedProvider]:
    """Every generator function that yields a session and whose return annotation is not a type of generator it could be."""
    for function in module.functions:
        if function.node.is_generator:
            yielded = project.evaluator.yielded(function)
            provider = misannotated(project, function, is_async=function.node.is_async, yielded=yielded)
            if provider is None and not isinstance(yielded, kinds.Session):
                provider = _of_service(project, function)
            if provider is not None:
                yield provider


def _of_service(project: Project, function: FunctionScope) -> MisannotatedProvider | None:
    """``async def get_orders() -> Orders:`` that yields ``Orders(session)``: an object of the project that keeps the session."""
    annotation = _unquoted(function.node.returns) if function.node.returns is not None else None
    if not isinstance(annotation, Name | Attribute):
        return None
    named = project.kind(annotation, function.parent or function.module)
    session = _kept_by_yielded(project, function) if isinstance(named, kinds.ClassKind) else None
    if session is None or not isinstance(named, kinds.ClassKind) or _is_protocol(project, named):
        return None
    return MisannotatedProvider(function, function.node.is_async, _written(project, annotation, function), annotation, session)


def _is_protocol(project: Project, cls: kinds.ClassKind) -> bool:
    """A protocol may be one that generators have; of all other classes of a project no generator is an instance."""
    bases = (base for ancestor in project.evaluator.ancestors(cls.cls) for base in project.evaluator.base_kinds(ancestor))
    return any(isinstance(base, kinds.External) and base.name.endswith(".Protocol") for base in bases)


def _kept_by_yielded(project: Project, function: FunctionScope) -> kinds.Session | None:
    """The session that each object gets which a generator makes and yields."""
    found = None
    for term in yields(function):
        value = term.value
        if isinstance(value, Name):
            only = only_value(project, value.id, function)
            value = only.value if only is not None and only.scope is function else None
        given = [project.kind(arg.term, function) for arg in value.args] if isinstance(value, Call) else []
        found = next((kind for kind in given if isinstance(kind, kinds.Session)), None)
        if value is None or found is None or not isinstance(project.kind(value, function), kinds.Instance):
            return None
    return found


def misannotated(
    project: Project, function: FunctionScope, *, is_async: bool, yielded: kinds.Kind
) -> MisannotatedProvider | None:
    """``function`` as a generator of its kind that yields ``yielded``, when its annotation says something else."""
    annotation = _unquoted(function.node.returns) if function.node.returns is not None else None
    if annotation is None or not _is_wrong(project, annotation, function, is_async=is_async):
        return None
    if not isinstance(yielded, kinds.Session) and _is_maker(project, annotation, function):
        return None  # what it yields is what it says
    named = _named_session(project, annotation, function)
    session = named[1] if named is not None else yielded
    if not isinstance(session, kinds.Session):
        return None
    if isinstance(yielded, kinds.Session) and yielded.is_async != session.is_async:
        named, session = None, yielded  # the annotation names the other kind of session: say what is yielded
    element = _written(project, named[0], function) if named is not None else _default_name(session)
    return MisannotatedProvider(function, is_async, element, named[0] if named is not None else None, session)


def _unquoted(annotation: Term) -> Term | None:
    if isinstance(annotation, Constant) and isinstance(annotation.value, str):
        return read_annotation(annotation.value)
    return annotation


def _is_wrong(project: Project, annotation: Term, function: FunctionScope, *, is_async: bool) -> bool:
    outside = function.parent or function.module
    generic = annotation.value if isinstance(annotation, Subscript) else annotation
    if isinstance(annotation, Operation) and annotation.op == "|":
        return all(_is_wrong(project, operand, function, is_async=is_async) for operand in annotation.operands)
    if isinstance(annotation, Constant):
        return annotation.value is None
    kind = project.kind(generic, outside)
    match kind:
        case kinds.SessionType() | kinds.Session():
            return True
        case kinds.ClassKind():
            return project.evaluator.session_type(kind) is not None
        case kinds.External(name=name):
            plain = canonical(name)
            if plain in ("Optional", "Union") and isinstance(annotation, Subscript):
                return all(_is_wrong(project, item, function, is_async=is_async) for item in annotation.items)
            right = ASYNC_GENERATORS if is_async else GENERATORS
            wrong = GENERATORS if is_async else ASYNC_GENERATORS
            if plain in right | _ANYTHING:
                return False
            return plain in wrong or plain in SESSION_MAKERS
        case _:
            return False


def _is_maker(project: Project, annotation: Term, function: FunctionScope) -> bool:
    generic = annotation.value if isinstance(annotation, Subscript) else annotation
    kind = project.kind(generic, function.parent or function.module)
    return isinstance(kind, kinds.External) and canonical(kind.name) in SESSION_MAKERS


def _named_session(project: Project, annotation: Term, function: FunctionScope) -> tuple[Term, kinds.Session] | None:
    """The part of an annotation that names a session class: ``Session`` of ``Generator[Session, None, None]``."""
    outside = function.parent or function.module
    if isinstance(annotation, Name | Attribute):
        kind = project.evaluator.annotated(annotation, outside)
        return (annotation, kind) if isinstance(kind, kinds.Session) else None
    inner: tuple[Term, ...] = ()
    if isinstance(annotation, Subscript):
        inner = annotation.items
        if isinstance(generic := project.evaluator.annotated(annotation.value, outside), kinds.Session):
            return annotation, generic
    elif isinstance(annotation, Operation):
        inner = annotation.operands
    elif isinstance(annotation, Constant) and (read := _unquoted(annotation)) is not None and read is not annotation:
        return (annotation, found[1]) if (found := _named_session(project, read, function)) is not None else None
    return next((found for item in inner if (found := _named_session(project, item, function)) is not None), None)


def _written(project: Project, term: Term, function: FunctionScope) -> str:
    if term.span.end:
        return project.source(function).text[slice(*term.span)]
    return _dotted_text(term)


def _dotted_text(term: Term) -> str:
    match term:
        case Attribute(value=value, attr=attr):
            return f"{_dotted_text(value)}.{attr}"
        case Name(id=name):
            return name
        case Subscript(value=value, items=items):
            return f"{_dotted_text(value)}[{', '.join(_dotted_text(item) for item in items)}]"
        case _:
            return "Session"


def _default_name(session: kinds.Session) -> str:
    return "AsyncSession" if session.is_async else "Session"
