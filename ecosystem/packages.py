"""The pinned list: which packages, in which version, with which bytes."""

from dataclasses import dataclass
from pathlib import Path

from ecosystem.toml import read_toml

HERE = Path(__file__).parent
DOWNLOADS = HERE / ".downloads"


@dataclass(frozen=True, slots=True)
class Package:
    """One wheel; ``sha256`` is that of the wheel file, in hexadecimal."""

    name: str
    version: str
    sha256: str

    @property
    def wheel_prefix(self) -> str:
        """How the wheel's file name begins (the binary distribution format's escaping)."""
        return f"{self.name.replace('-', '_')}-{self.version}-"

    @property
    def tree(self) -> Path:
        """Where its Python files are unpacked."""
        return DOWNLOADS / "src" / f"{self.name}-{self.version}"


@dataclass(frozen=True, slots=True)
class Pins:
    """``python`` ("3.12") decides which wheels are taken, whatever this runs on."""

    python: str
    packages: tuple[Package, ...]


def read_pins(path: Path = HERE / "packages.toml") -> Pins:
    """The pinned list, sorted by name. Raises KeyError for a missing key, ValueError for broken TOML."""
    data = read_toml(path)
    packages = (Package(entry["name"], entry["version"], entry["sha256"]) for entry in data["package"])
    return Pins(data["python"], tuple(sorted(packages, key=lambda package: package.name)))
