.PHONY: render
render: ## Print the manifests of an environment: make render ENVIRONMENT=@{ (remotes | first).name }@
	@kubectl kustomize deploy/kubernetes/overlays/$(ENVIRONMENT)
render: ENVIRONMENT ?= @{ (remotes | first).name }@
