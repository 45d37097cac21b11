"""Random changes to small projects made of the cases of rule pages."""

from collections.abc import Mapping, Sequence
from functools import cache
from random import Random
from typing import TypeAlias

from pages.page import read_page

from sessionlint.rules.registry import registered_rules

Files: TypeAlias = dict[str, str]
_FILES = 8


@cache
def cases() -> Sequence[Files]:
    """The files of every case of every page, configuration left out."""
    found = (case.files for entry in registered_rules() for case in read_page(entry.page).cases)
    return [{path: text for path, text in files.items() if path.endswith(".py")} for files in found]


def project(random: Random) -> Files:
    """Some cases beside each other, and one with its folder."""
    files: Files = {}
    for number in range(random.randint(1, 3)):
        folder = f"part{number}/" if number else ""
        files |= {folder + path: text for path, text in random.choice(cases()).items()}
    return files


def changed(files: Mapping[str, str], random: Random) -> Files:
    """The files after one change: of lines, of a whole file, or of which files there are."""
    after = dict(files)
    path = random.choice(sorted(files))
    lines = files[path].splitlines(keepends=True)
    match random.choice(("delete", "delete", "repeat", "comment", "rename word", "other", "add", "remove", "rename", "swap")):
        case "delete" if lines:
            first = random.randrange(len(lines))
            after[path] = "".join((*lines[:first], *lines[first + random.choice((1, 1, 2, 5)) :]))
        case "repeat" if lines:
            at = random.randrange(len(lines))
            after[path] = "".join((*lines[: at + 1], *lines[at:]))
        case "rename word":
            old, new = random.choice((("db", "session"), ("get_db", "get_session"), ("engine", "other"), ("Session", "Engine")))
            after[path] = files[path].replace(old, new)
        case "other":
            after[path] = _some_text(random)
        case "add" if len(files) < _FILES:
            after[f"{random.choice(('', 'app/', 'part1/'))}{random.choice(('db', 'deps', 'main', 'added'))}.py"] = _some_text(
                random
            )
        case "remove" if len(files) > 1:
            del after[path]
        case "rename":
            after[path.replace(".py", "_.py")] = after.pop(path)
        case "swap":
            other = random.choice(sorted(files))
            after[path], after[other] = files[other], files[path]
        case _:
            after[path] = "# a comment\n" + files[path]
    return after


def _some_text(random: Random) -> str:
    return random.choice(sorted((random.choice(cases()) or {"": ""}).values()))
