"""Source text -> ModuleFacts.

There is one lowering, from the tree of the standard library's ``ast`` to facts (``lower``). What the running Python's ``ast``
cannot read, libcst reads, and its visitors build the tree that a newer ``ast`` would give (``newer``). The first way is seven
times as fast, the second reads whatever the running Python, and explains a failure.
"""
