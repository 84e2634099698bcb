package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/metric"
	"google.golang.org/protobuf/proto"

	envelopev1 "git.example.com/acme/shop/gen/envelope/v1"
)

const defaultHeartbeat = 10 * time.Second

// errFull stops reading when the batch is full.
var errFull = errors.New("full")

// The errors are ignored for the same reason as those in relay.go.
var (
	lagBytes, _ = meter.Int64Gauge("outbox_lag_bytes",
		metric.WithDescription("Write-ahead log between the slot's confirmed position and the server's current position."))
	retainedBytes, _ = meter.Int64Gauge("outbox_retained_bytes",
		metric.WithDescription("Write-ahead log that the server retains for the slot."))
)

// WAL is an outbox in the write-ahead log, read from a logical replication slot. Zero values select the defaults.
type WAL struct {
	Names Names
	// Heartbeat is the idle time after which the relay advances its slot, so that the server can drop write-ahead log
	// written by others.
	Heartbeat time.Duration
	// Batch is the maximum number of changes per batch. A larger transaction is returned whole.
	Batch int
}

// Emit writes an event to the write-ahead log as part of tx, with the trace context and request id of ctx.
func (w WAL) Emit(ctx context.Context, tx Executor, event Event) error {
	message, err := encode(ctx, event)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "SELECT pg_logical_emit_message(true, $1, $2::bytea)", w.Names.Prefix, message); err != nil {
		return fmt.Errorf("emit event %s: %w", event.Type, err)
	}
	return nil
}

// Name returns the name of the slot.
func (w WAL) Name() string { return w.Names.Slot }

// Read implements [Source].
func (w WAL) Read(conn *pgx.Conn) Reader { return &walReader{WAL: w, conn: conn, moved: time.Now()} }

type walReader struct {
	WAL
	conn *pgx.Conn
	// moved is when the slot last advanced, measured when the lag was last reported.
	moved, measured time.Time
	// searched is the end of the log at the last read. There is nothing new before it.
	searched string
}

// Next peeks into the slot. If the slot has been idle for too long, it emits a heartbeat instead.
func (r *walReader) Next(ctx context.Context) ([]*envelopev1.Envelope, Confirm, error) {
	// First, so that the lag is reported even while the broker is unreachable.
	if err := r.measure(ctx); err != nil {
		return nil, nil, err
	}
	grown, err := r.grown(ctx)
	if err != nil {
		return nil, nil, err
	}
	var found batch
	if grown {
		if found, err = r.peek(ctx); err != nil {
			return nil, nil, fmt.Errorf("look into the slot: %w", err)
		}
	}
	if found.end == 0 {
		if time.Since(r.moved) >= or(r.Heartbeat, defaultHeartbeat) {
			return nil, nil, r.beat(ctx)
		}
		return nil, nil, nil
	}
	events, err := r.events(found)
	if err != nil {
		return nil, nil, err
	}
	return events, func(ctx context.Context) error { return r.advance(ctx, found.end) }, nil
}

// grown says whether the log has grown since the last read. Each peek into the slot starts a decoder, which the server
// logs. Without this check an idle relay would fill the server's log.
func (r *walReader) grown(ctx context.Context) (bool, error) {
	var end string
	if err := r.conn.QueryRow(ctx, "SELECT pg_current_wal_flush_lsn()::text").Scan(&end); err != nil {
		return false, fmt.Errorf("look for the end of the log: %w", err)
	}
	// The peek that follows reads at least this far.
	grown := end != r.searched
	r.searched = end
	return grown, nil
}

// peek reads without consuming. The changes stay in the slot until it is advanced.
func (r *walReader) peek(ctx context.Context) (batch, error) {
	const query = `SELECT data FROM pg_logical_slot_peek_binary_changes($1::text, NULL, $2,
		'proto_version', '1', 'publication_names', $1::text, 'messages', 'true')`
	rows, err := r.conn.Query(ctx, query, r.Names.Slot, or(r.Batch, defaultBatch))
	if err != nil {
		return batch{}, err
	}
	var found batch
	var record []byte
	_, err = pgx.ForEachRow(rows, []any{&record}, func() error {
		if err := found.add(record); err != nil {
			return err
		}
		if found.full(record) {
			return errFull
		}
		return nil
	})
	if errors.Is(err, errFull) {
		err = nil
	}
	return found, err
}

// events decodes the messages with this service's prefix.
func (r *walReader) events(found batch) ([]*envelopev1.Envelope, error) {
	var events []*envelopev1.Envelope
	for _, m := range found.messages {
		if m.prefix != r.Names.Prefix {
			continue
		}
		event := new(envelopev1.Envelope)
		if err := proto.Unmarshal(m.content, event); err != nil {
			return nil, fmt.Errorf("decode an event before %s: %w", found.end, err)
		}
		events = append(events, event)
	}
	return events, nil
}

// advance confirms everything up to the batch's last commit, never part of a transaction.
func (r *walReader) advance(ctx context.Context, end lsn) error {
	if _, err := r.conn.Exec(ctx, "SELECT pg_replication_slot_advance($1, $2::text::pg_lsn)", r.Names.Slot, end.String()); err != nil {
		return fmt.Errorf("advance: %w", err)
	}
	// There may be more after this batch.
	r.moved, r.searched = time.Now(), ""
	advanced(ctx)
	return nil
}

// measure reports the slot's lag every measureEvery.
func (r *walReader) measure(ctx context.Context) error {
	if time.Since(r.measured) < measureEvery {
		return nil
	}
	const query = `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint,
		pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint
		FROM pg_replication_slots WHERE slot_name = $1`
	var lag, retained int64
	if err := r.conn.QueryRow(ctx, query, r.Names.Slot).Scan(&lag, &retained); err != nil {
		return fmt.Errorf("measure the slot: %w", err)
	}
	lagBytes.Record(ctx, lag)
	retainedBytes.Record(ctx, retained)
	r.measured = time.Now()
	return nil
}

// beat writes an empty message. The next pass reads it and advances the slot past it.
func (r *walReader) beat(ctx context.Context) error {
	if _, err := r.conn.Exec(ctx, "SELECT pg_logical_emit_message(true, $1, '')", r.Names.Heartbeat); err != nil {
		return fmt.Errorf("heartbeat: %w", err)
	}
	return nil
}
