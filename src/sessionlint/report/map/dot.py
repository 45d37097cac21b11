"""The map in Graphviz's language: ``sessionlint map --output-format dot | dot -Tsvg``."""

from sessionlint.report.map.graph import Edge, Node, graph_of
from sessionlint.report.map.view import View
from sessionlint.report.visible import visible

_SHAPES = {
    "engine": "shape=cylinder",
    "factory": "shape=component",
    "provider": "shape=box, style=rounded",
    "duplicate": 'shape=box, style="rounded,dashed", color="#b3261e"',
    "users": "shape=plaintext",
}


def render(view: View) -> str:
    graph = graph_of(view)
    lines = [
        f"digraph {_quoted(visible(view.name))} {{",
        "  rankdir=LR;",
        '  node [fontname="sans-serif"];',
        *(_node(node) for node in graph.nodes),
        *(_edge(edge) for edge in graph.edges),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _node(node: Node) -> str:
    return f"  {node.id} [label={_quoted(*node.lines)}, {_SHAPES[node.kind]}];"


def _edge(edge: Edge) -> str:
    return f"  {edge.start} -> {edge.end}" + (f" [label={_quoted(edge.label)}]" if edge.label else "") + ";"


def _quoted(*lines: str) -> str:
    r"""A string of DOT: a backslash would begin an escape (``\N`` is the node's name), and lines end in ``\n``."""
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'
