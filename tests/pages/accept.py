"""``pytest --accept``: rewrite what a page expects into what the tool says, for a person to review."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pages.markers import Marker, Seen, write_markers
from pages.page import Block, Case, parse_page
from pages.properties import Linter, match


def accept(path: Path, linter: Linter) -> bool:
    """Rewrite the page's markers and its text after fixes where they differ from what ``linter`` says. True if it changed.

    Cases and blocks that agree are left as they are written, also own-line markers.
    """
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    for case in reversed(parse_page(path, text).cases):
        for first, last, replacement in sorted(_changes(case, linter), reverse=True):
            lines[first:last] = replacement
    changed = "\n".join(lines)
    if changed != text:
        path.write_text(changed, encoding="utf-8")
    return changed != text


def _changes(case: Case, linter: Linter) -> list[tuple[int, int, list[str]]]:
    """(first, last, lines): what to put in place of a range of page lines, counted from 0."""
    seen = linter.check(case.files, case.codes)
    changes = [(block.line - 1, block.end, new) for block, new in _marker_changes(case, seen)]
    safe = linter.fix(case.files, case.codes, unsafe=False)
    unsafe = linter.fix(case.files, case.codes, unsafe=True)
    changes += _text_changes(case, "safe", case.files, safe)
    changes += _text_changes(case, "unsafe", safe, unsafe)
    return changes


def _marker_changes(case: Case, seen: Sequence[Seen]) -> list[tuple[Block, list[str]]]:
    pairs, missing, extra = match(case, seen)
    wrong = {path for path, _ in missing} | {one.path for one in extra}
    changes = []
    for path in wrong & case.marked.keys():
        kept = [marker for pair_path, marker, _ in pairs if pair_path == path]
        new = [Marker(one.line, one.severity, one.code, None, one.message) for one in extra if one.path == path]
        block = case.sources[path]
        changes.append((block, _fenced(f'{block.language} title="{path}"', write_markers(case.files[path], kept + new))))
    return changes


def _text_changes(case: Case, level: str, lower: Mapping[str, str], fixed: Mapping[str, str]) -> list[tuple[int, int, list[str]]]:
    changes = []
    shown = case.after(level)
    for path, block in case.sources.items():
        if path not in case.marked:
            continue
        old = shown.get(path)
        if fixed[path] == lower[path]:
            if old:
                changes.append((old.line - 1, old.end + 1, list[str]()))
            continue
        new = _fenced(f'{block.language} title="{path}" after="{level}"', fixed[path])
        if old is None:
            end = max(one.end for one in case.blocks)
            changes.append((end, end, ["", *new]))
        elif old.text != fixed[path]:
            changes.append((old.line - 1, old.end, [_fence_line(old), *new[1:]]))
    return changes


def _fence_line(block: Block) -> str:
    return f"```{block.language} " + " ".join(f'{key}="{value}"' for key, value in block.attributes.items())


def _fenced(info: str, text: str) -> list[str]:
    return [f"```{info}", *text.removesuffix("\n").split("\n"), "```"]
