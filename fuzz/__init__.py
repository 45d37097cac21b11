"""Feeds sessionlint projects that nobody wrote, and holds it to what is promised for every input.

``python -m fuzz`` goes on until it finds something, or for as many projects as it is told; the tests make a few of the same.
"""
