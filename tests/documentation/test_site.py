"""What the documentation site is made of: nothing is forgotten, links lead somewhere. ``.ci/run`` builds it."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest

from documentation.check import checked
from documentation.collected import PICTURES, pages
from documentation.errors import SOURCE, error_texts, unknown_texts
from documentation.links import with_links_of_the_site, with_links_to_rules
from documentation.navigation import Entry, as_toml, navigation
from documentation.page import Page, change_prose, prose_lines, read
from documentation.reference import reference_pages
from sessionlint.rules.registry import registered_rules
from sessionlint.run.settings.about import ABOUT

_LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)[^)]*\)")


@cache
def made() -> dict[str, Page]:
    return {page.target: page for page in pages()}


def entries(below: str | tuple[Entry, ...] | list[Entry]) -> Iterator[str]:
    if isinstance(below, str):
        yield below
        return
    for entry in below:
        yield from entries(entry.below)  # type: ignore[arg-type]


def test_each_page_but_those_of_error_texts_stands_in_the_navigation_once() -> None:
    assert Counter(entries(navigation())) == Counter(target for target in made() if not target.startswith("errors/"))


def test_no_two_pages_have_one_place() -> None:
    assert len(made()) == len(pages())


def test_each_link_between_pages_leads_to_one() -> None:
    """And each link to a file of the repository, or there would be no page (ValueError)."""
    for page in made().values():
        for line in prose_lines(page.text):
            targets = [normpath(join(dirname(page.target), path)) for path in _LINK.findall(line)]
            assert [target for target in targets if target not in {*made(), *PICTURES.values()}] == [], page.target


def test_each_error_text_of_a_rule_has_a_page() -> None:
    assert unknown_texts(error_texts()) == [], f"{SOURCE} has no section with these"


def test_each_error_text_stands_in_one_section() -> None:
    bullets = re.findall(r"^- (`.+`)$", read(SOURCE), re.MULTILINE)
    assert [text for text, times in Counter(bullets).items() if times > 1] == []
    assert len(bullets) == len(error_texts())


def test_the_page_of_an_error_text_leads_to_the_rules_that_find_its_cause() -> None:
    page = made()["errors/attributeerror-asyncsession-object-has-no-attribute-query.md"]
    assert page.source.startswith("---\ntitle: \"AttributeError: 'AsyncSession' object has no attribute 'query'\"\n")
    assert "(../rules/async-session-query.md)" in page.text
    assert "sessionlint check --select SES606,SES508" in page.text


def test_the_page_of_a_rule_leads_to_its_errors_its_neighbours_and_its_proofs() -> None:
    text = made()["rules/bare-session.md"].text
    assert "(../errors/fatal-sorry-too-many-clients-already.md)" in text
    assert "silent where one of these speaks: [SES403](provider-without-finally.md)" in text
    assert '??? example "Every call keeps a connection, the third one finds the pool empty"' in text
    assert "## Cases" not in text
    assert "\nSeverity: error, on by default. Fix: safe, unsafe. Since 0.1.0.\n" in text


def test_the_reference_has_each_key_of_the_configuration() -> None:
    settings = next(page.text for page in reference_pages() if page.target == "settings.md")
    assert re.findall(r"`([a-z-]+)`$|^- `([a-z-]+)`", settings, re.MULTILINE)
    told = set(re.findall(r"^## `([a-z-]+)`$", settings, re.MULTILINE)) | {"files"}
    assert told == set(ABOUT)


def test_each_table_of_versions_is_shown() -> None:
    versions = next(page.text for page in reference_pages() if page.target == "versions.md")
    tables = sum(
        len(re.findall(r"^\| (?:FastAPI|SQLAlchemy) \|", rule.page.read_text("utf-8"), re.MULTILINE))
        for rule in registered_rules()
    )
    assert versions.count("\n## ") == tables > 0


@pytest.mark.parametrize("target", sorted(target for target in made() if not target.startswith(("errors/", "rules/"))))
def test_a_list_stands_apart(target: str) -> None:
    """GitHub takes a list right below a paragraph for one, the site's Markdown does not."""
    lines = list(prose_lines(made()[target].text))
    items = [(before, line) for before, line in itertools.pairwise(lines) if re.match(r"(- |\d+\. )", line)]
    assert [line for before, line in items if before and not re.match(r"(- |\d+\. | +\S)", before)] == []


def test_what_is_code_is_left_alone() -> None:
    text = "one `one` one\n\n```\none\n```\n\n    one\n\none"
    assert change_prose(text, lambda part: part.replace("one", "1")) == "1 `one` 1\n\n```\none\n```\n\n    one\n\n1"


def test_links_lead_from_page_to_page_and_elsewhere_to_the_repository() -> None:
    page = Page(
        "guides/flask.md",
        "[a](../ci.md#flake8) [b](../../action.yml) [c](https://x.org) [d](site:rules.md) `[e](f.md)`",
        "docs/guides/flask.md",
    )
    led = with_links_of_the_site(page, {"docs/ci.md": "ci.md"})
    assert re.sub(r"https://\S+/blob/main", "REPOSITORY", led) == (
        "[a](../ci.md#flake8) [b](REPOSITORY/action.yml) [c](https://x.org) [d](../rules.md) `[e](f.md)`"
    )


def test_a_link_that_leads_nowhere_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"docs/start\.md: nothing\.md leads nowhere"):
        with_links_of_the_site(Page("start.md", "[a](nothing.md)", "docs/start.md"), {})


def test_codes_of_rules_lead_to_their_pages() -> None:
    page = Page("start.md", "# SES301\n\nSES301, `SES301`, [SES301](x.md), SES30, SES999", "docs/start.md")
    assert with_links_to_rules(page, {"SES301": "rules/bare-session.md"}) == (
        "# SES301\n\n[SES301](rules/bare-session.md), `SES301`, [SES301](x.md), SES30, SES999"
    )


def test_the_navigation_is_written_as_toml() -> None:
    assert (
        as_toml([Entry("A", "a.md"), Entry("B", [Entry('"C"', "c.md")])])
        == '[{ "A" = "a.md" }, { "B" = [{ "\\"C\\"" = "c.md" }] }]'
    )


def test_a_built_page_is_checked(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "index.html").write_text(
        '<h1 id="top">x</h1><a href="a/b.html#here">1</a><a href="a/b.html#there">2</a><a href="#top">3</a><a href="c.html">4</a>'
        '<a href="/site/a/b.html">5</a><a href="https://x.org/y#z">6</a><script src="https://cdn.org/x.js"></script>'
        '<link rel="stylesheet" href="x.css"><link rel="canonical" href="https://x.org/">',
        encoding="utf-8",
    )
    (tmp_path / "a" / "b.html").write_text('<p id="here">x</p>', encoding="utf-8")
    found = checked(tmp_path, "https://x.org/site/")
    assert found.problems == (
        "index.html: a/b.html#there: there is no such place on that page",
        "index.html: c.html leads nowhere",
        "index.html: is fetched from elsewhere: https://cdn.org/x.js",
    )
    assert (found.pages, found.links, found.external) == (2, 5, ("https://x.org/y",))
