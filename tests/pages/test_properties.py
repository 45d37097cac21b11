"""A page that is wrong must fail. The linter here is a few lines of text search, so that only the harness is on trial."""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pytest

from pages.accept import accept
from pages.markers import Seen
from pages.page import Case, parse_page, read_page
from pages.proof import obstacle, prove
from pages.properties import Check, properties

OPENING = re.compile(r"^( *)(\w+) = SessionLocal\(\)")


class TextSearch:
    """Reports ``x = SessionLocal()`` and rewrites it (unsafely) unless ``broken`` says how to go wrong."""

    def __init__(self, broken: str = "") -> None:
        self.broken = broken

    @property
    def ways(self) -> Mapping[str, Check]:
        return {"order": lambda files, codes: self.check(files, codes)[self.broken == "order" :]}

    def check(self, files: Mapping[str, str], codes: Collection[str]) -> Sequence[Seen]:
        found = []
        for path, text in files.items():
            for number, line in enumerate(text.split("\n"), 1):
                quiet = self.broken != "suppression" and ("ignore[SES301]" in line or "noqa: SES301" in line)
                if (match := OPENING.match(line)) and not quiet:
                    found.append(Seen(path, number, match.start(2) + 1, "error", "SES301", f"{match[2]} is never closed"))
        return found

    def fix(self, files: Mapping[str, str], codes: Collection[str], *, unsafe: bool) -> dict[str, str]:
        return {path: self._fixed(text) if unsafe else text for path, text in files.items()}

    def _fixed(self, text: str) -> str:
        match self.broken:
            case "syntax":
                return text.replace("SessionLocal()", "SessionLocal(")
            case "comment":
                return text.replace(" = SessionLocal()", " = None").replace("  # keep", "")
            case "line_endings":
                return text.replace("= SessionLocal()", "= opened(SessionLocal)").replace("\r\n", "\n")
            case "wide_characters":
                return text.replace("= SessionLocal()", "= opened(SessionLocal)" if text.isascii() else "= None")
            case "again":
                return text.replace("db", "_db")
            case _:
                return text.replace("= SessionLocal()", "= opened(SessionLocal)")


RIGHT = """\
# bare-session (SES301)

## Cases

### a session

```python title="app.py"
def f():
    db = SessionLocal()  # keep  # error: SES301 "never closed"
    return 1
```

```python title="app.py" after="unsafe"
def f():
    db = opened(SessionLocal)  # keep
    return 1
```
"""


def case_of(text: str) -> Case:
    [case] = parse_page(Path("page.md"), text).cases
    return case


def problems(text: str, linter: TextSearch) -> dict[str, str]:
    case = case_of(text)
    held = {name: holds(case, linter) for name, holds in properties(linter).items()}
    return {name: problem for name, problem in held.items() if problem}


def test_a_right_page_has_no_problems() -> None:
    assert problems(RIGHT, TextSearch()) == {}


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (
            '"never closed"',
            '"always closed"',
            '- page line 9, {at}: error: SES301 "always closed"',
        ),
        (
            '  # error: SES301 "never closed"',
            "",
            '+ page line 9, {at}: error: SES301:5 "db is never',
        ),
        (
            "    return 1\n```\n\n",
            '    return 1  # error: SES301 "x"\n```\n\n',
            "- page line 10, app.py:3 `return 1`: error",
        ),
        ("# error: SES301", "# warning: SES301", "- page line 9, app.py:2"),
        ("# error: SES301", "# error: SES302", "- page line 9, app.py:2"),
        ("# error: SES301", "# error: SES301:6", "- page line 9, app.py:2"),
    ],
)
def test_a_wrong_expectation_is_shown_with_its_page_line(old: str, new: str, shown: str) -> None:
    found = problems(RIGHT.replace(old, new, 1), TextSearch())
    assert list(found) == ["findings"]
    assert found["findings"].startswith("page.md:5: a session\n")
    assert shown.replace("{at}", "app.py:2 `db = SessionLocal()  # keep`") in found["findings"]


def test_a_wrong_text_after_a_fix_is_shown_as_a_diff() -> None:
    found = problems(RIGHT.replace("opened(", "shut("), TextSearch())
    assert list(found) == ["fixes"]
    assert "-    db = shut(SessionLocal)  # keep\n+    db = opened(SessionLocal)  # keep" in found["fixes"]


def test_a_fix_that_the_page_does_not_show_is_a_problem() -> None:
    without_after = RIGHT[: RIGHT.index('```python title="app.py" after')]
    assert "+    db = opened(SessionLocal)" in problems(without_after, TextSearch())["fixes"]


@pytest.mark.parametrize(
    ("broken", "after", "name", "shown"),
    [
        ("syntax", "SessionLocal(  # keep", "fixes", "does not parse"),
        ("comment", "None", "fixes", "lost comments in unsafe fixes: ['# keep']"),
        ("suppression", "opened(SessionLocal)  # keep", "suppression", "suppresses nothing"),
        ("order", "opened(SessionLocal)  # keep", "order", "order changes the findings"),
        ("line_endings", "opened(SessionLocal)  # keep", "line_endings", "CRLF line endings change the fixed text"),
        ("wide_characters", "opened(SessionLocal)  # keep", "wide_characters", "-    db = opened(SessionLocal)"),
    ],
)
def test_a_linter_that_breaks_a_promise_is_caught(broken: str, after: str, name: str, shown: str) -> None:
    text = RIGHT.replace("opened(SessionLocal)  # keep", after)
    found = problems(text, TextSearch(broken))
    assert list(found) == [name]
    assert shown in found[name]


