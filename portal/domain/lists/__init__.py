"""What people keep of lists: the columns that they look at, filters by name, and what was done to many rows at once."""
