"""Reads abstract syntax, the tree of the standard library's ``ast``: fast, and what it cannot tell exactly it leaves alone."""
