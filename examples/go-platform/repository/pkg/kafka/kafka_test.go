package kafka_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/types/known/timestamppb"

	envelopev1 "git.example.com/acme/shop/gen/envelope/v1"
	"git.example.com/acme/shop/pkg/kafka"
	"git.example.com/acme/shop/pkg/telemetry"
)

var spans = tracetest.NewInMemoryExporter()

func TestMain(m *testing.M) {
	_ = telemetry.Start("test", "", "", sdktrace.NewSimpleSpanProcessor(spans))
	goleak.VerifyTestMain(m)
}

// brokers returns the brokers in KAFKA_BROKERS, or starts an in-process fake.
func brokers(t *testing.T, topics ...string) kafka.Config {
	t.Helper()
	if real := os.Getenv("KAFKA_BROKERS"); real != "" {
		return kafka.Config{Brokers: real}
	}
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, topics...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return kafka.Config{Brokers: strings.Join(cluster.ListenAddrs(), ",")}
}

// world has a private topic with a publisher, and records the events that a consumer saw.
type world struct {
	config    kafka.Config
	topic     string
	publisher *kafka.Publisher
	// turn is the consumers' Turn.
	turn time.Duration
	// consumer is the last one started.
	consumer *kafka.Consumer

	mu   sync.Mutex
	seen []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	topic := "test-" + rand.Text()
	w := &world{topic: topic}
	w.config = brokers(t, topic, kafka.RetryTopic(topic, "reader"), kafka.DeadTopic(topic, "reader"))
	publisher, err := kafka.NewPublisher(w.config, topic)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(publisher.Close)
	w.publisher = publisher
	return w
}

func (w *world) publish(t *testing.T, ctx context.Context, ids ...string) {
	t.Helper()
	events := make([]*envelopev1.Envelope, len(ids))
	for i, id := range ids {
		events[i] = &envelopev1.Envelope{
			EventId: id, Type: "thing.made", AggregateId: "one", OccurredAt: timestamppb.Now(), Trace: telemetry.Inject(ctx),
		}
	}
	if err := w.publisher.Publish(context.Background(), events); err != nil {
		t.Fatal(err)
	}
}

func (w *world) see(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, id)
}

func (w *world) count(id string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, seen := range w.seen {
		if seen == id {
			n++
		}
	}
	return n
}

// consume runs a consumer until stop is called.
func (w *world) consume(t *testing.T, handle kafka.Handler, available func(context.Context) error) (stop func()) {
	t.Helper()
	if available == nil {
		available = func(context.Context) error { return nil }
	}
	consumer := &kafka.Consumer{
		Config: w.config, Name: "reader", Group: "group-" + w.topic,
		Subscriptions: []kafka.Subscription{{Topic: w.topic, Handlers: map[string]kafka.Handler{"thing.made": handle}}},
		Available:     available,
		Unavailable:   func(err error) bool { return errors.Is(err, errNoWrites) },
		Log:           slog.New(slog.NewTextHandler(t.Output(), nil)),
		Attempts:      3, Delay: 300 * time.Millisecond, Turn: w.turn,
	}
	w.consumer = consumer
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- consumer.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("consumer: %v", err)
		}
		if err := consumer.Live(context.Background()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// dead waits for dead-lettered records and returns their event ids.
func (w *world) dead(t *testing.T) []string {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(w.config.Brokers, ",")...), kgo.ConsumeTopics(kafka.DeadTopic(w.topic, "reader")))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	fetches := client.PollFetches(ctx)
	if err := fetches.Err(); err != nil {
		t.Fatal(err)
	}
	var ids []string
	fetches.EachRecord(func(record *kgo.Record) {
		for _, header := range record.Headers {
			if header.Key == "event_id" {
				ids = append(ids, string(header.Value))
			}
		}
	})
	return ids
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within 30 seconds: %s", what)
}

func TestConsumer_RestartAfterCommit_KeepsOrderWithoutRedelivery(t *testing.T) {
	w := newWorld(t)
	handle := func(_ context.Context, event *envelopev1.Envelope) (bool, error) {
		w.see(event.GetEventId())
		return true, nil
	}
	w.publish(t, t.Context(), "1", "2", "3")
	stop := w.consume(t, handle, nil)
	eventually(t, "all are handled", func() bool { return w.count("3") == 1 })
	stop()
	w.publish(t, t.Context(), "4")
	stop = w.consume(t, handle, nil)
	eventually(t, "the fourth is handled", func() bool { return w.count("4") == 1 })
	stop()
	if want := []string{"1", "2", "3", "4"}; !slices.Equal(w.seen, want) {
		t.Errorf("got %q, want %q", w.seen, want)
	}
}

