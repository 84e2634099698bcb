package main

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"@{ project.module }@/pkg/postgres"
@% if params.publishes %@
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/events"
@% endif %@
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/store"
)

// openStore connects to the database. Readiness does not depend on it afterwards: an outage would take every replica out at
// once, while requests that fail with 503 tell the same and recover with the database.
func openStore(ctx context.Context, settings postgres.Config) (*store.Store, *pgxpool.Pool, error) {
	pool, err := postgres.Open(ctx, settings)
	if err != nil {
		return nil, nil, err
	}
@% if params.publishes %@
	return store.New(pool, events.NewEmitter()), pool, nil
@% else %@
	return store.New(pool), pool, nil
@% endif %@
}
