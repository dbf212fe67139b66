# Each target does its own set-up: Python >= 3.11 and make are all that a machine needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
# Options for pytest; the tests and the catalogue run on all cores.
PYTEST_ARGS ?= -n auto

.PHONY: sheet test test-wheel docs lint bench mutants cases properties fuzz clean help

help:
	@echo 'make sheet       check the catalogue, run its experiments, write problems and solutions to build/'
	@echo 'make test        run every test'
	@echo 'make test-wheel  build the package, look into it, and use it in a bare environment'
	@echo 'make docs        the documentation, executed, to build/docs'
	@echo 'make lint        ruff and mypy'
	@echo 'make mutants     change every line of every entry and count what the kernel still accepts'
	@echo 'make cases       the steps with known answers'
	@echo 'make properties  random true steps, their false neighbours, and changes that mean nothing'
	@echo 'make fuzz        random steps and texts, MINUTES=1 for each of the two kinds'
	@echo 'make bench       times, as ratios'
	@echo 'make clean       remove what the other targets made'

# The virtual environment, made anew when pyproject.toml changes.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("sgdproofs needs Python 3.11 or newer; this is %d.%d: set PYTHON=..." % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

sheet: $(READY)
	$(BIN)/sgdproofs sheet

test: $(READY)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-wheel: $(READY)
	$(BIN)/python .ci/wheel.py

docs: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	$(BIN)/python -m sphinx -b html -W --keep-going -q docs build/docs
	@echo 'open build/docs/index.html'

lint: $(READY)
	@status=0; \
	$(BIN)/ruff check --output-format concise . || status=1; \
	$(BIN)/mypy || status=1; \
	exit $$status

mutants: $(READY)
	$(BIN)/python -m sgdproofs.mutants

bench: $(READY)
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/steps.py

cases: $(READY)
	$(BIN)/python benchmarks/cases.py

properties: $(READY)
	$(BIN)/python benchmarks/properties.py

MINUTES ?= 1
fuzz: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check atheris
	$(BIN)/python benchmarks/fuzz.py reader --minutes $(MINUTES)
	$(BIN)/python benchmarks/fuzz.py checker --minutes $(MINUTES) --seed $(shell date +%j)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
