.PHONY: bootstrap
bootstrap: ## Hand the current cluster to Argo CD: make bootstrap CLUSTER=@{ (remotes | first).name }@ [OPTIONS=--dry-run]
	scripts/bootstrap $(CLUSTER) $(OPTIONS)
