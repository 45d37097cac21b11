"""The proof that an edited text is still Python."""


def parses(text: str) -> bool:
    """Whether libcst, which extraction reads with, accepts ``text`` as a module; too deep nesting counts as no."""
    import libcst

    from sessionlint.text.nesting import too_deep, with_deep_stack

    if too_deep(text):
        return False
    try:
        with_deep_stack(lambda: libcst.parse_module(text))
    except (libcst.ParserSyntaxError, RecursionError, ValueError):
        return False
    return True
