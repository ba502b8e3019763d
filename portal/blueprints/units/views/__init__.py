"""One module for each task; importing them hangs their views on the blueprint."""

from __future__ import annotations

from portal.blueprints.units.views import edit as edit
from portal.blueprints.units.views import kinds as kinds
from portal.blueprints.units.views import lists as lists
from portal.blueprints.units.views import reorganise as reorganise
from portal.blueprints.units.views import show as show
