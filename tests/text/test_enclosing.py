"""Which definition a place lies in, told from the text."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionlint.model.source import Source
from sessionlint.text.enclosing import Enclosing
from sessionlint.text.logical_lines import LogicalLines


def _at(text: str, mark: str) -> str:
    return Enclosing(Source("a.py", text), LogicalLines(text).plain).at(text.index(mark))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x = 1  # HERE\n", ""),
        ("def f(): HERE\n", "f"),
        ("async   def f(\n    a=HERE,\n): pass\n", "f"),
        ("@cached(\n    HERE)\n@more\ndef f():\n    pass\n", "f"),
        ("class A:\n    def f(self):\n        if x:\n            HERE\n", "A.f"),
        ("class A:\n    def f(self):\n        pass\n    HERE\n", "A"),
        ("class A:\n    def f(self):\n        pass  # HERE\n", "A.f"),
        ("class A:\n    def f(self):\n        pass\nHERE\n", ""),
        ("class A:\n    def f(self): pass\n\n    def g(self): pass\n\nHERE = 1\n", ""),
        ("if x:\n    def f():\n        HERE\nelse:\n    def f():\n        pass\n", "f"),
        ("def f():\n\tif x:\n\t    HERE\n", "f"),
        ("def f():\r\n    HERE\r\n", "f"),
        ("def f():\n    '''\ndef g():\n'''\n    HERE\n", "f"),
        ("def f():\n    return (\nHERE\n    )\n", "f"),
        ("def f(:\n    HERE\n", "f"),
        ("defer = 1\nclassy: int\nHERE\n", ""),
        ("def f():\n    pass\n\x0cdef g():\n    HERE\n", "g"),
    ],
)
def test_a_place_lies_in_the_innermost_definition(text: str, name: str) -> None:
    assert _at(text, "HERE") == name


def _modules() -> st.SearchStrategy[str]:
    """Definitions in each other, with statements between them."""
    body = st.deferred(lambda: st.lists(st.one_of(st.just("pass"), blocks), min_size=1, max_size=3).map("\n".join))
    blocks = st.tuples(st.sampled_from(["def f():", "class A:", "@d\nasync def g():", "if x:"]), body).map(
        lambda block: block[0] + "\n" + "\n".join(f"    {line}" for line in block[1].splitlines())
    )
    return body


@settings(derandomize=True)
@given(_modules())
def test_every_statement_lies_where_python_says(text: str) -> None:
    enclosing = Enclosing(Source("a.py", text), LogicalLines(text).plain)
    lines = [0]
    for line in text.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))

    def look(node: ast.AST, around: str) -> None:
        for child in ast.iter_child_nodes(node):
            name = around
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{around}.{child.name}".lstrip(".")
            elif isinstance(child, ast.stmt):
                assert enclosing.at(lines[child.lineno - 1] + child.col_offset) == name
            look(child, name)

    look(ast.parse(text), "")
