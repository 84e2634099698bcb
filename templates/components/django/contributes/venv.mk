.PHONY: venv
venv: ## Make a virtual environment for editors, with this machine's uv
@% for instance in instances %@
@% set directory = instance.unit.source.built.directory %@
	uv venv --allow-existing --python @{ instance.params.python }@ @{ directory }@/.venv
	uv pip sync --python @{ directory }@/.venv --require-hashes @{ directory }@/requirements-dev.txt
@% endfor %@
