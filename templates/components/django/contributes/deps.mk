docker compose run $(ON_SOURCE) --build --no-deps --workdir /src/@{ unit.source.built.directory }@ --env UV_DEFAULT_INDEX @{ unit.name }@ sh -ec ' \
  uv pip compile $(ARGS) pyproject.toml --output-file requirements.txt; \
  uv pip compile $(ARGS) pyproject.toml --group dev --output-file requirements-dev.txt'
