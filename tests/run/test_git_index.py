"""Git decides what it tracks; it is asked. What an index says that git never wrote costs nothing, and changes nothing."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from sessionlint.cli import sessionlint
from sessionlint.run.discovery.discovery import discover, real_paths
from sessionlint.run.discovery.git_index import IndexRefusedError, Tracked
from sessionlint.run.discovery.roots import Root
from sessionlint.run.files import limits
from sessionlint.run.settings.settings import Settings

IDENTITY = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always")
ALL = Settings(exclude=())
Tree = Callable[..., Path]


def git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *IDENTITY, *arguments], cwd=root, check=True, capture_output=True).stdout


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Makes a repository in which patterns ignore more than git does."""
    if shutil.which("git") is None:
        pytest.skip("there is no git")

    def make(*options: str, name: str = "repository") -> Path:
        root = tmp_path / name
        root.mkdir()
        git(root, "init", "-q", *options)
        tracked = ("a.py", "cov/kept.py", "cov/deep/kept.pyi", "gen_kept.py", "sub/gen_kept.py", "ü/ö.py", "d e/f.py")
        write(root, *tracked, *(f"cov/{'n' * 200}/{number}/{'m' * 200}.py" for number in range(3)))
        git(root, "add", "-f", ".")
        (root / ".gitignore").write_text("cov/\ngen_*.py\nöö/\nü/\nd e/\n")
        (root / "sub/.gitignore").write_text("other.py\n")
        write(root, "b.py", "cov/new.py", "cov/deep/new.py", "cov/other/new.py", "coverage/c.py", "gen_new.py", "sub/other.py")
        write(root, "ü/new.py", "öö/new.py", "d e/deep/new.py")
        return root

    return make


def found(root: Path, *paths: str, settings: Settings = ALL) -> list[str]:
    given = real_paths([str(root / path) for path in paths or (".",)])
    return discover(Root.of(root.resolve()), given, settings, pytest.fail)[0]


def by_git(root: Path) -> list[str]:
    """The Python files that git tracks, or would add."""
    output = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.py", "*.pyi")
    return sorted({path for path in os.fsdecode(output).split("\0") if path and (root / path).exists()})


# --- what git writes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2", "3", "4"])
@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)])
def test_what_git_tracks_is_found_whatever_a_pattern_says(tree: Tree, version: str, options: tuple[str, ...]) -> None:
    root = tree(*options)
    if version == "3":  # what that is for
        git(root, "add", "-N", "b.py")
    git(root, "update-index", "--index-version", version)
    assert (root / ".git/index").read_bytes()[4:8] == bytes([0, 0, 0, int(version)])
    assert found(root) == by_git(root)
    assert {"cov/kept.py", "cov/deep/kept.pyi", "gen_kept.py", "ü/ö.py"} < set(found(root))
    assert {"cov/new.py", "gen_new.py", "sub/other.py"}.isdisjoint(found(root))


def test_a_project_in_part_of_a_repository_is_no_different(tree: Tree) -> None:
    root = tree()
    assert found(root / "sub") == ["gen_kept.py"]
    assert found(root / "cov") == sorted(path.relative_to(root / "cov").as_posix() for path in (root / "cov").rglob("*.py*"))


def test_what_is_asked_for_by_name_is_checked_as_ever(tree: Tree) -> None:
    root = tree()
    assert {"cov/kept.py", "cov/new.py", "cov/other/new.py"} < set(found(root, "cov"))
    forced = Settings(exclude=(), force_exclude=True)
    assert found(root, "cov", "cov/new.py", "gen_new.py", settings=forced) == by_git(root)


def test_an_index_in_the_middle_of_a_merge_is_read(tree: Tree) -> None:
    root = tree()
    git(root, "commit", "-qm", "one")
    git(root, "checkout", "-q", "-b", "other")
    (root / "cov/kept.py").write_text("1\n")
    git(root, "commit", "-qam", "two")
    git(root, "checkout", "-q", "-")
    (root / "cov/kept.py").write_text("2\n")
    git(root, "commit", "-qam", "three")
    assert subprocess.run(["git", *IDENTITY, "merge", "-q", "other"], cwd=root, check=False, capture_output=True).returncode
    assert found(root) == by_git(root)


def test_a_linked_work_tree_has_an_index_of_its_own(tree: Tree, tmp_path: Path) -> None:
    root = tree()
    git(root, "commit", "-qm", "one")
    linked = tmp_path / "linked"
    git(root, "worktree", "add", "-q", str(linked))
    (linked / ".gitignore").write_text("cov/\n")
    write(linked, "cov/new.py")
    git(linked, "rm", "-q", "--cached", "cov/kept.py")
    assert found(linked) == by_git(linked)
    assert "cov/deep/kept.pyi" in found(linked)
    assert "cov/kept.py" not in found(linked)


