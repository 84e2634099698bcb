docker compose run $(ON_SOURCE) --build --no-deps --workdir /src/@{ unit.source.built.directory }@ @{ unit.name }@ /app/node_modules/.bin/prettier --write . '!src/lib/api-types.ts'
