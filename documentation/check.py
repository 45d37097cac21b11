"""Reads the pages that were built: each link leads to a page and a place that is there, and nothing is fetched from elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

_FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src", "object": "data"}
_RELATIONS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "modulepreload", "manifest"}


@dataclass
class Document(HTMLParser):
    """What a page names: places in it, what its links lead to, and what a browser fetches for it."""

    names: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value}
        self.names |= {given[key] for key in ("id", "name") if key in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and _RELATIONS & set(given.get("rel", "").split()):
            self.fetched.append(given.get("href", ""))
        elif tag in _FETCHED and _FETCHED[tag] in given:
            self.fetched.append(given[_FETCHED[tag]])


@dataclass(frozen=True)
class Checked:
    pages: int
    links: int
    problems: tuple[str, ...]
    external: tuple[str, ...]


def checked(site: Path, address: str) -> Checked:
    """``address`` is where the site will lie: links from its root begin there."""
    root = urlsplit(address).path
    documents = {file: _read(file) for file in sorted(site.rglob("*.html"))}
    ours = [(file, link) for file, one in documents.items() for link in one.links if not _is_external(link)]
    problems = [
        f"{file.relative_to(site)}: {problem}"
        for file, link in ours
        for problem in _broken(documents, file, link.removeprefix(root))
    ]
    problems += [
        f"{file.relative_to(site)}: is fetched from elsewhere: {address}"
        for file, one in documents.items()
        for address in one.fetched
        if _is_external(address)
    ]
    external = {urldefrag(link).url for one in documents.values() for link in one.links if _is_external(link)}
    return Checked(len(documents), len(ours), tuple(problems), tuple(sorted(external)))


def _read(file: Path) -> Document:
    document = Document()
    document.feed(file.read_text(encoding="utf-8"))
    return document


def _is_external(address: str) -> bool:
    return bool(urlsplit(address).scheme or urlsplit(address).netloc)


def _broken(documents: dict[Path, Document], file: Path, link: str) -> Iterator[str]:
    address, name = urldefrag(link)
    there = _file(file, unquote(address))
    if not there.is_file():
        yield f"{link} leads nowhere"
    elif name and there in documents and unquote(name) not in documents[there].names:
        yield f"{link}: there is no such place on that page"


def _file(file: Path, address: str) -> Path:
    if not address:
        return file
    there = (file.parent / address).resolve()
    return there / "index.html" if there.is_dir() else there
