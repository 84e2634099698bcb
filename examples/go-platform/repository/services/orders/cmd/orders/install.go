package main

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"git.example.com/acme/shop/services/orders/internal/adapters/events"
)

// installOutbox is part of the migrations: what is emitted before the slot exists is never published.
func installOutbox(ctx context.Context, pool *pgxpool.Pool) error {
	return pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		return events.Outbox.Install(ctx, conn.Conn())
	})
}
