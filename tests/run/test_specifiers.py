import pytest

from sessionlint.run.settings.specifiers import newest_minor, oldest_minor, parse_specifiers

LAST = {0: 9, 1: 4}


@pytest.mark.parametrize(
    ("text", "newest"),
    [
        ("<2", (1, 4)),
        ("<2.0.0", (1, 4)),
        ("<2.0.0b1", (1, 4)),
        ("~=1.4", (1, 4)),
        ("~=1.4.46", (1, 4)),
        ("==1.4.*", (1, 4)),
        ("==2.0.36", (2, 0)),
        ("<=1.3.24", (1, 3)),
        (">=1.4,<1.4.50", (1, 4)),
        (">=1.3, <2.1, !=2.0.1", (2, 0)),
        ("(>=1.3,<1.4)", (1, 3)),
        (">=1.4 <2", (1, 4)),
        ("^1.4", (1, 4)),
        ("^0.109.2", (0, 109)),
        ("~1.4.2", (1, 4)),
        ("^1.3 || ^1.4", (1, 4)),
        ("<3", None),
    ],
)
def test_the_newest_version_of_a_range_follows_from_its_upper_bound(text: str, newest: tuple[int, int] | None) -> None:
    found = parse_specifiers(text)
    assert found is not None
    assert found.newest is not None
    assert newest_minor(found.newest, LAST) == newest


@pytest.mark.parametrize("text", ["", "*", ">=1.4", ">1.4", "!=1.4.1"])
def test_a_range_that_is_open_above_has_no_newest_version(text: str) -> None:
    found = parse_specifiers(text)
    assert found is not None
    assert found.newest is None


@pytest.mark.parametrize(
    ("text", "oldest"), [(">=3.10", (3, 10)), ("^3.11", (3, 11)), (">=3.9,!=3.9.7,<4", (3, 9)), ("==3.12.*", (3, 12))]
)
def test_the_oldest_version_follows_from_the_lower_bound(text: str, oldest: tuple[int, int]) -> None:
    found = parse_specifiers(text)
    assert found is not None
    assert found.oldest is not None
    assert oldest_minor(found.oldest) == oldest


@pytest.mark.parametrize(
    ("text", "release", "admitted"),
    [(">=0.1,<1", (0, 1, 0), True), ("==0.1", (0, 1, 0), True), (">0.1", (0, 1, 0), False), ("<0.1", (0, 1), False)],
)
def test_a_range_admits_what_lies_in_it(text: str, release: tuple[int, ...], admitted: bool) -> None:
    found = parse_specifiers(text)
    assert found is not None
    assert found.admits(release) is admitted


def test_ranges_that_contradict_each_other_meet_in_nothing() -> None:
    one, other = parse_specifiers("<2"), parse_specifiers(">=2")
    assert one is not None
    assert other is not None
    assert one.meet(other).empty


def test_what_is_no_range_is_not_understood() -> None:
    assert parse_specifiers("newest please") is None
