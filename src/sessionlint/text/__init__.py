"""One lexer for Python text: tokens, lines, nesting, blocks."""
