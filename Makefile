# Everything runs in .venv, which is made from the hash-locked files in requirements/.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
export PYTHON
ARGS ?=
NOT_OURS := --ignore .venv --ignore var --ignore node_modules

.PHONY: help demo test test-fast test-citus check fix bench bench-confirming bench-tracing mutants seed lock messages vendor base dev

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' Makefile

demo: base ## start the whole service with a seeded city, on port 8000 (PORT=8001 make demo)
	@$(BIN)/python -m config.demo

test: dev ## run all tests with all they need (ARGS="tests/house -k name" runs some)
	@$(BIN)/python -m tests.run $(ARGS)

test-fast: dev ## run the quick tests in parallel, under a minute
	@$(BIN)/python -m tests.run --fast $(ARGS)

test-citus: dev ## run the tracing tests on a cluster, where CITUS_URL is set
	@$(BIN)/python -m tests.citus $(ARGS)

check: dev ## lint, types, floors, templates, migrations, production settings
	@$(BIN)/python -m tests.check

fix: dev ## format, and repair what the linter can repair
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: dev ## measure verdicts, passes, evidence, tracing, recolouring
	@$(BIN)/python -m benchmarks.first_numbers $(ARGS)

bench-confirming: dev ## measure from a case confirmed to the last colour (ARGS="--runs 5")
	@$(BIN)/python -m benchmarks.confirm $(ARGS)

bench-tracing: dev ## measure reading traces: make bench-tracing VISITS=1e8 ARGS=--keep
	@$(BIN)/python -m benchmarks.tracing --visits $(or $(VISITS),1e7) $(ARGS)

mutants: dev ## a million spoiled codes through both verifiers: run it every night
	@$(BIN)/python -m tests.mutants $(ARGS)

seed: base ## write another demo city: make seed CITIZENS=200000 DAYS=14 SEED=2
	@$(BIN)/python -m config.demo --reseed $(or $(CITIZENS),20000) $(or $(DAYS),14) $(or $(SEED),1)

lock: dev ## lock requirements/*.in with hashes, for the oldest Python that will do
	@for name in base dev; do \
	  $(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header \
	    --no-annotate --no-emit-index-url --no-emit-find-links \
	    --output-file requirements/$$name.txt requirements/$$name.in || exit 1; \
	done

messages: dev ## collect and compile the translations (needs gettext)
	@$(BIN)/python -m config.manage test makemessages --locale en $(NOT_OURS)
	@$(BIN)/python -m config.manage test compilemessages $(NOT_OURS)

vendor: ## copy the browser packages of package-lock.json into static/vendor (needs npm)
	@sh scripts/vendor.sh

base dev:
	@sh scripts/venv.sh $@
