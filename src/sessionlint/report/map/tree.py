"""Trees as lines of text."""

from collections.abc import Iterator, Sequence

from sessionlint.model.records import dataclass


@dataclass(frozen=True, slots=True)
class Tree:
    """``lines``: the first is the title, the others stand below it; ``below`` are its branches."""

    lines: tuple[str, ...]
    below: "tuple[Tree, ...]" = ()


@dataclass(frozen=True, slots=True)
class Branches:
    """What leads to a branch, to the last one, past one, and past the last one; all of one width."""

    branch: str
    last: str
    past: str
    nothing: str


DRAWN = Branches("├─ ", "└─ ", "│  ", "   ")
PLAIN = Branches("|- ", "`- ", "|  ", "   ")


def draw(trees: Sequence[Tree], branches: Branches) -> str:
    """The trees, each a paragraph of its own."""
    return "\n".join("".join(f"{line.rstrip()}\n" for line in _drawn(tree, branches)) for tree in trees)


def _drawn(tree: Tree, branches: Branches) -> Iterator[str]:
    title, *more = tree.lines
    yield title
    lead = branches.past if tree.below else branches.nothing
    yield from (f"{lead}{line}" for line in more)
    for number, inner in enumerate(tree.below, start=1):
        is_last = number == len(tree.below)
        first, rest = (branches.last, branches.nothing) if is_last else (branches.branch, branches.past)
        yield from (f"{rest if place else first}{line}" for place, line in enumerate(_drawn(inner, branches)))
