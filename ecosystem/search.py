"""Naive searches for what the rules look for: one file, names taken at their word, no project around it.

They share nothing with the linter (stdlib ``ast``, no resolution), hit far too much, and so show what a rule is silent about.
"""

import ast
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Search: TypeAlias = Callable[["Tree"], Iterator[int]]

_ENGINE_BUILDERS = ("create_engine", "create_async_engine", "engine_from_config", "async_engine_from_config")
_FACTORIES = frozenset(
    {
        *("session", "sessionlocal", "session_local", "session_factory", "sessionfactory", "session_maker", "dbsession"),
        *("asyncsession", "asyncsessionlocal", "async_session", "async_session_factory", "async_session_maker", "new_session"),
    }
)
_PROVIDER_WORDS = ("session", "get_db", "db_")


@dataclass(frozen=True)
class Tree:
    """A parsed file: the functions around each node, the innermost first, and the nodes of each function."""

    functions: Mapping[ast.AST, tuple[Function, ...]]
    bodies: Mapping[Function, Sequence[ast.AST]]

    def nodes(self) -> Iterator[ast.AST]:
        return iter(self.functions)

    def in_function(self, node: ast.AST) -> bool:
        return bool(self.functions[node])

    def own(self, function: Function) -> Sequence[ast.AST]:
        """The nodes of a function's own body, without those of the functions inside it."""
        return self.bodies.get(function, ())


