"""How a failing case is shown: the page, the line, expected and got."""

import difflib
from collections.abc import Iterable, Mapping, Sequence

from pages.markers import Marker, Seen
from pages.page import Case


def headed(case: Case, text: str) -> str:
    return f"{case.page}:{case.line}: {case.title}\n{text}"


def of_findings(case: Case, seen: Sequence[Seen], missing: Sequence[tuple[str, Marker]], extra: Sequence[Seen]) -> str:
    """``-`` expected and not there, ``+`` there and not expected; with the line of the page and of the file."""
    rows = [(path, marker.line, f"- {_line(case, path, marker.line)}: {str(marker)[2:]}") for path, marker in missing]
    for one in seen:
        sign = "+" if one in extra else " "
        shown = f'{one.severity}: {one.code}:{one.column} "{one.message}"'
        rows.append((one.path, one.line, f"{sign} {_line(case, one.path, one.line)}: {shown}"))
    return headed(case, "\n".join(["findings (- expected, + got):", *(text for _, _, text in sorted(rows))]))


def _line(case: Case, path: str, line: int) -> str:
    """``page line 41, app/db.py:3 `db = SessionLocal()` ``."""
    if path not in case.marked:
        return f"{path}:{line}"
    marked, block = case.marked[path], case.sources[path]
    lines = marked.text.split("\n")
    if not 0 < line <= len(lines):
        return f"{path}:{line} (no such line)"
    return f"page line {block.line + 1 + marked.block_lines[line - 1]}, {path}:{line} `{lines[line - 1].strip()}`"


def of_files(case: Case, what: str, expected: Mapping[str, str], got: Mapping[str, str]) -> str:
    parts = [what]
    for path in sorted(expected.keys() | got.keys()):
        old, new = (files.get(path, "").split("\n") for files in (expected, got))
        parts += difflib.unified_diff(old, new, f"{path} (expected)", f"{path} (got)", lineterm="")
    return headed(case, "\n".join(parts))


def of_lists(case: Case, what: str, expected: Iterable[object], got: Iterable[object]) -> str:
    lines = difflib.unified_diff([str(one) for one in expected], [str(one) for one in got], "expected", "got", lineterm="")
    return headed(case, "\n".join([what, *lines]))
