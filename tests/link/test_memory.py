"""Answers that are made of each other."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import permutations

import pytest

from sessionlint.link.memory import EVERYTHING, Far, Memory

OWN = 2


class _Graph:
    """Asks which nodes can be reached; every node asks its successors."""

    def __init__(self, edges: Mapping[int, Sequence[int]]) -> None:
        self.edges = edges
        self.memory = Memory()
        self.asked = 0

    def reached(self, node: int) -> frozenset[int]:
        return self.memory.ask(node, OWN, frozenset[int](), self._reached, node)

    def _reached(self, node: int) -> frozenset[int]:
        self.asked += 1
        return frozenset({node}).union(*[self.reached(other) for other in self.edges.get(node, ())])


def test_the_order_of_asking_does_not_matter() -> None:
    edges = {0: [1], 1: [2, 3], 2: [0], 3: [4], 4: [3, 5], 5: []}
    expected = {0: {0, 1, 2, 3, 4, 5}, 3: {3, 4, 5}, 5: {5}}
    for order in permutations(edges):
        graph = _Graph(edges)
        found = {node: graph.reached(node) for node in order}
        assert {node: found[node] for node in expected} == expected


def test_an_answer_is_found_once() -> None:
    graph = _Graph({node: [node + 1, node + 2] for node in range(200)})
    graph.reached(0)
    known = graph.asked
    assert not any(isinstance(answer, Far) for answer in graph.memory.answers.values())
    assert len(graph.memory.answers) == 202
    graph.reached(100)
    assert graph.asked == known


@pytest.mark.parametrize("circle", [False, True], ids=["chain", "circle"])
def test_a_way_may_be_longer_than_the_stack(circle: bool) -> None:
    memory = Memory()

    def last(node: int) -> int:
        return memory.ask(node, OWN, 0, lambda: last(node + 1) if node < 20_000 else max(node, last(0) if circle else 0))

    assert last(0) == 20_000


def test_an_answer_that_does_not_come_to_rest_stays_unknown() -> None:
    memory = Memory()

    def other(node: int) -> int:
        return memory.ask(node, OWN, 0, lambda: other(1 - node) + 1)

    assert other(0) == other(1) == 0


def test_an_answer_that_needed_a_file_is_forgotten_when_the_file_changes() -> None:
    memory = Memory()
    own, other = memory.bit("own.py"), memory.bit("a.py")

    def inner() -> str:
        memory.read(other)
        return "unknown"

    assert memory.ask("outer", own, "", lambda: memory.ask("inner", own, "", inner)) == "unknown"
    memory.forget({"b.py"})
    assert memory.ask("outer", own, "", lambda: "other") == "unknown"
    memory.forget({"a.py"})
    assert memory.ask("outer", own, "", lambda: "other") == "other"


class _Texts:
    """A file's length, and the sum of all lengths; ``asked`` counts who looked."""

    def __init__(self, **texts: str) -> None:
        self.texts = texts
        self.memory = Memory()
        self.asked: Counter[str] = Counter()

    def length(self, path: str) -> int:
        def look() -> int:
            self.asked[path] += 1
            return len(self.texts[path])

        return self.memory.ask((path, "length"), self.memory.bit(path), 0, look)

    def total(self) -> int:
        def add() -> int:
            self.asked["total"] += 1
            self.memory.read(EVERYTHING)
            return sum(map(self.length, self.texts))

        return self.memory.ask("total", 0, 0, add)

    def share(self, path: str) -> float:
        def divide() -> float:
            self.asked[f"share of {path}"] += 1
            return self.length(path) / self.total()

        return self.memory.ask((path, "share"), self.memory.bit(path), 0.0, divide)

    def change(self, path: str, text: str) -> None:
        self.texts[path] = text
        self.asked.clear()
        self.memory.forget({path})


def test_a_change_that_changes_no_answer_about_everything_ends_there() -> None:
    texts = _Texts(a="12", b="3456")
    assert (texts.share("a"), texts.share("b")) == (2 / 6, 4 / 6)
    texts.change("b", "abcd")
    assert (texts.share("a"), texts.share("b")) == (2 / 6, 4 / 6)
    assert texts.asked == {"b": 1, "total": 1, "share of b": 1}


def test_a_change_of_an_answer_about_everything_goes_on_to_all_that_was_made_of_it() -> None:
    texts = _Texts(a="12", b="3456")
    assert (texts.share("a"), texts.share("b")) == (2 / 6, 4 / 6)
    texts.change("b", "ab")
    assert (texts.share("a"), texts.share("b")) == (2 / 4, 2 / 4)
    assert texts.asked == {"b": 1, "total": 1, "share of a": 1, "share of b": 1}


def test_a_circle_is_made_of_all_that_its_parts_read() -> None:
    memory = Memory()
    bits = {path: memory.bit(path) for path in "abc"}
    answers = {"c": 1}

    def ask(path: str) -> int:
        follows = {"a": "b", "b": "a"}

        def look() -> int:
            memory.read(bits["c"] if path == "b" else 0)
            return max(answers["c"], ask(follows[path]))

        return memory.ask(path, bits[path], 0, look)

    assert ask("a") == ask("b") == 1
    answers["c"] = 2
    memory.forget({"c"})
    assert ask("b") == ask("a") == 2


def test_an_error_while_asking_again_forgets_everything() -> None:
    texts = _Texts(a="12", b="3456")
    assert texts.share("a") == 2 / 6
    del texts.texts["b"]
    texts.texts["c"] = None  # type: ignore[assignment]
    with pytest.raises(TypeError):
        texts.memory.forget({"a"})
    assert texts.memory.answers == {}


def test_an_error_leaves_nothing_half_answered() -> None:
    memory = Memory()

    def fails() -> int:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        memory.ask("outer", OWN, 0, lambda: memory.ask("inner", OWN, 0, fails))
    assert memory.ask("outer", OWN, 0, lambda: 1) == 1


def test_answers_that_are_alike_and_made_of_the_same_are_one() -> None:
    memory = Memory()
    other = memory.bit("other.py")

    def answered(key: str, value: str) -> object:
        def answer() -> str:
            memory.read(other)
            return value

        memory.ask(key, OWN, "", answer)
        return memory.answers[key]

    same, different = "same", "different"
    first, second, third = answered("a", same), answered("b", same), answered("c", different)
    assert first is second and third is not second
    assert [memory.known(key) for key in "abc"] == [same, same, different]
    memory.forget(["other.py"])
    assert memory.answers == {}