def parse(path: Path) -> Tree | None:
    """The tree of a file; None when this Python's ``ast`` cannot read it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            root = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError):
        return None
    functions: dict[ast.AST, tuple[Function, ...]] = {}
    bodies: dict[Function, list[ast.AST]] = defaultdict(list)
    waiting: list[tuple[ast.AST, tuple[Function, ...]]] = [(root, ())]
    while waiting:
        node, around = waiting.pop()
        functions[node] = around
        for function in around[:1]:
            bodies[function].append(node)
        inside = (node, *around) if isinstance(node, Function) else around
        waiting += [(child, inside) for child in ast.iter_child_nodes(node)]
    return Tree(functions, bodies)


def _name(node: ast.AST | None) -> str:
    """The last name of a dotted expression or of what is called: ``db`` for ``self.db``, ``get_db`` for ``deps.get_db()``."""
    match node:
        case ast.Call(func=func):
            return _name(func)
        case ast.Attribute(attr=attr):
            return attr
        case ast.Name(id=name):
            return name
        case ast.Subscript(value=value):
            return _name(value)
        case _:
            return ""


def _calls(tree: Tree) -> Iterator[ast.Call]:
    return (node for node in tree.nodes() if isinstance(node, ast.Call))


def _import_time_engine(tree: Tree) -> Iterator[int]:
    return (call.lineno for call in _calls(tree) if _name(call) in _ENGINE_BUILDERS and not tree.in_function(call))


def _sync_factory(tree: Tree) -> Iterator[int]:
    for call in _calls(tree):
        if _name(call) == "sessionmaker":
            yield from (call.lineno for given in call.keywords if given.arg == "class_" and "Async" in _name(given.value))


def _opened(tree: Tree) -> Iterator[tuple[ast.Assign, str]]:
    """``name = SessionLocal()``, whatever it is."""
    for node in tree.nodes():
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _name(node.value).lower() in _FACTORIES:
            yield node, _name(node.targets[0])


def _bare_session(tree: Tree) -> Iterator[int]:
    """A session in a function that neither enters nor closes the name."""
    for node, name in _opened(tree):
        for function in tree.functions[node][:1]:
            tended = {
                _name(inner.func.value)
                for inner in tree.own(function)
                if isinstance(inner, ast.Call)
                and isinstance(inner.func, ast.Attribute)
                and inner.func.attr in ("close", "aclose")
            }
            entered = {_name(item.context_expr) for inner in tree.own(function) for item in getattr(inner, "items", ())}
            if name not in tended | entered:
                yield node.lineno


def _closed(node: ast.AST) -> str:
    """What ``name.close()`` closes; "" for anything else."""
    closing = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("close", "aclose")
    return _name(node.func.value) if closing else ""  # type: ignore[attr-defined]


def _close_outside_finally(tree: Tree) -> Iterator[int]:
    """A session whose only ``close()`` stands in no ``finally``."""
    for node, name in _opened(tree):
        for function in tree.functions[node][:1]:
            final = [statement for inner in tree.own(function) for statement in getattr(inner, "finalbody", ())]
            in_final = {_closed(part) for statement in final for part in ast.walk(statement)}
            if name in {_closed(inner) for inner in tree.own(function)} - in_final:
                yield node.lineno


def _global_session(tree: Tree) -> Iterator[int]:
    return (node.lineno for node, _ in _opened(tree) if not tree.in_function(node))


def _generators(tree: Tree) -> Iterator[tuple[Function, Sequence[ast.AST]]]:
    for function, own in tree.bodies.items():
        if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own):
            yield function, own


def _provider_annotation(tree: Tree) -> Iterator[int]:
    return (function.lineno for function, _ in _generators(tree) if _name(function.returns).endswith("Session"))


def _yields_session(node: ast.AST) -> bool:
    return isinstance(node, ast.Yield) and _name(node.value).lower().endswith(("session", "db", "_db", "s"))


def _without_finally(tree: Tree) -> Iterator[int]:
    """``yield session`` outside any ``try`` and any ``with``, with a close behind it."""
    for function, own in _generators(tree):
        guarded = {inner for node in own if isinstance(node, ast.Try | ast.With | ast.AsyncWith) for inner in ast.walk(node)}
        closes = any(isinstance(node, ast.Attribute) and node.attr in ("close", "aclose") for node in own)
        if closes and any(_yields_session(node) and node not in guarded for node in own):
            yield function.lineno


def _commit_after_yield(tree: Tree) -> Iterator[int]:
    for _, own in _generators(tree):
        lines = [node.lineno for node in own if isinstance(node, ast.Yield) and _yields_session(node)]
        commits = (node for node in own if isinstance(node, ast.Call) and _name(node) == "commit")
        yield from (node.lineno for node in commits if lines and node.lineno > min(lines))


def _managers(tree: Tree) -> set[str]:
    return {
        function.name
        for function in tree.bodies
        if any(_name(decorator) in ("contextmanager", "asynccontextmanager") for decorator in function.decorator_list)
    }


def _depends_on_context_manager(tree: Tree) -> Iterator[int]:
    """Within one file, where both can be seen."""
    managers = _managers(tree)
    for call in _calls(tree):
        if _name(call) in ("Depends", "Security") and call.args and _name(call.args[0]) in managers:
            yield call.lineno


def _manual_iteration(tree: Tree) -> Iterator[int]:
    for node in tree.nodes():
        iterated: ast.AST | None = None
        if isinstance(node, ast.Call) and _name(node) in ("next", "anext", "__next__", "__anext__"):
            iterated = node.args[0] if node.args else getattr(node.func, "value", None)
        elif isinstance(node, ast.For | ast.AsyncFor):
            iterated = node.iter
        if isinstance(iterated, ast.Call) and any(word in _name(iterated).lower() for word in _PROVIDER_WORDS):
            yield iterated.lineno


def _sync_session_in_async(tree: Tree) -> Iterator[int]:
    for function in tree.bodies:
        if isinstance(function, ast.AsyncFunctionDef):
            every = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
            yield from (given.lineno for given in every if _name(given.annotation) == "Session")


SEARCHES: dict[str, Search] = {
    "SES101": _import_time_engine,
    "SES201": _sync_factory,
    "SES301": _bare_session,
    "SES302": _close_outside_finally,
    "SES303": _global_session,
    "SES401": _provider_annotation,
    "SES403": _without_finally,
    "SES405": _commit_after_yield,
    "SES501": _depends_on_context_manager,
    "SES507": _manual_iteration,
    "SES509": _sync_session_in_async,
}
