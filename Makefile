# Two commands: `make run` and `make test`. Everything else serves them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# an active virtual environment of somebody else must not leak in
unexport VIRTUAL_ENV PYTHONPATH

.PHONY: run test test-all lint bench pictures bundle setup setup-dev clean

run: setup bundle
	@exec $(BIN)/python -m app.run

# browser tests apart: the browser's driver keeps an event loop running in its test process
test: setup-dev bundle lint
	$(BIN)/pytest -n auto -m "not slow" --ignore=tests/browser
	$(BIN)/pytest -n auto -m "not slow" tests/browser

test-all: setup-dev bundle lint
	$(BIN)/pytest -n auto --ignore=tests/browser
	$(BIN)/pytest -n auto tests/browser

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup-dev bundle
	$(BIN)/python -m benchmarks

# the pictures of README and Buku Panduan, from the real application; needs chromium
pictures: setup-dev bundle
	$(BIN)/python -m docs.pictures

bundle: setup
	@$(BIN)/python app/web/assets/ensure.py

setup: $(VENV)/.installed
setup-dev: $(VENV)/.installed-dev

$(VENV)/.installed: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) node_modules app/web/static/build
