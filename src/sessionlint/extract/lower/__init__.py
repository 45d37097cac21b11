"""Lowers a tree of the standard library's ``ast`` to facts; what the tree does not tell it reads from the text."""
