# What a developer or an operator of a single machine does, from a bare Debian 12 on:
#   apt-get install -y git make python3 python3-venv

PYTHON ?= python3
BIN := .venv/bin
# A virtual environment knows its own path: one that was moved or copied is made again.
PLACE := $(shell pwd | cksum | cut -d ' ' -f 1)
INSTALLED := .venv/.installed-$(PLACE)
INSTALLED_FOR_TESTS := .venv/.installed-for-tests-$(PLACE)
VENDOR := geoneighbour/web/static/vendor/manifest.json

comma := ,

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run test prove fuzz bench drill fmt migration translate clean system system-for-tests system-for-bench

help: ## explain these targets
	@echo "Usage: make <target>. Settings are environment variables; docs/operators.md explains them."
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: system $(INSTALLED) $(VENDOR) ## bring all that is missing: system packages (as root), .venv, browser libraries

run: setup ## set up, then run the service with its private database, demonstration and worker; Ctrl+C stops it
	@exec $(BIN)/geoneighbour run

test: system-for-tests $(INSTALLED_FOR_TESTS) $(VENDOR) ## set up, then check format, lint, types, imports, and run all tests
	@echo "== Format";           $(BIN)/ruff format --check .
	@echo "== Lint";             $(BIN)/ruff check .
	@echo "== Types";            $(BIN)/mypy
	@echo "== Import contract";  $(BIN)/lint-imports --no-logo
	@echo "== Tests";            $(BIN)/pytest --numprocesses auto --maxprocesses 4 --no-loadscope-reorder

# Half an hour or more. GEONEIGHBOUR_PROVE: how many random territories; where it is set, tests leave nothing out.
prove: export GEONEIGHBOUR_PROVE ?= 25
prove: system-for-tests $(INSTALLED_FOR_TESTS) $(VENDOR) ## the rule against its oracle: a million points, random territories, and what each test run leaves out
	@echo "== Points and territories"; $(BIN)/python -m tests.prove
	@echo "== What make test leaves out"; $(BIN)/pytest -q -x -m thorough && $(BIN)/pytest -q -x tests/communes/test_france.py tests/web/test_policy.py tests/nearness/test_random_alerts.py

# An hour or more. GEONEIGHBOUR_FUZZ: requests for each operation of the API; GEONEIGHBOUR_LOGINS: tries of each kind.
fuzz: system-for-tests $(INSTALLED_FOR_TESTS) $(VENDOR) ## hostile input at length: a million outlines, the whole API, a thousand logins
	@echo "== 1,000,000 outlines"; $(BIN)/python -m tests.fuzz.shapes 1000000
	@echo "== The API, 1,000 logins"; GEONEIGHBOUR_FUZZ=200 GEONEIGHBOUR_LOGINS=1000 $(BIN)/pytest -q tests/fuzz/test_api.py tests/attacks/test_logins.py

# Half an hour or more. For more: make bench with="--members 10000,100000 --only q2,q3"; docs/bench.md.
bench: system-for-bench $(INSTALLED_FOR_TESTS) ## measure beside what people would pick instead: up to a million members, then the service under 32 clients
	@$(BIN)/python -m tests.bench $(with)
	@$(BIN)/python -m tests.bench.http

# Some minutes; kills the private database of STATE_DIR, whose other databases recover. make drill with="--recipients 2000"; docs/alerts.md.
drill: system $(INSTALLED_FOR_TESTS) ## an alert to 100,000 while its workers and their database are killed: nothing lost
	@$(BIN)/python -m tests.drill $(with)

fmt: $(INSTALLED_FOR_TESTS) ## format the code and mend what the linter can
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

migration: $(INSTALLED_FOR_TESTS) ## write the migration that the models call for: m="what changes"; without m the initial one anew
	@$(BIN)/geoneighbour db revision $(if $(m),--message "$(m)")
	@$(BIN)/ruff format -q geoneighbour/database/migrations

# The classes of errors.py take French templates too.
WORDS := lazy_gettext GeoneighbourError InvalidInput InvalidShape NotFound Forbidden NotVerified Conflict TooOften Suspended VisitOver Unavailable LoginNeeded
translate: $(INSTALLED_FOR_TESTS) ## bring the catalogues to what the code says now; what is new stands there untranslated
	@$(BIN)/pybabel -q extract -F geoneighbour/web/babel.cfg $(WORDS:%=-k %) --no-location --sort-output --no-wrap -o .messages.pot geoneighbour
	@for language in $(notdir $(wildcard geoneighbour/translations/*)); do \
	  $(BIN)/pybabel -q update -i .messages.pot -l $$language -o geoneighbour/translations/$$language/LC_MESSAGES/messages.po \
	    --init-missing --no-fuzzy-matching --no-wrap --ignore-obsolete --ignore-pot-creation-date; done
	@rm .messages.pot

clean: ## stop and remove the private database with all it holds, .venv and everything that was made
	@if [ -x $(BIN)/geoneighbour ]; then $(BIN)/geoneighbour db destroy --yes; \
	  else echo "There is no .venv, so a private database (if any) stays: make setup, then make clean."; fi
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf $(dir $(VENDOR)) geoneighbour/web/client/node_modules

system:
	@scripts/system_packages.sh

system-for-tests:
	@scripts/system_packages.sh --with-browser

system-for-bench:
	@scripts/system_packages.sh --with-bench

# $(1): the extras
define install
	@echo "== Virtual environment (.venv): $(1)"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, not " + sys.version if sys.version_info < (3, 11) else 0)'
	@# A link would have the environment of another checkout cleared.
	@[ ! -L .venv ] || rm .venv
	@[ -e $(INSTALLED) ] || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[$(1)]'
	@touch $(INSTALLED) $@
endef

$(INSTALLED): pyproject.toml constraints.txt
	$(call install,client)

$(INSTALLED_FOR_TESTS): pyproject.toml constraints.txt
	$(call install,client$(comma)test)

$(VENDOR): geoneighbour/web/client/package-lock.json scripts/vendor.py | $(INSTALLED)
	@echo "== Browser libraries"
	@$(BIN)/python scripts/vendor.py
