@% set loads = files_in("load") | select("endingwith", ".js") | list %@
@% if loads %@
@% set example = (loads | first)[:-3] %@
.PHONY: load
load: ## Load a service for ten seconds: make load SERVICE=@{ example }@ [PROFILE=load] [BASE_URL=…] [TOKEN=…]
	docker run --rm --network host --volume "$(CURDIR)/load:/load:ro" --env BASE_URL --env TOKEN --env PROFILE \
	  @{ image("k6") }@ run --quiet /load/$(SERVICE).js
load: SERVICE ?= @{ example }@
@% endif %@