func TestConsumer_FailedEvent_IsRetriedWithoutBlockingOthers(t *testing.T) {
	w := newWorld(t)
	w.publish(t, t.Context(), "unlucky", "next")
	stop := w.consume(t, func(_ context.Context, event *envelopev1.Envelope) (bool, error) {
		w.see(event.GetEventId())
		if event.GetEventId() == "unlucky" && w.count("unlucky") < 2 {
			return false, errors.New("not this time")
		}
		return true, nil
	}, nil)
	eventually(t, "both are handled", func() bool { return w.count("unlucky") == 2 && w.count("next") == 1 })
	stop()
	if w.seen[1] != "next" {
		t.Errorf("handled in the order %q", w.seen)
	}
}

func TestConsumer_PoisonEvent_IsDeadLettered(t *testing.T) {
	for _, test := range []struct {
		name  string
		err   error
		tries int
	}{
		{name: "attempts exhausted", err: errors.New("never"), tries: 3},
		{name: "permanent error", err: kafka.Permanent(errors.New("nonsense")), tries: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.publish(t, t.Context(), "poison")
			stop := w.consume(t, func(_ context.Context, event *envelopev1.Envelope) (bool, error) {
				w.see(event.GetEventId())
				return false, test.err
			}, nil)
			got := w.dead(t)
			stop()
			if !slices.Equal(got, []string{"poison"}) || w.count("poison") != test.tries {
				t.Errorf("dead-lettered %q after %d attempts", got, w.count("poison"))
			}
		})
	}
}

func TestConsumer_DependencyOutage_HandlesEventsAfterRecovery(t *testing.T) {
	w := newWorld(t)
	w.publish(t, t.Context(), "1", "2")
	var mu sync.Mutex
	away := errors.New("no database")
	state := func() error {
		mu.Lock()
		defer mu.Unlock()
		return away
	}
	stop := w.consume(t, func(_ context.Context, event *envelopev1.Envelope) (bool, error) {
		if err := state(); err != nil {
			w.see("failed")
			return false, err
		}
		w.see(event.GetEventId())
		return true, nil
	}, func(context.Context) error { return state() })
	eventually(t, "it fails", func() bool { return w.count("failed") > 0 })
	mu.Lock()
	away = nil
	mu.Unlock()
	eventually(t, "both are handled", func() bool { return w.count("2") > 0 })
	stop()
	if got := w.seen[len(w.seen)-2:]; !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("handled %q", w.seen)
	}
}

func TestConsumer_Shutdown_FinishesEventInProgress(t *testing.T) {
	w := newWorld(t)
	w.publish(t, t.Context(), "1")
	working := make(chan struct{})
	stop := w.consume(t, func(ctx context.Context, event *envelopev1.Envelope) (bool, error) {
		close(working)
		time.Sleep(200 * time.Millisecond)
		if ctx.Err() == nil {
			w.see(event.GetEventId())
		}
		return true, nil
	}, nil)
	<-working
	stop()
	w.publish(t, t.Context(), "2")
	stop = w.consume(t, func(_ context.Context, event *envelopev1.Envelope) (bool, error) {
		w.see(event.GetEventId())
		return true, nil
	}, nil)
	eventually(t, "the second is handled", func() bool { return w.count("2") == 1 })
	stop()
	if w.count("1") != 1 {
		t.Errorf("handled %q", w.seen)
	}
}

func TestConsumer_Event_CarriesTraceAndRequestID(t *testing.T) {
	w := newWorld(t)
	ctx, err := telemetry.WithRequestID(t.Context(), "request-1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, span := otel.Tracer("test").Start(ctx, "request")
	w.publish(t, ctx, "1")
	span.End()
	var got context.Context
	stop := w.consume(t, func(ctx context.Context, event *envelopev1.Envelope) (bool, error) {
		got = ctx
		w.see(event.GetEventId())
		return true, nil
	}, nil)
	eventually(t, "it is handled", func() bool { return w.count("1") == 1 })
	stop()
	if telemetry.RequestID(got) != "request-1" {
		t.Errorf("the request's id is %q", telemetry.RequestID(got))
	}
	want := span.SpanContext().TraceID()
	if id := trace.SpanContextFromContext(got).TraceID(); id != want {
		t.Errorf("the trace is %s, want %s", id, want)
	}
	for _, name := range []string{"publish " + w.topic, "process " + w.topic} {
		if !slices.ContainsFunc(spans.GetSpans(), func(s tracetest.SpanStub) bool {
			return s.Name == name && s.SpanContext.TraceID() == want
		}) {
			t.Errorf("no span %q in the trace", name)
		}
	}
}

func TestPublisher_UnreachableBroker_ReturnsError(t *testing.T) {
	publisher, err := kafka.NewPublisher(kafka.Config{Brokers: "127.0.0.1:1"}, "test")
	if err != nil {
		t.Fatal(err)
	}
	defer publisher.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := publisher.Publish(ctx, []*envelopev1.Envelope{{EventId: "1"}}); err == nil {
		t.Error("publishing succeeded without a broker")
	}
}
