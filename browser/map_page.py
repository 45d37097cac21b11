"""What has to be true of the page of ``sessionlint map``, whichever project it shows. A problem is a line of text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from browser.any_page import accessible, fits
from browser.visit import SCHEMES, WIDTHS, Visit, visited

_FEW = 100  # rows of a table that are drawn at first


def problems_of(browser: Browser, file: Path, screenshots: Path | None = None) -> list[str]:
    """All that is wrong with the page in ``file``, at both widths and in both colour schemes."""
    found: list[str] = []
    for width in WIDTHS:
        for scheme in SCHEMES:
            with visited(browser, file, width, scheme) as visit:
                pictures = screenshots / f"{file.stem}-{width}-{scheme}" if screenshots is not None else None
                found += [f"{width}, {scheme}: {problem}" for problem in _looks(visit, pictures)]
    with visited(browser, file) as visit:
        found += _behaves(visit)
        found += _is_quiet(visit, file)
    return found


def _looks(visit: Visit, pictures: Path | None) -> Iterator[str]:
    page, data = visit.page, _data(visit.page)
    things = [one for key in ("engines", "factories", "providers") for one in data[key]]
    yield from accessible(page, "overview")
    yield from fits(page, "overview")
    if pictures is not None:
        page.screenshot(path=f"{pictures}.png")
    if things:
        _open(page, max(things, key=lambda one: _uses(data, one))["id"])
        yield from accessible(page, "a thing")
        yield from fits(page, "a thing")
        if pictures is not None:
            page.screenshot(path=f"{pictures}-selected.png")


# --- what it does -----------------------------------------------------------------------------------------------------


def _behaves(visit: Visit) -> Iterator[str]:
    page, data = visit.page, _data(visit.page)
    things = [one for key in ("engines", "factories", "providers") for one in data[key]]
    yield from _same("things in the list", _shown(page), sorted(one["id"] for one in things))
    if things:
        if data["providers"]:  # or nothing is opened, and there is no page to go back to
            yield from _clicks(page, data)
        yield from _searches(page, things)
        yield from _filters(page, data)
        yield from _takes_keys(page)


def _clicks(page: Page, data: dict[str, Any]) -> Iterator[str]:
    for provider in sorted(data["providers"], key=lambda one: -_uses(data, one))[:3]:
        _open(page, provider["id"])
        yield from _same("title", page.inner_text("#detail h2"), f"provider {provider['name']}")
        routes = [one for one in data["uses"] if one["provider"] == provider["id"] and one["part"] == "route"]
        part = page.locator("#detail h3", has_text="Used by: route").locator("xpath=following-sibling::div[1]")
        rows = part.locator("tbody tr")
        yield from _same("routes of a provider", rows.count(), min(len(routes), _FEW))
        if len(routes) > _FEW:
            part.get_by_role("button", name="more of").click()
            yield from _same("routes after a click on more", rows.count(), min(len(routes), _FEW * 10))
    page.go_back()
    yield from _same(
        "the page before", page.locator("#things [aria-current=true]").count(), min(len(data["providers"][:3]) - 1, 1)
    )
    page.get_by_role("button", name="Reset").click()
    if page.get_by_role("button", name="Overview").count():  # something is selected still
        page.get_by_role("button", name="Overview").click()


def _searches(page: Page, things: list[dict[str, Any]]) -> Iterator[str]:
    wanted = things[-1]
    page.fill("#search", wanted["name"].upper())
    if wanted["id"] not in _shown(page):
        yield f"a search for {wanted['name']} does not find it"
    page.fill("#search", "nothing is called so")
    yield from _same("things that match nothing", _shown(page), [])
    page.get_by_role("button", name="Reset").click()
    yield from _same("things after a reset", len(_shown(page)), len(things))


def _filters(page: Page, data: dict[str, Any]) -> Iterator[str]:
    for rule in sorted({one["code"] for one in data["findings"]})[:3]:
        page.select_option("#rule", rule)
        rows = page.locator("#detail tbody tr", has=page.locator(".badge.error, .badge.warning, .badge.info"))
        expected = sum(one["code"] == rule for one in data["findings"])
        titles = page.locator("#detail h3", has_text="Findings")
        yield from _same(f"findings of {rule}", titles.inner_text(), f"Findings ({expected})")
        if not rows.count():
            yield f"no finding of {rule} is shown"
        page.select_option("#rule", "")
    for role in sorted({one["part"] for one in data["uses"]})[:3]:
        page.select_option("#role", role)
        expected_ids = {one["provider"] for one in data["uses"] if one["part"] == role}
        if not expected_ids <= set(_shown(page)):
            yield f"providers that a {role} uses are not shown for that role"
        page.select_option("#role", "")
    folders = page.locator("#folder option").evaluate_all("options => options.map(one => one.value).filter(Boolean)")
    for folder in folders[:3]:
        page.select_option("#folder", folder)
        own = {
            one["id"] for key in ("engines", "factories", "providers") for one in data[key] if one["filename"].startswith(folder)
        }
        if not own <= set(_shown(page)):
            yield f"things in {folder} are not shown for that folder"
        page.select_option("#folder", "")


def _takes_keys(page: Page) -> Iterator[str]:
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    yield from _same("focus after /", page.evaluate("document.activeElement.id"), "search")
    yield from _same("text after /", page.input_value("#search"), "")
    first, *_ = _shown(page, in_order=True)
    page.locator("#things button").first.focus()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    yield from _same("focus after End and Home", page.evaluate("document.activeElement.dataset.id"), first)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    yield from _same("what Enter opens", page.locator("#things [aria-current=true]").get_attribute("data-id"), first)
    yield from _same("focus after Enter", page.evaluate("document.activeElement.id"), "detail-title")
    page.keyboard.press("Escape")
    yield from _same("after Escape", page.inner_text("#detail h2"), "Overview")


def _is_quiet(visit: Visit, file: Path) -> Iterator[str]:
    yield from (f"said {heard}" for heard in visit.heard)
    own = file.resolve().as_uri()
    yield from (f"asked for {asked}" for asked in visit.asked if asked.partition("#")[0] not in (own, "data:,"))


# --- looking ----------------------------------------------------------------------------------------------------------


def _data(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate('JSON.parse(document.getElementById("map").textContent)')
    return found


def _uses(data: dict[str, Any], thing: dict[str, Any]) -> int:
    return sum(one["provider"] == thing["id"] for one in data["uses"])


def _shown(page: Page, *, in_order: bool = False) -> list[str]:
    found: list[str] = page.locator("#things button").evaluate_all("buttons => buttons.map(one => one.dataset.id)")
    return found if in_order else sorted(found)


def _open(page: Page, identifier: str) -> None:
    page.locator(f'#things button[data-id="{identifier}"]').click()


def _same(what: str, found: object, expected: object) -> Iterator[str]:
    if found != expected:
        yield f"{what}: {found!r}, not {expected!r}"
