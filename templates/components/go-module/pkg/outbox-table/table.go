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

// maxCounted caps the count, so that measuring a large backlog stays cheap.
const maxCounted = 100_000

// The errors are ignored for the same reason as those in relay.go.
var (
	pendingEvents, _ = meter.Int64Gauge("outbox_pending_events",
		metric.WithDescription("Unpublished events in the table, counted up to 100000."))
	oldestSeconds, _ = meter.Float64Gauge("outbox_oldest_seconds",
		metric.WithDescription("Age of the oldest unpublished event."))
)

// Table is an outbox in a table `outbox (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, message bytea NOT
// NULL, created_at timestamptz NOT NULL DEFAULT clock_timestamp())`, which the service's migrations make.
//
// Positions are assigned on insert but become visible on commit, so a lower position may appear after a higher one. No
// event is lost by that: published rows are deleted one by one, and no "last position" is stored. But order is
// guaranteed only between transactions that exclude each other, that is, those that lock the aggregate's row before
// they emit.
type Table struct {
	// Batch is the maximum number of events per batch. Zero selects the default.
	Batch int
}

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

// Name returns the name of the table.
func (Table) Name() string { return "outbox" }

// Read implements [Source].
func (t Table) Read(conn *pgx.Conn) Reader { return &tableReader{Table: t, conn: conn} }

type tableReader struct {
	Table
	conn     *pgx.Conn
	measured time.Time
}

// Next returns the first rows of the table.
func (r *tableReader) Next(ctx context.Context) ([]*envelopev1.Envelope, Confirm, error) {
	// First, so that the backlog is reported even while the broker is unreachable.
	if err := r.measure(ctx); err != nil {
		return nil, nil, err
	}
	positions, events, err := r.first(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("look into the table: %w", err)
	}
	if len(events) == 0 {
		advanced(ctx)
		return nil, nil, nil
	}
	return events, func(ctx context.Context) error { return r.remove(ctx, positions) }, nil
}

func (r *tableReader) first(ctx context.Context) (positions []int64, events []*envelopev1.Envelope, err error) {
	rows, err := r.conn.Query(ctx, "SELECT position, message FROM outbox ORDER BY position LIMIT $1", or(r.Batch, defaultBatch))
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for size := 0; size < maxBatchBytes && rows.Next(); {
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

// remove deletes exactly the published rows. A range would also delete rows that a concurrent commit made visible
// meanwhile.
func (r *tableReader) remove(ctx context.Context, positions []int64) error {
	if _, err := r.conn.Exec(ctx, "DELETE FROM outbox WHERE position = ANY ($1)", positions); err != nil {
		return fmt.Errorf("delete %d published events: %w", len(positions), err)
	}
	advanced(ctx)
	return nil
}

// measure reports the backlog every measureEvery.
func (r *tableReader) measure(ctx context.Context) error {
	if time.Since(r.measured) < measureEvery {
		return nil
	}
	pending, oldest, err := r.backlog(ctx)
	if err != nil {
		return fmt.Errorf("measure the table: %w", err)
	}
	pendingEvents.Record(ctx, pending)
	oldestSeconds.Record(ctx, oldest)
	r.measured = time.Now()
	return nil
}

func (r *tableReader) backlog(ctx context.Context) (pending int64, oldest float64, err error) {
	const query = `SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT $1) AS counted),
		coalesce((SELECT extract(epoch FROM clock_timestamp() - created_at) FROM outbox ORDER BY position LIMIT 1), 0)::float8`
	err = r.conn.QueryRow(ctx, query, maxCounted).Scan(&pending, &oldest)
	return pending, oldest, err
}
