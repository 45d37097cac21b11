"""What has to be true of the documentation site: of a page of each kind, and of its search. A problem is a line of text."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, TimeoutError

from browser.any_page import accessible, fits
from browser.visit import SCHEMES, WIDTHS, Scheme, Visit, visited

_LOOKS: tuple[tuple[str, Scheme], ...] = tuple((width, scheme) for width in WIDTHS for scheme in SCHEMES)
_FEWER: tuple[tuple[str, Scheme], ...] = (("desktop", "light"), ("phone", "dark"))
PAGES = {
    "index.html": _LOOKS,
    "start.html": _FEWER,
    "errors.html": _FEWER,
    "errors/queuepool-limit-of-size-5-overflow-10-reached-connection-timed-out.html": _FEWER,
    "rules.html": _FEWER,
    "rules/bare-session.html": _LOOKS,
    "guides/fastapi.html": _LOOKS,
    "settings.html": _FEWER,
    "consumption.html": _FEWER,
    "benchmarks.html": _FEWER,
}
_WITHOUT_THEM = "settings.html"  # a page that does not lead there by itself
_SOUGHT = {"MissingGreenlet": "errors/missinggreenlet", "SES301": "rules/bare-session.html", "celery": "guides/workers.html"}


_PASTED = {
    "sqlalchemy.exc.TimeoutError: QueuePool limit of size 20 overflow 10 reached, connection timed out": "queuepool",
    "Parent instance <A at 0x7f8> is not bound to a Session; lazy load operation of attribute 'b' cannot proceed": "detached",
    "asyncpg.exceptions.InterfaceError: cannot perform operation: another operation is in progress": "interfaceerror-cannot",
    "AttributeError: 'generator' object has no attribute 'add'": "attributeerror-generator-object",
    "RuntimeError: Task <Task pending name='T'> got Future <Future pending> attached to a different loop": "got-future",
}


def problems_of(browser: Browser, site: Path, screenshots: Path | None = None) -> list[str]:
    """All that is wrong with the site in the folder ``site``, at widths and in colour schemes."""
    with _served(site) as address:
        found = [
            f"{page}, {width}, {scheme}: {problem}"
            for page, looks in PAGES.items()
            for width, scheme in looks
            for problem in _looks(browser, address, page, width, scheme, screenshots)
        ]
        return [*found, *_searches(browser, address), *_knows_errors(browser, address)]


def _looks(browser: Browser, address: str, page: str, width: str, scheme: Scheme, screenshots: Path | None) -> list[str]:
    with visited(browser, f"{address}/{page}", width, scheme) as visit:
        found = [*accessible(visit.page, "page"), *fits(visit.page, "page"), *_is_quiet(visit, address)]
        if screenshots is not None:
            name = page.removesuffix(".html").replace("/", "-")
            visit.page.screenshot(path=f"{screenshots / name}-{width}-{scheme}.png")
    return found


def _is_quiet(visit: Visit, address: str) -> Iterator[str]:
    yield from (f"said {heard}" for heard in visit.heard)
    yield from (f"asked for {asked}" for asked in visit.asked if not asked.startswith((f"{address}/", "data:")))


def _searches(browser: Browser, address: str) -> Iterator[str]:
    """What somebody types into the search leads to its page, and nothing is asked of others for it."""
    for sought, target in _SOUGHT.items():
        with visited(browser, f"{address}/{_WITHOUT_THEM}") as visit:
            visit.page.get_by_role("button", name="Search").first.click()
            visit.page.keyboard.type(sought)
            found = visit.page.locator(f'a[href*="{target}"]').filter(visible=True)
            try:
                found.first.wait_for()
            except TimeoutError:
                yield f"a search for {sought} does not find {target}"
            yield from _is_quiet(visit, address)


def _knows_errors(browser: Browser, address: str) -> Iterator[str]:
    """An error that somebody pastes leads to its page first, and what is no error to none."""
    with visited(browser, f"{address}/errors.html") as visit:
        first = visit.page.locator("#error-found a").first
        for pasted, target in _PASTED.items():
            visit.page.fill("#error-text", pasted)
            if f"/{target}" not in (first.get_attribute("href") or ""):
                yield f"{pasted!r} leads to {first.get_attribute('href')}"
        visit.page.fill("#error-text", "KeyError: 'name' is not there at all")
        yield from (f"a KeyError leads to {one}" for one in visit.page.locator("#error-found a").all_inner_texts())


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: who looks at the pages knows what they ask for."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The folder under an address of this machine: a page from a file may not read the index of the search."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
