"""Answers that are made of each other."""

from collections.abc import Mapping, Sequence
from itertools import permutations

import pytest

from sessionlint.link.memory import Memory


class _Graph:
    """Asks which nodes can be reached; every node asks its successors."""

    def __init__(self, edges: Mapping[int, Sequence[int]]) -> None:
        self.edges = edges
        self.memory = Memory()
        self.asked = 0

    def reached(self, node: int) -> frozenset[int]:
        return self.memory.ask(node, frozenset(), self._reached, node)

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
    assert len(graph.memory.lasting) == 202
    graph.reached(100)
    assert graph.asked == known


@pytest.mark.parametrize("circle", [False, True], ids=["chain", "circle"])
def test_a_way_may_be_longer_than_the_stack(circle: bool) -> None:
    memory = Memory()

    def last(node: int) -> int:
        return memory.ask(node, 0, lambda: last(node + 1) if node < 20_000 else max(node, last(0) if circle else 0))

    assert last(0) == 20_000


def test_an_answer_that_does_not_come_to_rest_stays_unknown() -> None:
    memory = Memory()

    def other(node: int) -> int:
        return memory.ask(node, 0, lambda: other(1 - node) + 1)

    assert other(0) == other(1) == 0


def test_an_answer_that_needed_a_file_is_forgotten_when_the_file_is_read() -> None:
    memory = Memory()

    def inner() -> str:
        memory.miss("a.py")
        return "unknown"

    assert memory.ask("outer", "", lambda: memory.ask("inner", "", inner)) == "unknown"
    memory.forget({"b.py"})
    assert memory.ask("outer", "", lambda: "other") == "unknown"
    memory.forget({"a.py"})
    assert memory.ask("outer", "", lambda: "other") == "other"


def test_an_error_leaves_nothing_half_answered() -> None:
    memory = Memory()

    def fails() -> int:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        memory.ask("outer", 0, lambda: memory.ask("inner", 0, fails))
    assert memory.ask("outer", 0, lambda: 1) == 1
