"""Do fixes keep their word on real code? Applied to a copy of each project, first the safe ones, then the unsafe ones.

What must hold afterwards: every file that parsed still does; pyflakes has no new complaint; a second run changes nothing;
what was fixed is no longer reported; and no finding of severity error is new.
"""

import ast
import json
import re
import shutil
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ecosystem.lint import command, failure, python_files
from ecosystem.report import table

_COMPLAINT = re.compile(r"^(?P<path>.+?):\d+:(?:\d+:)? (?P<text>.+)$", re.MULTILINE)
LEVELS: Mapping[str, tuple[str, ...]] = {"safe": ("--fix",), "unsafe": ("--fix", "--unsafe-fixes")}


class Said(NamedTuple):
    """One finding or complaint, without its line number, which fixes move."""

    path: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """One level of fixes on one project: how many findings of each rule went, which files changed, and what went wrong."""

    project: str
    level: str
    rules: Mapping[str, int]
    files: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What is true of a tree at one moment."""

    texts: Mapping[Path, bytes]
    findings: Counter[Said]
    errors: Counter[Said]
    fixable: Mapping[str, int]
    complaints: Counter[Said]
    unparsable: frozenset[Path]


def fix_project(project: str, tree: Path, work: Path) -> Iterator[Fixed]:
    """Apply both levels to a copy of ``tree`` below ``work`` and tell what became of it."""
    copy = work / "fixed" / project
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(tree, copy)
    before = look(copy)
    for level, options in LEVELS.items():
        told = run(copy, options)
        after = look(copy)
        again = run(copy, options)
        problems = [*told, *again, *compare(before, after, level)]
        if {path: path.read_bytes() for path in python_files(copy)} != after.texts:
            problems.append("a second run changes the text again")
        changed = sum(before.texts[path] != after.texts.get(path) for path in before.texts)
        yield Fixed(project, level, gone(before, after), changed, tuple(problems))
        before = after


def run(tree: Path, options: Iterable[str]) -> list[str]:
    done = subprocess.run([*command(), *options], cwd=tree, capture_output=True, check=False)
    failed = failure(done.returncode, done.stderr.decode("utf-8", "replace"))
    return [failed] if failed else []


def look(tree: Path) -> State:
    done = subprocess.run(command(), cwd=tree, capture_output=True, check=False)
    findings = json.loads(done.stdout)["findings"]
    said = Counter(_finding(entry) for entry in findings)
    errors = Counter(_finding(entry) for entry in findings if entry["severity"] == "error")
    fixable = Counter(entry["fix"]["applicability"] for entry in findings if entry.get("fix"))
    texts = {path: path.read_bytes() for path in python_files(tree)}
    unparsable = frozenset(path for path, data in texts.items() if not parses(data))
    return State(texts, said, errors, fixable, Counter(complaints(tree)), unparsable)


def _finding(entry: Mapping[str, Any]) -> Said:
    return Said(entry["filename"], entry["code"], entry["message"])


def compare(before: State, after: State, level: str) -> Iterator[str]:
    """What must not have happened between two states."""
    yield from (f"{path}: does not parse any more" for path in sorted(after.unparsable - before.unparsable))
    yield from (f"{one.path}: new for pyflakes: {one.detail}" for one in after.complaints - before.complaints)
    yield from (f"{one.path}: new error: {one.what} {one.detail}" for one in after.errors - before.errors)
    levels = ("safe",) if level == "safe" else ("safe", "unsafe")
    left = sum(after.fixable.get(each, 0) for each in levels)
    if left:
        yield f"{left} findings with a {level} fix are still there"


def gone(before: State, after: State) -> dict[str, int]:
    """How many findings of each rule are no longer there."""
    return dict(sorted(Counter(one.what for one in (before.findings - after.findings).elements()).items()))


def parses(data: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(data)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def complaints(tree: Path) -> Iterator[Said]:
    """What pyflakes says of names: undefined, unused, redefined."""
    done = subprocess.run([sys.executable, "-m", "pyflakes", "."], cwd=tree, capture_output=True, text=True, check=False)
    for match in _COMPLAINT.finditer(done.stdout):
        yield Said(match["path"], "pyflakes", re.sub(r"\bfrom line \d+", "from another line", match["text"]))


def fix_table(fixed: Iterable[Fixed]) -> list[str]:
    """As Markdown."""
    head = ("Project", "Fixes", "Files", "Problems", "Findings gone, by rule")
    rows = (
        [
            one.project,
            one.level,
            str(one.files),
            str(len(one.problems)),
            ", ".join(f"{rule} {n}" for rule, n in one.rules.items()),
        ]
        for one in fixed
        if one.rules or one.problems
    )
    return table(head, rows)
