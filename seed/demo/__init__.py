"""The demonstration: accounts, the year 2023 of all units, and a large year for measuring. All people are invented."""
