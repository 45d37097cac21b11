"""Building and applying text edits, and the proof that the result still parses."""
