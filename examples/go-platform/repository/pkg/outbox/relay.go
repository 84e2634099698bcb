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
	"git.example.com/acme/shop/pkg/config"
	"git.example.com/acme/shop/pkg/telemetry"
)

// Creating an instrument fails only for an invalid name. These names are constant, so the errors are ignored.
var (
	meter = otel.Meter("git.example.com/acme/shop/pkg/outbox")

	published, _ = meter.Int64Counter("events_published_total",
		metric.WithDescription("Events acknowledged by the broker; an event published again counts again."))
	failures, _ = meter.Int64Counter("outbox_failures_total",
		metric.WithDescription("Failures after which the relay started again."))
	lastAdvance, _ = meter.Float64Gauge("outbox_last_advance_timestamp_seconds",
		metric.WithDescription("Unix time at which the relay last advanced or found the outbox empty."))
)

// PassTimeout bounds publishing one batch. A graceful end finishes the batch, so the pod's termination grace period must be
// longer.
const PassTimeout = 20 * time.Second

const (
	batchEvents = 500
	batchBytes  = 4 << 20 // bounds the relay's memory
	// lockInterval is how often a relay asks whether the one before it is gone.
	lockInterval = 5 * time.Second
	measureEvery = 10 * time.Second
	// stalled is the time without a turn after which the relay fails its liveness check.
	stalled = 3 * time.Minute
)

// errHeld means that another relay reads the outbox, such as the old pod during a rollout.
var errHeld = errors.New("another relay reads this outbox")

// Source is where committed events wait: a [WAL] or a [Table].
type Source interface {
	// session publishes until ctx is cancelled or something fails. An event goes only after it was published.
	session(ctx context.Context, r *Relay) error
}

// Publisher sends events to the broker in the given order and returns when all of them are acknowledged.
type Publisher interface {
	Publish(ctx context.Context, events []*envelopev1.Envelope) error
}

// Relay publishes the events of one service.
type Relay struct {
	DatabaseURL config.URL
	Source      Source
	Publisher   Publisher
	Log         *slog.Logger
	// Backoff is the pause after a failure. Zero means 2 seconds.
	Backoff time.Duration

	turned atomic.Int64
	held   atomic.Bool
}

// Run publishes until ctx is cancelled. After a failure it connects anew and goes on at the first event that was not
// published.
func (r *Relay) Run(ctx context.Context) error {
	pause := r.Backoff
	if pause == 0 {
		pause = 2 * time.Second
	}
	for {
		r.turn()
		err := r.Source.session(ctx, r)
		r.held.Store(false)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, errHeld):
			r.Log.InfoContext(ctx, "waiting", "reason", err)
			sleep(ctx, min(lockInterval, 100*pause))
		default:
			failures.Add(ctx, 1)
			r.Log.ErrorContext(ctx, "relay failed, starting again", "error", err)
			sleep(ctx, pause)
		}
	}
}

// publish returns once the broker has acknowledged every event. It is not interrupted by the process's end.
func (r *Relay) publish(ctx context.Context, events []*envelopev1.Envelope) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), PassTimeout)
	defer cancel()
	if err := r.Publisher.Publish(ctx, events); err != nil {
		return fmt.Errorf("publish %d events: %w", len(events), err)
	}
	for _, event := range events {
		r.Log.InfoContext(telemetry.Extract(ctx, event.GetTrace()), "event published", "type", event.GetType(), "event_id", event.GetEventId())
		published.Add(ctx, 1, metric.WithAttributes(attribute.String("type", event.GetType())))
	}
	return nil
}

func (r *Relay) turn() { r.turned.Store(time.Now().UnixNano()) }

// advanced records that everything found so far is published.
func (r *Relay) advanced(ctx context.Context) {
	r.turn()
	lastAdvance.Record(ctx, float64(time.Now().UnixMilli())/1000)
}

// Live is the liveness check. An unreachable broker or database does not fail it: a restart would not help.
func (r *Relay) Live() error {
	if turned := r.turned.Load(); turned != 0 && time.Since(time.Unix(0, turned)) > stalled {
		return errors.New("the relay's loop stands still")
	}
	return nil
}

// Ready is the readiness check: it passes for the relay that reads the outbox.
func (r *Relay) Ready() error {
	if !r.held.Load() {
		return errors.New("the relay does not read its outbox")
	}
	return nil
}

// connect opens a connection with settings of its own. The server notices within a minute when this side vanishes; until
// then the outbox counts as read.
func connect(ctx context.Context, address config.URL, settings map[string]string) (*pgx.Conn, error) {
	parsed, err := pgx.ParseConfig(string(address))
	if err != nil {
		return nil, errors.New("DATABASE_URL is not a valid address of PostgreSQL") // the cause would reveal the password
	}
	for name, value := range map[string]string{"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"} {
		parsed.RuntimeParams[name] = value
	}
	for name, value := range settings {
		parsed.RuntimeParams[name] = value
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, parsed)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return conn, nil
}

func disconnect(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}

func sleep(ctx context.Context, duration time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(duration):
	}
}
