"""Builds the tree that a newer Python's ``ast`` would give, of libcst's: for what the running Python's cannot read.

But for ``edits``, which checks what it wrote, nothing else imports libcst.
"""
