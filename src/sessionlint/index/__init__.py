"""Which file mentions which name and imports what, told from its text before anything is parsed."""
