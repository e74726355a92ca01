# Everyday commands: set up, run, test. They need Python 3.11 or later and make, and nothing else.
#
#   make demo       set up what a user needs, then run the embedded study
#   make install    only the setting up; a second call does nothing
#   make serve      the workbench, in a browser on this machine
#   make test       lint, then every test; a Debian-like system gets Chromium for those in a browser
#   make lint       style, types and the import contracts
#   make bench      ratios against a peer and against the machine's memory bandwidth
#   make docs       what is written from the code: the schemas of study, claim and recipe files
#   make screens    the pictures of the workbench's screens
#   make changelog  what changed since the last release (RELEASE=0.2.0: close it as that release)
#   make lock       pin the whole environment again (LOCK=--upgrade: to the newest versions)
#   make clean      remove what these commands made, the environment included; runs/ stays
#
# Another interpreter: make install PYTHON=python3.12 (after make clean, if .venv is there already).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
# Wheels only: no package runs a build script of its own on the machine that installs it.
PINNED := --only-binary :all: --require-hashes -r

.PHONY: install demo serve test lint bench docs screens changelog lock clean

install: $(VENV)/.installed

demo: install
	@$(BIN)/autarky demo

serve: install
	@$(BIN)/autarky serve

test: lint $(VENV)/.browser
	$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.tested
	$(BIN)/python benchmarks/run.py

docs: $(VENV)/.installed
	$(BIN)/autarky schema study > docs/study.schema.json
	$(BIN)/autarky schema claims > docs/claims.schema.json
	$(BIN)/autarky schema recipe > docs/recipe.schema.json

screens: $(VENV)/.tested $(VENV)/.browser
	$(BIN)/python scripts/screens.py

changelog: $(VENV)/.made
	@$(BIN)/python scripts/changelog.py $(RELEASE)

# The stamps: an environment, what a user needs in it, what the tests need besides.
$(VENV)/.made:
	@command -v "$(PYTHON)" > /dev/null || { \
	  echo "make: no $(PYTHON) on this machine — install Python 3.11 or later, or name one: make PYTHON=python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("make: $(PYTHON) is Python %d.%d, autarky needs 3.11 or later — name another: make PYTHON=python3.11" % v[:2])'
	"$(PYTHON)" -m venv --clear $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made requirements.lock pyproject.toml
	$(PIP) $(PINNED) requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tested: $(VENV)/.installed requirements-dev.lock
	$(PIP) $(PINNED) requirements-dev.lock
	@touch $@

# Tests in a browser use the system's Chromium. Where it can be installed without asking anybody it is;
# elsewhere those tests are skipped, and say so.
$(VENV)/.browser: scripts/install_browser.sh
	@sh scripts/install_browser.sh
	@touch $@

# The pins must not depend on how pip happens to be set up on the machine that writes them.
COMPILE := PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= PIP_EXTRA_INDEX_URL= CUSTOM_COMPILE_COMMAND="make lock" \
  $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host $(LOCK)

GROUPS := import tomllib; groups = tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']; \
  print(*[need for group in groups.values() for need in group], sep='\n')

lock: $(VENV)/.tested
	$(COMPILE) --build-deps-for editable --extra workbench --output-file requirements.lock pyproject.toml
	$(BIN)/python -c "$(GROUPS)" | \
	  $(COMPILE) --all-extras --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml -

clean:
	rm -rf $(VENV) build dist src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
