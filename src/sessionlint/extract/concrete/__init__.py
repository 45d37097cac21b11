"""Reads concrete syntax, libcst's tree: slow, but whatever the running Python, and the only reading that explains a failure."""
