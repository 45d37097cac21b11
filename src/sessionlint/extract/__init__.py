"""Source text -> ModuleFacts. The only package that imports libcst (``edits`` may, to check what it wrote)."""
