"""What sessionlint said of a project, each finding with a key that survives edits elsewhere in the file."""

import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider


class Key(NamedTuple):
    """Names a finding without line numbers: where it stands, what its line says, and the how-manieth of its like (from 0).

    ``path`` is relative to the project with forward slashes; ``scope`` the qualified name of the enclosing function or
    class ("" at module level); ``line`` the source line with its white space normalised.
    """

    package: str
    rule: str
    path: str
    scope: str
    line: str
    ordinal: int = 0


class Spot(NamedTuple):
    """A line of a file, counted from 1, and what there is to say about it."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Found:
    """``spot`` carries the finding's message, ``related`` the other places of its trace."""

    key: Key
    spot: Spot
    related: tuple[Spot, ...]


def read_findings(package: str, tree: Path, report: str) -> tuple[Found, ...]:
    """Findings of one JSON ``report`` about the files in ``tree``, sorted by key. Raises ValueError when it is not JSON."""
    seen: Counter[Key] = Counter()
    found = []
    for entry in sorted(json.loads(report), key=_order):
        spot = _spot(entry)
        key = Key(package, entry["code"], spot.path, *context(tree / spot.path, spot.line))
        found.append(Found(key._replace(ordinal=seen[key]), spot, tuple(_spot(related) for related in entry["related"])))
        seen[key] += 1
    return tuple(sorted(found, key=lambda one: one.key))


def _order(entry: dict[str, Any]) -> tuple[str, int, int]:
    return entry["filename"], entry["location"]["row"], entry["location"]["column"]


def _spot(entry: dict[str, Any]) -> Spot:
    return Spot(entry["filename"].replace("\\", "/"), entry["location"]["row"], entry["message"])


def context(path: Path, line: int) -> tuple[str, str]:
    """The enclosing scope and the normalised text of a line, as a key holds them."""
    lines = read_lines(path)
    text = lines[line - 1] if line <= len(lines) else ""
    return enclosing_scope(path, line), " ".join(text.split())


@lru_cache(maxsize=8)
def read_lines(path: Path) -> list[str]:
    """The file's lines as Python counts them (form feeds and the like do not end one); [] when there is no such file."""
    try:
        text = path.read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        return []
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def enclosing_scope(path: Path, line: int) -> str:
    """Qualified name of the innermost function or class around a line; "" at module level or when the file does not parse."""
    return max((scope for scope in _scopes(path) if scope[0] <= line <= scope[1]), default=(0, 0, ""))[2]


@lru_cache(maxsize=8)
def _scopes(path: Path) -> tuple[tuple[int, int, str], ...]:
    """First line, last line and qualified name of every function and class. By libcst: ast reads only its own Python's syntax."""
    try:
        wrapper = MetadataWrapper(cst.parse_module("\n".join(read_lines(path))), unsafe_skip_copy=True)
    except (cst.ParserSyntaxError, RecursionError):
        return ()
    visitor = _ScopeVisitor()
    wrapper.visit(visitor)
    return tuple(visitor.scopes)


class _ScopeVisitor(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.scopes: list[tuple[int, int, str]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self.names.append(node.name.value)
            places = [self.get_metadata(PositionProvider, part) for part in (node, *node.decorators)]
            self.scopes.append((min(place.start.line for place in places), places[0].end.line, ".".join(self.names)))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef | cst.ClassDef):
            self.names.pop()
