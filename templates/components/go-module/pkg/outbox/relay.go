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

	envelopev1 "@{ project.module }@/gen/envelope/v1"
	"@{ project.module }@/pkg/telemetry"
)

// The instruments. The errors are about names, which are constant, and the instruments are usable all the same.
var (
	meter = otel.Meter("@{ project.module }@/pkg/outbox")

	published, _ = meter.Int64Counter("events_published_total",
		metric.WithDescription("Events that the broker acknowledged; one that was published again counts again."))
	failures, _ = meter.Int64Counter("outbox_failures_total",
		metric.WithDescription("Passes of the relay that failed and are tried again."))
	lastAdvance, _ = meter.Float64Gauge("outbox_last_advance_timestamp_seconds",
		metric.WithDescription("When the relay last knew that nothing is left behind it; an idle one sees to it again and again."))
)

// PassTimeout bounds what follows a look: publish, confirm. A relay that is told to stop finishes it, so a pod's grace period
// is longer than this.
const PassTimeout = 20 * time.Second

const (
	defaultInterval = 200 * time.Millisecond
	defaultBackoff  = 2 * time.Second
	defaultBatch    = 500
	// maxBatchBytes keeps large events from filling the relay's memory.
	maxBatchBytes = 4 << 20
	lockInterval  = 5 * time.Second
	// measureEvery is how often a reader says how much waits.
	measureEvery = 10 * time.Second
	// lookTimeout is longer than any backlog takes to be looked through: a look that is given up begins anew.
	lookTimeout = 2 * time.Minute
	// stalled is how long a living relay may take between two turns of its loop.
	stalled = lookTimeout + PassTimeout + time.Minute
)

// Source is where the events of committed transactions wait for a relay.
type Source interface {
	// Name is its own in the database: the relay's lock goes by it.
	Name() string
	// Read begins to read over a connection, which no more than one relay does at a time.
	Read(conn *pgx.Conn) Reader
}

// Reader looks at what waits.
type Reader interface {
	// Next gives the events that come next, in their order, and takes none away. They come again until they are
	// confirmed, which is done after all of them are acknowledged; without confirm there was nothing.
	Next(ctx context.Context) (events []*envelopev1.Envelope, confirm Confirm, err error)
}

// Confirm ends the wait of what a look found.
type Confirm func(ctx context.Context) error

// Publisher hands events to the broker in the given order and returns when all of them are acknowledged.
type Publisher interface {
	Publish(ctx context.Context, events []*envelopev1.Envelope) error
}

// Relay publishes the events of one service. The zero durations mean the defaults.
type Relay struct {
	DatabaseURL string
	Source      Source
	Publisher   Publisher
	Log         *slog.Logger

	// Interval is the pause after a look that found nothing.
	Interval time.Duration
	// Backoff is the pause after a failure.
	Backoff time.Duration

	progress progress
}

// Run publishes until ctx ends. Whatever fails is tried again from what is not confirmed, over a new connection.
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

// lock waits until no other relay of this outbox is left, such as the one that a release replaces.
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
		r.Log.InfoContext(ctx, "another relay is at work, waiting", "outbox", r.Source.Name())
		if sleep(ctx, lockInterval); ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// pass publishes what comes next and confirms it.
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

// look takes nothing away, so it may be interrupted.
func look(ctx context.Context, reader Reader) ([]*envelopev1.Envelope, Confirm, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	return reader.Next(ctx)
}

// publish returns when every event is acknowledged.
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

// Ready says whether it is this relay that works.
func (r *Relay) Ready(context.Context) error {
	if !r.progress.held.Load() {
		return errors.New("the relay does not hold the lock of its outbox")
	}
	return nil
}

// progress is what the relay's loop tells the probes, which run in other goroutines.
type progress struct {
	turned atomic.Int64
	held   atomic.Bool
}

func (p *progress) turn() { p.turned.Store(time.Now().UnixNano()) }

// stands is how long the loop has not turned; zero before its first turn.
func (p *progress) stands() time.Duration {
	turned := p.turned.Load()
	if turned == 0 {
		return 0
	}
	return time.Since(time.Unix(0, turned))
}

// advanced marks that nothing is left behind the relay, or less than before.
func advanced(ctx context.Context) { lastAdvance.Record(ctx, float64(time.Now().UnixMilli())/1000) }
