# The commands of this project. `make` alone lists them.

PYTHON ?= python3
MINUTES ?= 5
SEED ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
BENCH_VENV := .venv-bench
BENCH_STAMP := $(BENCH_VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test faults soak check bench bench-lock lock clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv with exactly the locked packages (PYTHON=… chooses the interpreter)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/pip check
	touch $(STAMP)

demo: setup ## Rehearse published inspections of the last years on virtual clocks
	$(BIN)/inspections rehearse examples/published-inspections.csv

test: setup ## Run the tests against a real PostgreSQL and a real Temporal server
	$(BIN)/pytest

faults: setup ## Run the tests that kill, stop and cut real processes
	$(BIN)/pytest -m faults

soak: setup ## Mix faults at random over inspections that go on (MINUTES=5, SEED=… repeats a run)
	$(BIN)/python -m tests.soak $(MINUTES) $(SEED)

check: setup ## Check style, types, import contracts and the lock
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_lock.py

lock: ## Resolve pyproject.toml anew into requirements.lock
	@test -x $(BIN)/pip-compile || $(MAKE) setup
	$(BIN)/pip-compile --quiet --extra engine --extra dev --generate-hashes --allow-unsafe --strip-extras --no-header \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--output-file requirements.lock pyproject.toml

bench: $(BENCH_STAMP) ## Measure against what it is compared with (SUITE=append NAME=…)
	$(BENCH_VENV)/bin/python -m bench $(SUITE) $(if $(NAME),--name $(NAME)) $(BENCH_OPTIONS)

$(BENCH_STAMP): bench/requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear $(BENCH_VENV)
	$(BENCH_VENV)/bin/pip install --quiet --require-hashes -r bench/requirements.lock
	$(BENCH_VENV)/bin/pip install --quiet --no-deps --no-build-isolation -e .
	$(BENCH_VENV)/bin/pip check
	touch $(BENCH_STAMP)

bench-lock: setup
	$(BIN)/pip-compile --quiet --extra engine --generate-hashes --allow-unsafe --strip-extras --no-header \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --constraint requirements.lock \
		--output-file bench/requirements.lock pyproject.toml bench/requirements.in

clean: ## Remove what can be made again
	rm -rf $(VENV) $(BENCH_VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
