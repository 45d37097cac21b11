"""A page in headless Chromium, with an ear on everything that it says and asks for."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Dialog, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDTHS = {"desktop": (1280, 860), "phone": (390, 844)}
_PATIENCE = 10_000  # milliseconds until something that is not there is a problem
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


@dataclass
class Visit:
    """``heard``: what the console, an uncaught error or a dialog said. ``asked``: the addresses that were asked for."""

    page: Page
    heard: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def hear_dialog(self, dialog: Dialog) -> None:
        self.heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()


def chromium() -> str | None:
    """The program: ``SESSIONLINT_CHROMIUM``, else what is installed."""
    named = os.environ.get("SESSIONLINT_CHROMIUM")
    return named or next((found for name in _NAMES if (found := shutil.which(name))), None)


@contextmanager
def started(program: str) -> Iterator[Browser]:
    """Chromium, without a window; its sandbox refuses root."""
    with sync_playwright() as playwright:
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"] if is_root else [])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visited(browser: Browser, file: Path | str, width: str = "desktop", scheme: Scheme = "light") -> Iterator[Visit]:
    """``file``: a file, or an address."""
    columns, rows = WIDTHS[width]
    context = browser.new_context(viewport={"width": columns, "height": rows}, color_scheme=scheme)
    try:
        page = context.new_page()
        page.set_default_timeout(_PATIENCE)
        visit = Visit(page)
        page.on("console", lambda message: visit.heard.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: visit.heard.append(f"error: {error}"))
        page.on("dialog", visit.hear_dialog)
        page.on("request", lambda request: visit.asked.append(request.url))
        page.goto(file.resolve().as_uri() if isinstance(file, Path) else file)
        yield visit
    finally:
        context.close()
