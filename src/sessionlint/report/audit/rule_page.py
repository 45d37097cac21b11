"""What an audit takes from the page of a rule: what breaks, and which test would have shown it."""

from collections.abc import Iterator

from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.report.markdown_blocks import Code, Heading, Item, Markdown, Paragraph, blocks

TEST_TO_ADD = "Test to add"
"""The section of a page that says which test keeps the problem away; without it the rule's family says so."""

_BREAKS, _INSTEAD = "What breaks in production", "Use instead"
_MARKUP = regex(r"\*{1,2}([^*\s][^*]*)\*{1,2}|\[([^\]]+)\]\([^)\s]+\)")
_SENTENCE = regex(r"(?<=[.!?])\s+(?=[A-Z`])")
_BY_FAMILY = {
    "1": "Import the module, run the function or stop the application in a new process, and count what the engine's pool has left"
    " open (the events `connect` and `close` of `sqlalchemy.pool.Pool`).",
    "2": "Build a session of the factory and check its class and its options (`expire_on_commit`, `bind`) against what its users"
    " expect; let mypy read the file.",
    "3": "Run the code once as usual and once with an error raised in its middle; after both, no connection is checked out"
    " (`engine.pool.checkedout() == 0`) and the rows are what they should be.",
    "4": "Exhaust the provider as its framework does, once as usual and once with an error thrown into it; the session is closed"
    " after both, the error arrives, and mypy accepts the annotation.",
    "5": "Call the route or the task with the provider overridden; the session that it gets is the override's, and is closed when"
    " the response has ended.",
    "6": "Run the code twice at the same time; each run has a session of its own, and nothing is left running behind its end.",
}
_OTHERWISE = "None: it is about comments and configuration, and a run of `sessionlint check` shows it."


@dataclass(frozen=True, slots=True)
class RulePage:
    """``breaks``: what breaks in production, in the first paragraph of the page about that; ``instead``: code of the form to aim
    at. Texts are in the Markdown of pages, on one line."""

    breaks: str
    instead: tuple[str, ...]
    test_to_add: str


def read_rule_page(code: str, markdown: str) -> RulePage:
    """``code`` is the rule's: its family has a test for those that name none of their own."""
    own = _first_of(markdown, TEST_TO_ADD)
    shapes = [block.lines for block in _section(markdown, _INSTEAD) if isinstance(block, Code)]
    instead = [line for shape in shapes for line in ("", "", *shape)][2:]
    return RulePage(_finished(_first_of(markdown, _BREAKS)), tuple(instead), own or _BY_FAMILY.get(code[3:4], _OTHERWISE))


def _finished(paragraph: str) -> str:
    """The sentences of a paragraph that do not lead to a list behind it."""
    sentences = _SENTENCE.split(paragraph)
    return " ".join(sentence for sentence in sentences if sentence.endswith((".", "!", "?")))


def _first_of(markdown: str, title: str) -> str:
    """The first paragraph, or the items, of a section, without what only Markdown has."""
    items: list[str] = []
    for block in _section(markdown, title):
        if isinstance(block, Paragraph):
            return _plain(" ".join(items) if items else block.text)
        if isinstance(block, Item):
            items.append(block.text)
    return _plain(" ".join(items))


def _plain(text: str) -> str:
    return "`".join(piece if at % 2 else _MARKUP.sub(r"\1\2", piece) for at, piece in enumerate(text.split("`")))


def _section(markdown: str, title: str) -> Iterator[Markdown]:
    inside = False
    for block in blocks(markdown):
        if isinstance(block, Heading):
            if inside:
                return
            inside = block.text == title
        elif inside:
            yield block
