"""Where a statement's blocks are."""

from collections.abc import Iterator

from sessionlint.model.facts import Block, Class, For, Function, If, Match, Statement, Try, While, With


def child_blocks(statement: Statement) -> tuple[Block, ...]:
    """The non-empty blocks directly inside ``statement``, in the order of the text."""
    blocks: tuple[Block, ...] = ()
    if isinstance(statement, With | Function | Class):
        blocks = (statement.body,)
    elif isinstance(statement, If | For | While):
        blocks = (statement.body, statement.orelse)
    elif isinstance(statement, Try):
        blocks = (statement.body, *(handler.body for handler in statement.handlers), statement.orelse, statement.final)
    elif isinstance(statement, Match):
        blocks = tuple(case.body for case in statement.cases)
    return tuple(block for block in blocks if block)


def blocks_within(block: Block) -> Iterator[Block]:
    """``block`` and all blocks inside it."""
    yield block
    for statement in block:
        for child in child_blocks(statement):
            yield from blocks_within(child)
