"""Tools around the portal. Each runs from the root of the project as `python -m scripts.NAME`."""
