"""What each command does, behind its door."""