def test_a_fix_that_never_comes_to_rest_is_caught() -> None:
    text = RIGHT.replace("    db = opened(SessionLocal)", "    _db = SessionLocal()")
    assert "a second run with unsafe fixes changes the text again" in problems(text, TextSearch("again"))["fixes"]


def test_a_comment_may_go_where_the_page_says_so() -> None:
    text = RIGHT.replace("opened(SessionLocal)  # keep", "None").replace('after="unsafe"', 'after="unsafe" drops="# keep"')
    assert problems(text, TextSearch("comment")) == {}


def test_accepting_rewrites_what_differs_and_then_everything_holds(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    wrong = RIGHT.replace('  # error: SES301 "never closed"', "")
    page.write_text(wrong[: wrong.index('\n```python title="app.py" after')], encoding="utf-8")
    assert accept(page, TextSearch())
    expected = RIGHT.replace('"never closed"', '"db is never closed"')
    assert page.read_text(encoding="utf-8") == expected
    assert not accept(page, TextSearch())


def test_accepting_leaves_a_right_page_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(RIGHT, encoding="utf-8")
    assert not accept(page, TextSearch())
    assert read_page(page).text == RIGHT


def proof_problem(kind: str, script: str, folder: Path) -> str | None:
    raises = "" if kind == "works" else ' raises="no connection left"'
    text = f'# bare-session (SES301)\n\n## Proof\n\n```python proof="{kind}"{raises}\n{script}\n```\n'
    [proof] = parse_page(Path("page.md"), text).proofs
    return prove(proof, TextSearch(), folder)


FIXABLE = """
def opened(factory): return 1
def SessionLocal(): raise RuntimeError("no connection left")
db = SessionLocal()
"""


@pytest.mark.proof
@pytest.mark.parametrize(
    ("kind", "script", "problem"),
    [
        ("works", "1 + 1", None),
        ("works", "1 / 0", "ZeroDivisionError"),
        ("fails", "raise RuntimeError('no connection left')", None),
        ("fails", "print('no connection left')", "exit code 0"),
        ("fails", "print('no connection left'); 1 / 0", "ZeroDivisionError"),
        ("fixed", FIXABLE, None),
        ("fixed", "raise RuntimeError('no connection left')", "repairs nothing"),
        ("fixed", FIXABLE + "raise RuntimeError('no connection left')", "expected to work"),
    ],
)
def test_a_proof_proves_what_it_says(kind: str, script: str, problem: str | None, tmp_path: Path) -> None:
    shown = proof_problem(kind, script, tmp_path)
    assert shown is None if problem is None else shown is not None and problem in shown


TABLE = """\
# bare-session (SES301)

| FastAPI | what happens |
|---|---|
| up to 0.1 | nothing |
| since 0.2 | a leak |
| since 0.2, scoped | no leak |

## Proof

```python proof="table"
{script}
```
"""


@pytest.mark.proof
@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("print('a leak'); print('scoped | no leak')", None),
        ("print('scoped | no leak'); print('a leak')", None),
        ("print('a leak')", "the table says\na leak\nscoped | no leak\nthe script says\na leak\n"),
        ("print('no leak'); print('scoped | no leak')", "the script says\nno leak"),
        ("print('nothing'); print('a leak'); print('scoped | no leak')", "the script says\nnothing"),
        ("print('a leak'); print('scoped | no leak'); 1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_table_says_what_the_script_saw_on_this_version(script: str, problem: str | None, tmp_path: Path) -> None:
    [proof] = parse_page(Path("page.md"), TABLE.format(script=script)).proofs
    shown = prove(proof, TextSearch(), tmp_path)
    assert shown is None if problem is None else shown is not None and problem in shown


@pytest.mark.proof
def test_a_table_without_a_row_for_this_version_proves_nothing(tmp_path: Path) -> None:
    [proof] = parse_page(Path("page.md"), TABLE.replace("since 0.2", "0.0 to 0.1").format(script="")).proofs
    assert prove(proof, TextSearch(), tmp_path) is not None


@pytest.mark.parametrize(
    ("attributes", "server", "reason"),
    [
        ("", "", None),
        ('fastapi="since 0.100"', "", None),
        ('fastapi="up to 0.100"', "", "the page speaks of other versions of fastapi"),
        ('sqlalchemy="1.4"', "", "the page speaks of other versions of sqlalchemy"),
        ('needs="pytest"', "", None),
        ('needs="pytest no_such_module"', "", "no_such_module is not installed"),
        ('needs="postgres"', "", "SESSIONLINT_PROOF_POSTGRES names no PostgreSQL server"),
        ('needs="postgres"', "postgresql://localhost/proofs", None),
    ],
)
def test_a_proof_that_cannot_be_had_here_says_why(
    attributes: str, server: str, reason: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SESSIONLINT_PROOF_POSTGRES", server)
    text = f'# bare-session (SES301)\n\n## Proof\n\n```python proof="works" {attributes}\n```\n'
    [proof] = parse_page(Path("page.md"), text).proofs
    assert obstacle(proof) == reason
