# make        builds .venv on the first call and runs the pipeline
# make test   the same, then the tests; make test-long   those that take long (docs/reliability.md)
# make archive   the public archive of the study, for a repository (docs/archive.md)
# make simulation, make followup   targets of their own: the simulation study, the planning of a follow-up
# make clean  deletes what the pipeline generated; make distclean deletes .venv as well

SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# An archive may hold the packages; then no index is asked.
OFFLINE := $(if $(wildcard wheels/*.whl),--no-index --find-links wheels)
RUN := $(BIN)/python workflow/scripts/clear_stale_lock.py && $(BIN)/snakemake

.PHONY: all test test-times test-long test-slurm lint lock archive simulate simulation followup docs bench clean distclean
.DEFAULT_GOAL := all

all: .venv/.installed
	@$(RUN)

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else f"Python 3.11 to 3.13 is needed; {sys.executable} is {v[0]}.{v[1]}. Name another with: make PYTHON=...")'
	@echo "Setting up .venv (once, about a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(OFFLINE) --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(OFFLINE) --no-deps --no-build-isolation -e .
	@test -n "$(OFFLINE)$(WITHOUT_QUARTO)" || command -v quarto >/dev/null || timeout 300 $(BIN)/python -m pip install --quiet --disable-pip-version-check "quarto-cli>=1.6" >/dev/null 2>&1 \
	  || echo "Note: Quarto could not be installed; Pandoc and Typst will typeset the documents instead."
	@touch $@

.venv/.developing: .venv/.installed requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Files of tests go to as many processes as there are processors; finished runs are shared between them.
PARALLEL := -n logical --dist loadfile --no-loadscope-reorder

test: all .venv/.developing
	@$(BIN)/python -m pytest $(PARALLEL)

# What each test costs, anew, and so which are among the long ones.
test-times: all .venv/.developing
	@rm -f .test_times && MEASURED_TESTS=$$PWD/.test_times $(BIN)/python -m pytest $(PARALLEL) && $(BIN)/python tests/long_tests.py .test_times && rm .test_times

test-long: all .venv/.developing
	@$(BIN)/python -m pytest $(PARALLEL) -m slow

# A Slurm of one node, as root, from Debian's slurm-wlm and munge; says why where it cannot be started.
test-slurm: .venv/.developing
	@$(BIN)/python -m pytest -m slow -rs tests/workflow/test_slurm.py

lint: .venv/.developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow/rules
	$(BIN)/snakemake --lint

# Both locks anew from pyproject.toml; the second never departs from the first.
lock: .venv/.developing
	$(BIN)/uv pip compile --quiet --universal --no-header --generate-hashes --python-version 3.11 pyproject.toml requirements.in -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --no-header --generate-hashes --python-version 3.11 --extra dev -c requirements.lock pyproject.toml requirements.in -o requirements-dev.lock

# The archive is described by one of the packages that development needs.
archive: .venv/.developing
	@$(RUN) $@

simulate: .venv/.installed
	$(BIN)/python workflow/scripts/simulate_raw.py

followup: .venv/.installed
	@$(RUN) $@

# The account, and the table that its second half is made of, stand among the documents too.
simulation: .venv/.installed
	@$(RUN) $@
	cp results/simulation/simulation_study.md docs/simulation_study.md
	cp results/simulation/populations.csv docs/simulation_populations.csv

# What surveys of 1,000 to 1,000,000 people cost, a stage at a time: about a quarter of an hour of a processor's work;
# then what a whole run of the shipped study costs, one with nothing to do, and edits.
bench: .venv/.developing
	$(BIN)/python tests/benchmark/measure.py 1000 10000 100000 1000000
	$(BIN)/python tests/benchmark/desk.py

docs: .venv/.installed
	$(BIN)/python workflow/scripts/document_configuration.py
	$(BIN)/python workflow/scripts/verification.py

clean:
	rm -rf results

distclean: clean
	rm -rf .venv .snakemake .pytest_cache .mypy_cache .ruff_cache .hypothesis
