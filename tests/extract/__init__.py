"""What extraction says of a text, and that its two readings say the same.

``snippets`` is the odd code that they read, ``composed`` makes up more.
"""
