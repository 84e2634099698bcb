package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"google.golang.org/protobuf/proto"

	envelopev1 "@{ project.module }@/gen/envelope/v1"
	"@{ project.module }@/pkg/telemetry"
)

// PassTimeout bounds one pass: look into the slot, publish, advance. A relay that is told to stop finishes its pass, so
// its drain is longer than this.
const PassTimeout = 20 * time.Second

const (
	defaultInterval  = 200 * time.Millisecond
	defaultHeartbeat = 10 * time.Second
	defaultBackoff   = 2 * time.Second
	defaultBatch     = 500
	lockInterval     = 5 * time.Second
	// stalled is how long a living relay may take between two turns of its loop.
	stalled = 2*time.Minute + PassTimeout
)

// Publisher hands events to the broker in the given order and returns when all of them are acknowledged.
type Publisher interface {
	Publish(ctx context.Context, events []*envelopev1.Envelope) error
}

// Relay publishes the events of one service. The zero durations and sizes mean the defaults.
type Relay struct {
	DatabaseURL string
	Names       Names
	Publisher   Publisher
	Log         *slog.Logger

	// Interval is the pause after a look that found nothing.
	Interval time.Duration
	// Heartbeat is the time without an advance after which an idle relay moves its slot on, so that the server can
	// drop write-ahead log that others have filled.
	Heartbeat time.Duration
	// Backoff is the pause after a failure.
	Backoff time.Duration
	// Batch is how many changes one look may return; a larger transaction is returned whole.
	Batch int

	progress progress
}

// Run publishes until ctx ends. Whatever fails is tried again from the slot, over a new connection.
func (r *Relay) Run(ctx context.Context) error {
	for {
		err := r.session(ctx)
		r.progress.held.Store(false)
		if ctx.Err() != nil {
			return nil
		}
		failures.Add(ctx, 1)
		r.Log.ErrorContext(ctx, "relay failed, starting again from the slot", "slot", r.Names.Slot, "error", err)
		sleep(ctx, or(r.Backoff, defaultBackoff))
	}
}

// session works over one connection. Lock and reading share it, so that losing one is losing the other.
func (r *Relay) session(ctx context.Context) error {
	r.progress.turn()
	conn, err := connect(ctx, r.DatabaseURL)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer closeConnection(ctx, conn)
	if err := r.lock(ctx, conn); err != nil {
		return err
	}
	advanced := time.Now()
	for ctx.Err() == nil {
		r.progress.turn()
		moved, err := r.pass(ctx, conn, time.Since(advanced))
		if err != nil {
			return err
		}
		if moved {
			advanced = time.Now()
		} else {
			sleep(ctx, or(r.Interval, defaultInterval))
		}
	}
	return nil
}

// lock waits until no other relay of this slot is left, such as the one that a release replaces.
func (r *Relay) lock(ctx context.Context, conn *pgx.Conn) error {
	for {
		var held bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock(hashtextextended($1, 0))", r.Names.Slot).Scan(&held); err != nil {
			return fmt.Errorf("lock: %w", err)
		}
		if held {
			r.progress.held.Store(true)
			return nil
		}
		r.progress.turn()
		r.Log.InfoContext(ctx, "another relay holds the slot, waiting", "slot", r.Names.Slot)
		if sleep(ctx, lockInterval); ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// pass publishes what is in the slot and advances it, or emits a heartbeat when it has been idle for too long.
func (r *Relay) pass(ctx context.Context, conn *pgx.Conn, idle time.Duration) (moved bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), PassTimeout)
	defer cancel()
	found, err := r.peek(ctx, conn)
	if err != nil {
		return false, fmt.Errorf("look into the slot: %w", err)
	}
	if found.end == 0 {
		if idle >= or(r.Heartbeat, defaultHeartbeat) {
			return false, r.beat(ctx, conn)
		}
		return false, nil
	}
	if err := r.publish(ctx, found); err != nil {
		return false, err
	}
	return true, r.advance(ctx, conn, found.end)
}

