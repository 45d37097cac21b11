"""``python -m browser [PAGE...]``: look at pages of ``sessionlint map`` and ``fleet report``; without a name, at those of the
fixtures.

``python -m browser --site DIR`` looks at the documentation site instead, as ``python -m documentation`` has built it.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

from browser import fleet_page, map_page, site_pages
from browser.visit import chromium, started

_MAP = '<script type="application/json" id="map">'
_FIXTURES = Path(__file__).parent.parent / "fixtures" / "projects"


def main() -> int:
    options = _options()
    program = chromium()
    if program is None:
        print("no Chromium found: install one (Debian: apt-get install chromium), or name it in SESSIONLINT_CHROMIUM")
        return 2
    if options.screenshots is not None:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, started(program) as browser:
        if options.site is not None:
            return _told(options.site, site_pages.problems_of(browser, options.site, options.screenshots))
        pages = options.pages or _pages_of_fixtures(Path(folder))
        return max([_told(page, _looker(page).problems_of(browser, page, options.screenshots)) for page in pages])


def _looker(page: Path) -> ModuleType:
    return map_page if _MAP in page.read_text(encoding="utf-8") else fleet_page


def _told(page: Path, problems: list[str]) -> int:
    """Say what is wrong with a page; 1 where something is."""
    print(f"{page.stem}: {'fine' if not problems else ''}")
    print("".join(f"  {problem}\n" for problem in problems), end="", flush=True)
    return 1 if problems else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m browser", description=__doc__)
    parser.add_argument("pages", nargs="*", type=Path, metavar="PAGE")
    parser.add_argument("--site", type=Path, metavar="DIR", help="the folder of the documentation site")
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="keep pictures of the pages, to be looked at")
    return parser.parse_args()


def _pages_of_fixtures(folder: Path) -> Iterator[Path]:
    for project in sorted(one for one in _FIXTURES.iterdir() if one.is_dir()):
        page = folder / f"{project.name}.html"
        _run(["map", str(project), "--project-root", str(project), "--output-format", "html", "-q", "-o", str(page)])
        yield page
    page, store = folder / "fleet.html", str(folder / "store")
    projects = folder / "a-folder-with-a-name-that-is-wider-than-a-phone-and-can-be-broken-nowhere" / "projects"
    shutil.copytree(_FIXTURES, projects)
    for _ in range(2):
        _run(["fleet", "run", str(projects), "--store", store, "-q"])
    _run(["fleet", "report", "--store", store, "--output-format", "html", "-q", "-o", str(page)])
    yield page


def _run(arguments: Sequence[str]) -> None:
    subprocess.run([sys.executable, "-m", "sessionlint", *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main())
