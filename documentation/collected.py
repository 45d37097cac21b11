"""All pages of the site, with links as they are there."""

from collections.abc import Iterator
from dataclasses import replace

from documentation.errors import SOURCE, error_pages, error_texts, with_links
from documentation.links import with_links_of_the_site, with_links_to_rules
from documentation.page import ROOT, Page, read
from documentation.reference import SCHEMA, SETTINGS, reference_pages
from documentation.rule_pages import rule_pages, target_of
from sessionlint.rules.registry import registered_rules

# Files of the repository outside of docs/ that are pages of the site, too
ELSEWHERE = {
    "ARCHITECTURE.md": "how-it-works.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
    "benchmarks/README.md": "benchmarks.md",
}
PICTURES = {
    "benchmarks/scaling.svg": "scaling.svg",
    **{file.relative_to(ROOT).as_posix(): f"images/{file.name}" for file in sorted((ROOT / "docs" / "images").iterdir())},
}


def pages() -> list[Page]:
    """Every page, by target."""
    found = [*_written(), *rule_pages(error_texts()), *error_pages(error_texts()), *reference_pages()]
    targets = {page.origin: page.target for page in found if not page.target.startswith("errors/")}
    known = targets | PICTURES | {"README.md": "index.md", SCHEMA: SETTINGS}
    rules = {entry.rule.code: target_of(entry) for entry in registered_rules()}
    led = (replace(page, text=with_links_of_the_site(page, known)) for page in found)
    return sorted((replace(page, text=with_links_to_rules(page, rules)) for page in led), key=lambda page: page.target)


def _written() -> Iterator[Page]:
    """What people have written."""
    for file in sorted((ROOT / "docs").rglob("*.md")):
        origin = file.relative_to(ROOT).as_posix()
        text = with_links(read(origin), error_texts()) if origin == SOURCE else read(origin)
        yield Page(origin.removeprefix("docs/"), text, origin)
    for origin, target in ELSEWHERE.items():
        yield Page(target, read(origin), origin)
