"""Search over all that one may see: one index for both engines, behind one function."""
