"""What an audit takes from the page of a rule: what breaks, and which test would have shown it."""

from sessionlint.model.records import dataclass
from sessionlint.report.markdown_blocks import Heading, Item, Paragraph, blocks

TEST_TO_ADD = "Test to add"
"""The section of a page that says which test keeps the problem away; without it the rule's family says so."""

_BREAKS = "What breaks in production"
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
    """``breaks``: what breaks in production, the first paragraph of it; both in the Markdown of pages, on one line."""

    breaks: str
    test_to_add: str


def read_rule_page(code: str, markdown: str) -> RulePage:
    """``code`` is the rule's: its family has a test for those that name none of their own."""
    own = _first_of(markdown, TEST_TO_ADD)
    return RulePage(_first_of(markdown, _BREAKS), own or _BY_FAMILY.get(code[3:4], _OTHERWISE))


def _first_of(markdown: str, title: str) -> str:
    """The first paragraph, or the items, of a section."""
    inside, items = False, []
    for block in blocks(markdown):
        if isinstance(block, Heading):
            if inside:
                break
            inside = block.text == title
        elif inside and isinstance(block, Paragraph):
            return block.text
        elif inside and isinstance(block, Item):
            items.append(block.text)
    return " ".join(items)
