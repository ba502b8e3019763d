"""One module for each task; importing them hangs their views on the blueprint."""

from __future__ import annotations

from portal.blueprints.accounts.views import assignments as assignments
from portal.blueprints.accounts.views import delegations as delegations
from portal.blueprints.accounts.views import own as own
from portal.blueprints.accounts.views import password as password
from portal.blueprints.accounts.views import people as people
from portal.blueprints.accounts.views import people_import as people_import
from portal.blueprints.accounts.views import requests as requests
from portal.blueprints.accounts.views import second_factor as second_factor
from portal.blueprints.accounts.views import sign_in as sign_in
from portal.blueprints.accounts.views import users as users
