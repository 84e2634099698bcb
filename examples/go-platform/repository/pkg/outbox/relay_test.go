package outbox_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/types/known/wrapperspb"

	envelopev1 "git.example.com/acme/shop/gen/envelope/v1"
	"git.example.com/acme/shop/pkg/outbox"
	"git.example.com/acme/shop/pkg/postgres/postgrestest"
	"git.example.com/acme/shop/pkg/telemetry"
)

func TestMain(m *testing.M) {
	_ = telemetry.Start("test", "", "")
	goleak.VerifyTestMain(m)
}

// broker keeps what was published and fails when it is told to.
type broker struct {
	mu     sync.Mutex
	events []*envelopev1.Envelope
	// fail is asked before a batch is taken, with what was taken so far.
	fail func(taken int, batch []*envelopev1.Envelope) error
}

func (b *broker) Publish(_ context.Context, events []*envelopev1.Envelope) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		if err := b.fail(len(b.events), events); err != nil {
			return err
		}
	}
	b.events = append(b.events, events...)
	return nil
}

func (b *broker) keys() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	keys := make([]string, len(b.events))
	for i, event := range b.events {
		keys[i] = event.GetAggregateId()
	}
	return keys
}

// database is one of its own with the outbox installed.
func database(t *testing.T) (*pgxpool.Pool, outbox.Names) {
	t.Helper()
	pool := postgrestest.New(t, fstest.MapFS{"00001_nothing.sql": {Data: []byte("-- +goose Up\nSELECT 1;\n")}})
	// Slots are named on the whole server.
	names := outbox.NamesOf("test-" + pool.Config().ConnConfig.Database)
	install(t, pool, names)
	t.Cleanup(func() {
		_, err := pool.Exec(context.Background(), "SELECT pg_drop_replication_slot($1)", names.Slot)
		if err != nil {
			t.Errorf("drop the slot: %v", err)
		}
	})
	return pool, names
}

func install(t *testing.T, pool *pgxpool.Pool, names outbox.Names) {
	t.Helper()
	err := pool.AcquireFunc(t.Context(), func(conn *pgxpool.Conn) error {
		return outbox.Install(t.Context(), conn.Conn(), names)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// emit commits, or rolls back, one transaction with an event per key.
func emit(t *testing.T, pool *pgxpool.Pool, names outbox.Names, end error, keys ...string) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		for _, key := range keys {
			event := outbox.Event{ID: rand.Text(), Type: "thing.made", Aggregate: "thing", AggregateID: key, Payload: wrapperspb.String(key)}
			if err := outbox.Emit(t.Context(), tx, names, event); err != nil {
				return err
			}
		}
		return end
	})
	if !errors.Is(err, end) {
		t.Fatal(err)
	}
}

// start runs a relay until the returned function is called, which waits for its end.
func start(t *testing.T, pool *pgxpool.Pool, names outbox.Names, publisher outbox.Publisher) (stop func()) {
	t.Helper()
	relay := &outbox.Relay{
		DatabaseURL: string(postgrestest.URL(pool)),
		Names:       names,
		Publisher:   publisher,
		Log:         slog.New(slog.NewTextHandler(t.Output(), nil)),
		Interval:    10 * time.Millisecond,
		Heartbeat:   50 * time.Millisecond,
		Backoff:     10 * time.Millisecond,
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- relay.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("relay: %v", err)
		}
		if err := relay.Live(context.Background()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within 20 seconds: %s", what)
}

func confirmed(t *testing.T, pool *pgxpool.Pool, names outbox.Names) string {
	t.Helper()
	var position string
	const query = "SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = $1"
	if err := pool.QueryRow(t.Context(), query, names.Slot).Scan(&position); err != nil {
		t.Fatal(err)
	}
	return position
}

func TestWhatIsCommittedIsPublishedInOrder(t *testing.T) {
	pool, names := database(t)
	emit(t, pool, names, nil, "before", "the relay")
	b := new(broker)
	stop := start(t, pool, names, b)
	emit(t, pool, names, nil, "committed")
	emit(t, pool, names, errors.New("rolled back"), "rolled back")
	emit(t, pool, outbox.NamesOf("another"), nil, "of another service")
	emit(t, pool, names, nil, "last")
	want := []string{"before", "the relay", "committed", "last"}
	eventually(t, "everything is published", func() bool { return len(b.keys()) >= len(want) })
	stop()
	if got := b.keys(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnEventCarriesTraceAndRequest(t *testing.T) {
	pool, names := database(t)
	id := trace.TraceID{1, 2, 3}
	ctx := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: id, SpanID: trace.SpanID{4}, TraceFlags: trace.FlagsSampled,
	}))
	ctx, err := telemetry.WithRequestID(ctx, "request-1")
	if err != nil {
		t.Fatal(err)
	}
	event := outbox.Event{ID: rand.Text(), Type: "thing.made", AggregateID: "1", Payload: wrapperspb.String("x")}
	if err := outbox.Emit(ctx, pool, names, event); err != nil {
		t.Fatal(err)
	}
	b := new(broker)
	stop := start(t, pool, names, b)
	eventually(t, "it is published", func() bool { return len(b.keys()) == 1 })
	stop()
	got := telemetry.Extract(context.Background(), b.events[0].GetTrace())
	if trace.SpanContextFromContext(got).TraceID() != id || telemetry.RequestID(got) != "request-1" {
		t.Errorf("got %v", b.events[0].GetTrace())
	}
}

