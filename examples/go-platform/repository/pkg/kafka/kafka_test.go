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
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/types/known/timestamppb"

	envelopev1 "git.example.com/acme/shop/gen/envelope/v1"
	"git.example.com/acme/shop/pkg/kafka"
	"git.example.com/acme/shop/pkg/telemetry"
)

var (
	spans    = tracetest.NewInMemoryExporter()
	measured = metric.NewManualReader()

	errOutage = errors.New("no database")
	errFailed = errors.New("not this time")
)

func TestMain(m *testing.M) {
	_, _ = telemetry.Start(context.Background(), "test", "", "", "", sdktrace.NewSimpleSpanProcessor(spans))
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(measured)))
	goleak.VerifyTestMain(m)
}

// world has a private topic with a publisher and a consumer. handle says what becomes of an event.
type world struct {
	config    kafka.Config
	topic     string
	publisher *kafka.Publisher
	handle    func(ctx context.Context, id string) error

	mu   sync.Mutex
	seen []string
}

// newWorld uses the brokers in KAFKA_BROKERS, or a fake in this process.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{topic: "test-" + rand.Text(), config: kafka.Config{Brokers: os.Getenv("KAFKA_BROKERS")}}
	if w.config.Brokers == "" {
		cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, w.topic, kafka.RetryTopic(w.topic, "reader"), kafka.DeadTopic(w.topic, "reader")))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(cluster.Close)
		w.config.Brokers = strings.Join(cluster.ListenAddrs(), ",")
	}
	publisher, err := kafka.NewPublisher(w.config, w.topic)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(publisher.Close)
	w.publisher = publisher
	return w
}

// publish publishes events of one aggregate, so that they are in one partition.
func (w *world) publish(t *testing.T, aggregate string, ids ...string) {
	t.Helper()
	var events []*envelopev1.Envelope
	for _, id := range ids {
		events = append(events, &envelopev1.Envelope{
			EventId: id, Type: "thing.made", AggregateId: aggregate, OccurredAt: timestamppb.Now(), Trace: telemetry.Inject(t.Context()),
		})
	}
	if err := w.publisher.Publish(context.Background(), events); err != nil {
		t.Fatal(err)
	}
}

func (w *world) count(id string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, seen := range w.seen {
		if seen == id {
			n++
		}
	}
	return n
}

func (w *world) consumer(t *testing.T) *kafka.Consumer {
	return &kafka.Consumer{
		Config: w.config, Name: "reader", Group: "group-" + w.topic,
		Subscriptions: []kafka.Subscription{{Topic: w.topic, Handlers: map[string]kafka.Handler{
			"thing.made": func(ctx context.Context, event *envelopev1.Envelope) (bool, error) {
				w.mu.Lock()
				w.seen = append(w.seen, event.GetEventId())
				w.mu.Unlock()
				return true, w.handle(ctx, event.GetEventId())
			},
		}}},
		Unavailable: func(err error) bool { return errors.Is(err, errOutage) },
		Log:         slog.New(slog.NewTextHandler(t.Output(), nil)),
		Attempts:    3, Delay: 300 * time.Millisecond,
	}
}

// consume runs a consumer until stop is called.
func (w *world) consume(t *testing.T, handle func(ctx context.Context, id string) error) (stop func()) {
	t.Helper()
	w.handle = handle
	consumer := w.consumer(t)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- consumer.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-done, consumer.Live()); err != nil {
			t.Errorf("consumer: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
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

// gauge returns the sum of a measurement over the topics of this world.
func (w *world) gauge(t *testing.T, name string) (sum int64) {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := measured.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			var points []metricdata.DataPoint[int64]
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				points = data.DataPoints
			case metricdata.Gauge[int64]:
				points = data.DataPoints
			}
			for _, point := range points {
				if topic, _ := point.Attributes.Value("topic"); m.Name == name && topic.AsString() == w.topic {
					sum += point.Value
				}
			}
		}
	}
	return sum
}

func succeed(context.Context, string) error { return nil }

func TestConsumer_RestartAfterCommit_KeepsOrderWithoutRedelivery(t *testing.T) {
	w := newWorld(t)
	w.publish(t, "one", "1", "2", "3")
	stop := w.consume(t, succeed)
	eventually(t, "all are handled", func() bool { return w.count("3") == 1 })
	stop()
	w.publish(t, "one", "4")
	stop = w.consume(t, succeed)
	eventually(t, "the fourth is handled", func() bool { return w.count("4") == 1 })
	stop()
	if want := []string{"1", "2", "3", "4"}; !slices.Equal(w.seen, want) {
		t.Errorf("got %q, want %q", w.seen, want)
	}
}

