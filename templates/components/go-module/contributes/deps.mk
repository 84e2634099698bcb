@% if contributors("go.protocol") %@
scripts/generate
@% endif %@
docker run $(ON_SOURCE) --workdir /src --env GOFLAGS=-mod=mod --env GOPROXY @{ image("golang-1.26") }@ go mod tidy
