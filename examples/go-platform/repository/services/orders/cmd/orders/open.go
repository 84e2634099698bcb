package main

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"git.example.com/acme/shop/pkg/postgres"
	"git.example.com/acme/shop/pkg/process"
	"git.example.com/acme/shop/services/orders/internal/adapters/events"
	"git.example.com/acme/shop/services/orders/internal/adapters/store"
)

// openStore connects to the database and makes readiness depend on it: no request can be served without it.
func openStore(ctx context.Context, p *process.Process, settings postgres.Config) (*store.Store, *pgxpool.Pool, error) {
	pool, err := postgres.Open(ctx, settings)
	if err != nil {
		return nil, nil, err
	}
	p.Admin.Check("database", pool.Ping)
	return store.New(pool, events.NewEmitter()), pool, nil
}
