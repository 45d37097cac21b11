"""The nouns of sessionlint: what every other layer talks about. Standard library only."""
