"""What is read in one pass is what plain patterns say, which can take minutes for a text of a page."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sessionlint.extract.suppressions import suppressions
from sessionlint.index.imports import outline
from sessionlint.index.interest import mentions_anything_of_interest
from sessionlint.model.facts import Import
from sessionlint.model.source import Source
from sessionlint.text.loose_tokens import tokens

_REST = re.compile(
    r"\s*(?:\[(?P<codes>[^\]]*)\])?\s*(?:until\s*=\s*(?P<until>[^\s#]+))?\s*(?:--\s*(?P<reason>.*?))?\s*(?:#.*)?$", re.IGNORECASE
)
_INTEREST = re.compile(r"_sqlalchemy|sqlalchemy_|sqlalchemy\w*\s*[()]|noqa\s*:?[^\n]*ses|import\s*\*")
_IMPORT = re.compile(
    r"^[ \t\f]*(?:from[ \t]+(?P<dots>[.]*)[ \t]*(?P<module>[\w.]*)[ \t]+import[ \t]*"
    r"(?P<names>\([^)]*\)|(?:[^\n;#\\]|\\\r?\n)+)"
    r"|import[ \t]+(?P<modules>(?:[^\n;#\\]|\\\r?\n)+))",
    re.MULTILINE,
)
_OTHERS = r"(?P<other>[^\s'\"\\]+|\S)"
_TOKEN = re.compile(
    r"#[^\r\n]*|'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\\r\n])*'|\"(?:\\.|[^\"\\\r\n])*\"|" + _OTHERS,
    re.DOTALL,
)


def texts(*pieces: str) -> "st.SearchStrategy[str]":
    return st.lists(st.sampled_from(pieces), max_size=14).map("".join)


@given(texts(" ", "  ", "\t", "[", "]", "SES301", ",", "until", "=", "2027-01-01", "--", "-", "#", "x"))
def test_what_follows_a_directive(rest: str) -> None:
    expected = _REST.match(rest)
    (found,) = suppressions(f"# sessionlint: ignore {rest}")
    if expected is None:
        assert found.problem is not None
    elif found.problem is None:
        said = (found.until, found.reason, " ".join(found.codes))
        assert said == (expected["until"], expected["reason"] or None, " ".join(re.findall(r"[^\s,]+", expected["codes"] or "")))
    else:
        assert "not a date" in found.problem or "no rule between" in found.problem


@given(texts("sqlalchemy", "noqa", ":", " ", "\n", "ses", "n", "no", "(", ")", "_", "x", "import", "*"))
def test_what_is_of_interest(text: str) -> None:
    if "session" not in text:
        assert mentions_anything_of_interest(text.encode()) is (_INTEREST.search(text) is not None)


@given(texts("'", '"', "'''", '"""', "\\", "\n", "\r", "#", "a", " ", "\\\n", "\\'"))
def test_strings_and_comments(text: str) -> None:
    def is_string(match: "re.Match[str]") -> bool:
        return match.lastgroup is None and match[0][0] in "'\""

    expected = [match.span() for match in _TOKEN.finditer(text) if is_string(match)]
    found = [match.span() for match in tokens(text, _OTHERS) if match.lastgroup in (None, "empty")]
    assert found == expected


@given(texts("from", "import", " ", "  ", "\n", "(", ")", ".", "..", "x", "y", " as ", "*", ",", "#c", "\\\n", ";", "a.b", "\t"))
def test_imports(text: str) -> None:
    def told(match: "re.Match[str]") -> Any:
        level = None if match["modules"] is not None else len(match["dots"])
        return match.start() + len(match[0]) - len(match[0].lstrip()), match.end(), match["module"], level

    found = [
        (each.span.start, each.span.end, each.module, each.level if each.module is not None else None)
        for each in outline(Source("a.py", text)).body
        if isinstance(each, Import)
    ]
    assert found == [told(match) for match in _IMPORT.finditer(text) if match["modules"] or match["module"] or match["dots"]]
