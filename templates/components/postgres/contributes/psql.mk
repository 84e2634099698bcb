.PHONY: psql
psql: ## Open a psql session: make psql DATABASE=@{ (instances | first).name }@
	@docker compose exec $(DATABASE) sh -c 'exec psql --username "$$POSTGRES_USER" --dbname "$$POSTGRES_DB"'
psql: DATABASE ?= @{ (instances | first).name }@
