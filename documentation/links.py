"""Links in the repository lead from file to file; on the site they lead from page to page, and elsewhere to the repository.

What is generated says ``site:rules.md`` where it means a page of the site.
"""

import re
from collections.abc import Mapping
from posixpath import dirname, join, normpath, relpath

from documentation.page import ROOT, Page, change_prose
from documentation.project import address_of

SITE = "site:"
_LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)(?P<path>[^)#\s]+)(?P<anchor>#[^)\s]*)?(?=\))")
_CODE = re.compile(r"(?<![\w\[/#-])SES\d{3}(?![\w\]-])")


def with_links_of_the_site(page: Page, targets: Mapping[str, str]) -> str:
    """The text of a page with its links as they are on the site. ``targets``: where each file of the repository lies there."""

    def lead(match: re.Match[str]) -> str:
        target = match["path"].removeprefix(SITE) if match["path"].startswith(SITE) else None
        file = normpath(join(dirname(page.origin), match["path"]))
        if target is None and not (ROOT / file).exists():
            raise ValueError(f"{page.origin}: {match['path']} leads nowhere")
        there = target or targets.get(file)
        return f"{_from(page, there) if there else address_of(file)}{match['anchor'] or ''}"

    return change_prose(page.text, lambda text: _LINK.sub(lead, text))


def with_links_to_rules(page: Page, targets: Mapping[str, str]) -> str:
    """The text of a page in which each code of a rule leads to its page, but in headings and in links. ``targets`` by code."""

    def lead(match: re.Match[str]) -> str:
        target = targets.get(match[0])
        return f"[{match[0]}]({_from(page, target)})" if target and target != page.target else match[0]

    def linked(text: str) -> str:
        pieces = re.split(r"(\[[^\]]*\]\([^)]*\))", text)
        return "".join(piece if number % 2 else _CODE.sub(lead, piece) for number, piece in enumerate(pieces))

    lines = page.text.split("\n")
    titles = {line for line in lines if line.startswith("#")}
    return change_prose(page.text, lambda text: text if text in titles else linked(text))


def _from(page: Page, target: str) -> str:
    return relpath(target, dirname(page.target) or ".")
