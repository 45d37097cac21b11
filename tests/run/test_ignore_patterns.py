"""Git decides what its patterns mean; it is asked."""

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from sessionlint.run.discovery.ignore_patterns import Patterns

PIECES = (
    *(
        "a",
        "b",
        "z",
        "1",
        ".",
        "-",
        " ",
        "\t",
        "#",
        "!",
        "/",
        "*",
        "*",
        "?",
        "**",
        "**/",
        "/**",
        "/**/",
        "***",
        "\\",
        "\\a",
        "\\*",
    ),
    *("[ab]", "[!a]", "[^a]", "[z-a]", "[a-", "]", "[]a]", "[--]", "[\\]]", "[a-\\d]", "[a/b]", "[", "[["),
    *("[[:alpha:]]", "[[:digit:]x]", "[[:nothing:]]", "[[:a]", "[[:"),
)
NAMES = ("a", "b", "ab", "ba", "a.b", "z", "[z-a]", "a b", "-", "]", "A", "1", "a\\", "!", "#a", "abab")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with folders in folders, and files of the same names."""
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    root = tmp_path_factory.mktemp("tree")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    for place, outer in enumerate(NAMES):
        for inner in NAMES[place % 3 :: 3]:
            (root / outer / inner).mkdir(parents=True)
            (root / outer / inner / NAMES[place]).touch()
        (root / outer / "f").touch()
    return root


def by_git(root: Path, paths: list[str]) -> set[str]:
    command = ["git", "-C", str(root), "check-ignore", "--no-index", "--stdin", "-z"]
    found = subprocess.run(command, input="\0".join(paths).encode(), capture_output=True, check=False).stdout
    return set(found.decode().split("\0")) - {""}


def is_ignored(patterns: Patterns, root: Path, path: str) -> bool:
    """As a walk from the root comes upon ``path``: what is in an ignored folder is ignored, whatever is said of it."""
    names = path.split("/")
    steps = ["/".join(names[: count + 1]) for count in range(len(names))]
    return any(patterns.verdict(f"{step}/" if (root / step).is_dir() else step) for step in steps)


def test_patterns_mean_what_they_mean_to_git(tree: Path) -> None:
    choose = random.Random(8)
    paths = [path.relative_to(tree).as_posix() for path in tree.rglob("*") if ".git" not in path.parts]
    for _ in range(150):
        lines = ["".join(choose.choices(PIECES, k=choose.randint(1, 6))) for _ in range(choose.randint(1, 3))]
        text = "\n".join("!" * choose.choice((0, 0, 0, 1)) + line for line in lines) + choose.choice(("", "\n", "\r\n", "  \n"))
        (tree / ".gitignore").write_bytes(text.encode())
        patterns = Patterns(text)
        assert {path for path in paths if is_ignored(patterns, tree, path)} == by_git(tree, paths), text


@pytest.mark.parametrize("line", ["é", "[é]", "?", "*é"])
def test_letters_are_letters_whatever_bytes_they_take(line: str) -> None:
    assert Patterns(line).verdict("é") is True
