package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/metric"
	"google.golang.org/protobuf/proto"

	envelopev1 "@{ project.module }@/gen/envelope/v1"
)

const (
	pollInterval = 200 * time.Millisecond
	// maxCounted caps the count, so that measuring a large backlog stays cheap.
	maxCounted = 100_000
)

// The errors are ignored for the same reason as those in relay.go.
var (
	pendingEvents, _ = meter.Int64Gauge("outbox_pending_events",
		metric.WithDescription("Unpublished events in the table, counted up to 100000."))
	oldestSeconds, _ = meter.Float64Gauge("outbox_oldest_seconds",
		metric.WithDescription("Age of the oldest unpublished event."))
)

// Table is an outbox in a table `outbox (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, message bytea NOT NULL,
// created_at timestamptz NOT NULL DEFAULT clock_timestamp())`, which the service's migrations make.
//
// Positions are given on insert but seen on commit, so a lower position may appear after a higher one. No event is lost by
// that: published rows are deleted one by one, and no "last position" is stored. But order holds only between transactions
// that exclude each other, that is, those that lock the aggregate's row before they emit.
type Table struct{}

// Emit inserts an event inside tx, with the trace context and request id of ctx.
func (Table) Emit(ctx context.Context, tx Executor, event Event) error {
	message, err := encode(ctx, event)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO outbox (message) VALUES ($1)", message); err != nil {
		return fmt.Errorf("emit event %s: %w", event.Type, err)
	}
	return nil
}

// session reads batches of rows over one connection. Its lock goes with it.
func (t Table) session(ctx context.Context, r *Relay) error {
	conn, err := connect(ctx, r.DatabaseURL, map[string]string{"statement_timeout": "2min"})
	if err != nil {
		return err
	}
	defer disconnect(ctx, conn)
	var held bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock(hashtextextended('outbox', 0))").Scan(&held); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	if !held {
		return errHeld
	}
	r.held.Store(true)
	for measured := (time.Time{}); ctx.Err() == nil; {
		r.turn()
		// First, so that the backlog is known even while the broker is unreachable.
		if time.Since(measured) >= measureEvery {
			if err := measure(ctx, conn); err != nil {
				return err
			}
			measured = time.Now()
		}
		positions, events, err := first(ctx, conn)
		if err != nil {
			return fmt.Errorf("read the outbox: %w", err)
		}
		if len(events) == 0 {
			r.advanced(ctx)
			sleep(ctx, pollInterval)
			continue
		}
		if err := r.publish(ctx, events); err != nil {
			return err
		}
		// Exactly these rows: a concurrent commit may have made lower positions visible meanwhile.
		if _, err := conn.Exec(context.WithoutCancel(ctx), "DELETE FROM outbox WHERE position = ANY ($1)", positions); err != nil {
			return fmt.Errorf("delete %d published events: %w", len(positions), err)
		}
		r.advanced(ctx)
	}
	return nil
}

// first returns the first rows.
func first(ctx context.Context, conn *pgx.Conn) (positions []int64, events []*envelopev1.Envelope, err error) {
	rows, err := conn.Query(ctx, "SELECT position, message FROM outbox ORDER BY position LIMIT $1", batchEvents)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for size := 0; size < batchBytes && rows.Next(); {
		var position int64
		var message []byte
		if err := rows.Scan(&position, &message); err != nil {
			return nil, nil, err
		}
		event := new(envelopev1.Envelope)
		if err := proto.Unmarshal(message, event); err != nil {
			return nil, nil, fmt.Errorf("decode the event at position %d: %w", position, err)
		}
		positions, events, size = append(positions, position), append(events, event), size+len(message)
	}
	rows.Close()
	return positions, events, rows.Err()
}

func measure(ctx context.Context, conn *pgx.Conn) error {
	pending, oldest, err := backlog(ctx, conn)
	if err != nil {
		return fmt.Errorf("measure the outbox: %w", err)
	}
	pendingEvents.Record(ctx, pending)
	oldestSeconds.Record(ctx, oldest)
	return nil
}

func backlog(ctx context.Context, conn *pgx.Conn) (pending int64, oldest float64, err error) {
	const query = `SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT $1) AS counted),
		coalesce((SELECT extract(epoch FROM clock_timestamp() - created_at) FROM outbox ORDER BY position LIMIT 1), 0)::float8`
	err = conn.QueryRow(ctx, query, maxCounted).Scan(&pending, &oldest)
	return pending, oldest, err
}
