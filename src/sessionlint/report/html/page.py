"""The skeleton of a page: what it may do is said in its head, and that is to show itself."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256

from sessionlint import __version__
from sessionlint.model.records import dataclass
from sessionlint.report.html.escape import text


@dataclass(frozen=True, slots=True)
class Assets:
    """The style sheet and the script of a page, ours both; the page runs no script but this one."""

    style: str
    script: str = ""


def page(title: str, body: str, assets: Assets) -> str:
    """A whole page. ``title`` is text, ``body`` is HTML in which everything from the code is escaped."""
    return "".join(pieces(title, [body], assets))


def pieces(title: str, body: Iterable[str], assets: Assets) -> Iterator[str]:
    """As ``page``, of which nobody has to hold more than a piece of ``body``."""
    yield f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy(assets)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="sessionlint {__version__}">
<link rel="icon" href="data:,">
<title>{text(title)}</title>
<style>{assets.style}</style>
</head>
<body>
"""
    yield from body
    yield f"\n<script>{assets.script}</script>\n" if assets.script else "\n"
    yield "</body>\n</html>\n"


def _policy(assets: Assets) -> str:
    """Nothing is fetched, and of styles and scripts only those of the page are taken, by their digests."""
    scripts = f"'sha256-{_digest(assets.script)}'" if assets.script else "'none'"
    return (
        f"default-src 'none'; style-src 'sha256-{_digest(assets.style)}'; script-src {scripts}; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _digest(content: str) -> str:
    return b64encode(sha256(content.encode()).digest()).decode()
