"""The linter itself: cold, warm, after a change, on one file, fixing, and doing next to nothing."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import Contender

NOW = "sessionlint"
BEFORE = "the revision before"
COLD = f"{NOW}, cold"
COLD_ONE = f"{NOW}, cold, -j 1"
COLD_TWO = f"{NOW}, cold, -j 2"
COLD_KEPT = f"{NOW}, cold, cache written"
WARM = f"{NOW}, warm"
CHANGED = f"{NOW}, one file with sessions changed, its interface the same"
INTERFACE_CHANGED = f"{NOW}, a factory or provider changed"
OTHER_CHANGED = f"{NOW}, one other file changed"
SMALL_COLD = "one small file, cold"
SMALL_WARM = "one small file, warm"
VERSION = "`sessionlint version`"
FIX = f"{NOW}, --fix --unsafe-fixes"
AST_PARSE = "`ast.parse` alone"
FLOOR = "reading, first look and `ast.parse` of what is parsed"
# the trees lie in a folder that git ignores
_EVERYTHING = ("--no-respect-gitignore", "--exit-zero")
# an earlier revision may fail over what today's is measured on
_EXITS = {NOW: frozenset({0, 1}), BEFORE: frozenset({0, 1, 2})}
_SMALL = """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))


def work():
    db = SessionLocal()
    return db.get(object, 1)
"""
_TELLING = (b"sqlalchemy", b"session", b"engine", b"connect", b"database")
# a factory or session that is built of plain arguments, and the argument that a change adds
_BUILT = re.compile(
    r"(?<![\w.])((?:async_)?sessionmaker|(?:Async)?Session)"
    r"\(((?:[^(){},]|,(?! info=\{))+)(?:, info=\{'change': \d+\})?\)"
)
_FILL = """\
import json, os, sys
from pathlib import Path
from sessionlint.run import pipeline
from sessionlint.run.request import Request
from sessionlint.run.timings import Timings

tree, cache = sys.argv[1:]
timings = Timings()
options = (("respect-gitignore", False),)
root = Path(tree)
jobs = os.cpu_count() or 1
request = Request((tree,), options=options, isolated=True, project_root=root, cache=True, cache_dir=Path(cache), jobs=jobs)
pipeline.check(request, lambda text: print(text, file=sys.stderr), timings=timings)
print(json.dumps([[*timings.files], sum((root / path).read_bytes().count(b"\\n") for path in timings.files)]))
"""
# what no linter of this kind can do without: each file read and looked at, and a tree of each that is parsed
_FLOOR = """\
import ast, json, sys
from pathlib import Path
from sessionlint.run.extraction.extractor import Extractor, Text
from sessionlint.run.files.reading import decoded

tree, parsed = map(Path, sys.argv[1:])
paths = [str(path.relative_to(tree)) for path in tree.rglob("*.py")]
sources = {path: decoded(path, (tree / path).read_bytes())[0] for path in paths}
Extractor().looks(map(Text, sources.values()))
for path in json.loads(parsed.read_text()):
    try:
        ast.parse(sources[path].text)
    except SyntaxError:
        pass
