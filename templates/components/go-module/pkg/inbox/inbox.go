// Package inbox makes the effect of an event happen once, although the event may be delivered more often.
//
// It needs a table `inbox (event_id uuid PRIMARY KEY, received_at timestamptz NOT NULL)` in the consumer's database.
package inbox

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
)

@% set hours = all_of("stream.kafka") | map(attribute="facts.retention_hours") | max %@
const (
	// Keep is how long events are remembered. A dead topic keeps them for 30 days, and one that is put back from there stays
	// @{ (hours + 23) // 24 }@ more in its first topic; a day more in each, because topics forget by the day, and one for clocks.
	Keep = @{ 30 + 1 + (hours + 23) // 24 + 1 + 1 }@ * 24 * time.Hour

	purgeInterval = time.Hour
	purgeBatch    = 1000
)

var purged, _ = otel.Meter("@{ project.module }@/pkg/inbox").Int64Counter("inbox_purged_total",
	metric.WithDescription("Events that were forgotten after their time."))

// Begin remembers the event within the transaction of its effect. It is false when the event was dealt with before;
// while another transaction is about to deal with it, it waits for the outcome.
func Begin(ctx context.Context, tx pgx.Tx, eventID string) (bool, error) {
	const statement = "INSERT INTO inbox (event_id, received_at) VALUES ($1, now()) ON CONFLICT DO NOTHING"
	tag, err := tx.Exec(ctx, statement, eventID)
	if err != nil {
		return false, fmt.Errorf("remember event %s: %w", eventID, err)
	}
	return tag.RowsAffected() == 1, nil
}

// Database is a pool or a connection.
type Database interface {
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
}

// KeepTidy forgets old events, in small batches once an hour, until ctx ends. Several consumers may do so side by side.
func KeepTidy(ctx context.Context, database Database, log *slog.Logger) {
	ticker := time.NewTicker(purgeInterval)
	defer ticker.Stop()
	for {
		if err := Purge(ctx, database, Keep); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "forgetting old events failed, again in an hour", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Purge forgets the events that were received longer ago than keep.
func Purge(ctx context.Context, database Database, keep time.Duration) error {
	const statement = `DELETE FROM inbox WHERE event_id IN (
		SELECT event_id FROM inbox WHERE received_at < $1 ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED)`
	before := time.Now().Add(-keep)
	for {
		tag, err := database.Exec(ctx, statement, before, purgeBatch)
		if err != nil {
			return fmt.Errorf("forget events before %s: %w", before.Format(time.RFC3339), err)
		}
		purged.Add(ctx, tag.RowsAffected())
		if tag.RowsAffected() < purgeBatch {
			return nil
		}
	}
}
