"""The map as a page: search, filters, and from each provider to its routes. What it shows comes from ``report.map.data``."""

from sessionlint.report.html.escape import data_block, text
from sessionlint.report.html.page import Assets, page
from sessionlint.report.map.data import map_data
from sessionlint.report.map.view import View

_FILTERS = {"rule": "Rule", "role": "Role", "folder": "Folder"}


def render(view: View, assets: Assets) -> str:
    data = map_data(view)
    title = f"Sessions of {data['project']}"
    selects = "\n".join(_select(identifier, label) for identifier, label in _FILTERS.items())
    body = f"""<header class="map-head">
<h1>{text(title)}</h1>
<p class="quiet">{text(_summary(view))}</p>
<div class="tools" role="search">
<label class="search">Search (press /)<input type="search" id="search" autocomplete="off" spellcheck="false"></label>
{selects}
<button type="button" id="reset">Reset</button>
<span id="count" class="quiet" role="status"></span>
</div>
</header>
<noscript><p>A script draws this page, and scripts are switched off. `sessionlint map` prints the same as text.</p></noscript>
<div class="panes">
<nav aria-label="Engines, factories and providers"><ul id="things"></ul></nav>
<main id="detail"></main>
</div>
{data_block("map", data)}"""
    return page(title, body, assets)


def _select(identifier: str, label: str) -> str:
    return f'<label>{label}<select id="{identifier}"><option value="">all</option></select></label>'


def _summary(view: View) -> str:
    inventory = view.inventory
    counts = (
        (len(inventory.engines), "engine", "engines"),
        (len(inventory.factories), "factory", "factories"),
        (len(inventory.providers), "provider", "providers"),
        (len({(use.by, use.provider) for use in inventory.uses}), "use of them", "uses of them"),
        (len(inventory.openings), "session opened without one", "sessions opened without one"),
        (len(view.found), "finding", "findings"),
    )
    return ", ".join(f"{number} {one if number == 1 else many}" for number, one, many in counts)
