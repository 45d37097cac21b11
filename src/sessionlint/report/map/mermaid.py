"""The map as a Mermaid flowchart, for Markdown: GitHub and GitLab draw it."""

import re

from sessionlint.model.regex import regex
from sessionlint.report.map.graph import Edge, Node, graph_of
from sessionlint.report.map.view import View

_SHAPES = {
    "engine": ("[(", ")]"),
    "factory": ("[[", "]]"),
    "provider": ("(", ")"),
    "duplicate": ("(", ")"),
    "users": ("[", "]"),
}
# what could end a text or begin markup in it; letters of all scripts, digits and these stay
_SPECIAL = regex(r"[^\w .,:/+=-]")


def render(view: View) -> str:
    graph = graph_of(view)
    duplicates = [node.id for node in graph.nodes if node.kind == "duplicate"]
    lines = [
        "flowchart LR",
        *(_node(node) for node in graph.nodes),
        *(_edge(edge) for edge in graph.edges),
        *(
            ["  classDef duplicate stroke:#b3261e,stroke-dasharray:4", f"  class {','.join(duplicates)} duplicate"]
            * bool(duplicates)
        ),
    ]
    return "\n".join(lines) + "\n"


def _node(node: Node) -> str:
    begin, end = _SHAPES[node.kind]
    return f'  {node.id}{begin}"{"<br>".join(map(_escaped, node.lines))}"{end}'


def _edge(edge: Edge) -> str:
    arrow = f'-- "{_escaped(edge.label)}" -->' if edge.label else "-->"
    return f"  {edge.start} {arrow} {edge.end}"


def _escaped(text: str) -> str:
    """Mermaid writes a character as its number: ``#34;``. A text that began like a list would become one."""
    found = _SPECIAL.sub(lambda match: f"#{ord(match[0])};", text)
    return re.sub(r"^(\d+)\.", r"\1#46;", found)
