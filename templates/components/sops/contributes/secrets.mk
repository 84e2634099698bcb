.PHONY: secrets
secrets: ## Edit the secrets of an environment: make secrets ENVIRONMENT=@{ (remotes | first).name }@
	scripts/secrets edit $(ENVIRONMENT)
