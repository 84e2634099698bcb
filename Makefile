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

# What passed on the same files with the same tools is not run again, and is counted by itself. ALL=1 runs everything.
ONCE := $(PYTHON) -m scripts.once

.PHONY: doctor
doctor: ## what lint, test and prove need, and whether it is here
	$(PYTHON) -m scripts.doctor

.PHONY: test
test: test-rust test-scripts test-validators ## everything that needs neither root nor Docker

# Random answer sets for each blueprint.
SETS ?= 400
.PHONY: test-rust
test-rust: ## the program's own tests
	STACKWRIGHT_RANDOM=$(SETS) $(ONCE) $(CARGO) test --locked

.PHONY: test-random
test-random: ## only random answer sets, and what came of them: make test-random SETS=2000
	STACKWRIGHT_RANDOM=$(SETS) $(CARGO) test --locked --test random -- --nocapture

.PHONY: test-scripts
test-scripts: ## the scripts' own tests, and which entries of proofs/ stand
	$(PYTHON) -m scripts.tests
	$(PYTHON) -m scripts.prove --ledger

.PHONY: test-validators
test-validators: ## independent validators over rendered repositories
	$(PYTHON) -m scripts.validate $(ARGS)

.PHONY: prove
prove: ## run rendered repositories that proofs/ does not hold: needs Docker, and a Kubernetes API server at KUBECONFIG
	@$(PYTHON) -m scripts.doctor prove || true
	$(PYTHON) -m scripts.prove $(ARGS)

# What simulates nodes, without a kubelet and without pulling an image. Its own default is the version of Kubernetes.
KWOKCTL := go run sigs.k8s.io/kwok/cmd/kwokctl@v0.8.0
.PHONY: cluster
cluster: ## start a Kubernetes API server in containers and add it to KUBECONFIG (`make cluster-down` removes it)
	$(KWOKCTL) create cluster --name stackwright --runtime docker --kube-authorization --kube-admission --wait 3m

.PHONY: cluster-down
cluster-down: ## remove what `make cluster` started
	$(KWOKCTL) delete cluster --name stackwright

.PHONY: definitions
definitions: ## install into the API server at KUBECONFIG what the generated objects' kinds are defined by
	$(PYTHON) -m scripts.prove.definitions

.PHONY: bless
bless: ## render examples/ anew, the only way they change
	$(PYTHON) -m scripts.bless

.PHONY: pictures
pictures: ## draw the pictures of the docs anew: the recording of `new`, the diagrams of the examples
	BLESS=1 $(CARGO) test --locked --test cli recording

.PHONY: locks
locks: ## resolve the generated repositories' dependencies anew (needs a network)
	$(CARGO) run --locked -- catalog lock --upgrade --catalog templates
	./scripts/locks/words

.PHONY: bench
bench: ## time and peak memory of `new` and `check` beside a write-only floor
	$(CARGO) build --locked --release
	$(PYTHON) -m scripts.bench $(ARGS)
