"""Both trees of a file, the standard library's and the one that is built of libcst's, give the same facts to the last offset."""

import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pages.page import read_cases, read_page

from ecosystem.readings import Comparison, compare, compare_files, tally
from extract import snippets
from extract.composed import modules
from sessionlint.extract.module import extract
from sessionlint.model.source import Source
from sessionlint.rules.registry import registered_rules

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parent.parent.parent
KNOWN = [
    snippets.EXPRESSIONS,
    snippets.FORMATTED,
    snippets.STATEMENTS,
    *([snippets.STATEMENTS_SINCE_311] if sys.version_info >= (3, 11) else []),
    *([snippets.STATEMENTS_SINCE_312, snippets.FORMATTED_SINCE_312] if sys.version_info >= (3, 12) else []),
    *([snippets.STATEMENTS_SINCE_313] if sys.version_info >= (3, 13) else []),
    *([snippets.STATEMENTS_SINCE_314] if sys.version_info >= (3, 14) else []),
]
NEWER = [
    *([snippets.STATEMENTS_SINCE_311] if sys.version_info < (3, 11) else []),
    *([snippets.STATEMENTS_SINCE_312] if sys.version_info < (3, 12) else []),
    *([snippets.STATEMENTS_SINCE_313] if sys.version_info < (3, 13) else []),
    *([snippets.STATEMENTS_SINCE_314] if sys.version_info < (3, 14) else []),
]
FOLDERS = ["src", "tests", "fixtures", "proofs"]


def others(texts: Sequence[str], outcome: str) -> dict[str, Comparison]:
    """Those that do not come out as they should."""
    return {text: comparison for text in texts if (comparison := compare(text)).outcome != outcome}


@pytest.mark.parametrize("table", KNOWN)
def test_what_the_running_python_knows_reads_the_same(table: str) -> None:
    assert others(snippets.snippets(table), "same") == {}


def test_characters_that_no_editor_shows_read_the_same() -> None:
    assert others(snippets.SPECIAL, "same") == {}


@pytest.mark.parametrize("table", [snippets.LEFT_TO_LIBCST, *NEWER])
def test_what_the_tree_cannot_tell_is_left_to_libcst(table: str) -> None:
    assert others(snippets.snippets(table), "left to libcst") == {}
    assert others(snippets.SPECIAL_LEFT_TO_LIBCST, "left to libcst") == {}


def test_what_libcst_does_not_know_is_read_all_the_same() -> None:
    texts = snippets.snippets(snippets.UNKNOWN_TO_LIBCST)
    assert [extract(Source("a.py", text)).problem for text in texts] == [None] * len(texts)


def test_what_is_no_python_is_a_problem() -> None:
    texts = [*snippets.snippets(snippets.UNREADABLE), *snippets.SPECIAL_UNREADABLE]
    assert others(texts, "unreadable") == {}
    assert all(extract(Source("a.py", text)).problem for text in texts)


@pytest.mark.parametrize("text", ["(" * 160 + "a" + ")" * 160, "a" + ".b()" * 300, "+".join("a" * 600), "not " * 149 + "a"])
def test_what_is_nested_deeply_reads_the_same_or_is_left_to_libcst(text: str) -> None:
    assert compare(text).outcome in ("same", "left to libcst")


@pytest.mark.parametrize("depth", range(145, 154))
@pytest.mark.parametrize(
    ("head", "tail"), [("-", ""), ("[", "]"), ("(", ",)"), ("a(", ")"), ("", ".a"), ("a[:", "]"), ("", "[a]")]
)
def test_the_depth_beyond_which_terms_are_opaque_is_the_same(head: str, tail: str, depth: int) -> None:
    assert compare(head * depth + "a" + tail * depth).outcome in ("same", "left to libcst")


@pytest.mark.parametrize("depth", [95, 198, 199, 201])
def test_the_depth_beyond_which_blocks_are_refused_is_the_same(depth: int) -> None:
    text = "if a: pass\n" + "elif b: pass\n" * depth
    assert compare(text).outcome == ("same" if depth < 199 else "unreadable")


@pytest.mark.parametrize("folder", FOLDERS)
def test_our_own_files_read_the_same(folder: str) -> None:
    files = [
        path for path in sorted((ROOT / folder).rglob("*.py")) if not any(part[0] == "." for part in path.relative_to(ROOT).parts)
    ]
    compared = dict(compare_files(files))
    assert len(compared) > 1
    assert [(path, one) for path, one in compared.items() if one.outcome == "different"] == []
    known = [one for one in compared.values() if one.outcome not in ("unreadable", "unknown to libcst")]
    assert sum(one.outcome == "left to libcst" for one in known) <= len(known) / 50, tally(known)


def test_the_code_in_rule_pages_and_documents_reads_the_same() -> None:
    pages = [read_page(entry.page) for entry in registered_rules()]
    scenarios = [case for path in sorted((ROOT / "tests").rglob("*.md")) for case in read_cases(path)]
    blocks = [block.text for case in [*scenarios, *(case for page in pages for case in page.cases)] for block in case.blocks]
    texts = [*blocks, *(proof.script for page in pages for proof in page.proofs)]
    assert len(texts) > 500
    outcomes = {text: compare(text) for text in texts}
    assert {text: one for text, one in outcomes.items() if one.outcome == "different"} == {}
    assert [text for text, one in outcomes.items() if one.outcome == "left to libcst" and _is_known_here(text)] == []


def _is_known_here(text: str) -> bool:
    """Whether the running Python knows the syntax: pages show what is newer than the oldest one, too."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=150,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
@given(modules)
def test_forms_within_forms_read_the_same(module: str) -> None:
    comparison = compare(module)
    # newer syntax apart, what the standard library parses it can also tell
    assert comparison.outcome in ("same", "unreadable", "unknown to libcst") or comparison.why == "SyntaxError"


@pytest.mark.parametrize(
    "text",
    [
        "import a\n\nasync def b(c=(1), *d: int) -> None:\n    with (a, b as c):\n        return a((b), c=(d))\n",
        pytest.param("x = f'{a!r:>{b}}' 'c'\n", marks=pytest.mark.skipif(sys.version_info < (3, 12), reason="no places there")),
    ],
)
def test_an_ordinary_file_is_read_without_libcst(text: str) -> None:
    code = (
        "import sys\n"
        "from sessionlint.extract.module import extract\n"
        "from sessionlint.model.source import Source\n"
        f"facts = extract(Source('a.py', {text!r}))\n"
        "assert facts.body and facts.problem is None\n"
        "print('libcst' in sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"
