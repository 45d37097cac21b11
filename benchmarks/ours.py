"""The linter itself: cold, warm, after a change, on one file, and doing next to nothing."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import Contender

COLD = "sessionlint, cold"
COLD_ONE = "sessionlint, cold, -j 1"
COLD_TWO = "sessionlint, cold, -j 2"
COLD_KEPT = "sessionlint, cold, cache written"
WARM = "sessionlint, warm"
CHANGED = "sessionlint, one file with sessions changed"
OTHER_CHANGED = "sessionlint, one other file changed"
SMALL_COLD = "one small file, cold"
SMALL_WARM = "one small file, warm"
VERSION = "`sessionlint version`"
# the trees lie in a folder that git ignores
_EVERYTHING = ("--no-respect-gitignore", "--exit-zero")
_SMALL = """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))


def work():
    db = SessionLocal()
    return db.get(object, 1)
"""
_TELLING = (b"sqlalchemy", b"session", b"engine", b"connect", b"database")
_FILL = """\
import os, sys
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
print(len(timings.files))
"""


class Ours:
    """``program`` is the console script; caches and small files lie in ``work``."""

    def __init__(self, program: str, work: Path) -> None:
        self._program = program
        self._work = work

    def checks(self, tree: Path) -> int:
        """How many files a check of ``tree`` looks at: a benchmark of nothing would be a fast one."""
        said = subprocess.run([*self._check(tree), "--show-files"], capture_output=True, text=True, check=True)
        return len(said.stdout.splitlines())

    def fill(self, tree: Path) -> int:
        """Check ``tree`` into a new cache, for the warm runs, and return how many of its files are worth parsing."""
        shutil.rmtree(self._cache(tree), ignore_errors=True)
        python = str(Path(self._program).with_name("python"))
        command = [python, "-I", "-c", _FILL, str(tree), str(self._cache(tree))]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    def cold(self, tree: Path, jobs: int | None = None) -> Contender:
        """``jobs`` is 1, 2 or what the linter itself takes."""
        chosen = [] if jobs is None else ["-j", str(jobs)]
        name = {None: COLD, 1: COLD_ONE, 2: COLD_TWO}[jobs]
        return self._contender(name, tree, "--no-cache", *chosen)

    def cold_and_kept(self, tree: Path) -> Contender:
        """Cold, with the cache written, in a place of its own: the warm runs' cache stays."""
        cache = self._cache(tree).with_name(f"{tree.name}.cold")
        written = self._contender(COLD_KEPT, tree, "--cache-dir", str(cache))
        return Contender(written.name, written.command, lambda: shutil.rmtree(cache, ignore_errors=True), files=written.files)

    def warm(self, tree: Path) -> Contender:
        """With the cache that ``fill`` has left."""
        return self._contender(WARM, tree, "--cache-dir", str(self._cache(tree)))

    def one_changed(self, tree: Path) -> list[Contender]:
        """Warm, but for a file that gets another line each time: one that has to do with sessions, and one that has not."""
        return [
            self._changed(CHANGED, tree, _middle(tree, lambda text: b"sqlalchemy" in text and b"Session" in text)),
            self._changed(OTHER_CHANGED, tree, _middle(tree, lambda text: not any(word in text.lower() for word in _TELLING))),
        ]

    def _changed(self, name: str, tree: Path, changing: Path) -> Contender:
        def change() -> None:
            with changing.open("a", encoding="utf-8") as file:
                file.write("# another line\n")

        return Contender(name, self.warm(tree).command, change, files=lambda _: self.checks(tree))

    def small(self) -> list[Contender]:
        tree = self._work / "small"
        tree.mkdir(exist_ok=True)
        (tree / "app.py").write_text(_SMALL, "utf-8")
        self.fill(tree)
        cold, warm = self.cold(tree), self.warm(tree)
        return [
            Contender(SMALL_COLD, cold.command, files=cold.files),
            Contender(SMALL_WARM, warm.command, files=warm.files),
            Contender(VERSION, [self._program, "version"]),
        ]

    def _contender(self, name: str, tree: Path, *options: str) -> Contender:
        return Contender(name, [*self._check(tree), *options], files=lambda _: self.checks(tree))

    def _check(self, tree: Path) -> list[str]:
        return [self._program, "check", str(tree), "--project-root", str(tree), "--isolated", "--quiet", *_EVERYTHING]

    def _cache(self, tree: Path) -> Path:
        return self._work / "caches" / tree.name


def _middle(tree: Path, wanted: Callable[[bytes], bool]) -> Path:
    """The file in the middle of those whose bytes are ``wanted``."""
    found = sorted(path for path in tree.rglob("*.py") if wanted(path.read_bytes()))
    return found[len(found) // 2]
