# Needs make and Python 3.11 or newer; all else goes into .venv, from the hashed locks in requirements/.
# `make test ARGS="-k surrender"` passes options on; `make PYTHON=python3.12 …` chooses the interpreter of a new .venv.

VENV := .venv
BIN  := $(VENV)/bin
PIP  := $(BIN)/python -m pip --quiet --disable-pip-version-check
UV   := $(BIN)/uv --quiet
LOCKED := --only-binary :all: --require-hashes
WORKERS ?= auto
ARGS ?=

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python; done) python3)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test check format bench published mutants lock clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*  ## /\1|/p' $(firstword $(MAKEFILE_LIST)) | awk -F '|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

demo: $(VENV)/.runtime  ## a contract's life, from application to statement
	@$(BIN)/inforce demo $(ARGS)

test: $(VENV)/.dev  ## run the tests
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: $(VENV)/.dev  ## lint, format, types, layers, lane-ready mechanics
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python tools/lane_lint.py

format: $(VENV)/.dev  ## format the code and apply the linter's safe fixes
	@$(BIN)/ruff check --fix --exit-zero
	@$(BIN)/ruff format

bench: $(VENV)/.dev  ## measure the speed of posting and projection
	@$(BIN)/python benchmarks/run.py $(ARGS)

published: $(VENV)/.dev  ## compare with the figures printed in the filings
	@$(BIN)/inforce published $(ARGS)

mutants: $(VENV)/.dev  ## change one rounding or comparison at a time: a test must fail
	@$(BIN)/python tools/mutants.py $(ARGS)

lock: $(VENV)/.uv  ## pin the dependencies (ARGS=--upgrade for new versions)
	$(COMPILE) --extra dev pyproject.toml --output-file requirements/dev.lock
	$(COMPILE) --extra editable pyproject.toml --constraint requirements/dev.lock --output-file requirements/runtime.lock
	echo uv | $(COMPILE) - --constraint requirements/dev.lock --output-file requirements/uv.txt

COMPILE = $(UV) pip compile --no-config --python-version 3.11 --universal --fork-strategy fewest --generate-hashes \
	--no-header --no-annotate $(ARGS)

clean:  ## remove caches and build outputs (.venv stays)
	@rm -rf build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name $(VENV) -prune -o -name __pycache__ -prune -exec rm -rf {} +

# The environment. A stamp is older than its lock when the lock has changed; the development lock holds the runtime lock.

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(VENV)/.uv
	$(call install,requirements/dev.lock)
	@touch $(VENV)/.runtime $@

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml | $(VENV)/.uv
	$(call install,requirements/runtime.lock)
	@touch $@

define install
	@echo "Installing $(1) into $(VENV)"
	@$(UV) pip install --python $(BIN)/python $(LOCKED) -r $(1) \
		|| { echo "uv could not; pip takes over"; $(PIP) install $(LOCKED) -r $(1); }
	@$(PIP) install --no-deps --no-build-isolation --editable .
endef

$(VENV)/.uv: requirements/uv.txt | $(BIN)/python
	@$(PIP) install $(LOCKED) -r requirements/uv.txt || true
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c '$(NEW_ENOUGH)' 2>/dev/null \
		|| { echo "Inforce needs Python 3.11 or newer; on Debian 12 or newer: apt install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) cannot make a virtual environment; on Debian: apt install python3-venv"; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
