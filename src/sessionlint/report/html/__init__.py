"""Pages that need nothing but themselves: no request leaves them, and nothing from the code can become a part of them."""
