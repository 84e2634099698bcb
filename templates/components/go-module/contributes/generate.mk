@% if contributors("go.protocol") %@
.PHONY: generate
generate: ## Generate code from the protocol definitions, as the images do
	scripts/generate
@% endif %@
