# Needs Python 3.11 or newer, make and git; everything else is set up in .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test lint wheel clean

help: ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 8

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "scrutiny needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: $(VENV)/bin/python pyproject.toml .ci/constraints.txt
	@echo "Installing scrutiny into $(VENV); the first time this takes some minutes."
	$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	@echo "Installing the development tools into $(VENV)."
	$(PIP) --editable '.[dev]'
	@touch $@

demo: $(VENV)/.base ## Turn the sample reports into records
	$(BIN)/scrutiny extract corpora/samples --output out/demo
	@echo "Look at out/demo/records.csv (a spreadsheet), records.jsonl (one record a line) and reports.jsonl."

# Two at a time, with one thread each for matrix products: more would stand in each other's way.
test: $(VENV)/.dev ## Run the tests
	OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m pytest --numprocesses 2

lint: $(VENV)/.dev ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

wheel: $(VENV)/.dev ## Build the wheel into dist/
	$(BIN)/python -m build --wheel --outdir dist

clean: ## Remove what make has built
	rm -rf $(VENV) dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis
