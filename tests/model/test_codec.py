import importlib.util
import json
from pathlib import Path

import pytest

from sessionlint.extract.module import extract
from sessionlint.model.codec import dump, load
from sessionlint.model.facts import ModuleFacts, SyntaxProblem
from sessionlint.model.source import Source, Span


@pytest.mark.parametrize("name", ["argparse", "sqlalchemy.orm.session"])
def test_facts_of_real_files_survive_json(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None and spec.origin is not None
    data = dump(extract(Source("a.py", Path(spec.origin).read_text("utf-8"))))
    loaded = load(json.loads(json.dumps(data)))
    assert dump(loaded) == data
    assert isinstance(loaded.body[0].span, Span) and isinstance(loaded.body, tuple)


def test_problems_mappings_and_odd_constants_survive_json() -> None:
    facts = extract(Source("a.py", "x = {1: None, **a, '\\ud800': 1e999, 2**70: -0.0}  # noqa: SES301, E1\n"))
    assert facts.problem is None
    assert dump(load(json.loads(json.dumps(dump(facts))))) == dump(facts)
    assert load(dump(facts)).suppressions[0].code_spans == facts.suppressions[0].code_spans
    broken = load(dump(ModuleFacts("a.py", problem=SyntaxProblem(Span(1, 2), "why"))))
    assert broken.problem is not None and (broken.problem.span, broken.problem.message) == (Span(1, 2), "why")


def test_long_chains_need_no_deep_json() -> None:
    facts = extract(Source("a.py", "if a: pass\n" + "elif b: pass\n" * 150))
    assert facts.problem is None
    assert len(json.loads(json.dumps(dump(facts)))) == len(dump(load(dump(facts))))


@pytest.mark.parametrize("data", [[], [[9999]], [[0, [0, 1]]], [["x"]]])
def test_data_of_another_make_is_refused(data: list[list[object]]) -> None:
    with pytest.raises((ValueError, TypeError, IndexError, KeyError)):
        load(data)
