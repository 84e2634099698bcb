.PHONY: bootstrap
bootstrap: ## Install Argo CD in the current cluster: make bootstrap CLUSTER=@{ (remotes | first).name }@ [OPTIONS=--dry-run]
	scripts/bootstrap $(CLUSTER) $(OPTIONS)
