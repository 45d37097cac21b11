"""How control leaves: which calls never return, and by which ways a block can be left."""
