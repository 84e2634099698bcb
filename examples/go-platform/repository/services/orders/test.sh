#!/bin/sh
# Tests the service and the shared packages that it uses: those of other services want other servers.
set -eu
cd "$(dirname "$0")/../.."
go list -deps -f '{{ if .Module }}{{ if .Module.Main }}{{ .ImportPath }}{{ end }}{{ end }}' "./services/orders/..." |
  xargs go test -race
