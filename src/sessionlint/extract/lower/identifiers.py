"""Names as they are written. Python reads ``ﬁ`` as ``fi``; facts hold what stands in the file."""

import ast
from unicodedata import is_normalized, normalize

from sessionlint.model.regex import regex

# not \w, which leaves out the accents that may follow a letter
_WORD = regex(r"(?<![A-Za-z0-9_])[A-Za-z0-9_]*[^\x00-\x7f][A-Za-z0-9_\x80-\U0010ffff]*")
_FIELDS = ("id", "attr", "arg", "name", "asname", "module", "rest")


def spelt_as_read(text: str, tree: ast.Module) -> bool:
    """Whether no name of ``tree`` may be written otherwise in ``text``."""
    if text.isascii():
        return True
    lines = "\n".join([line for line in text.split("\n") if not line.isascii()])
    if is_normalized("NFKC", lines):
        return True
    read = {normalize("NFKC", word) for word in set(_WORD.findall(lines)) if not is_normalized("NFKC", word)}
    return not read or not any(name in read for node in ast.walk(tree) for name in _names(node))


def _names(node: ast.AST) -> list[str]:
    names = [name for field in _FIELDS if isinstance(name := getattr(node, field, None), str)]
    names += getattr(node, "names", ()) if isinstance(node, ast.Global | ast.Nonlocal) else ()
    return [part for name in names for part in name.split(".")]
