"""Settings that can be read and are of no use: they would do nothing, and nobody would know why."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sessionlint.run.settings.config import Layered


def doubts(layers: Sequence[Layered], folder: Path) -> Iterator[str]:
    """A line for each; ``folder`` is the project's."""
    for layer in layers:
        for name in layer.values.get("src", ()):
            if not (folder / name).is_dir():
                yield f'{layer.locate("src", name)}: "{name}": the project has no such folder'
        for key, pattern in _patterns(layer):
            if "\\" in pattern:
                yield f'{layer.locate(key, pattern)}: "{pattern}": matches nothing; folders are separated by "/" on all systems'


def _patterns(layer: Layered) -> Iterator[tuple[str, str]]:
    """Every pattern of files, with the key that it stands under."""
    for key in ("exclude", "extend-exclude", "per-file-ignores"):
        yield from ((key, pattern) for pattern in layer.values.get(key, ()))
    yield from (("files", pattern) for override in layer.overrides for pattern in override.files)
