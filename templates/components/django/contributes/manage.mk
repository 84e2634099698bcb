@% set example = (instances | first).name %@
.PHONY: manage
manage: ## Run a command of Django with the local servers: make manage ARGS="shell"@{ " SERVICE=" ~ example if instances | length > 1 else "" }@
	@scripts/env
	@docker compose build --quiet @{ "$(SERVICE)" if instances | length > 1 else example }@
	docker compose run $(ON_SOURCE) --workdir /src/@{ "apps/$(SERVICE) $(SERVICE)" if instances | length > 1 else (instances | first).unit.source.built.directory ~ " " ~ example }@ python manage.py $(ARGS)
@% if instances | length > 1 %@
manage: SERVICE ?= @{ example }@
@% endif %@

.PHONY: migrations
migrations: ## Write the migrations for what changed in the models
	@$(MAKE) manage ARGS="makemigrations $(ARGS)"

.PHONY: superuser
superuser: ## Add a user who may open the administration pages; asks for the name and the password
	@$(MAKE) manage ARGS=createsuperuser
