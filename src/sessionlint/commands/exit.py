"""The end of the process."""

import os
import sys
from contextlib import suppress
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End the process at once. Python would first take apart, object by object, what was built of a large project: that
    took two seconds of seven, measured, and the system frees the memory in no time."""
    with suppress(AttributeError, OSError):  # closed from the start, or full: whoever wrote has told
        sys.stdout.flush()
    with suppress(AttributeError, OSError):
        sys.stderr.flush()
    os._exit(code)
