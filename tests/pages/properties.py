"""What holds for every case of every page. Each property takes a case and says what is wrong, or None."""

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import cycle
from typing import Protocol

from pages import differences
from pages.markers import Marker, Seen
from pages.page import Case

Check = Callable[[Mapping[str, str], Collection[str]], Sequence[Seen]]


class Linter(Protocol):
    """What the properties ask of the tool; ``ways`` are other ways to the same findings, by name."""

    @property
    def ways(self) -> Mapping[str, Check]: ...

    def check(self, files: Mapping[str, str], codes: Collection[str]) -> Sequence[Seen]:
        """The findings of the rules ``codes`` in a project of these files."""

    def fix(self, files: Mapping[str, str], codes: Collection[str], *, unsafe: bool) -> dict[str, str]:
        """The files after fixing, all of them."""


Property = Callable[[Case, Linter], str | None]


def findings(case: Case, linter: Linter) -> str | None:
    """The findings are the expected ones, both ways."""
    seen = linter.check(case.files, case.codes)
    _, missing, extra = match(case, seen)
    return differences.of_findings(case, seen, missing, extra) if missing or extra else None


def match(case: Case, seen: Sequence[Seen]) -> tuple[list[tuple[str, Marker, Seen]], list[tuple[str, Marker]], list[Seen]]:
    """Pair markers and findings: (pairs, markers without a finding, findings without a marker)."""
    left = list(seen)
    pairs, missing = [], []
    for path, marked in case.marked.items():
        for marker in marked.markers:
            hit = next((one for one in left if one.path == path and marker.matches(one)), None)
            if hit is None:
                missing.append((path, marker))
            else:
                left.remove(hit)
                pairs.append((path, marker, hit))
    return pairs, missing, left


def fixes(case: Case, linter: Linter) -> str | None:
    """Each level leaves exactly the text shown; that parses, keeps its comments and is left alone by a second run."""
    for level in ("safe", "unsafe"):
        fixed = linter.fix(case.files, case.codes, unsafe=level == "unsafe")
        if problem := _fixed_as_shown(case, level, fixed):
            return problem
        if problem := _sound(case, level, fixed):
            return problem
        again = linter.fix(fixed, case.codes, unsafe=level == "unsafe")
        if again != fixed:
            return differences.of_files(case, f"a second run with {level} fixes changes the text again", fixed, again)
    return None


def _fixed_as_shown(case: Case, level: str, fixed: Mapping[str, str]) -> str | None:
    expected = case.expected_files(level)
    if fixed == expected:
        return None
    return differences.of_files(case, f"after {level} fixes", expected, fixed)


def _sound(case: Case, level: str, fixed: Mapping[str, str]) -> str | None:
    for path in case.marked:
        before, after = case.files[path], fixed[path]
        if before == after:
            continue
        try:
            ast.parse(after)
        except SyntaxError as error:
            return differences.headed(case, f"{path} does not parse after {level} fixes: {error}\n{after}")
        lost = Counter(comments(before)) - Counter(comments(after)) - Counter(_declared_lost(case, path))
        if lost:
            return differences.headed(case, f"{path} lost comments in {level} fixes: {sorted(lost)}")
    return None


def _declared_lost(case: Case, path: str) -> list[str]:
    blocks = [case.after(level).get(path) for level in ("safe", "unsafe")]
    return [comment for block in blocks if block for comment in block.attributes.get("drops", "").split(" | ")]


