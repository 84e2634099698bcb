@% if contributors("go.protocol") %@
@% set base = "origin/" ~ (remotes | first).revision %@
.PHONY: breaking
breaking: ## Refuse protocol definitions that break who speaks the branch's: make breaking BASE=@{ base }@
	before=$$(mktemp -d) && git archive $(BASE) buf.yaml proto | tar -x -C "$$before" && \
	  docker run --rm --volume "$(CURDIR):/now:ro" --volume "$$before:/before:ro" --workdir /now \
	  @{ image("buf-1") }@ breaking --against /before
# On the branch itself: with what was there before.
breaking: BASE ?= $(shell git merge-base --is-ancestor HEAD @{ base }@ && echo HEAD^ || echo @{ base }@)
@% endif %@
