package outbox_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
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
	_, _ = telemetry.Start(context.Background(), "test", "", "", "")
	goleak.VerifyTestMain(m)
}

// broker is a fake that records published events and can be made to fail.
type broker struct {
	mu     sync.Mutex
	events []*envelopev1.Envelope
	// fail is called before a batch is accepted, with the number of events accepted so far.
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

// box is an outbox with both ends.
type box interface {
	outbox.Source
	Emit(ctx context.Context, tx outbox.Executor, event outbox.Event) error
}

// kinds holds a constructor per outbox implementation. Each creates its own database.
var kinds = map[string]func(t *testing.T) (*pgxpool.Pool, box){}

// each runs a test against every implementation.
func each(t *testing.T, test func(t *testing.T, pool *pgxpool.Pool, o box)) {
	t.Helper()
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			pool, o := open(t)
			test(t, pool, o)
		})
	}
}

// emit runs one transaction with an event per key. It rolls back if end is an error.
func emit(t *testing.T, pool *pgxpool.Pool, o box, end error, keys ...string) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		for _, key := range keys {
			event := outbox.Event{ID: rand.Text(), Type: "thing.made", Aggregate: "thing", AggregateID: key, Payload: wrapperspb.String(key)}
			if err := o.Emit(t.Context(), tx, event); err != nil {
				return err
			}
		}
		return end
	})
	if !errors.Is(err, end) {
		t.Fatal(err)
	}
}

