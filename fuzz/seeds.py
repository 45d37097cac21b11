"""What the mutations begin with, as projects of bytes: the cases of the rule pages, whole projects, chains and circles."""

import sys
from functools import cache
from pathlib import Path

from sessionlint.rules.registry import registered_rules

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from pages.page import read_cases, read_page  # noqa: E402  (the pages' own reader lives with the tests)
from shapes.shapes import CHAINS, CIRCLES  # noqa: E402  (and so do the shapes)

Project = dict[str, bytes]


@cache
def seeds() -> tuple[Project, ...]:
    """All of them, in a fixed order."""
    return (*_cases(), *_projects(), *_shapes())


def _cases() -> tuple[Project, ...]:
    """Every case of every page and scenario."""
    pages = [read_page(entry.page) for entry in registered_rules()]
    scenarios = [case for path in sorted((ROOT / "fixtures" / "scenarios").glob("*.md")) for case in read_cases(path)]
    cases = [*(case for page in pages for case in page.cases), *scenarios]
    return tuple({path: text.encode("utf-8", "surrogatepass") for path, text in case.files.items()} for case in cases)


def _projects() -> tuple[Project, ...]:
    """Projects as people lay them out, and some code that is longer: our own."""
    folders = [*sorted((ROOT / "fixtures" / "projects").iterdir()), *sorted((ROOT / "fixtures" / "applications").iterdir())]
    return (*map(_files, folders), _files(ROOT / "src" / "sessionlint" / "text"), _files(ROOT / "benchmarks"))


def _files(folder: Path) -> Project:
    found = (path for path in sorted(folder.rglob("*")) if path.suffix in (".py", ".toml", ".txt", ".cfg"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found if not _is_hidden(path.relative_to(folder))}


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "__pycache__")) for part in path.parts)


def _shapes() -> tuple[Project, ...]:
    """Each link of names, classes and functions as a chain and as a circle, short ones and such as nobody writes."""
    shapes = [shape for table in (CHAINS, CIRCLES) for _, shape in sorted(table.items())]
    return tuple({path: text.encode() for path, text in shape(size).items()} for shape in shapes for size in (1, 2, 3, 50))
