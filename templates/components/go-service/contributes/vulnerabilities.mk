@% set example = (instances | first).name %@
.PHONY: vulnerabilities
vulnerabilities: ## Look for known ones in what a service calls (needs a network): make vulnerabilities SERVICE=@{ example }@
	@scripts/env
	docker compose --file compose.yaml --file compose.test.yaml run --rm --no-deps --user root --env GOPROXY=https://proxy.golang.org \
	  $(SERVICE)-test go run golang.org/x/vuln/cmd/govulncheck@v@{ pin("tools.govulncheck.version") }@ ./...
vulnerabilities: SERVICE ?= @{ example }@
