import pytest

from sessionlint.extract.module import extract
from sessionlint.index.imports import outline
from sessionlint.model import walk
from sessionlint.model.facts import Import
from sessionlint.model.source import Source

SAMPLES = {
    "plain": "import os\nimport a.b as c, d\nfrom x import y\nfrom x.y import z as w, v\n",
    "relative": "from . import a\nfrom .. import b\nfrom ..c.d import e\n",
    "parenthesised": "from a import (\n    b,  # why, not\n    c as d,\n)\n",
    "continued": "from a import b, \\\n    c\n",
    "inside a function": "def f():\n    from a import b; import c\n    return b\n",
    "star": "from a import *\n",
    "CRLF": "import a\r\nfrom b import c\r\n",
    "in a docstring": '"""Use it so:\n\nfrom a import b\n"""\nimport c\n',
}


def imports(body: tuple[object, ...]) -> list[tuple[str | None, int, list[tuple[str, str | None]]]]:
    return [
        (statement.module, statement.level, [(alias.name, alias.asname) for alias in statement.names])
        for statement in walk.statements(body)  # type: ignore[arg-type]
        if isinstance(statement, Import)
    ]


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"inside a function"}))
def test_an_outline_has_the_imports_that_extraction_finds(name: str) -> None:
    source = Source("m.py", SAMPLES[name])
    assert imports(outline(source).body) == imports(extract(source).body)


def test_imports_inside_a_function_count_too() -> None:
    assert imports(outline(Source("m.py", SAMPLES["inside a function"])).body)[0] == ("a", 0, [("b", None)])


def test_the_place_of_a_name_is_exact() -> None:
    source = Source("m.py", SAMPLES["parenthesised"])
    (statement,) = outline(source).body
    assert isinstance(statement, Import)
    assert [source.text[slice(*alias.span)] for alias in statement.names] == ["b", "c as d"]
