"""Source text -> ModuleFacts. The only package that imports libcst (``edits`` may, to check what it wrote).

There are two readings with rooms of the same names, which say exactly the same of a file: ``abstract`` reads the tree of the
standard library's ``ast``, ``concrete`` that of libcst. The first is eight times as fast; the second reads what it cannot.
"""
