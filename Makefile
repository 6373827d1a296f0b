# Platewatch: `make demo` and `make test` set everything up by themselves.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV ?= .venv
TRAINING_VENV ?= .venv-training
INPUT ?=
HOTLIST ?=
DATA ?=
VIDEO ?=
MUTANTS ?= 250
SEED ?= 1
WORKERS ?= 3
BUNDLE ?= dist/platewatch-bundle
BUNDLE_FLAGS ?=
PIP_FLAGS := --disable-pip-version-check --quiet --constraint constraints.txt

.PHONY: help setup demo test screenshots test-training test-directory lint format bench mutation bundle clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(VENV)/.runtime ## Create the environment and install Platewatch with its embedded database and broker

demo: setup ## Run the main job: a clip (or INPUT=FILE_OR_FOLDER) through reading, matching and alerting; LIVE=1: all of it live, too
	$(VENV)/bin/platewatch demo $(if $(INPUT),--input "$(INPUT)") $(if $(HOTLIST),--hotlist "$(HOTLIST)") $(if $(LIVE),--live)

# Tests and the hundreds of programs that they start are compiled once, also where the environment says otherwise.
test screenshots test-training test-directory: export PYTHONDONTWRITEBYTECODE :=

# Most of the tests' time is spent waiting for servers and programs, so three at once pay on two cores.
test: $(VENV)/.development ## Run every test that needs no torch (real PostgreSQL, Kafka, Keycloak, browser), WORKERS=3 at a time
	$(VENV)/bin/python -m tests.browser.finding
	$(VENV)/bin/python -m tests.directory.distribution
	$(VENV)/bin/python -m pytest --numprocesses $(WORKERS) --dist worksteal

screenshots: $(VENV)/.development ## Make the pictures of pages in docs/images anew, by the tests that look at these pages
	SCREENSHOTS_FOLDER=$(CURDIR)/docs/images $(VENV)/bin/python -m pytest tests/integration/console -k "page or most_urgent or moving"

test-training: $(TRAINING_VENV)/.training ## Run the tests of training and of the ultralytics backend (installs torch)
	$(TRAINING_VENV)/bin/python -m pytest tests/training

test-directory: $(VENV)/.development ## Run the tests of single sign-on with a real Keycloak alone
	$(VENV)/bin/python -m tests.browser.finding
	$(VENV)/bin/python -m tests.directory.distribution
	$(VENV)/bin/python -m pytest tests/directory

lint: $(VENV)/.development ## Check style, types and layers
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(VENV)/.development ## Rewrite the code in the project's style
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(VENV)/.development ## Run the benchmarks (VIDEO=FILE, DATA=FOLDER with plate-ocr and plate-detection); results go to docs/benchmarks.md by hand
	$(VENV)/bin/python -m benchmarks.throughput $(if $(VIDEO),--video "$(VIDEO)")
	$(VENV)/bin/python -m benchmarks.moving
	$(VENV)/bin/python -m benchmarks.hotlists
	$(VENV)/bin/python -m benchmarks.matcher
	$(VENV)/bin/python -m benchmarks.matching_quality $(if $(DATA),--data "$(DATA)")
	$(VENV)/bin/python -m benchmarks.historical
	$(VENV)/bin/python -m benchmarks.sharing
	$(VENV)/bin/python -m benchmarks.console
	$(VENV)/bin/python -m benchmarks.api
	$(VENV)/bin/python -m benchmarks.pipeline
	$(VENV)/bin/python -m benchmarks.stopping
	$(VENV)/bin/python -m benchmarks.scale
	$(VENV)/bin/python -m benchmarks.chaos
	$(VENV)/bin/python -m benchmarks.chaos --several
	$(if $(DATA),$(VENV)/bin/python -m benchmarks.recognition --data "$(DATA)")
	$(if $(DATA),$(VENV)/bin/python -m benchmarks.second_reader --data "$(DATA)/plate-ocr/labels.csv")

mutation: $(VENV)/.mutation ## Try small wrong changes on a copy (MUTANTS=NUMBER SEED=NUMBER) and name those that no test notices
	$(VENV)/bin/mutmut run --max-children 1 'policy.traffic.*'
	$(VENV)/bin/python -m benchmarks.mutants --count $(MUTANTS) --seed $(SEED) | xargs $(VENV)/bin/mutmut run --max-children 1
	$(VENV)/bin/mutmut results

bundle: $(VENV)/.runtime ## Build an installation for machines without a network (BUNDLE=FOLDER, BUNDLE_FLAGS="--python 3.12 --machine aarch64")
	$(VENV)/bin/python -m deploy.bundle "$(BUNDLE)" $(BUNDLE_FLAGS)

clean: ## Remove environments and demo data
	rm -rf $(VENV) $(TRAINING_VENV) demo-data mutants

# One stamp per purpose, so that a changed pyproject.toml installs again and nothing else does.
define create_environment
	@test -n "$(PYTHON)" || { echo "platewatch: Python 3.11 or newer was not found; install it (Debian: apt-get install python3 python3-venv)" >&2; exit 1; }
	@test -x $(1)/bin/python || $(PYTHON) -m venv $(1) || { rm -rf $(1); echo "platewatch: $(PYTHON) cannot create an environment; install its venv module (Debian: apt-get install python3-venv)" >&2; exit 1; }
endef

$(VENV)/.runtime: pyproject.toml constraints.txt
	$(call create_environment,$(VENV))
	@echo "Installing Platewatch into $(VENV) ..."
	@$(VENV)/bin/python -m pip install $(PIP_FLAGS) -e ".[all-in-one]"
	@touch $@

$(VENV)/.development: $(VENV)/.runtime
	@$(VENV)/bin/python -m pip install $(PIP_FLAGS) -e ".[all-in-one,test,lint]"
	@touch $@

$(VENV)/.mutation: $(VENV)/.development
	@$(VENV)/bin/python -m pip install $(PIP_FLAGS) -e ".[all-in-one,test,lint,mutation]"
	@touch $@

$(TRAINING_VENV)/.training: pyproject.toml constraints.txt
	$(call create_environment,$(TRAINING_VENV))
	@echo "Installing Platewatch with its training tools into $(TRAINING_VENV) (several gigabytes) ..."
	@$(TRAINING_VENV)/bin/python -m pip install $(PIP_FLAGS) -e ".[all-in-one,test,train]"
	@touch $@
