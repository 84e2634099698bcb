@% set loads = files_in("load") | select("endingwith", ".js") | list %@
@% if loads %@
@% set example = (loads | first)[:-3] %@
.PHONY: load
load: ## Load a service for ten seconds: make load SERVICE=@{ example }@ [PROFILE=load] [BASE_URL=…] [TOKEN=…]
	@scripts/env
	docker run --rm --network host --volume "$(CURDIR)/load:/load:ro,z" --env BASE_URL --env TOKEN --env PROFILE \
	  $$(sed -n 's/^\([A-Z_]*_PORT=[0-9]*\)$$/--env \1/p' .env) @{ image("k6") }@ run --quiet /load/$(SERVICE).js
load: SERVICE ?= @{ example }@
@% endif %@
