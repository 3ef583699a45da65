# `make` alone lists what there is. Each target makes the environment it needs in .venv, from
# requirements pinned by hash; the stamp files in there make the second time quick.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PIP := -m pip --disable-pip-version-check --quiet
# Where the built wheel is tried, out of reach of the source folders.
TRIAL := build/trial

# The first of these that is Python 3.11 or newer; PYTHON=... overrides.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

# The whole suite is shared out over three processes, since tests on Kafka mostly wait; what ARGS
# narrows runs in one.
SHARED = $(if $(ARGS),,-n 3 --dist loadgroup)

# What `step` reaches: held at full branch coverage.
CORE := schemas/*,models/*,detector/config.py,detector/findings.py,detector/pipeline/*,detector/detections/*,detector/entities/*,detector/features/*,detector/respond/*,detector/window/*

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(VENV)/.package ## a small simulated day: findings, revoke commands, report
	@$(BIN)/detector demo

.PHONY: kafka
kafka: $(VENV)/.kafka ## a local Kafka broker until Ctrl-C; PORT=9092
	@$(BIN)/python -m tests.kafka.broker --port $(or $(PORT),9092)

.PHONY: demo-kafka
demo-kafka: $(VENV)/.kafka ## the demo through Kafka: logs, topics, a worker, alerts and commands
	@$(BIN)/python -m tests.kafka.demo

.PHONY: test
test: $(VENV)/.dev ## the whole suite, doctests included; ARGS="-k name" narrows it
	@echo "==> tests"
	@$(BIN)/python -m pytest $(SHARED) $(ARGS)

.PHONY: check lint format types imports
check: $(VENV)/.dev ## lint, format, types, imports: all four, even when one fails
	@$(MAKE) --keep-going lint format types imports

lint: $(VENV)/.dev
	@echo "==> lint"
	@$(BIN)/ruff check .

format: $(VENV)/.dev
	@echo "==> format"
	@$(BIN)/ruff format --check .

types: $(VENV)/.dev
	@echo "==> types"
	@$(BIN)/mypy

imports: $(VENV)/.dev
	@echo "==> imports"
	@$(BIN)/lint-imports --no-logo

.PHONY: torture
torture: $(VENV)/.dev ## workers and their broker killed at random while logs come in; ARGS="--strikes 200 --seed 7"
	@$(BIN)/python -m tests.kafka.torture --strikes 100 --workers 3 $(ARGS)

.PHONY: cover
cover: $(VENV)/.dev ## the suite with branch coverage; fails when what `step` reaches has a gap
	@echo "==> tests with branch coverage"
	@$(BIN)/python -m pytest --cov --cov-report= $(SHARED) $(ARGS)
	@$(BIN)/coverage report --include='$(CORE)' --fail-under=100

.PHONY: wheel
wheel: $(TRIAL)/venv/.dev ## build the wheel and try it installed, without the source folders
	@echo "==> build the wheel"
	@rm -rf dist $(TRIAL)/tree && mkdir -p $(TRIAL)/tree
	@$(BIN)/hatchling build -t wheel
	@$(TRIAL)/venv/bin/python $(PIP) install --force-reinstall --no-deps --no-index dist/*.whl
	@cp -R tests pyproject.toml $(TRIAL)/tree/
	@echo "==> tests against the installed wheel"
	@cd $(TRIAL)/tree && INSTALLED_WHEEL=1 ../venv/bin/python -m pytest tests/smoke

.PHONY: bench
bench: $(VENV)/.dev ## throughput, state and quality, next to the floor rules
	@$(BIN)/detector bench $(ARGS)

.PHONY: bench-kafka
bench-kafka: $(VENV)/.dev ## the worker on a real broker, next to its peers and its floors
	@$(BIN)/python -m tests.bench.kafka $(ARGS)

.PHONY: fuzz
fuzz: $(VENV)/.dev ## hostile inputs for every source; ARGS="--inputs 10000 --source okta --seed 7 --seconds 60"
	@$(BIN)/python -m tests.fuzz $(ARGS)

.PHONY: shippers
shippers: $(VENV)/.dev ## deploy/shippers checked by the tools' own code, which is built first
	@$(BIN)/python -m tests.deploy.validators

.PHONY: lock
lock: $(VENV)/.lock ## renew the pinned requirements; UPGRADE=--upgrade takes newer versions
	@echo "==> pin requirements/*.txt"
	@pin() { \
		UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --no-config \
			--python-version 3.11 --generate-hashes --no-emit-index-url --no-strip-extras $(UPGRADE) \
			-o requirements/$$1.txt "$${@:2}"; \
	}; \
	pin run pyproject.toml; \
	pin kafka pyproject.toml --extra kafka -c requirements/run.txt; \
	pin traces pyproject.toml --extra traces -c requirements/kafka.txt; \
	pin dev pyproject.toml --group dev -c requirements/kafka.txt -c requirements/traces.txt; \
	pin build --group build -c requirements/dev.txt; \
	pin lock --group lock; \
	pin shippers requirements/shippers.in; \
	for peer in quix bytewax; do pin peers/$$peer requirements/peers/$$peer.in; done

.PHONY: fmt
fmt: $(VENV)/.dev ## format, and mend what ruff can mend by itself
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

.PHONY: clean
clean: ## remove the environment, caches, builds and output
	@rm -rf $(VENV) build dist out detector-demo detector-out htmlcov .coverage .coverage.* \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find detector schemas models tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------------------- environments

$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=..." >&2; exit 1; }
	@echo "==> environment in $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.run: requirements/run.txt requirements/build.txt | $(VENV)/.python
	@echo "==> install what it runs on (requirements/run.txt)"
	@$(BIN)/python $(PIP) install --require-hashes -r requirements/run.txt -r requirements/build.txt
	@touch $@

$(VENV)/.package: $(VENV)/.run pyproject.toml
	@echo "==> install the command \`detector\`"
	@$(BIN)/python $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.kafka: $(VENV)/.package requirements/kafka.txt
	@echo "==> install what it needs on Kafka (requirements/kafka.txt)"
	@$(BIN)/python $(PIP) install --require-hashes -r requirements/kafka.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.package requirements/dev.txt requirements/kafka.txt requirements/traces.txt
	@echo "==> install what tests and checks need (requirements/dev.txt, kafka.txt, traces.txt)"
	@$(BIN)/python $(PIP) install --require-hashes -r requirements/dev.txt -r requirements/kafka.txt -r requirements/traces.txt
	@touch $@

$(VENV)/.lock: requirements/lock.txt | $(VENV)/.python
	@echo "==> install what pins requirements (requirements/lock.txt)"
	@$(BIN)/python $(PIP) install --require-hashes -r requirements/lock.txt
	@touch $@

$(TRIAL)/venv/.dev: $(VENV)/.dev
	@echo "==> a second environment for the wheel in $(TRIAL)/venv"
	@$(PYTHON) -m venv --clear $(TRIAL)/venv
	@$(TRIAL)/venv/bin/python $(PIP) install --require-hashes -r requirements/dev.txt -r requirements/kafka.txt -r requirements/traces.txt
	@touch $@
