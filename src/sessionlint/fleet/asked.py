"""What a fleet is told to look for: the same in every repository, beside what each says for itself."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sessionlint.fleet.record import digest_of, encoded
from sessionlint.model.records import dataclass
from sessionlint.run.errors import UsageError
from sessionlint.run.files.bounded import read_regular
from sessionlint.run.files.limits import CONFIGURATION
from sessionlint.run.request import Request


@dataclass(frozen=True, slots=True)
class Asked:
    """``inline`` settings (``KEY=VALUE``) and configuration ``files``, by name and text, which take the place of each project's
    own; ``options``: other settings, as lists of rules; ``isolated``: no project's configuration counts; ``use_baseline``:
    what a project keeps in its baseline is not reported."""

    config: tuple[tuple[str, str], ...] = ()
    options: tuple[tuple[str, tuple[str, ...]], ...] = ()
    isolated: bool = False
    use_baseline: bool = True

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Asked":
        """From the options of the command. Raises UsageError."""
        given = tuple((key, tuple(options[key.replace("-", "_")])) for key in _RULES if options.get(key.replace("-", "_")))
        return cls(tuple(map(_read, options["config"])), given, options["isolated"], not options["no_baseline"])

    @classmethod
    def decoded(cls, told: Mapping[str, Any]) -> "Asked":
        config = tuple((str(name), str(text)) for name, text in told["config"])
        options = tuple((str(key), tuple(values)) for key, values in told["options"])
        return cls(config, options, told["isolated"], told["use_baseline"])

    def data(self) -> dict[str, Any]:
        return {
            "config": self.config,
            "options": self.options,
            "isolated": self.isolated,
            "use_baseline": self.use_baseline,
        }

    @property
    def digest(self) -> str:
        """The configuration, as results are told apart by it."""
        return digest_of(encoded(self.data()).decode())

    def request(self, folder: Path, aside: Path) -> Request:
        """The request for what is in ``folder``; files of configuration go to the folder ``aside``. Raises OSError."""
        return Request(
            paths=(str(folder),),
            config=tuple(_written(number, each, aside) for number, each in enumerate(self.config)),
            options=tuple((key, list(values)) for key, values in self.options),
            isolated=self.isolated,
            project_root=folder,
            use_baseline=self.use_baseline,
        )


_RULES = ("select", "ignore", "extend-select", "extend-ignore")


def _read(text: str) -> tuple[str, str]:
    """A file by its name and what is in it; "" and the setting for one that stands on the command line."""
    if "=" in text and not Path(text).is_file():
        return "", text
    try:
        return Path(text).name, read_regular(text, CONFIGURATION).decode("utf-8", "surrogateescape")
    except OSError as error:
        raise UsageError(f"--config {text}: {error.strerror}") from None


def _written(number: int, each: Sequence[str], aside: Path) -> str:
    name, text = each
    if not name:
        return text
    file = aside / str(number) / name
    file.parent.mkdir()
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    return os.fspath(file)
