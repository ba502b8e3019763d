# The portal in two commands: `make run` and `make test`. Both set up what they need; `make help` lists the rest.

PYTHON ?= python3
PY := .venv/bin/python
PORT ?= 8000
export PORT

# The demonstration's year is the plan's; PORTAL_TODAY names another day, empty: the machine's.
DEMO := PORTAL_ENV=demo PORTAL_TODAY=$${PORTAL_TODAY-15/03/2023} $(PY) -m flask --app wsgi

.DEFAULT_GOAL := help
.PHONY: help run test bench soak lint format demo demo-large lock upgrade setup vendor

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: ## everything for development and tests, system packages too
	@$(PYTHON) -m scripts.install test

.venv-run:
	@$(PYTHON) -m scripts.install run
.PHONY: .venv-run

run: .venv-run ## the portal with demo data on http://127.0.0.1:8000 (PORT=… for another port)
	@exec $(PY) -m scripts.serve

test: setup ## lint, the suite on SQLite and PostgreSQL, browser tests, coverage
	@exec $(PY) -m scripts.run_tests

bench: setup ## speeds as ratios against their bars, on SQLite and PostgreSQL (BENCH_ROWS=20000 for small machines)
	@exec $(PY) -m benchmarks $(BENCH)

soak: setup ## 100 kills, the long fuzz, speeds at 1,000,000 rows (SOAK_KILLS=10 SOAK_CASES=20 SOAK_ROWS=20000 for less)
	@exec $(PY) -m scripts.soak $(SOAK)

lint: setup ## ruff, mypy, import contracts, templates, dependencies
	@exec $(PY) -m scripts.lint

format: setup ## put the code into its standard shape
	@$(PY) -m ruff check --fix --quiet . || true
	@exec $(PY) -m ruff format .

demo: .venv-run ## fill the demonstration database: a year of all units
	@$(DEMO) db upgrade
	@$(DEMO) demo seed

demo-large: .venv-run ## a demonstration database with 1,000,000 lines
	@$(DEMO) db upgrade
	@$(DEMO) demo seed --if-empty
	@$(DEMO) demo large --lines 1000000

# The lock must not depend on this machine: its pip settings (mirrors, folders of packages) are left out. A mirror can be
# named by PIP_INDEX_URL; it is not written to the lock. Extras stay in the developers' lock: a package that asks for
# coverage[toml] would else find a version newer than the pinned one, and the installation with hashes would stop there.
LOCK := env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND='make lock' $(PY) -m piptools compile

lock: setup ## write the lock files again from requirements*.in, keeping versions that still fit
	@$(LOCK) $(LOCK_FLAGS) requirements.in -o requirements.txt
	@$(LOCK) $(LOCK_FLAGS) --no-strip-extras requirements-dev.in -o requirements-dev.txt
	@$(LOCK) $(LOCK_FLAGS) requirements-windows.in -o requirements-windows.txt

upgrade: ## the same with the newest versions that requirements*.in allow
	@$(MAKE) lock LOCK_FLAGS=--upgrade

vendor: setup ## fetch the browser files and build the icons again (needs npm)
	@exec $(PY) -m scripts.vendor
