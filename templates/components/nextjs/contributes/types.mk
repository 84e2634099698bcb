.PHONY: types
types: ## Write the types of the API from its description
	@scripts/env
@% for instance in instances %@
@% set name = (instance.unit.bindings | selectattr("alias", "eq", "api") | first).unit %@
@% set api = units | selectattr("name", "eq", name) | first %@
	docker compose run $(ON_SOURCE) --build --no-deps --workdir /src/@{ instance.unit.source.built.directory }@ @{ instance.name }@ /app/node_modules/.bin/openapi-typescript /src/@{ api.source.built.directory }@/@{ first_of("http.api", api).facts.description }@ --output src/lib/api-types.ts
@% endfor %@
