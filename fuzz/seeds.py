"""What the mutations begin with: the cases of the rule pages, as projects of bytes."""

import sys
from functools import cache
from pathlib import Path

from sessionlint.rules.registry import registered_rules

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from pages.page import read_cases, read_page  # noqa: E402  (the pages' own reader lives with the tests)

Project = dict[str, bytes]


@cache
def seeds() -> tuple[Project, ...]:
    """Every case of every page and scenario, in a fixed order."""
    pages = [read_page(entry.page) for entry in registered_rules()]
    scenarios = [case for path in sorted((ROOT / "fixtures" / "scenarios").glob("*.md")) for case in read_cases(path)]
    cases = [*(case for page in pages for case in page.cases), *scenarios]
    return tuple({path: text.encode("utf-8", "surrogatepass") for path, text in case.files.items()} for case in cases)