func TestConsumer_FailedEvent_IsRetriedThenDeadLetteredThenRedriven(t *testing.T) {
	w := newWorld(t)
	w.publish(t, "one", "failing", "hopeless", "panicking", "next")
	fixed := false
	stop := w.consume(t, func(_ context.Context, id string) error {
		switch {
		case fixed || id == "next":
			return nil
		case id == "hopeless":
			return kafka.Permanent(errFailed)
		case id == "panicking":
			panic(id)
		}
		return errFailed
	})
	eventually(t, "all attempts are used", func() bool { return w.count("failing") == 3 && w.count("panicking") == 3 })
	stop()
	if w.count("hopeless") != 1 || w.count("next") != 1 || w.seen[3] != "next" {
		t.Errorf("handled %q", w.seen)
	}
	// Dead letters come back once, to this consumer alone, and get all attempts.
	for _, want := range []int{3, 0} {
		if moved, err := w.consumer(t).Redrive(t.Context()); err != nil || moved != want {
			t.Fatalf("moved %d, %v; want %d", moved, err, want)
		}
	}
	fixed = true
	stop = w.consume(t, w.handle)
	eventually(t, "they are handled", func() bool { return w.count("failing") == 4 && w.count("panicking") == 4 && w.count("hopeless") == 2 })
	stop()
}

func TestConsumer_Outage_BlocksUntilRecovery(t *testing.T) {
	w := newWorld(t)
	w.publish(t, "one", "1", "2")
	var over atomic.Bool
	stop := w.consume(t, func(context.Context, string) error {
		if over.Load() {
			return nil
		}
		return errOutage
	})
	eventually(t, "it is blocked", func() bool { return w.gauge(t, "consumer_blocked") == 1 })
	eventually(t, "the lag is known", func() bool { return w.gauge(t, "consumer_lag_records") == 2 })
	eventually(t, "it is tried more often than another failure is", func() bool { return w.count("1") > 3 })
	over.Store(true)
	eventually(t, "both are handled", func() bool { return w.count("2") == 1 })
	stop()
	if slices.Index(w.seen, "2") != len(w.seen)-1 || w.gauge(t, "consumer_blocked") != 0 {
		t.Errorf("handled %q, blocked %d", w.seen, w.gauge(t, "consumer_blocked"))
	}
}

func TestConsumer_SlowHandler_StaysInGroupAndBlocksNobody(t *testing.T) {
	w := newWorld(t)
	release := make(chan struct{})
	stop := w.consume(t, func(_ context.Context, id string) error {
		if id == "slow" {
			<-release
		}
		return nil
	})
	w.publish(t, "one", "slow")
	eventually(t, "it is slow", func() bool { return w.count("slow") == 1 })
	// Some of these are in the other partition.
	for _, aggregate := range strings.Split("abcdefgh", "") {
		w.publish(t, aggregate, aggregate)
	}
	eventually(t, "events of the other partition are handled", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.seen) > 2
	})
	if n := w.gauge(t, "consumer_blocked"); n != 0 {
		t.Errorf("%d partitions count as blocked", n)
	}
	close(release)
	eventually(t, "everything is handled", func() bool { return w.count("h") == 1 && w.count("a") == 1 })
	stop()
	if w.count("slow") != 1 {
		t.Errorf("handled %q", w.seen)
	}
}

func TestConsumer_Shutdown_FinishesEventInProgress(t *testing.T) {
	w := newWorld(t)
	w.publish(t, "one", "1", "2")
	working := make(chan struct{}, 2)
	stop := w.consume(t, func(ctx context.Context, _ string) error {
		working <- struct{}{}
		time.Sleep(200 * time.Millisecond)
		return ctx.Err()
	})
	<-working
	stop()
	stop = w.consume(t, succeed)
	eventually(t, "the second is handled", func() bool { return w.count("2") == 1 })
	stop()
	if w.count("1") != 1 {
		t.Errorf("handled %q", w.seen)
	}
}

func TestConsumer_Event_CarriesTraceAndRequestID(t *testing.T) {
	w := newWorld(t)
	ctx, span := otel.Tracer("test").Start(telemetry.WithRequestID(t.Context(), "request-1"), "request")
	event := &envelopev1.Envelope{EventId: "1", Type: "thing.made", OccurredAt: timestamppb.Now(), Trace: telemetry.Inject(ctx)}
	span.End()
	if err := w.publisher.Publish(t.Context(), []*envelopev1.Envelope{event}); err != nil {
		t.Fatal(err)
	}
	contexts := make(chan context.Context, 1)
	stop := w.consume(t, func(ctx context.Context, _ string) error {
		contexts <- ctx
		return nil
	})
	got := <-contexts
	stop()
	want := span.SpanContext().TraceID()
	if id := trace.SpanContextFromContext(got).TraceID(); id != want || telemetry.RequestID(got) != "request-1" {
		t.Errorf("the trace is %s, not %s, the request %q", id, want, telemetry.RequestID(got))
	}
	for _, name := range []string{w.topic + " publish", w.topic + " process"} {
		if !slices.ContainsFunc(spans.GetSpans(), func(s tracetest.SpanStub) bool { return s.Name == name && s.SpanContext.TraceID() == want }) {
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
