"""Which bodies are worth following? Told from the words in them, because most bodies ask for nothing that could go wrong.

Generous: what has none of these words looks at nothing that has to be loaded, expires nothing, and hands on no object to what
would outlive its session.
"""

from collections.abc import Iterable, Iterator

from sessionlint.link.names.scopes import ClassScope, FunctionScope, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import gathered, question
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Constant, Name, Term
from sessionlint.model.regex import regex
from sessionlint.model.role import Role
from sessionlint.questions.objects.expiry import may_expire
from sessionlint.questions.objects.schemas import VALIDATING, route_schema, schema_fields
from sessionlint.questions.requests.routes import is_route

_MAKERS = ("relationship", "relation", "Relationship", "deferred", "association_proxy", "mapped_column", "Column")
_COLUMNS = frozenset({"mapped_column", "Column"})
_STARTING = frozenset(
    {
        *("add_task", "BackgroundTask", "create_task", "ensure_future", "Thread", "Process", "Timer"),
        *("delay", "apply_async", "send", "send_with_options", "submit", "run_in_executor"),
        *("put", "put_nowait", "enqueue"),
    }
)
_EXPIRING = frozenset({"rollback", "expire", "expire_all", "load_only", "defer"})
_COMMITTING = frozenset({"commit", "begin"})
_GIVING = frozenset({"add", "add_all", "delete", "refresh"})
BEHIND_A_DOT = regex(r"\.(\w+)")
# what something is read of: a name, unless it is written as a class is, or what a call or a subscript gives
_LONGEST = 80
_BEFORE_A_DOT = regex(r"(?:\b([a-z_]\w*)|[)\]])\s*$")
SILENT_IN = frozenset({Role.TEST, Role.STUB})
"""The roles of files in which objects are not followed."""


def has_reason(project: Project, function: FunctionScope) -> bool:
    """Whether something may go wrong with the objects of a body."""
    called, telling = _called(project, function), _telling_words(project)
    if called & (_EXPIRING | telling) or starts_work(project, function):
        return True
    if called & _GIVING and function.withs:  # it may open another session
        return True
    return _reads(project, function, telling) or _makes_more(project, function)


def starts_work(project: Project, function: FunctionScope) -> bool:
    """Whether a body may start work that somebody does later."""
    return bool(_called(project, function) & (_STARTING | _background_words(project)))


def _makes_more(project: Project, function: FunctionScope) -> bool:
    """Whether Pydantic reads something that may be loaded by a look at it."""
    made = [*made_of_objects(project, function)]
    late = late_words(project) if made else frozenset()
    return any(name in late for schema, scope in made for name, _ in schema_fields(project, schema, scope))


def made_of_objects(project: Project, function: FunctionScope) -> Iterator[tuple[Term, Scope]]:
    """The models that are made of objects: of the response of a route, or by ``Model.model_validate(...)``."""
    response = route_schema(function) if is_route(project, function) else None
    if response is not None:
        yield response, function.module
    for site in project.calls_in(function) if _called(project, function) & VALIDATING else ():
        func = site.term.func if isinstance(site.term, Call) else None
        if isinstance(func, Attribute) and func.attr in VALIDATING:
            yield func.value, function


def expires_objects(project: Project, function: FunctionScope, sessions: Iterable[kinds.Session]) -> bool:
    """Whether a body may expire the objects of ``sessions``, which it uses, by a commit."""
    may_commit = bool(function.withs) or bool(_called(project, function) & _COMMITTING)
    return may_commit and any(may_expire(project, session) for session in sessions)


def _reads(project: Project, function: FunctionScope, names: frozenset[str]) -> bool:
    """Whether a body reads one of ``names`` of something of its own, or of what a call gives."""
    others = function.module.bindings
    return any(owner not in others or owner in function.bindings for owner in _owners(_text(project, function), names))


def _reads_of_given(project: Project, function: FunctionScope, names: frozenset[str]) -> bool:
    """Whether a body reads one of ``names`` of its parameters."""
    given = {parameter.name for parameter in function.node.params}
    return any(owner in given for owner in _owners(_text(project, function), names))


def _owners(text: str, names: frozenset[str]) -> Iterator[str]:
    """What stands before a dot and one of ``names``; empty for what a call gives."""
    for found in BEHIND_A_DOT.finditer(text):
        if found[1] in names:
            owner = _BEFORE_A_DOT.search(text, max(0, found.start() - _LONGEST), found.start())
            if owner is not None:
                yield owner[1] or ""


@question(frozenset[str]())
def _called(project: Project, function: FunctionScope) -> frozenset[str]:
    calls = (site.term.func for site in project.calls_in(function) if isinstance(site.term, Call))
    return frozenset(func.id if isinstance(func, Name) else func.attr for func in calls if isinstance(func, Name | Attribute))


def _text(project: Project, function: FunctionScope) -> str:
    return project.source(function).text[function.node.header_end : function.node.span.end]


@question(frozenset[str]())
def _background_words(project: Project) -> frozenset[str]:
    return project.trust.vocabulary.words


@question(frozenset[str]())
def _telling_words(project: Project) -> frozenset[str]:
    """The names of what is loaded by a look at it, of the properties and functions that may look, and of functions that add an
    object to a session of their own."""
    return late_words(project) | (frozenset(_looking(project)) - VALIDATING) | frozenset(_adding(project))


def is_of_interest(project: Project, module: ModuleScope) -> bool:
    """Whether objects are followed in a module: not in tests, which nobody else calls."""
    return project.role(module) not in SILENT_IN


@question(frozenset[str]())
def late_words(project: Project) -> frozenset[str]:
    """The names of all attributes that a look at them may load."""
    return frozenset(_loaded_late(project))


@gathered
def _loaded_late(project: Project, module: ModuleScope) -> Iterator[str]:
    for site in module.calls_named(_MAKERS):
        call = site.term
        if not isinstance(call, Call) or not isinstance(site.scope, ClassScope | FunctionScope):
            continue
        name = (walk.dotted(call.func) or "").rpartition(".")[2]
        if name in _COLUMNS and walk.argument(call, None, "deferred") is None:
            continue
        if isinstance(site.scope, FunctionScope):
            yield site.scope.node.name
        elif isinstance(site.statement, Assign):
            yield from (target.id for target in site.statement.targets if isinstance(target, Name))
        yield from _backref_name(call)


def _backref_name(call: Call) -> Iterator[str]:
    given = walk.argument(call, None, "backref")
    name = walk.argument(given, 0, "name") if isinstance(given, Call) else given
    if isinstance(name, Constant) and isinstance(name.value, str):
        yield name.value


@gathered
def _looking(project: Project, module: ModuleScope) -> Iterator[str]:
    """The functions whose bodies hold the name of what is loaded by a look at it behind a dot, and properties that look at such
    a property."""
    loaded = late_words(project) if is_of_interest(project, module) else frozenset[str]()
    words = frozenset(BEHIND_A_DOT.findall(project.source(module).text)) if loaded else frozenset[str]()
    for _ in range(2):
        present = loaded & words
        functions = module.functions if present else ()
        found = frozenset(function.node.name for function in functions if _reads_of_given(project, function, present))
        yield from found
        loaded |= frozenset(name for name in found if any(name in cls.methods for cls in module.classes))


@gathered
def _adding(project: Project, module: ModuleScope) -> Iterator[str]:
    """The functions with a ``with`` in which something is added to a session."""
    for site in module.calls_named(("add", "add_all", "delete")) if is_of_interest(project, module) else ():
        if isinstance(site.scope, FunctionScope) and site.scope.withs and site.scope.node.params:
            yield site.scope.node.name
