"""What may stand in the way of opening a session through the project's helper."""

from enum import Enum


class Obstacle(Enum):
    """Why a session cannot be opened through the helper just so."""

    ROUTE = "FastAPI calls this function: let it have the session as a parameter, with `Depends`"
    OWNED = "the session may also be the caller's: only one that is opened here may be closed here"
    ARGUMENTS = "the call has arguments, which the helper would not pass on"
    KEPT = "the session is kept, or handed to something that may keep it, beyond any block"
    UNUSED = "nothing uses the session, so that opening and closing it can go"
    FORM = "it is not opened in a `with` block or under a plain name that holds nothing else"
    ENTERED = "it is entered by the wrong kind of `with`, which always raises: mend that first"
    PENDING = "the block may write without a commit behind it, and the helper would commit that"
    FAILED = "an `except` goes on after an error without a rollback, and the helper would commit what is left"
    ESCAPES = "what is read through the session is used after the block, and the helper's commit expires it"
    SWALLOWS = "the helper may swallow an exception of its block"
    REPLACED = "other code replaces the factory in this module, so it would no longer have a say"
    UNSURE = "the project has several factories, and whose sessions the helper opens cannot be seen"
    CYCLE = "the helper's module imports this one, so importing it here may fail"
