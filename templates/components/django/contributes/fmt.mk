docker compose --file compose.yaml --file compose.test.yaml run --rm --build --no-deps --user "$$(id -u):$$(id -g)" --volume "$(CURDIR)/apps/@{ unit.name }@:/app:z" @{ unit.name }@-test ruff format .
