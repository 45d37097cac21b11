"""The map as plain data: what ``--output-format json`` prints, and what the page is made of.

It is an object with these keys, always all of them::

    version     of sessionlint
    project     the name of the project's folder
    engines     [{*thing, "async": true | false | null, "driver": [text], "url", "options": {name: text}, "at_import",
                "disposed": [*place]}]: "driver" is how the URLs begin that the code shows, "url" where the URL comes from
    factories   [{*thing, "async", "scoped", "engine": id | null, "options", "at_import"}]
    providers   [{*thing, "shape", "async", "source": id | null, "database": id | null, "standing", "of": id | null,
                "delegates_to": [id], "opens": [*place], "commits"}]; "standing" is "the one" | "delegates" | "duplicate" |
                "for tests" | "by itself" (nobody else is known to open sessions of that source) | "hands on" (what it was given)
    openings    [{"by", "part", *place, "source": id | null, "async", "ending"}]: sessions that are opened without a provider
    uses        [{"by", "part", *place, "provider": id, "how", "session", "route", "via": [text]}]
    findings    [{"code", "name", "severity", "message", "by", "part", *place}]
    rules       {code: why}: of the findings

A thing has an "id", a "name" with its module, a "part", a place, and "imports", "overrides" and "patches": [{"module", "part",
*place}]. A part is "route", "dependency", "service", "task", "script", "test" or "migration". A place is "filename" (relative to
the project's root, with forward slashes), "row" and "column", from 1.

Keys may be added in later versions; these keep their meaning.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from sessionlint import __version__
from sessionlint.model.source import Place
from sessionlint.questions.inventory.records import Code, Engine, Factory, Handle, Opening, Option, Provider, Use
from sessionlint.report.map.view import Found, View
from sessionlint.report.visible import visible

Data: TypeAlias = dict[str, Any]


def map_data(view: View) -> Data:
    """The whole map, in words that a person can be shown: nothing in them steers a terminal or hides."""
    ids = _ids(view)
    inventory = view.inventory
    codes = sorted({found.finding.code for found in view.found})
    return {
        "version": __version__,
        "project": visible(view.name),
        "engines": [_engine(one, view, ids) for one in inventory.engines],
        "factories": [_factory(one, view, ids) for one in inventory.factories],
        "providers": [_provider(one, view, ids) for one in inventory.providers],
        "openings": [_opening(one, view, ids) for one in inventory.openings],
        "uses": [_use(one, view, ids) for one in inventory.uses if one.provider in ids],
        "findings": [_found(one, view) for one in view.found],
        "rules": {code: view.rules[code].why for code in codes if code in view.rules},
    }


def _ids(view: View) -> Mapping[Place, str]:
    inventory = view.inventory
    letters = ("e" * len(inventory.engines)) + ("f" * len(inventory.factories)) + ("p" * len(inventory.providers))
    places = [code.place for code in inventory.codes]
    return {place: f"{letter}{number}" for number, (place, letter) in enumerate(zip(places, letters, strict=True), start=1)}


def _thing(code: Code, view: View, ids: Mapping[Place, str]) -> Data:
    handles = view.inventory.handles_of(code.place)
    return {
        "id": ids[code.place],
        "name": visible(code.full_name),
        "part": code.part.value,
        **_place(code.place, view),
        "imports": [_handle(one, view) for one in handles.imports],
        "overrides": [_handle(one, view) for one in handles.overrides],
        "patches": [_handle(one, view) for one in handles.patches],
    }


def _engine(engine: Engine, view: View, ids: Mapping[Place, str]) -> Data:
    return {
        **_thing(engine.code, view, ids),
        "async": engine.is_async,
        "driver": [visible(driver) for driver in engine.driver],
        "url": visible(engine.url),
        "options": _options(engine.options),
        "at_import": engine.at_import,
        "disposed": [_place(place, view) for place in engine.disposed],
    }


def _factory(factory: Factory, view: View, ids: Mapping[Place, str]) -> Data:
    return {
        **_thing(factory.code, view, ids),
        "async": factory.is_async,
        "scoped": factory.is_scoped,
        "engine": _id(factory.engine, ids),
        "options": _options(factory.options),
        "at_import": factory.at_import,
    }


def _provider(provider: Provider, view: View, ids: Mapping[Place, str]) -> Data:
    return {
        **_thing(provider.code, view, ids),
        "shape": shape_of(provider),
        "async": provider.is_async,
        "source": _id(provider.source, ids),
        "database": _id(provider.database, ids),
        "standing": provider.standing.value,
        "of": _id(provider.of, ids),
        "delegates_to": [ids[place] for place in provider.delegates_to if place in ids],
        "opens": [_place(place, view) for place in provider.opens],
        "commits": provider.commits,
    }


def shape_of(provider: Provider) -> str:
    """What it looks like, in words."""
    if provider.shape is not None:
        return provider.shape.value.replace("`", "")
    return "class that is entered with `with`" if provider.code.name.endswith("__") else "fixture"


def _opening(opening: Opening, view: View, ids: Mapping[Place, str]) -> Data:
    return {
        **_by(opening.by),
        **_place(opening.place, view),
        "source": _id(opening.source, ids),
        "async": opening.is_async,
        "ending": opening.ending,
    }


def _use(use: Use, view: View, ids: Mapping[Place, str]) -> Data:
    return {
        **_by(use.by),
        **_place(use.place, view),
        "provider": ids[use.provider],
        "how": visible(use.how),
        "session": visible(use.name),
        "route": visible(use.route),
        "via": [visible(name) for name in use.via],
    }


def _found(found: Found, view: View) -> Data:
    finding = found.finding
    rule = view.rules.get(finding.code)
    return {
        "code": finding.code,
        "name": rule.name if rule is not None else finding.code,
        "severity": finding.severity.value,
        "message": visible(finding.message),
        **(_by(found.by) if found.by is not None else {"by": "", "part": ""}),
        **_place(finding.place, view),
    }


def _by(code: Code) -> Data:
    return {"by": visible(code.full_name), "part": code.part.value}


def _handle(handle: Handle, view: View) -> Data:
    return {"module": visible(handle.module), "part": handle.part.value, **_place(handle.place, view)}


def _place(place: Place, view: View) -> Data:
    position = view.position(place)
    return {"filename": visible(place.path), "row": position.line, "column": position.column}


def _options(options: Iterable[Option]) -> dict[str, str]:
    return {visible(option.name): visible(option.written) for option in options}


def _id(place: Place | None, ids: Mapping[Place, str]) -> str | None:
    return ids.get(place) if place is not None else None
