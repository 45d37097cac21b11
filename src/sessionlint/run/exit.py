"""The end of the process."""

import os
import sys
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End the process at once. Python would first take apart, object by object, what was built of a large project: that
    took two seconds of seven, measured, and the system frees the memory in no time."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        raise SystemExit(code) from None  # Python says what is wrong with the streams
    os._exit(code)
