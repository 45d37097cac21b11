"""What has to be true of any page of ours, at any width. A problem is a line of text."""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def accessible(page: Page, what: str) -> Iterator[str]:
    for violation in Axe().run(page).response["violations"]:
        nodes = "; ".join(str(node["html"])[:120] for node in violation["nodes"][:3])
        yield f"{what}: axe {violation['id']}: {nodes}"


def fits(page: Page, what: str) -> Iterator[str]:
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if over > 0:
        yield f"{what}: {over} pixels too wide"
