"""Files, read and written: only regular ones, only so much, and never through a link that leads away."""
