"""What terms are: kinds, and how they are found."""
