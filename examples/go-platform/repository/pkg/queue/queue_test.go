package queue_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"git.example.com/acme/shop/pkg/config"
	"git.example.com/acme/shop/pkg/queue"
	"git.example.com/acme/shop/pkg/telemetry"
)

var spans = tracetest.NewInMemoryExporter()

func TestMain(m *testing.M) {
	_ = telemetry.Start("test", "", "", sdktrace.NewSimpleSpanProcessor(spans))
	goleak.VerifyTestMain(m)
}

type thing struct{ Name string }

// world has two private queues and records the processed tasks.
type world struct {
	config queue.Config
	client *queue.Client
	queues []string

	mu   sync.Mutex
	done []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	address, err := url.Parse(os.Getenv("QUEUE_URL"))
	if err != nil {
		t.Fatal("QUEUE_URL is not an address")
	}
	if address.Host == "" {
		t.Fatal("QUEUE_URL names no server: `make test` starts one and runs this test")
	}
	address.Path = "/15" // a database that no running stack uses
	w := &world{config: queue.Config{URL: config.URL(address.String())}, queues: []string{"urgent-" + rand.Text(), "slow-" + rand.Text()}}
	if w.client, err = queue.NewClient(w.config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.client.Close() })
	return w
}

func (w *world) send(t *testing.T, ctx context.Context, to, id string) bool {
	t.Helper()
	fresh, err := w.client.Send(ctx, queue.Task{Type: "thing.make", ID: id, Queue: to, Payload: thing{Name: id}})
	if err != nil {
		t.Fatal(err)
	}
	return fresh
}

func (w *world) add(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = append(w.done, name)
}

func (w *world) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.done)
}

// work runs a worker until stop is called.
func (w *world) work(t *testing.T, handle func(ctx context.Context, payload thing) error) (stop func()) {
	t.Helper()
	worker := &queue.Worker{
		Config: w.config, Service: w.queues[0], Queues: w.queues, Concurrency: 1,
		Handlers: map[string]queue.Handler{"thing.make": queue.HandlerOf(handle)},
		Log:      slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- worker.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("worker: %v", err)
		}
		if err := worker.Available(context.Background()); err != nil {
			t.Error(err)
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
	address, err := url.Parse(string(w.config.URL))
	if err != nil {
		t.Fatal(err)
	}
	options, err := redis.ParseURL(address.String())
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
	address.User = url.UserPassword(name, password)
	client, err := queue.NewClient(queue.Config{URL: config.URL(address.String())})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	if err := client.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = client.Send(t.Context(), queue.Task{Type: "thing.make", ID: "1", Queue: w.queues[0], Payload: thing{}})
	if !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestWorker_SeveralQueues_DrainsFirstQueueFirst(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"1", "2", "3"} {
		w.send(t, t.Context(), w.queues[1], "slow "+id)
	}
	for _, id := range []string{"1", "2"} {
		w.send(t, t.Context(), w.queues[0], "urgent "+id)
	}
	stop := w.work(t, func(_ context.Context, made thing) error {
		w.add(made.Name)
		return nil
	})
	eventually(t, "all are done", func() bool { return len(w.all()) == 5 })
	stop()
	if want := []string{"urgent 1", "urgent 2", "slow 1", "slow 2", "slow 3"}; !slices.Equal(w.all(), want) {
		t.Errorf("done %q, want %q", w.all(), want)
	}
}

func TestClient_DuplicateTask_IsEnqueuedOnce(t *testing.T) {
	w := newWorld(t)
	if !w.send(t, t.Context(), w.queues[0], "1") || w.send(t, t.Context(), w.queues[0], "1") {
		t.Error("a duplicate task was enqueued")
	}
	stop := w.work(t, func(_ context.Context, made thing) error {
		w.add(made.Name)
		return nil
	})
	eventually(t, "it is done", func() bool { return len(w.all()) == 1 })
	stop()
	if w.send(t, t.Context(), w.queues[0], "1") {
		t.Error("a finished task was enqueued again")
	}
}

func TestWorker_FailedTask_IsRetriedUnlessPermanent(t *testing.T) {
	w := newWorld(t)
	w.send(t, t.Context(), w.queues[0], "hopeless")
	w.send(t, t.Context(), w.queues[0], "unlucky")
	stop := w.work(t, func(_ context.Context, made thing) error {
		w.add(made.Name)
		if made.Name == "hopeless" {
			return queue.Permanent(errors.New("never"))
		}
		return errors.New("not this time")
	})
	eventually(t, "both are attempted", func() bool { return len(w.all()) == 2 })
	stop()
	inspector := inspect(t, w)
	eventually(t, "one is archived and one waits for its retry", func() bool {
		info, err := inspector.GetQueueInfo(w.queues[0])
		return err == nil && info.Archived == 1 && info.Retry == 1
	})
}

func TestWorker_Shutdown_FinishesTaskInProgress(t *testing.T) {
	w := newWorld(t)
	w.send(t, t.Context(), w.queues[0], "1")
	working := make(chan struct{})
	stop := w.work(t, func(_ context.Context, made thing) error {
		close(working)
		time.Sleep(300 * time.Millisecond)
		w.add(made.Name)
		return nil
	})
	<-working
	stop()
	if !slices.Equal(w.all(), []string{"1"}) {
		t.Errorf("done %q", w.all())
	}
}

func TestWorker_Task_CarriesTraceAndRequestID(t *testing.T) {
	w := newWorld(t)
	ctx, err := telemetry.WithRequestID(t.Context(), "request-1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, span := otel.Tracer("test").Start(ctx, "request")
	w.send(t, ctx, w.queues[0], "1")
	span.End()
	contexts := make(chan context.Context, 1)
	stop := w.work(t, func(ctx context.Context, _ thing) error {
		contexts <- ctx
		return nil
	})
	got := <-contexts
	stop()
	want := span.SpanContext().TraceID()
	if trace.SpanContextFromContext(got).TraceID() != want || telemetry.RequestID(got) != "request-1" {
		t.Errorf("the trace is %s, not %s, the request %q", trace.SpanContextFromContext(got).TraceID(), want, telemetry.RequestID(got))
	}
	for _, name := range []string{"send thing.make", "process thing.make"} {
		if !slices.ContainsFunc(spans.GetSpans(), func(s tracetest.SpanStub) bool {
			return s.Name == name && s.SpanContext.TraceID() == want
		}) {
			t.Errorf("no span %q in the trace", name)
		}
	}
}

func TestHandlerOf_MalformedPayload_SkipsRetry(t *testing.T) {
	err := queue.HandlerOf(func(context.Context, thing) error { return nil })(t.Context(), []byte("{"))
	if !errors.Is(err, asynq.SkipRetry) {
		t.Errorf("got %v", err)
	}
}

func TestNewClient_InvalidURL_HidesPassword(t *testing.T) {
	_, err := queue.NewClient(queue.Config{URL: "redis://:hunter2@[/"})
	if err == nil || err.Error() != "QUEUE_URL is not a valid address of Redis" {
		t.Errorf("got %v", err)
	}
}

func inspect(t *testing.T, w *world) *asynq.Inspector {
	t.Helper()
	connection, err := asynq.ParseRedisURI(string(w.config.URL))
	if err != nil {
		t.Fatal(err)
	}
	inspector := asynq.NewInspector(connection)
	t.Cleanup(func() { _ = inspector.Close() })
	return inspector
}
