"""Whether to colour, and with what."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

ColourChoice: TypeAlias = Literal["auto", "always", "never"]
Style: TypeAlias = Literal["error", "warning", "info", "strong", "gutter", "added", "removed", "hunk", "heading", "code"]

_SGR: Mapping[Style, str] = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "strong": "1",
    "gutter": "34",
    "added": "32",
    "removed": "31",
    "hunk": "36",
    "heading": "1;4",
    "code": "36",
}


def use_colour(choice: ColourChoice, environment: Mapping[str, str], isatty: bool) -> bool:
    """The colour decision for one stream: an explicit choice, then NO_COLOR, FORCE_COLOR, TERM=dumb, and a terminal.

    NO_COLOR counts when present and not empty (https://no-color.org); FORCE_COLOR likewise, save for the value 0,
    which means no colour (https://force-color.org and Node's reading of it).
    """
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if forced := environment.get("FORCE_COLOR"):
        return forced != "0"
    return isatty and environment.get("TERM") != "dumb"


def paint(text: str, style: Style, colour: bool) -> str:
    """``text`` in ``style``, or as it is when there is no colour (or nothing to colour)."""
    return f"\x1b[{_SGR[style]}m{text}\x1b[0m" if colour and text else text
