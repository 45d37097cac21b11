"""BLAKE2, which tells texts apart, without ``hashlib``, which loads all of OpenSSL (a thirtieth of a run without changes)."""

try:
    from _blake2 import blake2b as blake2b
except ImportError:  # a Python that was built without its own digests
    from hashlib import blake2b as blake2b
