@% if contributors("go.protocol") %@
.PHONY: breaking
breaking: ## Refuse protocol definitions that break who speaks the branch's: make breaking BASE=origin/@{ (remotes | first).revision }@
	scripts/breaking $(BASE)
@% endif %@
