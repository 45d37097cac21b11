"""Who owns a file, as GitHub and GitLab read the file CODEOWNERS: the last pattern that matches decides."""

from collections.abc import Iterator, Sequence

from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.run.discovery.ignore_patterns import Pattern

_SECTION = regex(r"\^?\[[^\]]*\](?:\[\d+\])?(?P<rest>.*)")
_WORD = regex(r"(?:\\.|\S)+")


@dataclass(frozen=True, slots=True)
class _Line:
    pattern: Pattern
    owners: tuple[str, ...]
    is_flat: bool  # ``docs/*`` is not about what lies deeper

    def covers(self, path: str) -> bool:
        """Whether it is about the file, or a folder around it."""
        if self.pattern.matches(path, path.rpartition("/")[2], is_folder=False):
            return True
        return not self.is_flat and any(self.pattern.matches(each, each.rpartition("/")[2], True) for each in _around(path))


class Codeowners:
    """``text`` is that of the file. Each section, which GitLab knows, decides for itself."""

    def __init__(self, text: str) -> None:
        self._sections = [section for section in _sections(text) if section]
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, path: str) -> tuple[str, ...]:
        """The owners of the file at ``path``, relative to the root of the repository; none where nobody is named."""
        if path not in self._known:
            found = (next((line.owners for line in reversed(each) if line.covers(path)), ()) for each in self._sections)
            self._known[path] = tuple(dict.fromkeys(owner for owners in found for owner in owners))
        return self._known[path]


def _around(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _sections(text: str) -> Iterator[Sequence[_Line]]:
    lines: list[_Line] = []
    usual: tuple[str, ...] = ()
    for written in text.splitlines():
        if section := _SECTION.fullmatch(written.strip()):
            yield lines
            lines, usual = [], _owners(_words(section["rest"]))
        elif words := _words(written):
            lines += _line(words[0], _owners(words[1:]) or usual)
    yield lines


def _line(pattern: str, owners: tuple[str, ...]) -> list[_Line]:
    if pattern.startswith("!"):  # neither of them has that
        return []
    return [_Line(Pattern(pattern), owners, pattern.endswith("/*"))]


def _words(text: str) -> list[str]:
    """A blank behind a backslash parts nothing, and ``#`` begins a comment."""
    words = _WORD.findall(text)
    end = next((at for at, word in enumerate(words) if word.startswith("#")), len(words))
    return words[:end]


def _owners(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in words if "@" in word)