// start runs a relay. stop ends it and waits.
func start(t *testing.T, pool *pgxpool.Pool, o box, publisher outbox.Publisher) (stop func()) {
	t.Helper()
	relay := &outbox.Relay{
		DatabaseURL: postgrestest.URL(pool),
		Source:      o,
		Publisher:   publisher,
		Log:         slog.New(slog.NewTextHandler(t.Output(), nil)),
		Backoff:     10 * time.Millisecond,
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- relay.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-done, relay.Live()); err != nil {
			t.Errorf("relay: %v", err)
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

func TestRelay_CommittedEvents_ArePublishedInOrder(t *testing.T) {
	each(t, func(t *testing.T, pool *pgxpool.Pool, o box) {
		emit(t, pool, o, nil, "before", "the relay")
		b := new(broker)
		stop := start(t, pool, o, b)
		emit(t, pool, o, nil, "committed")
		emit(t, pool, o, errors.New("rolled back"), "rolled back")
		emit(t, pool, o, nil, "last")
		want := []string{"before", "the relay", "committed", "last"}
		eventually(t, "everything is published", func() bool { return len(b.keys()) >= len(want) })
		stop()
		if got := b.keys(); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// An event that is written first but committed last is published last, not lost.
func TestRelay_LateCommit_IsPublished(t *testing.T) {
	each(t, func(t *testing.T, pool *pgxpool.Pool, o box) {
		b := new(broker)
		stop := start(t, pool, o, b)
		late, err := pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		event := outbox.Event{ID: rand.Text(), Type: "thing.made", AggregateID: "late", Payload: wrapperspb.String("x")}
		if err := o.Emit(t.Context(), late, event); err != nil {
			t.Fatal(err)
		}
		emit(t, pool, o, nil, "early")
		eventually(t, "what is committed is published", func() bool { return len(b.keys()) == 1 })
		if err := late.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the other follows", func() bool { return len(b.keys()) == 2 })
		stop()
		if got := b.keys(); !slices.Equal(got, []string{"early", "late"}) {
			t.Errorf("got %q", got)
		}
	})
}

// Transactions that lock the same row are serialised, so their events must be in order.
func TestRelay_ConcurrentWriters_KeepsOrderPerAggregate(t *testing.T) {
	each(t, func(t *testing.T, pool *pgxpool.Pool, o box) {
		const writers, changes = 6, 20
		if _, err := pool.Exec(t.Context(), "CREATE TABLE things AS SELECT name, 0 AS version FROM unnest(ARRAY['a', 'b']) AS name"); err != nil {
			t.Fatal(err)
		}
		b := new(broker)
		stop := start(t, pool, o, b)
		var all sync.WaitGroup
		for writer := range writers {
			all.Go(func() {
				for n := range changes {
					if err := change(t.Context(), pool, o, []string{"a", "b"}[(writer+n)%2]); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		eventually(t, "everything is published", func() bool { return len(b.keys()) >= writers*changes })
		stop()
		last := map[string]int{}
		for _, event := range b.events {
			last[event.GetAggregateId()]++
			if want := fmt.Sprint(last[event.GetAggregateId()]); event.GetEventId() != want {
				t.Fatalf("%s: version %s instead of %s", event.GetAggregateId(), event.GetEventId(), want)
			}
		}
	})
}

// change locks a row, increments its version and emits the new version.
func change(ctx context.Context, pool *pgxpool.Pool, o box, name string) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		var version int
		if err := tx.QueryRow(ctx, "UPDATE things SET version = version + 1 WHERE name = $1 RETURNING version", name).Scan(&version); err != nil {
			return err
		}
		return o.Emit(ctx, tx, outbox.Event{ID: fmt.Sprint(version), AggregateID: name, Payload: wrapperspb.String("x")})
	})
}

func TestRelay_Event_CarriesTraceAndRequestID(t *testing.T) {
	each(t, func(t *testing.T, pool *pgxpool.Pool, o box) {
		id := trace.TraceID{1, 2, 3}
		ctx := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: id, SpanID: trace.SpanID{4}, TraceFlags: trace.FlagsSampled,
		}))
		ctx = telemetry.WithRequestID(ctx, "request-1")
		event := outbox.Event{ID: rand.Text(), Type: "thing.made", AggregateID: "1", Payload: wrapperspb.String("x")}
		if err := o.Emit(ctx, pool, event); err != nil {
			t.Fatal(err)
		}
		b := new(broker)
		stop := start(t, pool, o, b)
		eventually(t, "it is published", func() bool { return len(b.keys()) == 1 })
		stop()
		got := telemetry.Extract(context.Background(), b.events[0].GetTrace())
		if trace.SpanContextFromContext(got).TraceID() != id || telemetry.RequestID(got) != "request-1" {
			t.Errorf("got %v", b.events[0].GetTrace())
		}
	})
}

// If the relay crashes between publishing and confirming, the whole batch is published again in order.
func TestRelay_KilledBeforeConfirming_PublishesAgain(t *testing.T) {
	each(t, func(t *testing.T, pool *pgxpool.Pool, o box) {
		emit(t, pool, o, nil, "1", "2")
		b := new(broker)
		taken := make(chan struct{})
		killed := sync.OnceFunc(func() { close(taken) })
		dying := publisherFunc(func(ctx context.Context, events []*envelopev1.Envelope) error {
			_ = b.Publish(ctx, events)
			// Simulates a crash: the database sessions end before anything is confirmed.
			const kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
			_, err := pool.Exec(ctx, kill)
			killed()
			return err
		})
		stop := start(t, pool, o, dying)
		<-taken
		stop()
		first := len(b.keys())
		emit(t, pool, o, nil, "3")
		stop = start(t, pool, o, b)
		eventually(t, "everything is published again", func() bool { return len(b.keys()) >= first+3 })
		stop()
		if got := b.keys()[first:]; !slices.Equal(got, []string{"1", "2", "3"}) {
			t.Errorf("after the kill: %q", got)
		}
	})
}

func TestRelay_FailedPublish_RetriesInOrder(t *testing.T) {
	each(t, func(t *testing.T, pool *pgxpool.Pool, o box) {
		var failures int
		b := &broker{fail: func(taken int, _ []*envelopev1.Envelope) error {
			if taken == 1 && failures < 3 {
				failures++
				return errors.New("no broker")
			}
			return nil
		}}
		stop := start(t, pool, o, b)
		for i, key := range []string{"1", "2", "3"} {
			emit(t, pool, o, nil, key)
			if i == 0 {
				eventually(t, "the first is published", func() bool { return len(b.keys()) == 1 })
			}
		}
		eventually(t, "the others are published", func() bool { return len(b.keys()) >= 3 })
		stop()
		if got := b.keys(); !slices.Equal(got, []string{"1", "2", "3"}) || failures != 3 {
			t.Errorf("got %q after %d failures", got, failures)
		}
	})
}

func TestRelay_SecondInstance_WaitsForFirst(t *testing.T) {
	each(t, func(t *testing.T, pool *pgxpool.Pool, o box) {
		first, second := new(broker), new(broker)
		stopFirst := start(t, pool, o, first)
		emit(t, pool, o, nil, "1")
		eventually(t, "the first relay publishes", func() bool { return len(first.keys()) == 1 })
		stopSecond := start(t, pool, o, second)
		emit(t, pool, o, nil, "2")
		eventually(t, "the first relay publishes", func() bool { return len(first.keys()) == 2 })
		stopFirst()
		emit(t, pool, o, nil, "3")
		eventually(t, "the second relay takes over", func() bool { return len(second.keys()) == 1 })
		stopSecond()
	})
}

func TestEmit_OversizedEvent_ReturnsError(t *testing.T) {
	each(t, func(t *testing.T, _ *pgxpool.Pool, o box) {
		event := outbox.Event{ID: rand.Text(), Type: "thing.made", Payload: wrapperspb.String(strings.Repeat("x", outbox.MaxSize))}
		err := o.Emit(t.Context(), nil, event)
		if err == nil || !strings.Contains(err.Error(), "more than") {
			t.Errorf("got %v", err)
		}
	})
}

type publisherFunc func(ctx context.Context, events []*envelopev1.Envelope) error

func (f publisherFunc) Publish(ctx context.Context, events []*envelopev1.Envelope) error {
	return f(ctx, events)
}