print(len(sources))
"""
_PARSE = "import ast, sys; ast.parse(open(sys.argv[1], encoding='utf-8').read())"


class Parsed(NamedTuple):
    """How much of a tree is worth parsing."""

    files: int
    lines: int


class Ours:
    """``program`` is the console script; caches and small files lie in ``work``. ``who``: NOW or BEFORE."""

    def __init__(self, program: str, work: Path, who: str = NOW) -> None:
        self._program = program
        self._work = work
        self._who = who

    def checks(self, tree: Path) -> int:
        """How many files a check of ``tree`` looks at: a benchmark of nothing would be a fast one."""
        said = subprocess.run([*self._check(tree), "--show-files"], capture_output=True, text=True, check=True)
        return len(said.stdout.splitlines())

    def fill(self, tree: Path) -> Parsed:
        """Check ``tree`` into a new cache, for the warm runs, and return how much of it is worth parsing."""
        shutil.rmtree(self._cache(tree), ignore_errors=True)
        command = [self._python, "-I", "-c", _FILL, str(tree), str(self._cache(tree))]
        paths, lines = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        self._parsed(tree).write_text(json.dumps(paths), "utf-8")
        return Parsed(len(paths), lines)

    def floor(self, tree: Path) -> Contender:
        """What a cold run cannot do without, of the files that ``fill`` has seen parsed."""
        command = [self._python, "-I", "-c", _FLOOR, str(tree), str(self._parsed(tree))]
        return Contender(FLOOR, command, files=int)

    def cold(self, tree: Path, jobs: int | None = None) -> Contender:
        """``jobs`` is 1, 2 or what the linter itself takes."""
        chosen = [] if jobs is None else ["-j", str(jobs)]
        return self._contender("cold" if jobs is None else f"cold, -j {jobs}", tree, "--no-cache", *chosen)

    def cold_and_kept(self, tree: Path) -> Contender:
        """Cold, with the cache written, in a place of its own: the warm runs' cache stays."""
        cache = self._cache(tree).with_name(f"{tree.name}.cold")
        written = self._contender("cold, cache written", tree, "--cache-dir", str(cache))
        return Contender(written.name, written.command, lambda: shutil.rmtree(cache, ignore_errors=True), files=written.files)

    def warm(self, tree: Path) -> Contender:
        """With the cache that ``fill`` has left."""
        return self._contender("warm", tree, "--cache-dir", str(self._cache(tree)))

    def one_changed(self, tree: Path) -> Iterator[Contender]:
        """Warm, but for one file that gets another text each time, as far as the tree has such files.

        One has to do with sessions and gets a comment, one builds a session or its factory and gets it another argument, and one
        has nothing to do with sessions.
        """
        numbers = count()
        changes: list[tuple[str, Callable[[bytes], bool], Callable[[str], str]]] = [
            (CHANGED, lambda text: b"sqlalchemy" in text and b"Session" in text, _longer),
            (INTERFACE_CHANGED, _builds_sessions, lambda text: _with_another_argument(text, next(numbers))),
            (OTHER_CHANGED, lambda text: not any(word in text.lower() for word in _TELLING), _longer),
        ]
        for name, wanted, change in changes:
            changing = _middle(tree, wanted)
            if changing is not None:
                yield self._changed(name, tree, changing, change)

    def _changed(self, name: str, tree: Path, changing: Path, change: Callable[[str], str]) -> Contender:
        def prepare() -> None:
            changing.write_text(change(changing.read_text("utf-8")), "utf-8")

        return Contender(name, self.warm(tree).command, prepare, files=lambda _: self.checks(tree))

    def small(self) -> list[Contender]:
        tree = self._work / "small"
        tree.mkdir(exist_ok=True)
        (tree / "app.py").write_text(_SMALL, "utf-8")
        cold, warm = self.cold(tree), self.warm(tree)
        subprocess.run(warm.command, stdout=subprocess.DEVNULL, check=True)
        version = Contender(self._named(VERSION), [self._program, "version"])
        return [
            Contender(self._named(SMALL_COLD), cold.command, files=cold.files),
            Contender(self._named(SMALL_WARM), warm.command, files=warm.files),
            version,
        ]

    def fixing(self, tree: Path) -> Contender:
        """Every fix, safe or not, of a copy of ``tree`` that is made anew for each run."""
        copied = self._work / "fixing" / self._who

        def prepare() -> None:
            shutil.rmtree(copied, ignore_errors=True)
            shutil.copytree(tree, copied)

        command = [*self._check(copied), "--no-cache", "--fix", "--unsafe-fixes"]
        return Contender(f"{self._who}, --fix --unsafe-fixes", command, prepare, _EXITS[self._who], lambda _: self.checks(tree))

    def _named(self, row: str) -> str:
        return row if self._who == NOW else before(row)

    def _contender(self, what: str, tree: Path, *options: str) -> Contender:
        command = [*self._check(tree), *options]
        return Contender(f"{self._who}, {what}", command, exits=_EXITS[self._who], files=lambda _: self.checks(tree))

    def _check(self, tree: Path) -> list[str]:
        return [self._program, "check", str(tree), "--project-root", str(tree), "--isolated", "--quiet", *_EVERYTHING]

    @property
    def _python(self) -> str:
        return str(Path(self._program).with_name("python"))

    def _parsed(self, tree: Path) -> Path:
        return self._cache(tree).with_name(f"{self._cache(tree).name}.parsed.json")

    def _cache(self, tree: Path) -> Path:
        return self._work / "caches" / (tree.name if self._who == NOW else f"{tree.name}.before")


def before(row: str) -> str:
    """What the row is called that holds the same of the revision before."""
    return f"{BEFORE}{row.removeprefix(NOW)}" if row.startswith(NOW) else f"{BEFORE}, {row}"


def parsing(module: Path) -> Contender:
    """Python's own parser on one file, and nothing else."""
    return Contender(AST_PARSE, [sys.executable, "-I", "-c", _PARSE, str(module)])


def _longer(text: str) -> str:
    return f"{text}# another line\n"


def _builds_sessions(text: bytes) -> bool:
    return b"sqlalchemy" in text and _BUILT.search(text.decode("utf-8", "replace")) is not None


def _with_another_argument(text: str, number: int) -> str:
    def changed(built: re.Match[str]) -> str:
        given = built[2].rstrip(", \n")
        return f"{built[1]}({given}, info={{'change': {number}}})"

    return _BUILT.sub(changed, text)


def _middle(tree: Path, wanted: Callable[[bytes], bool]) -> Path | None:
    """The file in the middle of those whose bytes are ``wanted``."""
    found = sorted(path for path in tree.rglob("*.py") if wanted(path.read_bytes()))
    return found[len(found) // 2] if found else None
