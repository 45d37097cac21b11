"""The map as JSON: what ``report.map.data`` describes."""

import json

from sessionlint.report.map.data import map_data
from sessionlint.report.map.view import View
from sessionlint.report.visible import without_brackets


def render(view: View) -> str:
    return without_brackets(json.dumps(map_data(view), indent=2), "\\u0023") + "\n"
