"""The style sheets and scripts of our pages, which lie beside the modules that fill these."""

from importlib.resources import files

from sessionlint.report.html.page import Assets


def assets(name: str) -> Assets:
    """Those of ``report/NAME``: what all pages have, and ``NAME.css`` and ``NAME.js`` where there are such."""
    report = files("sessionlint.report")
    styles = (report / "html" / "page.css", report / name / f"{name}.css")
    script = report / name / f"{name}.js"
    style = "".join(one.read_text(encoding="utf-8") for one in styles if one.is_file())
    return Assets(style, script.read_text(encoding="utf-8") if script.is_file() else "")
