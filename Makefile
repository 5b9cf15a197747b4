# Two commands matter: `make run` and `make test`. Each does all its own set-up on a fresh Debian or Ubuntu.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PORT ?= 8000
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input
UV_COMPILE := .venv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --upgrade --quiet

.PHONY: help run dev test test-fast test-any-day test-long check try-install bench bench-capacity clean pins setup setup-dev system-run system-test
.NOTPARALLEL:

help: ## What there is to run
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

run: setup ## Set up everything and serve on http://127.0.0.1:8000 (PORT=… changes it)
	@PORT='$(PORT)' .ci/serve

dev: setup-dev ## Serve what you are changing: demo, reload, debug toolbar; its data is in var/dev
	@PORT='$(PORT)' .ci/serve dev

test: setup-dev ## Every test: SQLite, browser, PostgreSQL; T=tests/unit/…::test_name runs that one only
	@T='$(T)' .ci/test

test-fast: setup-dev ## Under a minute: tests/unit, tests/architecture, log-in, visibility, chains and calls, but for what is slow or long
	@.ci/test fast

test-any-day: setup-dev ## The tests at other days and minutes (AT='2027-06-25 03:00' chooses one); most of an hour
	@AT='$(AT)' .ci/test any-day

test-long: setup-dev ## Every case of the tests that `make test` tries a sample of; hours
	@.ci/test long

check: setup-dev ## Lint, format, types, migrations, deploy check, floors
	@.ci/check

try-install: setup-dev ## As root: follow docs/drift.md on a bare machine with systemd, use and break what it made; 4 minutes
	@.ci/system install
	@DEMO=0 .ci/with-throwaway-settings $(PY) -m tests.installed

bench: setup-dev ## Measure pages and log-a-call against a bare Django view; writes docs/benchmarks.md
	@DEMO=0 .ci/with-throwaway-settings $(PY) -m tests.bench

bench-capacity: setup-dev ## Simulate the first minutes of a region-wide stop (S=60 shortens it); writes docs/scale.md
	@DEMO=0 .ci/with-throwaway-settings $(PY) -m tests.bench.capacity --seconds $(or $(S),120)

clean: ## Remove everything that set-up made; database, scans and keys in var/ stay
	rm -rf .venv staticfiles .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@if [[ -e var ]]; then echo 'var/ är kvar, med databas, skanningar och nycklar. Ta bort det så här: rm -rf var'; fi

pins: setup-dev ## Rebuild the pinned requirements from pyproject.toml
	$(PIP) install --quiet uv
	$(UV_COMPILE) -o requirements.txt
	$(UV_COMPILE) --group dev -c requirements.txt -o requirements-dev.txt

setup: system-run .venv/run.stamp
setup-dev: system-test .venv/dev.stamp

system-run:
	@.ci/system run

system-test:
	@.ci/system test

# pip is the last thing venv makes: without it the folder is a half-made one, and is rebuilt.
.venv/bin/pip:
	@echo "Skapar .venv …"
	@"$$(.ci/python)" -m venv --clear .venv

.venv/run.stamp: requirements.txt | .venv/bin/pip
	@echo "Installerar paket. Det tar en halv minut första gången …"
	@$(PIP) install -qq --require-hashes -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements.txt requirements-dev.txt | .venv/bin/pip
	@echo "Installerar paket för test. Det tar en minut första gången …"
	@$(PIP) install -qq --require-hashes -r requirements-dev.txt
	@touch $@ .venv/run.stamp