// The broker takes a batch and the relay dies before it advances: the batch comes again, whole and in order.
func TestKilledBetweenPublishingAndAdvancingItPublishesAgain(t *testing.T) {
	pool, names := database(t)
	emit(t, pool, names, nil, "1", "2")
	b := new(broker)
	taken := make(chan struct{})
	killed := sync.OnceFunc(func() { close(taken) })
	dying := publisherFunc(func(ctx context.Context, events []*envelopev1.Envelope) error {
		_ = b.Publish(ctx, events)
		// As a kill does, this ends the session on the server before the slot moves.
		const kill = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
		_, err := pool.Exec(ctx, kill)
		killed()
		return err
	})
	before := confirmed(t, pool, names)
	stop := start(t, pool, names, dying)
	<-taken
	stop()
	if after := confirmed(t, pool, names); after != before {
		t.Fatalf("the slot moved from %s to %s", before, after)
	}
	first := len(b.keys())
	emit(t, pool, names, nil, "3")
	stop = start(t, pool, names, b)
	eventually(t, "everything is published again", func() bool { return len(b.keys()) >= first+3 })
	stop()
	if got := b.keys()[first:]; !slices.Equal(got, []string{"1", "2", "3"}) {
		t.Errorf("after the kill: %q", got)
	}
}

func TestAFailedPublishStopsTheStreamUntilItSucceeds(t *testing.T) {
	pool, names := database(t)
	var failures int
	b := &broker{fail: func(taken int, _ []*envelopev1.Envelope) error {
		if taken == 1 && failures < 3 {
			failures++
			return errors.New("no broker")
		}
		return nil
	}}
	stop := start(t, pool, names, b)
	for i, key := range []string{"1", "2", "3"} {
		emit(t, pool, names, nil, key)
		if i == 0 {
			eventually(t, "the first is published", func() bool { return len(b.keys()) == 1 })
		}
	}
	eventually(t, "the others are published", func() bool { return len(b.keys()) >= 3 })
	stop()
	if got := b.keys(); !slices.Equal(got, []string{"1", "2", "3"}) || failures != 3 {
		t.Errorf("got %q after %d failures", got, failures)
	}
}

func TestAnIdleSlotMovesOn(t *testing.T) {
	pool, names := database(t)
	b := new(broker)
	stop := start(t, pool, names, b)
	position := confirmed(t, pool, names)
	for range 2 {
		before := position
		eventually(t, "the slot moves", func() bool { position = confirmed(t, pool, names); return position != before })
	}
	stop()
	if got := b.keys(); len(got) != 0 {
		t.Errorf("published %q", got)
	}
}

func TestASecondRelayWaits(t *testing.T) {
	pool, names := database(t)
	first, second := new(broker), new(broker)
	stopFirst := start(t, pool, names, first)
	emit(t, pool, names, nil, "1")
	eventually(t, "the first relay publishes", func() bool { return len(first.keys()) == 1 })
	stopSecond := start(t, pool, names, second)
	emit(t, pool, names, nil, "2")
	eventually(t, "the first relay publishes", func() bool { return len(first.keys()) == 2 })
	stopFirst()
	emit(t, pool, names, nil, "3")
	eventually(t, "the second relay takes over", func() bool { return len(second.keys()) == 1 })
	stopSecond()
}

func TestInstallingAgainKeepsWhatWaits(t *testing.T) {
	pool, names := database(t)
	emit(t, pool, names, nil, "1")
	install(t, pool, names)
	b := new(broker)
	stop := start(t, pool, names, b)
	eventually(t, "it is published", func() bool { return len(b.keys()) == 1 })
	stop()
	var failover bool
	if err := pool.QueryRow(t.Context(), "SELECT failover FROM pg_replication_slots WHERE slot_name = $1", names.Slot).Scan(&failover); err != nil || !failover {
		t.Errorf("failover is %t, %v", failover, err)
	}
}

func TestWhatTheBrokerWouldRefuseIsNotCommitted(t *testing.T) {
	event := outbox.Event{ID: rand.Text(), Type: "thing.made", Payload: wrapperspb.String(strings.Repeat("x", outbox.MaxSize))}
	err := outbox.Emit(t.Context(), nil, outbox.NamesOf("test"), event)
	if err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("got %v", err)
	}
}

type publisherFunc func(ctx context.Context, events []*envelopev1.Envelope) error

func (f publisherFunc) Publish(ctx context.Context, events []*envelopev1.Envelope) error {
	return f(ctx, events)
}
