docker compose run $(ON_SOURCE) --build --no-deps --workdir /src/@{ unit.source.built.directory }@ @{ unit.name }@ ruff format --no-cache .
