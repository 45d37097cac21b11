"""Which role a file has, told by its path, its imports and what it does when it is run."""

from collections.abc import Set

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.model import walk
from sessionlint.model.facts import Call, Class, Constant, Evaluate, Function, If, Import, Name, Operation, Term
from sessionlint.model.role import Role

_TEST_FOLDERS = frozenset({"tests", "test", "testing"})
_SCRIPT_FOLDERS = frozenset({"scripts", "script", "tools", "bin", "examples", "example", "docs", "docs_src", "notebooks"})
_APPLICATIONS = (
    *("FastAPI", "APIRouter", "Flask", "Blueprint", "Quart", "Litestar", "Starlette", "Celery", "Sanic", "Dash", "Starlite"),
    *("APIFlask", "Robyn", "Dramatiq", "FastStream"),
)
_TALKING = frozenset({"print", "input", "exit", "quit", "sys.exit"})
# decorators that hand what they decorate to nobody
_KEEPING_TO_ITSELF = frozenset({"cache", "lru_cache", "contextmanager", "asynccontextmanager", "dataclass"})


def role_of(module: ModuleScope, path: str, *, imported: bool) -> Role:
    """The role of a module; ``path`` is its full one, ``imported`` says whether another module of the project imports it."""
    *folders, file = path.split("/")
    if file.endswith(".pyi"):
        return Role.STUB
    if is_test(path):
        return Role.TEST
    if _imports_alembic(module) and (file == "env.py" or "versions" in folders or _imports_alembic_op(module)):
        return Role.MIGRATION
    if not imported and (_SCRIPT_FOLDERS & set(folders) or has_main_guard(module)) and not builds_application(module):
        return Role.SCRIPT
    return Role.APPLICATION


def is_test(path: str) -> bool:
    """Whether a file of that full path holds tests, or what they share."""
    *folders, file = path.split("/")
    return file.startswith("test_") or file.endswith("_test.py") or file == "conftest.py" or bool(_TEST_FOLDERS & set(folders))


def _imports(module: ModuleScope) -> list[Import]:
    return [statement for statement in walk.statements(module.body) if isinstance(statement, Import)]


def _imports_alembic(module: ModuleScope) -> bool:
    return any(
        (statement.module or "").partition(".")[0] == "alembic"
        or (statement.module is None and any(alias.name.partition(".")[0] == "alembic" for alias in statement.names))
        for statement in _imports(module)
    )


def _imports_alembic_op(module: ModuleScope) -> bool:
    return any(
        statement.module == "alembic" and any(alias.name == "op" for alias in statement.names) for statement in _imports(module)
    )


def has_main_guard(module: ModuleScope) -> bool:
    return any(isinstance(statement, If) and is_main_guard(statement.test) for statement in module.body)


def is_main_guard(test: Term) -> bool:
    """``__name__ == "__main__"``, either way round."""
    match test:
        case Operation(op="==", operands=(left, right)):
            sides = {walk.dotted(left) or getattr(left, "value", None), walk.dotted(right) or getattr(right, "value", None)}
            return sides == {"__name__", "__main__"}
        case _:
            return False


def is_type_checking(test: Term) -> bool:
    return (walk.dotted(test) or "").rpartition(".")[2] == "TYPE_CHECKING" or (isinstance(test, Constant) and test.value is False)


def builds_application(module: ModuleScope) -> bool:
    """A file that makes an application or a router serves requests, also when `python main.py` starts it."""
    made = (site.term for site in module.calls_named(_APPLICATIONS) if site.scope is module)
    return any(isinstance(term, Call) and walk.dotted(term.func) is not None for term in made)


def runs_only_as_program(module: ModuleScope) -> bool:
    """A file that makes no application, and defines nothing but what it runs or uses itself, has nothing to import: it is there
    to be run."""
    if builds_application(module):
        return False
    defined = [statement for statement in walk.statements(module.body) if isinstance(statement, Function | Class)]
    names = {one.name for one in defined}
    return not names or (not any(map(_is_registered, defined)) and _runs_one_of(names, module) and names <= _read(module))


def _is_registered(definition: Function | Class) -> bool:
    """Whether a decorator may hand it to somebody who runs it."""
    names = (walk.dotted(term.func if isinstance(term, Call) else term) or "" for term in definition.decorators)
    return any(name.rpartition(".")[2] not in _KEEPING_TO_ITSELF for name in names)


def _runs_one_of(names: Set[str], module: ModuleScope) -> bool:
    """Whether a statement of the module calls one for what it does: ``main()``, ``asyncio.run(main())``."""
    return any(
        isinstance(term, Call) and isinstance(term.func, Name) and term.func.id in names
        for statement in walk.statements(module.body)
        if isinstance(statement, Evaluate)
        for term, _ in walk.descend(statement.value)
    )


def _read(module: ModuleScope) -> Set[str]:
    return {
        term.id
        for scope in module.scopes
        for statement in walk.statements(scope.body)
        for top in walk.own_terms(statement)
        for term, _ in walk.descend(top)
        if isinstance(term, Name)
    }


def asks_somebody(module: ModuleScope) -> bool:
    """A file that waits for what somebody types serves one person, one step after the other."""
    return any(
        isinstance(term, Call) and walk.dotted(term.func) == "input"
        for scope in module.scopes
        for statement in walk.statements(scope.body)
        for top in walk.own_terms(statement)
        for term, _ in walk.descend(top)
    )


def runs_once(module: ModuleScope) -> bool:
    """Such a file that talks to who runs it: it prints, asks, exits."""
    return runs_only_as_program(module) and any(
        isinstance(term, Call) and walk.dotted(term.func) in _TALKING
        for statement in walk.statements(module.body)
        for top in walk.own_terms(statement)
        for term, _ in walk.descend(top)
    )
