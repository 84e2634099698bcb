# The maintainers' commands. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

CARGO ?= cargo
PYTHON ?= python3
# The scripts leave nothing behind in the clone.
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: lint
lint: ## rustfmt, clippy, cargo-deny
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	./scripts/deny

.PHONY: test
test: test-rust test-random test-validators ## everything that needs neither root nor Docker

.PHONY: test-rust
test-rust: ## the program's own tests
	$(CARGO) test --locked

SETS ?= 400
.PHONY: test-random
test-random: ## random answer sets for each blueprint: make test-random SETS=2000
	STACKWRIGHT_RANDOM=$(SETS) $(CARGO) test --locked --release --test random -- --nocapture

.PHONY: test-validators
test-validators: ## independent validators over rendered repositories
	$(PYTHON) -m scripts.validate $(ARGS)

.PHONY: prove
prove: ## run rendered repositories: needs Docker, and a Kubernetes API server at KUBECONFIG
	$(PYTHON) -m scripts.prove $(ARGS)

.PHONY: bless
bless: ## render examples/ anew, the only way they change
	$(PYTHON) -m scripts.bless

.PHONY: pictures
pictures: ## draw the pictures of the docs anew: the recording of `new`, the diagrams of the examples
	BLESS=1 $(CARGO) test --locked --test cli recording

.PHONY: locks
locks: ## resolve the generated repositories' dependencies anew (needs a network)
	for resolve in scripts/locks/*; do "$$resolve"; done

.PHONY: bench
bench: ## time and peak memory of `new` and `check` beside a write-only floor
	$(CARGO) build --locked --release
	$(PYTHON) -m scripts.bench $(ARGS)
