"""Names of questions and answers that mean the same in the next run."""

import pytest

from sessionlint.link import named, plain
from sessionlint.link.digest import digest
from sessionlint.link.project import Project
from sessionlint.link.question import question
from sessionlint.link.values import kinds
from sessionlint.model.source import Place, Span


@question(0)
def _length(_: Project, word: str, *_more: object) -> int:
    return len(word)


@pytest.mark.parametrize("key", [("a",), ("a", 1, None, True), ("a", frozenset({"x", "y"}), ("z", "z")), ("a", kinds.Engine)])
def test_a_name_leads_back_to_the_question_and_its_key(key: tuple[object, ...]) -> None:
    asked, rest = named.question(_named(key))
    assert rest == key
    assert asked.start == 0


def _named(key: tuple[object, ...]) -> str:
    function = next(each.ask for name, each in named._KNOWN.items() if name == f"{__name__}._length")
    name = named.name((function, *key))
    assert name is not None
    return name


def test_what_another_run_would_not_know_has_no_name() -> None:
    function = next(each.ask for name, each in named._KNOWN.items() if name == f"{__name__}._length")
    assert named.name((function, object())) is None
    assert named.name((len, "a")) is None
    assert named.name("a") is None


def test_a_question_of_another_package_is_not_looked_for() -> None:
    with pytest.raises(LookupError):
        named.question('["antigravity.fly"]')


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "a",
        7,
        True,
        ("a", ("b", 2)),
        ["a"],
        frozenset({"a", None}),
        {"a": ("b",), None: False},
        Place("a.py", Span(1, 2)),
        (Place("a.py", Span(1, 2)), {Place("b.py", Span(0, 0)): True}),
    ],
)
def test_plain_answers_come_back(answer: object) -> None:
    assert plain.load(plain.dump(answer)) == answer
    assert type(plain.load(plain.dump(answer))) is type(answer)


def test_a_set_is_told_in_one_order() -> None:
    words = [f"word{number}" for number in range(20)]
    assert plain.dump(frozenset(words)) == plain.dump(frozenset(reversed(words))) == {"set": sorted(words)}


@pytest.mark.parametrize("answer", [object(), ("a", kinds.UNKNOWN), {1.5}, len])
def test_other_answers_are_not_plain(answer: object) -> None:
    with pytest.raises(plain.NotPlainError):
        plain.dump(answer)


def test_digests_tell_answers_apart() -> None:
    answers = ["1", 1, ("1",), ["1"], frozenset({"1"}), {"1": 1}, kinds.Engine(True), kinds.Engine(False), kinds.Engine]
    digests = [digest(answer, str) for answer in answers]
    assert None not in digests
    assert len({*digests}) == len(answers)


def test_what_cannot_be_told_has_no_digest() -> None:
    assert digest((1, object()), str) is None
