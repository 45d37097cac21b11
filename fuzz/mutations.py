"""Changes to a project: of tokens, of bytes, of encodings, of line ends, of the names of files."""

import io
import itertools
import tokenize

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from fuzz.seeds import Project, seeds

_WORDS = (
    *(
        "db",
        "session",
        "self.db",
        "SessionLocal",
        "SessionLocal()",
        "Session",
        "AsyncSession",
        "engine",
        "get_db",
        "Depends(get_db)",
    ),
    *(
        "with",
        "async with",
        "await",
        "yield",
        "yield db",
        "return",
        "raise",
        "try:",
        "finally:",
        "except Exception:",
        "lambda:",
        "def f():",
    ),
    *(
        "class C(C):",
        "@contextmanager",
        "import app",
        "from . import *",
        "from app import *",
        "global db",
        "match db:",
        "case _:",
        "db = db",
    ),
    *("(", ")", "[", "]", "{", "}", ":", ",", "=", ":=", "*", "**", "\\\n", "\n", "\n    ", "\t", "\f", "\r", ";", "...", "->"),
    *("# noqa", "# noqa: SES301", "# sessionlint: ignore[SES301]", "# sessionlint: ignore-file", "# type: ignore", "#"),
    *(
        '"',
        "'",
        '"""',
        'f"{db}"',
        'f"{{',
        "b'\\x00'",
        "{{ name }}",
        "{% if x %}",
        "é",
        "\N{GRINNING FACE}",
        "\u202e",
        "\u2028",
        "\ufeff",
        "1" * 50,
    ),
)
_BYTES = (
    b"\x00",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\x1b[31m",
    b"\r",
    b"\x0c",
    b"\x85",
    b"\xed\xa0\x80",
    b"# coding: latin-1\n",
)
_COOKIES = (
    "utf-8",
    "latin-1",
    "cp1252",
    "utf-16",
    "utf-7",
    "ascii",
    "unicode_escape",
    "rot13",
    "punycode",
    "nonsense",
    "utf-8-sig",
)
_NAMES = (
    *(
        "a\nb.py",
        "\x1b[2J.py",
        "::error::x.py",
        "é/ü.py",
        "conftest.py",
        "__init__.py",
        "pyproject.toml",
        ".gitignore",
        "sessionlint.toml",
    ),
    *(
        "x.pyi",
        "app/__init__.py",
        "tests/test_x.py",
        "migrations/versions/1.py",
        "requirements.txt",
        "uv.lock",
        "setup.cfg",
        "a b.py",
        "-q.py",
    ),
)


@st.composite
def projects(draw: DrawFn) -> Project:
    """One or two cases in one folder, what is called the same in one file or not, each file perhaps changed a few times."""
    project: Project = {}
    is_joined = draw(st.booleans())
    for seed in draw(st.lists(st.sampled_from(seeds()), min_size=1, max_size=2)):
        for path, data in seed.items():
            project[path] = b"\n\n".join((project[path], data)) if is_joined and path in project else data
    for _ in range(draw(st.integers(0, 5))):
        path = draw(st.sampled_from(sorted(project)))
        change = draw(st.sampled_from([_tokens, _lines, _truncated, _bytes, _encoded, _line_ends, _repeated]))
        project[path] = change(draw, project[path])
    if draw(st.integers(0, 4)) == 0:
        renamed = draw(st.sampled_from(sorted(project)))
        project[draw(st.sampled_from(_NAMES))] = project.pop(renamed)
    return _fitting(project)


def _fitting(project: Project) -> Project:
    """Without what cannot lie beside a folder of its own name."""
    folders = {parent for path in project for parent in _parents(path)}
    return {path: data for path, data in project.items() if path not in folders}


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _tokens(draw: DrawFn, data: bytes) -> bytes:
    """A token goes, comes twice, changes its place with another or becomes a word that means something to us."""
    tokens = _split(data)
    at = draw(st.integers(0, len(tokens) - 1))
    match draw(st.sampled_from(["drop", "double", "swap", "replace", "insert"])):
        case "drop":
            del tokens[at]
        case "double":
            tokens.insert(at, tokens[at])
        case "swap":
            other = draw(st.integers(0, len(tokens) - 1))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        case "replace":
            tokens[at] = draw(st.sampled_from(_WORDS))
        case _:
            tokens.insert(at, draw(st.sampled_from(_WORDS)))
    return "".join(tokens).encode("utf-8", "surrogatepass")


def _split(data: bytes) -> list[str]:
    """A text as tokens and what stands between them; where Python finds none, as words and blanks."""
    text = data.decode("utf-8", "replace").replace("\0", " ")  # which `tokenize` stumbles over
    lines = io.StringIO(text).readlines()
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    cuts = {0, len(text)}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            for row, column in (token.start, token.end):
                cuts.add(min(starts[min(row, len(starts)) - 1] + column, len(text)))
    except (tokenize.TokenError, SyntaxError):
        cuts.update(index for index, character in enumerate(text) if character.isspace())
    ordered = sorted(cuts)
    return [text[start:end] for start, end in itertools.pairwise(ordered)] or [""]


def _lines(draw: DrawFn, data: bytes) -> bytes:
    """A line goes, comes twice, changes its place or comes from another case, indented as what stands there."""
    lines = data.decode("utf-8", "replace").split("\n")
    at = draw(st.integers(0, len(lines) - 1))
    match draw(st.sampled_from(["drop", "double", "move", "bring"])):
        case "drop":
            del lines[at]
        case "double":
            lines.insert(at, lines[at])
        case "move":
            line = lines.pop(at)
            _put(lines, draw(st.integers(0, len(lines))), line)
        case _:
            other = draw(st.sampled_from(seeds()))
            text = other[draw(st.sampled_from(sorted(other)))].decode("utf-8", "replace")
            _put(lines, at, draw(st.sampled_from(text.split("\n"))))
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _put(lines: list[str], at: int, line: str) -> None:
    before = lines[at] if at < len(lines) else ""
    lines.insert(at, before[: len(before) - len(before.lstrip())] + line.strip())


def _truncated(draw: DrawFn, data: bytes) -> bytes:
    return data[: draw(st.integers(0, len(data)))]


def _bytes(draw: DrawFn, data: bytes) -> bytes:
    at = draw(st.integers(0, len(data)))
    return data[:at] + draw(st.sampled_from(_BYTES)) + data[at + draw(st.integers(0, 2)) :]


def _encoded(draw: DrawFn, data: bytes) -> bytes:
    """Said to be in some encoding, and perhaps even so."""
    cookie = draw(st.sampled_from(_COOKIES))
    text = f"# -*- coding: {cookie} -*-\n" + data.decode("utf-8", "replace")
    try:
        return text.encode(cookie if draw(st.booleans()) else "utf-8")
    except (LookupError, UnicodeError):
        return text.encode("utf-8", "surrogatepass")


def _line_ends(draw: DrawFn, data: bytes) -> bytes:
    return data.replace(b"\n", draw(st.sampled_from([b"\r\n", b"\r", b"\n\n", b"\n\x0c", b" \n"])))


def _repeated(draw: DrawFn, data: bytes) -> bytes:
    return data * draw(st.integers(2, 4))
