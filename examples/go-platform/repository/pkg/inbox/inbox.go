// Package inbox deduplicates events: an event that is delivered more than once has its effect once.
//
// It requires a table `inbox (event_id uuid PRIMARY KEY, received_at timestamptz NOT NULL)` in the consumer's database.
package inbox

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
)

const (
	// Keep is the retention of event ids. A dead-letter topic retains events for 30 days, and a replayed one stays
	// 7 more in its original topic. Topics drop whole days, so one day is added for each, and
	// one for clock skew.
	Keep = 40 * 24 * time.Hour

	purgeInterval = time.Hour
	purgeBatch    = 1000
)

var purged, _ = otel.Meter("git.example.com/acme/shop/pkg/inbox").Int64Counter("inbox_purged_total",
	metric.WithDescription("Expired event ids deleted from the inbox."))

// Begin records the event id inside the transaction of the event's effect. It returns false for a duplicate. If a
// concurrent transaction processes the same event, Begin blocks until that one ends.
func Begin(ctx context.Context, tx pgx.Tx, eventID string) (bool, error) {
	const statement = "INSERT INTO inbox (event_id, received_at) VALUES ($1, now()) ON CONFLICT DO NOTHING"
	tag, err := tx.Exec(ctx, statement, eventID)
	if err != nil {
		return false, fmt.Errorf("remember event %s: %w", eventID, err)
	}
	return tag.RowsAffected() == 1, nil
}

// KeepTidy purges expired event ids once an hour until ctx is cancelled. Several consumers may run it concurrently.
func KeepTidy(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) {
	ticker := time.NewTicker(purgeInterval)
	defer ticker.Stop()
	for {
		if err := Purge(ctx, pool, Keep); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "purging the inbox failed, retrying in an hour", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Purge deletes event ids received longer ago than keep, in small batches.
func Purge(ctx context.Context, pool *pgxpool.Pool, keep time.Duration) error {
	const statement = `DELETE FROM inbox WHERE event_id IN (
		SELECT event_id FROM inbox WHERE received_at < $1 ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED)`
	before := time.Now().Add(-keep)
	for {
		tag, err := pool.Exec(ctx, statement, before, purgeBatch)
		if err != nil {
			return fmt.Errorf("forget events before %s: %w", before.Format(time.RFC3339), err)
		}
		purged.Add(ctx, tag.RowsAffected())
		if tag.RowsAffected() < purgeBatch {
			return nil
		}
	}
}
