package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	envelopev1 "git.example.com/acme/shop/gen/envelope/v1"
	"git.example.com/acme/shop/pkg/telemetry"
)

// Creating an instrument fails only for an invalid name. These names are constant, so the errors are ignored.
var (
	meter = otel.Meter("git.example.com/acme/shop/pkg/outbox")

	published, _ = meter.Int64Counter("events_published_total",
		metric.WithDescription("Events acknowledged by the broker; an event published again counts again."))
	failures, _ = meter.Int64Counter("outbox_failures_total",
		metric.WithDescription("Relay passes that failed and will be retried."))
	lastAdvance, _ = meter.Float64Gauge("outbox_last_advance_timestamp_seconds",
		metric.WithDescription("Unix time at which the relay last advanced or found the outbox empty."))
)

// PassTimeout bounds publishing and confirming one batch. A graceful shutdown finishes the batch, so the pod's
// termination grace period must be longer.
const PassTimeout = 20 * time.Second

const (
	defaultInterval = 200 * time.Millisecond
	defaultBackoff  = 2 * time.Second
	defaultBatch    = 500
	// maxBatchBytes bounds the relay's memory use.
	maxBatchBytes = 4 << 20
	lockInterval  = 5 * time.Second
	// measureEvery is the interval between two measurements of the backlog.
	measureEvery = 10 * time.Second
	// lookTimeout must exceed the time to scan the largest backlog: a scan that times out starts from the beginning.
	lookTimeout = 2 * time.Minute
	// stalled is the time without a turn of the loop after which the relay fails its liveness check.
	stalled = lookTimeout + PassTimeout + time.Minute
)

// Source is the storage of an outbox.
type Source interface {
	// Name is unique in the database. The relay's advisory lock is derived from it.
	Name() string
	// Read starts reading over a connection. The lock ensures that only one relay reads at a time.
	Read(conn *pgx.Conn) Reader
}

// Reader reads committed events in batches.
type Reader interface {
	// Next returns the next batch in order without removing it. The same events are returned until confirm is called,
	// which happens after the broker has acknowledged all of them. A nil confirm means that there was nothing to read.
	Next(ctx context.Context) (events []*envelopev1.Envelope, confirm Confirm, err error)
}

// Confirm removes a published batch from the outbox.
type Confirm func(ctx context.Context) error

// Publisher sends events to the broker in the given order and returns when all of them are acknowledged.
type Publisher interface {
	Publish(ctx context.Context, events []*envelopev1.Envelope) error
}

// Relay publishes the events of one service. Zero durations select the defaults.
type Relay struct {
	DatabaseURL string
	Source      Source
	Publisher   Publisher
	Log         *slog.Logger

	// Interval is the poll interval while the outbox is empty.
	Interval time.Duration
	// Backoff is the pause after a failure.
	Backoff time.Duration

	progress progress
}

// Run publishes until ctx is cancelled. After a failure it reconnects and resumes at the first unconfirmed event.
func (r *Relay) Run(ctx context.Context) error {
	for {
		err := r.session(ctx)
		r.progress.held.Store(false)
		if ctx.Err() != nil {
			return nil
		}
		failures.Add(ctx, 1)
		r.Log.ErrorContext(ctx, "relay failed, starting again", "outbox", r.Source.Name(), "error", err)
		sleep(ctx, or(r.Backoff, defaultBackoff))
	}
}

// session runs over one connection. The advisory lock belongs to it, so a lost connection also releases the lock.
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
	reader := r.Source.Read(conn)
	for ctx.Err() == nil {
		r.progress.turn()
		moved, err := r.pass(ctx, reader)
		if err != nil {
			return err
		}
		if !moved {
			sleep(ctx, or(r.Interval, defaultInterval))
		}
	}
	return nil
}

// lock blocks until no other relay holds the lock, such as the old pod during a rollout.
func (r *Relay) lock(ctx context.Context, conn *pgx.Conn) error {
	for {
		var held bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock(hashtextextended($1, 0))", r.Source.Name()).Scan(&held); err != nil {
			return fmt.Errorf("lock: %w", err)
		}
		if held {
			r.progress.held.Store(true)
			return nil
		}
		r.progress.turn()
		r.Log.InfoContext(ctx, "another relay holds the lock, waiting", "outbox", r.Source.Name())
		if sleep(ctx, lockInterval); ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// pass publishes and confirms one batch. It is not interrupted by a shutdown.
func (r *Relay) pass(ctx context.Context, reader Reader) (moved bool, err error) {
	events, confirm, err := look(ctx, reader)
	if err != nil || confirm == nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), PassTimeout)
	defer cancel()
	if err := r.publish(ctx, events); err != nil {
		return false, err
	}
	return true, confirm(ctx)
}

// look has no side effects, so a shutdown may interrupt it.
func look(ctx context.Context, reader Reader) ([]*envelopev1.Envelope, Confirm, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	return reader.Next(ctx)
}

// publish returns once the broker has acknowledged every event.
func (r *Relay) publish(ctx context.Context, events []*envelopev1.Envelope) error {
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

// connect sets TCP keepalives so that the server drops a vanished relay within a minute. Until then that relay would
// hold the lock.
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

// Live is the liveness check. An unreachable broker or database does not fail it: a restart would not help.
func (r *Relay) Live(context.Context) error {
	if still := r.progress.stands(); still > stalled {
		return fmt.Errorf("the relay's loop stands still for %s", still.Round(time.Second))
	}
	return nil
}

// Ready is the readiness check: it passes for the relay that holds the lock.
func (r *Relay) Ready(context.Context) error {
	if !r.progress.held.Load() {
		return errors.New("the relay does not hold the lock of its outbox")
	}
	return nil
}

// progress is shared with the health checks, which run in other goroutines.
type progress struct {
	turned atomic.Int64
	held   atomic.Bool
}

func (p *progress) turn() { p.turned.Store(time.Now().UnixNano()) }

// stands returns the time since the loop's last turn, or zero before the first.
func (p *progress) stands() time.Duration {
	turned := p.turned.Load()
	if turned == 0 {
		return 0
	}
	return time.Since(time.Unix(0, turned))
}

// advanced records that the relay made progress or found nothing to do.
func advanced(ctx context.Context) { lastAdvance.Record(ctx, float64(time.Now().UnixMilli())/1000) }
