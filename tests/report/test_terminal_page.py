import pytest

from sessionlint.report.look import Look
from sessionlint.report.page import render, user_part
from sessionlint.report.visible import width

PAGE = """\
# bare-session (SES301)

<!-- a note to writers -->
A session that **nothing** closes: see `SessionLocal()` and
[the docs](https://docs.sqlalchemy.org).

## What breaks

- `QueuePool limit of size 5 overflow 10 reached`, and then *nothing*
  works
  1. nested
- two

> quoted 2 * 3 * 4

    QueuePool limit of size 5 overflow 10 reached, connection timed out

```python
# Cases
## Cases
def f():
\treturn "a line that is longer than the terminal is wide"
```

| option | meaning |
|---|:---:|
| `a\\|b` | several words that do not fit on one line |
| `c` |

## Cases
hidden
## Proof
hidden
"""


def test_a_page_is_laid_out_for_the_terminal() -> None:
    assert (
        render(PAGE, Look(width=40))
        == """\
bare-session (SES301)
=====================

A session that nothing closes: see
`SessionLocal()` and the docs
(https://docs.sqlalchemy.org).

What breaks
-----------

- `QueuePool limit of size 5 overflow 10
  reached`, and then nothing works
  1. nested
- two

| quoted 2 * 3 * 4

    QueuePool limit of size 5 overflow 10 reached, connection timed out

    # Cases
    ## Cases
    def f():
        return "a line that is longer than the terminal is wide"

option  meaning
------  --------------------------------
`a|b`   several words that do not fit on
        one line
`c`
"""
    )


def test_colour_changes_the_look_only() -> None:
    report = render("# t\n\nUse `a b` **now**.\n", Look(colour=True))
    assert report == "\x1b[1;4mt\x1b[0m\n\nUse \x1b[36ma\x1b[0m \x1b[36mb\x1b[0m \x1b[1mnow\x1b[0m.\n"


@pytest.mark.parametrize("heading", ["## Cases", "### Cases", "## Proof"])
def test_the_user_reads_up_to_the_first_heading_meant_for_the_tests(heading: str) -> None:
    assert user_part(f"# t\n\nprose\n\n{heading}\nmore\n") == "# t\n\nprose\n"


def test_a_page_without_cases_is_shown_whole() -> None:
    assert user_part("# t\n\nCases\n") == "# t\n\nCases\n"


@pytest.mark.parametrize("columns", [40, 80, 300])
def test_prose_keeps_within_the_terminal_and_within_a_readable_width(columns: int) -> None:
    lines = render("# t\n\n" + "word " * 200 + "\n\n- " + "世界 " * 100, Look(width=columns)).splitlines()
    assert 30 < max(map(width, lines)) <= min(columns, 100)
