docker run $(ON_SOURCE) --workdir /src @{ image("golang-1.26") }@ gofmt -w services/@{ unit.name }@ pkg