def test_a_submodule_has_an_index_and_patterns_of_its_own(tree: Tree) -> None:
    inner, outer = tree(name="inner"), tree(name="outer")
    git(inner, "commit", "-qm", "one")
    git(outer, "submodule", "--quiet", "add", "-f", str(inner), "cov/module")
    module = outer / "cov/module"
    (module / ".gitignore").write_text("cov/\n")
    write(module, "cov/new.py", "other/new.py")
    assert found(outer) == sorted([*by_git(outer), *(f"cov/module/{path}" for path in by_git(module))])
    assert found(module) == by_git(module)
    assert {"cov/module/cov/kept.py", "cov/module/gen_kept.py", "cov/module/other/new.py"} < set(found(outer))


# --- what git does not write, or not there ----------------------------------------------------------------------------


def test_a_git_file_that_points_to_somebody_elses_repository_is_not_believed(tree: Tree, tmp_path: Path) -> None:
    elsewhere, root = tree(name="elsewhere"), tmp_path / "root"
    write(root, "a.py", "cov/kept.py")
    (root / ".gitignore").write_text("cov/\n")
    for pointer in (f"gitdir: {elsewhere}/.git\n", "gitdir: ../elsewhere/.git", "gitdir: \0", "gitdir: loop", "", "x"):
        (root / ".git").write_text(pointer)
        assert found(root) == ["a.py"]
    (root / ".git").unlink()
    (root / ".git").symlink_to(elsewhere / ".git", target_is_directory=True)
    assert found(root) == ["a.py"]


def test_an_index_that_is_a_link_is_not_followed(tree: Tree) -> None:
    root = tree()
    (root / ".git/index").rename(root / "index")
    (root / ".git/index").symlink_to("../index")
    assert "cov/kept.py" not in found(root)


def told(root: Path, *options: str) -> str:
    return CliRunner().invoke(sessionlint, ["check", "--no-cache", "--show-files", *options, str(root)]).output


def test_of_an_index_that_is_not_read_only_a_verbose_run_tells(tree: Tree) -> None:
    root = tree()
    git(root, "update-index", "--split-index")
    assert "left out" not in told(root)
    assert "left out, a split index" in told(root, "-v")
    for content in (b"", b"DIRC", b"x" * 1000, b"DIRC\0\0\0\x02\xff\xff\xff\xff" + b"\0" * 1000):
        (root / ".git/index").write_bytes(content)
        assert "left out" not in told(root)
        assert "left out, not an index of git" in told(root, "-v")
    (root / ".git/index").write_bytes(b"DIRC\0\0\0\x05\0\0\0\0" + b"\0" * 20)
    assert "left out, an index of version 5" in told(root, "-v")


def test_an_index_that_is_too_large_is_not_read(tree: Tree) -> None:
    root = tree()
    os.truncate(root / ".git/index", limits.INDEX.bytes + 1)
    assert "cov/kept.py" not in found(root)
    assert f"left out, larger than {limits.INDEX.shown}" in told(root, "-v")


def test_a_verbose_run_tells_of_it_again_when_it_remembers_the_rest(tree: Tree, tmp_path: Path) -> None:
    root = tree()
    (root / ".git/index").write_bytes(b"DIRC\0")
    command = ["check", "-v", "--show-files", "--cache-dir", str(tmp_path / "kept"), str(root)]
    first, second = (CliRunner().invoke(sessionlint, command).output for _ in range(2))
    assert "not an index of git" in first
    assert second == first


def test_what_was_remembered_of_an_index_counts_for_that_one_alone(tree: Tree, tmp_path: Path) -> None:
    root = tree()
    command = ["check", "--show-files", "--cache-dir", str(tmp_path / "kept"), str(root)]
    assert "cov/kept.py" in CliRunner().invoke(sessionlint, command).output
    assert "cov/kept.py" in CliRunner().invoke(sessionlint, command).output
    git(root, "rm", "-q", "--cached", "cov/kept.py")
    assert "cov/kept.py" not in CliRunner().invoke(sessionlint, command).output


# --- any bytes at all -------------------------------------------------------------------------------------------------

SHA1 = 20


