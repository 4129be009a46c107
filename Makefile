# The two commands: `make lab` opens the course, `make test` runs every test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SITE := build/site
READY := $(VENV)/.ready

.PHONY: lab test test-quick benchmark build site clean-environment

lab: $(READY)
	@$(BIN)/gan-course lab

test: $(READY)
	@echo "Running the whole test suite, every lesson included (about 40 minutes on 2 cores)."
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadscope --durations=25
	@$(BIN)/gan-course build --check

test-quick: $(READY)
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadscope -m "not slow and not browser" --ignore=tests/test_answers.py

benchmark: $(READY)
	@$(BIN)/python -m benchmarks

build: $(READY)
	@$(BIN)/gan-course build

site: $(READY)
	@OMP_NUM_THREADS=1 $(BIN)/python -m sphinx -W --keep-going -q -d $(SITE)-doctrees docs $(SITE)
	@echo "The site is ready: open $(SITE)/index.html, or serve it: $(BIN)/python -m http.server -d $(SITE)"

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 lab"; exit 1; }
	@echo "First use: making the environment in $(VENV). It takes a few minutes and about 6 GB; later starts are quick."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[develop]'
	@touch $(READY)
	@echo "The environment is ready."

clean-environment:
	rm -rf $(VENV)
