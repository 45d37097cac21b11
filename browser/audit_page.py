"""What has to be true of the page of ``sessionlint audit``, whatever it is about. A problem is a line of text."""

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page

from browser.any_page import accessible, fits
from browser.visit import SCHEMES, WIDTHS, visited


def problems_of(browser: Browser, file: Path, screenshots: Path | None = None) -> list[str]:
    """All that is wrong with the page in ``file``, at both widths and in both colour schemes."""
    found: list[str] = []
    for width in WIDTHS:
        for scheme in SCHEMES:
            with visited(browser, file, width, scheme) as visit:
                problems = [*accessible(visit.page, "report"), *fits(visit.page, "report"), *_leads(visit.page)]
                problems += [*visit.heard, *(f"asked for {address}" for address in visit.asked if address != file.as_uri())]
                found += [f"{width}, {scheme}: {problem}" for problem in problems]
                if screenshots is not None:
                    visit.page.screenshot(path=f"{screenshots / file.stem}-{width}-{scheme}.png", full_page=True)
    return found


def _leads(page: Page) -> Iterator[str]:
    """Each entry of the contents leads to a heading of that name."""
    for link in page.locator("nav a").all():
        target = page.locator(link.get_attribute("href") or "#")
        if target.count() != 1 or target.inner_text() != link.inner_text():
            yield f"{link.inner_text()!r} leads nowhere"