// peek reads without consuming: the changes stay in the slot until it is advanced.
func (r *Relay) peek(ctx context.Context, conn *pgx.Conn) (batch, error) {
	const query = `SELECT data FROM pg_logical_slot_peek_binary_changes($1::text, NULL, $2,
		'proto_version', '1', 'publication_names', $1::text, 'messages', 'true')`
	rows, err := conn.Query(ctx, query, r.Names.Slot, or(r.Batch, defaultBatch))
	if err != nil {
		return batch{}, err
	}
	var found batch
	var record []byte
	_, err = pgx.ForEachRow(rows, []any{&record}, func() error { return found.add(record) })
	return found, err
}

// publish returns when every event of the batch is acknowledged.
func (r *Relay) publish(ctx context.Context, found batch) error {
	var events []*envelopev1.Envelope
	for _, m := range found.messages {
		if m.prefix != r.Names.Prefix {
			continue
		}
		event := new(envelopev1.Envelope)
		if err := proto.Unmarshal(m.content, event); err != nil {
			return fmt.Errorf("decode an event before %s: %w", found.end, err)
		}
		events = append(events, event)
	}
	if len(events) == 0 {
		return nil
	}
	if err := r.Publisher.Publish(ctx, events); err != nil {
		return fmt.Errorf("publish %d events: %w", len(events), err)
	}
	for _, event := range events {
		r.Log.InfoContext(telemetry.Extract(ctx, event.GetTrace()), "event published", "type", event.GetType(), "event_id", event.GetEventId())
		published.Add(ctx, 1, metric.WithAttributes(attribute.String("type", event.GetType())))
	}
	return nil
}

// advance confirms everything up to the end of the batch's last commit, never a part of a transaction.
func (r *Relay) advance(ctx context.Context, conn *pgx.Conn, end lsn) error {
	if _, err := conn.Exec(ctx, "SELECT pg_replication_slot_advance($1, $2::text::pg_lsn)", r.Names.Slot, end.String()); err != nil {
		return fmt.Errorf("advance: %w", err)
	}
	const query = `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint,
		pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint
		FROM pg_replication_slots WHERE slot_name = $1`
	var lag, retained int64
	if err := conn.QueryRow(ctx, query, r.Names.Slot).Scan(&lag, &retained); err != nil {
		return fmt.Errorf("measure the slot: %w", err)
	}
	lagBytes.Record(ctx, lag)
	retainedBytes.Record(ctx, retained)
	lastAdvance.Record(ctx, float64(time.Now().UnixMilli())/1000)
	return nil
}

// beat writes a message that the next pass finds and moves the slot past.
func (r *Relay) beat(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, "SELECT pg_logical_emit_message(true, $1, '')", r.Names.Heartbeat); err != nil {
		return fmt.Errorf("heartbeat: %w", err)
	}
	return nil
}

// connect asks the server to notice a vanished relay within a minute: until then it would hold the lock.
func connect(ctx context.Context, url string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.RuntimeParams["tcp_keepalives_idle"] = "30"
	config.RuntimeParams["tcp_keepalives_interval"] = "10"
	config.RuntimeParams["tcp_keepalives_count"] = "3"
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return pgx.ConnectConfig(ctx, config)
}

func closeConnection(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}

func sleep(ctx context.Context, duration time.Duration) {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// Live says whether the loop turns. A broker or a database that is away does not stop it, and a restart would not help.
func (r *Relay) Live(context.Context) error {
	if still := r.progress.stands(); still > stalled {
		return fmt.Errorf("the relay's loop stands still for %s", still.Round(time.Second))
	}
	return nil
}

// Ready says whether this relay holds the slot.
func (r *Relay) Ready(context.Context) error {
	if !r.progress.held.Load() {
		return errors.New("the relay does not hold its slot")
	}
	return nil
}
