package queue_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"git.example.com/acme/shop/pkg/config"
	"git.example.com/acme/shop/pkg/queue"
	"git.example.com/acme/shop/pkg/telemetry"
)

var measured = metric.NewManualReader()

func TestMain(m *testing.M) {
	_, _ = telemetry.Start(context.Background(), "test", "", "", "")
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(measured)))
	goleak.VerifyTestMain(m)
}

// world has two private queues and records the tasks that were handled.
type world struct {
	address *url.URL
	client  *queue.Client
	queues  []string

	mu   sync.Mutex
	done []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	address, err := url.Parse(os.Getenv("QUEUE_URL"))
	if err != nil || address.Host == "" {
		t.Fatal("QUEUE_URL names no server: `make test` starts one and runs this test")
	}
	address.Path = "/15" // a database that no running stack uses
	w := &world{address: address, queues: []string{"urgent-" + rand.Text(), "slow-" + rand.Text()}}
	if w.client, err = queue.NewClient(w.config()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.client.Close() })
	return w
}

func (w *world) config() queue.Config { return queue.Config{URL: config.URL(w.address.String())} }

func (w *world) send(t *testing.T, ctx context.Context, to string, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := w.client.Send(ctx, queue.Task{Type: "thing.make", ID: id, Queue: to, Payload: id}); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.done)
}

// work runs a worker until stop is called. handle may be nil.
func (w *world) work(t *testing.T, handle func(ctx context.Context, id string) error) (stop func()) {
	t.Helper()
	worker := &queue.Worker{
		Config: w.config(), Queues: w.queues, Concurrency: 1, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Handlers: map[string]queue.Handler{"thing.make": queue.HandlerOf(func(ctx context.Context, id string) error {
			w.mu.Lock()
			w.done = append(w.done, id)
			w.mu.Unlock()
			if handle == nil {
				return nil
			}
			return handle(ctx, id)
		})},
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- worker.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-done, worker.Available()); err != nil {
			t.Errorf("worker: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within 30 seconds: %s", what)
}

func TestClient_BrokerRefusesWrites_ReturnsUnavailable(t *testing.T) {
	w := newWorld(t)
	// A user without write permission gets the same errors as with full memory, without affecting other tests.
	options, err := redis.ParseURL(w.address.String())
	if err != nil {
		t.Fatal(err)
	}
	everybody := redis.NewClient(options)
	defer func() { _ = everybody.Close() }()
	name, password := "reader-"+rand.Text(), rand.Text()
	if err := everybody.Do(t.Context(), "ACL", "SETUSER", name, "on", ">"+password, "~*", "+@all", "-@write", "-@scripting").Err(); err != nil {
		t.Fatal(err)
	}
	defer everybody.Do(context.Background(), "ACL", "DELUSER", name)
	w.address.User = url.UserPassword(name, password)
	client, err := queue.NewClient(w.config())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	if err := client.Send(t.Context(), queue.Task{Type: "thing.make", ID: "1", Queue: w.queues[0]}); !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestWorker_SeveralQueues_DrainsFirstQueueFirst(t *testing.T) {
	w := newWorld(t)
	w.send(t, t.Context(), w.queues[1], "slow 1", "slow 2", "slow 2")
	w.send(t, t.Context(), w.queues[0], "urgent 1", "urgent 2", "urgent 2")
	stop := w.work(t, nil)
	eventually(t, "all are done", func() bool { return len(w.all()) == 4 })
	w.send(t, t.Context(), w.queues[0], "urgent 1") // finished, and its ID is kept
	stop()
	if want := []string{"urgent 1", "urgent 2", "slow 1", "slow 2"}; !slices.Equal(w.all(), want) {
		t.Errorf("done %q, want %q", w.all(), want)
	}
}

func TestWorker_FailedTask_IsRetriedUnlessPermanent(t *testing.T) {
	w := newWorld(t)
	w.send(t, t.Context(), w.queues[0], "hopeless", "unlucky")
	stop := w.work(t, func(_ context.Context, id string) error {
		if id == "hopeless" {
			return queue.Permanent(errors.New("never"))
		}
		return errors.New("not this time")
	})
	eventually(t, "one is archived and one waits for its retry, and both are measured", func() bool {
		var all metricdata.ResourceMetrics
		if err := measured.Collect(t.Context(), &all); err != nil {
			t.Fatal(err)
		}
		states := map[string]int64{}
		for _, m := range all.ScopeMetrics[0].Metrics {
			if gauge, ok := m.Data.(metricdata.Gauge[int64]); ok && m.Name == "queue_tasks" {
				for _, point := range gauge.DataPoints {
					name, _ := point.Attributes.Value("queue")
					if state, _ := point.Attributes.Value("state"); name.AsString() == w.queues[0] {
						states[state.AsString()] = point.Value
					}
				}
			}
		}
		return states["archived"] == 1 && states["retry"] == 1
	})
	stop()
}

func TestWorker_Shutdown_FinishesTaskInProgress(t *testing.T) {
	w := newWorld(t)
	w.send(t, t.Context(), w.queues[0], "1")
	working, finished := make(chan struct{}), false
	stop := w.work(t, func(context.Context, string) error {
		close(working)
		time.Sleep(300 * time.Millisecond)
		finished = true
		return nil
	})
	<-working
	stop()
	if !finished {
		t.Error("the task was cut off")
	}
}

func TestWorker_Task_CarriesTraceAndRequestID(t *testing.T) {
	w := newWorld(t)
	ctx, span := otel.Tracer("test").Start(telemetry.WithRequestID(t.Context(), "request-1"), "request")
	defer span.End()
	w.send(t, ctx, w.queues[0], "1")
	contexts := make(chan context.Context, 1)
	stop := w.work(t, func(ctx context.Context, _ string) error {
		contexts <- ctx
		return nil
	})
	got := <-contexts
	stop()
	if id := trace.SpanContextFromContext(got).TraceID(); id != span.SpanContext().TraceID() || telemetry.RequestID(got) != "request-1" {
		t.Errorf("the trace is %s, the request %q", id, telemetry.RequestID(got))
	}
}

func TestHandlerOf_MalformedPayload_SkipsRetry(t *testing.T) {
	err := queue.HandlerOf(func(context.Context, string) error { return nil })(t.Context(), []byte("{"))
	if !errors.Is(err, asynq.SkipRetry) {
		t.Errorf("got %v", err)
	}
}

func TestNewClient_InvalidURL_HidesPassword(t *testing.T) {
	if _, err := queue.NewClient(queue.Config{URL: "redis://:hunter2@[/"}); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}
