"""The linter itself: cold, warm, after a change, on one file, and doing next to nothing."""

import shutil
import subprocess
from pathlib import Path

from benchmarks.measure import Contender

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


class Ours:
    """``program`` is the console script; caches and small files lie in ``work``."""

    def __init__(self, program: str, work: Path) -> None:
        self._program = program
        self._work = work

    def checks(self, tree: Path) -> int:
        """How many files a check of ``tree`` looks at: a benchmark of nothing would be a fast one."""
        said = subprocess.run([*self._check(tree), "--show-files"], capture_output=True, text=True, check=True)
        return len(said.stdout.splitlines())

    def cold(self, tree: Path, jobs: int | None = None) -> Contender:
        chosen = [] if jobs is None else ["-j", str(jobs)]
        name = "sessionlint, cold" if jobs is None else f"sessionlint, cold, -j {jobs}"
        return Contender(name, [*self._check(tree), "--no-cache", *chosen])

    def cold_and_kept(self, tree: Path) -> Contender:
        """Cold, with the cache written."""
        cache = self._cache(tree)
        return Contender(
            "sessionlint, cold, cache written",
            [*self._check(tree), "--cache-dir", str(cache)],
            lambda: shutil.rmtree(cache, ignore_errors=True),
        )

    def warm(self, tree: Path) -> Contender:
        return Contender("sessionlint, warm", [*self._check(tree), "--cache-dir", str(self._cache(tree))])

    def one_changed(self, tree: Path) -> Contender:
        """Warm, but for the file in the middle of those that speak of SQLAlchemy, which gets another line each time."""
        telling = sorted(path for path in tree.rglob("*.py") if b"sqlalchemy" in path.read_bytes())
        changing = telling[len(telling) // 2]

        def change() -> None:
            with changing.open("a", encoding="utf-8") as file:
                file.write("# another line\n")

        return Contender("sessionlint, one file changed", [*self._check(tree), "--cache-dir", str(self._cache(tree))], change)

    def small(self) -> list[Contender]:
        tree = self._work / "small"
        tree.mkdir(exist_ok=True)
        (tree / "app.py").write_text(_SMALL, "utf-8")
        cold, warm = self.cold(tree), self.warm(tree)
        return [
            Contender("one small file, cold", cold.command),
            Contender("one small file, warm", warm.command),
            Contender("`sessionlint version`", [self._program, "version"]),
        ]

    def _check(self, tree: Path) -> list[str]:
        return [self._program, "check", str(tree), "--project-root", str(tree), "--isolated", "--quiet", *_EVERYTHING]

    def _cache(self, tree: Path) -> Path:
        return self._work / "caches" / tree.name
