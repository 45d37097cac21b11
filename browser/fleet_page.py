"""What has to be true of the page of ``sessionlint fleet report``, whichever fleet it is about. A problem is a line of text."""

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page

from browser.any_page import accessible, fits
from browser.visit import SCHEMES, WIDTHS, Visit, visited

_ANY = ".service:not([hidden])"


def problems_of(browser: Browser, file: Path, screenshots: Path | None = None) -> list[str]:
    """All that is wrong with the page in ``file``, at both widths and in both colour schemes, all closed and with one open."""
    found: list[str] = []
    for width in WIDTHS:
        for scheme in SCHEMES:
            with visited(browser, file, width, scheme) as visit:
                pictures = screenshots / f"{file.stem}-{width}-{scheme}" if screenshots is not None else None
                found += [f"{width}, {scheme}: {problem}" for problem in _looks(visit, pictures)]
                found += [f"said {heard}" for heard in visit.heard]
                found += [f"asked for {address}" for address in visit.asked if address != file.resolve().as_uri()]
    with visited(browser, file) as visit:
        found += _behaves(visit.page)
    return found


def _looks(visit: Visit, pictures: Path | None) -> Iterator[str]:
    page = visit.page
    yield from _clean(page, "page")
    if pictures is not None:
        page.screenshot(path=f"{pictures}.png", full_page=True)
    if page.locator(_ANY).count():
        page.locator(f"{_ANY} > summary").first.click()
        yield from _clean(page, "a repository")
        if pictures is not None:
            page.locator(_ANY).first.screenshot(path=f"{pictures}-repository.png")


def _clean(page: Page, what: str) -> Iterator[str]:
    yield from accessible(page, what)
    yield from fits(page, what)


def _behaves(page: Page) -> Iterator[str]:
    """Each link of a table shows as many repositories as stand beside it, and a search finds what it is told."""
    every = page.locator(_ANY).count()
    for kind in ("owner", "rule"):
        for link in page.locator(f"a[data-{kind}]").all()[:3]:
            link.click()
            cells = link.locator("xpath=ancestor::tr/td")
            wanted, shown = int(cells.nth(1).inner_text().replace(",", "")), page.locator(_ANY).count()
            if not wanted <= shown:
                yield f"{link.inner_text()!r} shows {shown} repositories, not {wanted}"
    if every:
        yield from _searches(page, every)


def _searches(page: Page, every: int) -> Iterator[str]:
    page.get_by_role("button", name="Reset").click()
    name = page.locator(f"{_ANY} h3").last.inner_text()
    page.fill("#search", name.upper())
    if name not in page.locator(f"{_ANY} h3").all_inner_texts():
        yield f"a search for {name!r} does not find it"
    page.fill("#search", "nothing is called so")
    if page.locator(_ANY).count():
        yield "something is called so"
    page.get_by_role("button", name="Reset").click()
    if page.locator(_ANY).count() != every:
        yield "after a reset, not all are shown"
