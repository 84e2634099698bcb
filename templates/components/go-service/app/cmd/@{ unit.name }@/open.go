package main

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"@{ project.module }@/pkg/postgres"
	"@{ project.module }@/pkg/process"
@% if params.publishes %@
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/events"
@% endif %@
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/store"
)

// openStore connects to the database and makes readiness depend on it: no request can be served without it.
func openStore(ctx context.Context, p *process.Process, settings postgres.Config) (*store.Store, *pgxpool.Pool, error) {
	pool, err := postgres.Open(ctx, settings)
	if err != nil {
		return nil, nil, err
	}
	p.Admin.Check("database", pool.Ping)
@% if params.publishes %@
	return store.New(pool, events.NewEmitter()), pool, nil
@% else %@
	return store.New(pool), pool, nil
@% endif %@
}
