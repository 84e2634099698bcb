.PHONY: schema
schema: ## Write what the code says of the API into its description
	@scripts/env
@% for instance in instances %@
	docker compose run $(ON_SOURCE) --build --no-deps --workdir /src/@{ instance.unit.source.built.directory }@ @{ instance.name }@ python manage.py spectacular --validate --fail-on-warn --file openapi.yaml
@% endfor %@
