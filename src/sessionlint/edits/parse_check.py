"""The proof that an edited text is still Python."""


def parses(text: str) -> bool:
    """Whether libcst, which extraction reads with, accepts ``text`` as a module; too deep nesting counts as no."""
    raise NotImplementedError
