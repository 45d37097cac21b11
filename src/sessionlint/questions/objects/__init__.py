"""What is read through a session: mapped classes, the objects of a function, and what becomes of them there."""
