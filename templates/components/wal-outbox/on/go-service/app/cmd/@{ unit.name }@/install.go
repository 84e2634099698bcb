package main

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/events"
)

// installOutbox runs with the migrations: events emitted before the replication slot exists are never published.
func installOutbox(ctx context.Context, pool *pgxpool.Pool) error {
	return pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		return events.Outbox.Install(ctx, conn.Conn())
	})
}