def entry(version: int, name: bytes, before: bytes = b"", flags: int = 0) -> bytes:
    said = (flags | min(len(name), 0xFFF)).to_bytes(2, "big") + (b"\0\0" if flags & 0x4000 else b"")
    status = b"\x01" * (40 + SHA1) + said
    if version < 4:
        return (status + name).ljust((len(status + name) + 8) & ~7, b"\0")
    common = next((place for place, pair in enumerate(zip(name, before, strict=False)) if len({*pair}) > 1), 0)
    return status + _number(len(before) - common) + name[common:] + b"\0"


def _number(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        value -= 1
        digits.insert(0, 0x80 | value & 0x7F)
    return bytes(digits)


def index(version: int, names: list[bytes], extensions: bytes = b"", count: int | None = None, flags: int = 0) -> bytes:
    entries = b"".join(entry(version, name, before, flags) for before, name in zip([b"", *names], names, strict=False))
    said = len(names) if count is None else count
    return b"DIRC" + version.to_bytes(4, "big") + said.to_bytes(4, "big") + entries + extensions + b"\x07" * SHA1


NAMES = st.lists(
    st.binary(min_size=1, max_size=300).filter(lambda name: b"\0" not in name and not name.endswith(b"/")),
    max_size=8,
    unique=True,
).map(sorted)
LONG = [b"a/" * 2_000 + b"b", b"b/" * 2_000 + b"c"]


@given(
    NAMES,
    st.sampled_from([2, 3, 4]),
    st.sampled_from([0, 0x4000, 0x8000]),
    st.sampled_from([b"", b"TREE\0\0\0\1x", b"sdir\0\0\0\0"]),
)
@example(LONG, 4, 0, b"")
@example(LONG, 2, 0, b"")
def test_the_names_of_an_index_are_tracked(names: list[bytes], version: int, flags: int, extensions: bytes) -> None:
    flags = flags if version > 2 else flags & ~0x4000
    tracked = Tracked(index(version, names, extensions, flags=flags))
    for name in names:
        path = os.fsdecode(name)
        assert tracked.verdict(path) is False
        assert tracked.verdict(path + "/") is False  # a submodule's
        if b"/" in name.strip(b"/"):
            assert tracked.verdict(path.rpartition("/")[0] + "/") is False
    assert tracked.verdict("never/such a name") is None


@given(NAMES, st.sampled_from([2, 3, 4]), st.data())
def test_an_index_that_breaks_off_or_was_changed_is_refused_or_read(
    names: list[bytes], version: int, data: st.DataObject
) -> None:
    whole = bytearray(index(version, names, b"TREE\0\0\0\1x"))
    for _ in range(data.draw(st.integers(0, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        Tracked(cut).verdict("a/")
    except IndexRefusedError as error:
        assert "index" in str(error)


@given(st.binary(max_size=500))
def test_any_bytes_behind_a_header_are_refused_or_read(data: bytes) -> None:
    try:
        Tracked(b"DIRC\0\0\0\x04\0\0\0\x02" + data).verdict("a")
    except IndexRefusedError as error:
        assert "index" in str(error)


@pytest.mark.parametrize(
    "lying",
    [
        index(2, [b"a"], count=2),
        index(2, [b"a"], count=2**32 - 1),
        index(2, [b"a", b"b"], count=1),
        index(2, [b"a"], extensions=b"TREE\0\0\0\xffx"),
        index(2, [b"a"], extensions=b"TREE\xff\xff\xff\xff"),
        index(2, [b"a"], extensions=b"new!\0\0\0\0"),
        index(2, [b"x" * (limits.INDEX_NAME + 1)]),
        index(2, [b"a"]).replace(b"\0\x01a\0", b"\0\x02a\0"),
        index(4, [b"a"]).replace(b"\0\x01\0a\0", b"\0\x01\x7fa\0"),
        index(4, [b"a"]).replace(b"\0\x01\0a\0", b"\0\x01" + b"\xff" * 1_000 + b"a\0"),
    ],
)
def test_an_index_that_lies_of_its_sizes_is_refused(lying: bytes) -> None:
    with pytest.raises(IndexRefusedError):
        Tracked(lying)


def test_names_that_share_their_beginnings_are_no_more_than_an_index_can_have() -> None:
    """Here an entry of 70 bytes makes a name of 4,000."""
    begin = entry(4, b"n" * 4_000)
    others = [begin[:62] + b"\x06%06d\0" % number for number in range(17_000)]
    few, many = (
        b"DIRC\0\0\0\x04" + (count + 1).to_bytes(4, "big") + begin + b"".join(others[:count]) + b"\x07" * SHA1
        for count in (100, 17_000)
    )
    assert Tracked(few).verdict("n" * 3_994 + "000099") is False
    with pytest.raises(IndexRefusedError):
        Tracked(many)
