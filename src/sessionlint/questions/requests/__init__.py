"""What a web framework calls, and what it hands over."""
