docker run --rm --user "$$(id -u):$$(id -g)" --volume "$(CURDIR):/src:z" --workdir /src @{ image("golang-1.26") }@ gofmt -w services/@{ unit.name }@ pkg
