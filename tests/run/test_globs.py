import pytest

from sessionlint.run.settings.globs import matches_glob, matches_last


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("build", "src/build/x.py"),
        ("*.py", "a/b.py"),
        ("tests/*", "tests/unit/test_a.py"),
        ("src/**/legacy_*.py", "src/legacy_a.py"),
        ("src/**/legacy_*.py", "src/a/b/legacy_a.py"),
        ("tests/**", "tests/a.py"),
        ("./tests/", "tests/a.py"),
        ("v[0-9].py", "v1.py"),
        ("v[!0-9].py", "vx.py"),
        ("a{b}.py", "a{b}.py"),
        ("[z-a].py", "[z-a].py"),
        ("[", "["),
    ],
)
def test_a_pattern_covers_a_path_or_a_folder_above_it(pattern: str, path: str) -> None:
    assert matches_glob(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("build", "src/builder/x.py"),
        ("tests/*", "app/tests/a.py"),
        ("src/*.py", "src/a/b.py"),
        ("v[0-9].py", "vx.py"),
        ("a.py", "axpy"),
    ],
)
def test_a_pattern_does_not_cover_others(pattern: str, path: str) -> None:
    assert not matches_glob(pattern, path)


def test_a_walk_compares_the_last_name_and_the_whole_path_only() -> None:
    patterns = ("build", "src/gen/*")
    assert matches_last(patterns, "src/build")
    assert matches_last(patterns, "src/gen/a.py")
    assert not matches_last(patterns, "build/a.py")
    assert not matches_last((), "a.py")
