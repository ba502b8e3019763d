"""The WSGI entry: builds the app, nothing else."""

from portal import create_app

app = create_app()
