# make setup    the Python environment .venv, from the locks; every other target does this first where it is needed
# make demo     the whole story on one machine, no AWS account and no Docker
# make test     everything that CI runs; make check is the same
# make quick    what takes seconds: lint, types, unit tests
# make local    the local AWS with hub and members deployed; "backup-apps local down" stops it
# make build    sam build, with the Python of .venv as the runtime
# make deploy   sam build and sam deploy: make deploy PARAMETERS="MemberAccounts=… MemberExternalId=…"
# make schemas  writes the JSON Schemas for editors anew: after a change of the language
# make bench    how fast it is, each figure beside its limit; the rest of the machine should be idle
# make lock     resolves the requirements anew: after a change of requirements/*.in

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
RUNTIME = $(shell $(BIN)/python -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
ARCHITECTURE ?= arm64
PARAMETERS ?=
COMPILE := $(BIN)/uv pip compile --no-config --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --upgrade

export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help setup demo test check quick lint types templates tests e2e local build deploy schemas bench lock clean

help:
	@sed -n 's/^# make /make /p' Makefile

setup: $(READY)

$(READY): requirements/dev.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) found. Python 3.11 or newer is needed; PYTHON=<path> names another one."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V). PYTHON=<path> names another one."; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { \
		echo "$(PYTHON) can't make environments: install its venv module (on Debian: apt-get install python3-venv)."; \
		rm -rf .venv; exit 1; }
	@echo "Installing the locked dependencies into .venv (a minute or two, once)"
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes -r requirements/dev.lock
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY)
	@$(BIN)/backup-apps demo

test: lint types templates tests e2e

check: test

quick: lint types
	$(BIN)/pytest tests/unit -n auto

lint: $(READY)
	$(BIN)/ruff check

types: $(READY)
	$(BIN)/mypy

templates: $(READY)
	$(BIN)/sam validate --lint --region eu-west-1
	$(BIN)/cfn-lint template.yaml member.yaml

tests: $(READY)
	$(BIN)/pytest -m "not e2e" -n auto --dist worksteal

e2e: $(READY)
	$(BIN)/pytest -m e2e -n 2 --dist loadfile --no-loadscope-reorder

local: $(READY)
	@$(BIN)/backup-apps local up

build: $(READY)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/sam build \
		--parameter-overrides PythonRuntime=$(RUNTIME) Architecture=$(ARCHITECTURE) $(PARAMETERS)
	$(BIN)/python -m backup_apps_local.bytecode .aws-sam/build/*Layer

deploy: build
	$(BIN)/sam deploy --parameter-overrides PythonRuntime=$(RUNTIME) Architecture=$(ARCHITECTURE) $(PARAMETERS)

schemas: $(READY)
	$(BIN)/python -m backup_apps_cli.schemas

bench: $(READY)
	@$(BIN)/python -m bench

lock: $(READY)
	$(COMPILE) requirements/dev.in -o requirements/dev.lock
	$(COMPILE) requirements/layer.in -c requirements/dev.lock --no-annotate -o layers/dependencies/requirements.txt

clean:
	rm -rf .venv .aws-sam .mypy_cache .pytest_cache .ruff_cache .hypothesis