def comments(text: str) -> list[str]:
    """Every comment of a Python text. Raises what tokenize raises."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.string.rstrip() for token in tokens if token.type == tokenize.COMMENT]


_SPELLINGS = ("# noqa: {}", "# sessionlint: ignore[{}]", "# sessionlint: ignore[{}] until=2999-12-31 -- tested")


def suppression(case: Case, linter: Linter) -> str | None:
    """A comment on the line takes away every finding that it names, and nothing else; the spellings take turns."""
    expected = linter.check(case.files, case.codes)
    lines = sorted({(one.path, one.line) for one in expected})
    for (path, line), spelling in zip(lines, cycle(_SPELLINGS), strict=False):
        codes = sorted({one.code for one in expected if (one.path, one.line) == (path, line)})
        comment = spelling.format(", ".join(codes))
        files = {**case.files, path: _with_comment(case.files[path], line, comment)}
        left = [one for one in linter.check(files, case.codes) if one.path == path and one.code in codes]
        kept = [one for one in expected if one.path == path and one.code in codes and one.line != line]
        if len(left) > len(kept):
            return differences.headed(case, f"{comment!r} at {path}:{line} suppresses nothing:\n{files[path]}")
        if len(left) < len(kept):
            return differences.headed(case, f"{comment!r} at {path}:{line} suppresses too much:\n{files[path]}")
    return None


def _with_comment(text: str, line: int, comment: str) -> str:
    """``comment`` behind the logical line that ``line`` belongs to (a string or a backslash can go on for several)."""
    lines = text.split("\n")
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        tokens = []
    spanning = [token.end[0] for token in tokens if token.type == tokenize.STRING and token.start[0] <= line < token.end[0]]
    target = max(spanning, default=line)
    while lines[target - 1].endswith("\\"):
        target += 1
    lines[target - 1] = _commented(lines[target - 1], comment)
    return "\n".join(lines)


def _commented(line: str, comment: str) -> str:
    """A second ``noqa`` on a line counts for no linter: the codes go into the first."""
    before, noqa, codes = line.partition("  # noqa: ")
    if noqa and comment.startswith("# noqa: "):
        return f"{before}  {comment}, {codes}"
    return f"{line}  {comment}"


def line_endings(case: Case, linter: Linter) -> str | None:
    """With CRLF line endings the same is found, and fixed with CRLF line endings."""
    return _transformed(case, linter, lambda text: text.replace("\n", "\r\n"), "CRLF line endings")


def wide_characters(case: Case, linter: Linter) -> str | None:
    """Characters of two, three and four bytes above the code change nothing but line numbers."""
    return _transformed(case, linter, lambda text: f"# é € \N{GRINNING FACE}\n{text}" if text else text, "wide characters", 1)


def _transformed(case: Case, linter: Linter, transform: Callable[[str], str], what: str, lines: int = 0) -> str | None:
    files = _python(case, case.files, transform)
    reference = sorted(one._replace(line=one.line + lines, message="") for one in linter.check(case.files, case.codes))
    seen = sorted(one._replace(message="") for one in linter.check(files, case.codes))
    if seen != reference:
        return differences.of_lists(case, f"{what} change the findings", reference, seen)
    expected = _python(case, linter.fix(case.files, case.codes, unsafe=True), transform)
    fixed = linter.fix(files, case.codes, unsafe=True)
    if fixed != expected:
        return differences.of_files(case, f"{what} change the fixed text", expected, fixed)
    return None


def _python(case: Case, files: Mapping[str, str], transform: Callable[[str], str]) -> dict[str, str]:
    return {path: transform(text) if path in case.marked else text for path, text in files.items()}


def same_answer(way: str) -> Property:
    """The property that another way of asking gives the same findings."""

    def holds(case: Case, linter: Linter) -> str | None:
        reference = sorted(linter.check(case.files, case.codes))
        other = sorted(linter.ways[way](case.files, case.codes))
        if other == reference:
            return None
        return differences.of_lists(case, f"{way} changes the findings", reference, other)

    return holds


def properties(linter: Linter) -> dict[str, Property]:
    """All of them, by the name that stands in a test's id. Another way to the same findings is one more of ``ways``."""
    own: dict[str, Property] = {
        "findings": findings,
        "fixes": fixes,
        "suppression": suppression,
        "line_endings": line_endings,
        "wide_characters": wide_characters,
    }
    return own | {way: same_answer(way) for way in linter.ways}
