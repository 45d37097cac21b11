"""Runs the proofs of the rule pages on other versions of the libraries than the newest, each in an environment of its own.

The pages alone say what has to happen where (see ``tests/pages``): this package builds environments and runs pytest there.
"""
