"""The tree that is built of libcst's is the one that ``ast`` gives, to the last column."""

import ast
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import libcst as cst
import pytest

from extract import snippets
from sessionlint.extract.newer import nodes
from sessionlint.extract.newer.builder import MismatchError, UnknownNodeError
from sessionlint.extract.newer.positions import Lines
from sessionlint.extract.newer.syntax_problem import problem
from sessionlint.extract.newer.tree import Tree, parse, parse_formatted
from sessionlint.model.source import Source

TABLES = [
    snippets.EXPRESSIONS,
    snippets.FORMATTED,
    snippets.STATEMENTS,
    *([snippets.STATEMENTS_SINCE_311] if sys.version_info >= (3, 11) else []),
    *([snippets.FORMATTED_SINCE_312, snippets.STATEMENTS_SINCE_312] if sys.version_info >= (3, 12) else []),
    *([snippets.STATEMENTS_SINCE_313] if sys.version_info >= (3, 13) else []),
    *([snippets.STATEMENTS_SINCE_314] if sys.version_info >= (3, 14) else []),
]
# what the lowering asks nobody for: contexts, how a string was written, and the literal parts of formatted ones
IGNORED = {"ctx", "kind", "type_comment", "str"}
FORMATTED = (ast.JoinedStr, nodes.TemplateStr)


def show(node: object) -> Iterator[str]:
    """Every node with its place and its fields, as lines."""
    if isinstance(node, list):
        for item in node:
            yield from show(item)
    elif isinstance(node, ast.AST):
        place = [getattr(node, name, None) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset")]
        yield f"{type(node).__name__} {place}"
        if isinstance(node, FORMATTED) and sys.version_info < (3, 12):
            return  # the library's own parts are anywhere
        for name, value in ast.iter_fields(node):
            if name not in IGNORED:
                yield f"{name}:"
                yield from show(_formatted(value) if name == "values" and isinstance(node, FORMATTED) else value)
    else:
        yield repr(node)


def _formatted(values: list[ast.expr]) -> list[ast.expr]:
    return [value for value in values if not isinstance(value, ast.Constant)]


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("table", TABLES)
def test_the_tree_is_the_one_of_the_standard_library(table: str) -> None:
    for text in snippets.snippets(table):
        assert list(show(parse(text))) == list(show(ast.parse(text))), text


@pytest.mark.parametrize("name", ["argparse", "asyncio/tasks", "dataclasses", "ipaddress", "test/test_patma"])
def test_the_tree_of_real_files_is_the_one_of_the_standard_library(name: str) -> None:
    text = (Path(ast.__file__).parent / f"{name}.py").read_text("utf-8")
    shown = list(show(parse(text)))
    assert len(shown) > 5_000
    assert shown == list(show(ast.parse(text)))


@pytest.mark.parametrize("prefix", ["", "é = "])
def test_a_formatted_string_stands_where_its_file_has_it(prefix: str) -> None:
    (statement,) = ast.parse(f"x = 1\n{prefix}(f'é{{a}}'\n    f'é{{b}}')").body[1:]
    segment = "f'é{a}'\n    f'é{b}'"
    one, two = parse_formatted(segment, statement.lineno, len(prefix.encode()) + 1).values
    assert isinstance(one, ast.FormattedValue) and isinstance(two, ast.FormattedValue)
    assert (one.lineno, one.col_offset, one.end_col_offset) == (2, len(prefix.encode()) + 5, len(prefix.encode()) + 8)
    assert (two.value.lineno, two.value.col_offset) == (3, 9)


@pytest.mark.parametrize("segment", ["f'{a", "f'{a!}'", "a b"])
def test_what_is_no_string_is_an_error_in_value(segment: str) -> None:
    with pytest.raises(ValueError):
        parse_formatted(segment, 1, 0)


def test_names_are_as_they_are_written() -> None:
    (statement,) = parse("ﬁ\n").body
    assert isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Name)
    assert statement.value.id == "ﬁ"


@pytest.mark.parametrize(("text", "other"), [("a\n", "b\n"), ("a.b\n", "a. c\n"), ("a b\n", "a\n"), ("f'b{c}'\n", "f'{c}'\n")])
def test_a_tree_that_is_not_of_the_text_is_noticed(monkeypatch: pytest.MonkeyPatch, text: str, other: str) -> None:
    tree = cst.parse_module(other)
    monkeypatch.setattr(cst, "parse_module", lambda _: tree)
    with pytest.raises(MismatchError) as raised:
        parse(text)
    told = problem(Source("a.py", text), raised.value)
    assert told is not None and "cannot be read reliably" in told.message
    assert problem(Source("a.py", text), LookupError()) is None


def test_what_libcst_itself_fails_over_is_said() -> None:
    told = problem(Source("a.py", 'x = t"a" t"b"'), cst.CSTLogicError("Logic error!"))
    assert told is not None and told.message == "cannot be read by libcst: CSTLogicError: Logic error!"


def test_every_form_of_expression_statement_and_pattern_is_visited() -> None:
    forms = (cst.BaseExpression, cst.BaseSmallStatement, cst.BaseCompoundStatement, cst.MatchPattern)
    known = [node for name in cst.__all__ if isinstance(node := getattr(cst, name), type) and issubclass(node, forms)]
    concrete = [node.__name__ for node in known if not inspect.isabstract(node) and not node.__name__.startswith("Base")]
    assert len(concrete) > 60
    assert [name for name in concrete if f"visit_{name}" not in dir(Tree) or not _is_ours(name)] == []


def _is_ours(name: str) -> bool:
    return str(getattr(Tree, f"visit_{name}").__module__).startswith("sessionlint.")


def test_a_node_that_is_newer_than_we_are_is_named() -> None:
    class Newer(cst.Name):
        pass

    with pytest.raises(UnknownNodeError, match="Newer"):
        Tree("a", Lines("a")).term(Newer("a"))
