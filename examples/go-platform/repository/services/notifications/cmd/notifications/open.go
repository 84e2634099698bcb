package main

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"git.example.com/acme/shop/pkg/postgres"
	"git.example.com/acme/shop/services/notifications/internal/adapters/store"
)

// openStore connects to the database. Readiness does not depend on it afterwards: an outage would take every replica out at
// once, while requests that fail with 503 tell the same and recover with the database.
func openStore(ctx context.Context, settings postgres.Config) (*store.Store, *pgxpool.Pool, error) {
	pool, err := postgres.Open(ctx, settings)
	if err != nil {
		return nil, nil, err
	}
	return store.New(pool), pool, nil
}
