"""Records against what the standard library makes of the same declaration."""

import dataclasses
from dataclasses import field
from datetime import date
from typing import Any, Generic, TypeVar

import pytest

from sessionlint.model.records import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list, compare=False)


@dataclass(frozen=True, slots=True)
class Named(Point, Generic[T]):
    name: str = field(default="n", compare=False)

    def __repr__(self) -> str:
        return self.name


@dataclass(slots=True, eq=False, kw_only=True)
class Told:
    what: int
    why: str = ""


@dataclass(frozen=True)
class Open:
    given: int
    seen: list[int] = field(default_factory=list)
    kept: int = field(default=7)
    day: date = field(default_factory=date.today)


@dataclass(frozen=True, slots=True)
class Other:
    low: int
    high: int = 5
    names: list[str] = field(default_factory=list)


@dataclass
class Completed:
    once: int

    def __post_init__(self) -> None:
        self.twice = 2 * self.once


def _likewise(record: type) -> Any:
    """What ``dataclasses`` says of the fields of a record, in its own words."""
    return [(each.name, each.type, each.default, each.kw_only, each.compare) for each in dataclasses.fields(record)]


def test_fields_are_those_that_are_declared_with_those_of_the_parents_first() -> None:
    assert [name for name, *_ in _likewise(Named)] == ["x", "y", "tags", "name"]
    assert _likewise(Point)[1] == ("y", int, 2, False, True)
    assert _likewise(Told)[0] == ("what", int, dataclasses.MISSING, True, True)
    assert dataclasses.is_dataclass(Open)


def test_what_the_standard_library_does_with_dataclasses_works() -> None:
    assert dataclasses.replace(Point(1), y=5) == Point(1, 5)
    assert dataclasses.asdict(Named(1, 2, ["a"], "b")) == {"x": 1, "y": 2, "tags": ["a"], "name": "b"}


def test_a_record_has_slots_where_it_says_so_and_nothing_else() -> None:
    assert vars(Named)["__slots__"] == ("name",)
    assert not hasattr(Named(1), "__dict__")
    assert Open(1, day=date.min).__dict__ == {"given": 1, "seen": [], "kept": 7, "day": date.min}
    assert Open.kept == 7 and not hasattr(Open, "seen")
    assert Named.__qualname__ == "Named" and Named.__module__ == __name__


def test_defaults_are_made_anew() -> None:
    one, other = Point(1), Point(1)
    one.tags.append("a")
    assert other.tags == []


def test_records_with_as_many_fields_do_not_mix_them_up() -> None:
    assert (Point(x=1, y=2), Other(low=1, high=2).high, Other(1).high) == (Point(1, 2), 2, 5)
    assert Open(1).day == date.today()
    assert Completed(2).twice == 4
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'low'"):
        Other()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'x'"):
        Other(x=1)  # type: ignore[call-arg]


def test_equality_and_hash_go_by_what_is_compared_and_by_class() -> None:
    assert Point(1, 2, ["a"]) == Point(1, 2, ["b"]) and hash(Point(1)) == hash(Point(1, 2))
    assert Point(1) != Named(1)
    assert Named(1, name="a") == Named(1, name="b")
    assert Told(what=1) != Told(what=1)


def test_names_come_by_keyword_where_the_record_says_so() -> None:
    assert Told(what=1).why == ""
    with pytest.raises(TypeError):
        Told(1)  # type: ignore[call-arg]


def test_patterns_and_text() -> None:
    match Point(1, 3):
        case Point(x, y):
            assert (x, y) == (1, 3)
    assert vars(Told)["__match_args__"] == ()
    assert repr(Point(1)) == "Point(x=1, y=2, tags=[])"
    assert repr(Named(1)) == "n"
