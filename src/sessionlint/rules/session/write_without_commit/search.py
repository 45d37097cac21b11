"""Blocks that write through a session of their own and end without a commit, so that nothing is saved."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, ValueBinding
from sessionlint.link.names.sites import inner_functions, sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.link.values.known_names import WRITING_STATEMENTS
from sessionlint.model import walk
from sessionlint.model.facts import Await, Call, Collection, Constant, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.block_uses import Act, Event, OwnBlock, events, own_blocks

_KEEPS_TO_ITSELF = frozenset({Act.SQL, Act.WRITE, Act.FLUSH, Act.QUERY, Act.LOOKED, Act.CLOSE})


@dataclass(frozen=True, slots=True, eq=False)
class LostWrite:
    """``event`` is the first write of ``block`` that is lost."""

    block: OwnBlock
    event: Event


def lost_writes(project: Project, module: ModuleScope) -> Iterator[LostWrite]:
    """Every ``with`` of ``module`` that opens a session which writes, never commits, and is handed to nobody."""
    scopes: tuple[Scope, ...] = (module, *module.functions)
    for scope in scopes:
        for block in own_blocks(project, scope):
            ends = block.direct and not block.begins and not block.borrows
            if ends and isinstance(block.held, kinds.Session) and _needs_commit(project, block):
                found = [event for event in events(project, scope, block.name) if _belongs_to(event, block)]
                write = next((event for event in found if _is_write(event, scope)), None)
                if write is not None and all(_keeps_to_itself(event) for event in found) and not _is_captured(scope, block):
                    yield LostWrite(block, write)


def _belongs_to(event: Event, block: OwnBlock) -> bool:
    return block.statement.span.contains(event.site.statement.span)


def _keeps_to_itself(event: Event) -> bool:
    return event.act in _KEEPS_TO_ITSELF and not event.method.startswith("expunge") and event.method != "connection"


def _is_captured(scope: Scope, block: OwnBlock) -> bool:
    inner = inner_functions(scope) if isinstance(scope, FunctionScope) else scope.module.functions
    return any(isinstance(site.term, Name) and site.term.id == block.name for other in inner for site in sites(other))


def _needs_commit(project: Project, block: OwnBlock) -> bool:
    """Not where a session class of the project may commit by itself, or an engine may be in autocommit mode."""
    call = block.item.context
    assert isinstance(call, Call)
    if not isinstance(project.kind(call.func, block.scope), kinds.Factory | kinds.SessionType):
        return False
    assert isinstance(block.held, kinds.Session)
    origin = block.held.origin
    paths = {block.scope.module.path, *([origin.path] if origin is not None else [])}
    if any(project.sources[path].mentions("AUTOCOMMIT") for path in paths):
        return False
    return origin is None or origin == block.place or "class_" not in project.sources[origin.path].text[slice(*origin.span)]


def _is_write(event: Event, scope: Scope) -> bool:
    if event.call is None or not event.call.args:
        return False
    given = event.call.args[0].term
    match event.method:
        case "add":
            return _is_new(given, scope)
        case "add_all":
            return isinstance(given, Collection) and any(_is_new(item, scope) for item in given.items)
        case "delete":
            return True
        case "execute" | "exec":
            return _writes(given)
        case _:
            return False


def _is_new(term: Term, scope: Scope) -> bool:
    """``User(...)``, or a local bound to one. An object from elsewhere may be added only to be read through the session."""
    if isinstance(term, Name):
        bindings = scope.bindings.get(term.id, []) if isinstance(scope, FunctionScope) else []
        values = [binding.value for binding in bindings if isinstance(binding, ValueBinding) and not binding.path]
        return len(values) == len(bindings) == 1 and isinstance(values[0], Call) and _is_new(values[0], scope)
    if not isinstance(term, Call):
        return False
    name = (walk.dotted(term.func) or "").rpartition(".")[2]
    return name[:1].isupper()


def _writes(statement: Term) -> bool:
    """``insert(User).values(...)``, ``update(...)``, ``delete(...)``, ``text("insert into ...")``."""
    while isinstance(statement, Await):
        statement = statement.value
    for inner, _ in walk.descend(statement):
        if isinstance(inner, Call) and isinstance(inner.func, Name):
            if inner.func.id in WRITING_STATEMENTS:
                return True
            text = inner.args[0].term if inner.func.id == "text" and inner.args else None
            if isinstance(text, Constant):
                return str(text.value).lstrip().lower().startswith(("insert ", "update ", "delete "))
    return False
