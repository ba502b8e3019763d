"""What `make bench` runs: speeds as ratios between two things that are measured in turn in one run.

Each module without a leading underscore that has `measure(bench)` gives rows of the table: it yields `Figure`s for the
engine of `bench`. A module with `ONCE = True` does not depend on the engine and runs only on the first.
"""
