from pathlib import Path
from typing import Any

import pytest

from pages.markers import Marker, Seen, read_markers, write_markers
from pages.page import Page, PageError, parse_page

PAGE = """\
# bare-session (SES301)

What it does. ```` is not a fence here.

## Cases

<!-- without suppression: nothing to suppress -->

### a factory in another file

```python title="app/db.py"
SessionLocal = sessionmaker(engine)
```

```python title="app/main.py"
db = SessionLocal()  # keep  # error: SES301:6 "never \\"closed\\""  # info: SES101
text = '''
'''
# ^ warning: SES201 "x"
done()
```

```toml title="pyproject.toml"
[project]
```

```python title="app/main.py" after="unsafe" drops="# keep"
gone()
```

## Proof

### it leaks

```python proof="fails" raises="QueuePool limit"
raise SystemExit(1)
```
"""

SECOND = '### a factory in another file\n\n```python title="x.py"\n```\n'


def parse(text: str) -> Page:
    return parse_page(Path("bare_session.md"), text)


def test_a_page_has_a_name_a_code_sections_cases_and_proofs() -> None:
    page = parse(PAGE)
    assert (page.name, page.code, page.sections) == ("bare-session", "SES301", ("Cases", "Proof"))
    [case], [proof] = page.cases, page.proofs
    assert (case.title, case.line, case.without) == ("a factory in another file", 9, frozenset({"suppression"}))
    assert (proof.title, proof.kind, proof.raises, proof.script) == (
        "it leaks",
        "fails",
        "QueuePool limit",
        "raise SystemExit(1)\n",
    )


def test_a_case_has_its_files_without_markers() -> None:
    [case] = parse(PAGE).cases
    assert case.files == {
        "app/db.py": "SessionLocal = sessionmaker(engine)\n",
        "app/main.py": "db = SessionLocal()  # keep\ntext = '''\n'''\ndone()\n",
        "pyproject.toml": "[project]\n",
    }
    assert case.codes == {"SES301", "SES101", "SES201"}


def test_markers_speak_of_their_line_and_own_line_markers_of_the_line_above() -> None:
    [case] = parse(PAGE).cases
    assert case.marked["app/main.py"].markers == (
        Marker(1, "error", "SES301", 6, 'never "closed"'),
        Marker(1, "info", "SES101"),
        Marker(3, "warning", "SES201", None, "x"),
    )
    assert case.marked["app/main.py"].block_lines == (0, 1, 2, 4, 5)


def test_text_after_a_fix_falls_back_on_the_lower_level_and_on_the_source() -> None:
    [case] = parse(PAGE).cases
    assert case.expected_files("safe") == case.files
    assert case.expected_files("unsafe") == {**case.files, "app/main.py": "gone()\n"}


def test_an_ordinary_comment_that_speaks_of_errors_is_no_marker() -> None:
    text = "x = 1  # error: see SES301\ny = 2  # error: SES301 is what it was  \n"
    assert read_markers(text).text == text


def test_markers_survive_being_written_and_read() -> None:
    marked = 'a = 1  # note  # error: SES301 "say \\"x\\" \\\\ y"\nb = 2  # info: SES101:5\n'
    read = read_markers(marked)
    assert write_markers(read.text, list(read.markers)) == marked


@pytest.mark.parametrize(
    ("changed", "matches"),
    [
        ({}, True),
        ({"line": 2}, False),
        ({"column": 7}, False),
        ({"severity": "warning"}, False),
        ({"code": "SES302"}, False),
        ({"message": "is closed"}, False),
    ],
)
def test_a_marker_matches_only_what_it_says(changed: dict[str, Any], matches: bool) -> None:
    found = Seen("app/main.py", 1, 6, "error", "SES301", "is never closed")._replace(**changed)
    assert Marker(1, "error", "SES301", 6, "never closed").matches(found) is matches


@pytest.mark.parametrize(
    ("old", "new", "at", "problem"),
    [
        ("# bare-session (SES301)", "# Bare session", "# Bare session", "expected a title"),
        ("raise SystemExit(1)\n```", "raise", 'proof="fails"', "never closed"),
        (' after="unsafe"', ' afetr="unsafe"', "afetr", "cannot understand"),
        (' after="unsafe"', ' after="both"', "both", "neither 'safe' nor 'unsafe'"),
        ('"app/main.py" after', '"app/mian.py" after', "mian", "no file 'app/mian.py'"),
        ('title="app/main.py"\n', 'title="app/db.py"\n', 'b.py"\ndb', "a second block for 'app/db.py'"),
        (' title="app/db.py"', "", "```python\n", "without title"),
        ("gone()", "gone()  # error: SES301", "after=", "no markers"),
        (' raises="QueuePool limit"', "", "proof=", "raises"),
        ('"fails"', '"breaks"', "breaks", "neither 'fails'"),
        ('"fails"', '"fails" fastapi="newest"', "newest", "'newest' are no versions"),
        ('proof="fails" raises="QueuePool limit"', 'proof="table"', "table", "has no table of versions"),
        ("## Proof", "### nothing\n## Proof", "### nothing", "without a Python file"),
        ("## Proof", SECOND + "## Proof", SECOND, "a second case"),
    ],
)
def test_a_page_that_breaks_the_format_is_refused_with_its_line(old: str, new: str, at: str, problem: str) -> None:
    assert old in PAGE
    text = PAGE.replace(old, new)
    line = text[: text.index(at)].count("\n") + 1
    with pytest.raises(PageError, match=rf"^bare_session.md:{line}: .*{problem}"):
        parse(text)


def test_a_row_of_a_proven_table_begins_with_versions() -> None:
    table = "| FastAPI | what happens |\n|---|---|\n| newer | a leak |\n"
    proof = '## Proof\n\n```python proof="table"\n```\n'
    with pytest.raises(PageError, match=r"^bare_session.md:5: no versions such as"):
        parse(f"# bare-session (SES301)\n\n{table}\n{proof}")
