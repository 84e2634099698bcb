.PHONY: render
render: ## Print what a cluster gets: make render ENVIRONMENT=@{ (remotes | first).name }@
	@kubectl kustomize deploy/kubernetes/overlays/$(ENVIRONMENT)
render: ENVIRONMENT ?= @{ (remotes | first).name }@
