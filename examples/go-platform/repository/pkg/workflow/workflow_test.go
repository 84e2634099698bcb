package workflow_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	temporalworkflow "go.temporal.io/sdk/workflow"
	"go.uber.org/goleak"

	"git.example.com/acme/shop/pkg/telemetry"
	"git.example.com/acme/shop/pkg/workflow"
)

var spans = tracetest.NewInMemoryExporter()

func TestMain(m *testing.M) {
	_, _ = telemetry.Start(context.Background(), "test", "", "", "", sdktrace.NewSimpleSpanProcessor(spans))
	goleak.VerifyTestMain(m)
}

// once is a workflow that runs one activity.
func once(ctx temporalworkflow.Context) error {
	ctx = temporalworkflow.WithActivityOptions(ctx, temporalworkflow.ActivityOptions{StartToCloseTimeout: 5 * time.Second})
	return temporalworkflow.ExecuteActivity(ctx, "look").Get(ctx, nil)
}

// newWorker creates a worker whose activity is look.
func newWorker(t *testing.T, address string, look func(context.Context) error) *workflow.Worker {
	t.Helper()
	connection, err := workflow.Open(workflow.Config{Address: address, Namespace: "default"}, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(connection.Close)
	return &workflow.Worker{
		Client: connection, TaskQueue: "test-" + rand.Text(), Concurrency: 1, Log: slog.New(slog.DiscardHandler),
		Register: func(registry worker.Registry) {
			registry.RegisterWorkflowWithOptions(once, temporalworkflow.RegisterOptions{Name: "once"})
			registry.RegisterActivityWithOptions(look, activity.RegisterOptions{Name: "look"})
		},
	}
}

func TestWorker_Activity_ReceivesTraceAndRequestID(t *testing.T) {
	address := os.Getenv("TEMPORAL_ADDRESS")
	if address == "" {
		t.Fatal("TEMPORAL_ADDRESS names no server: `make test` starts one and runs this test")
	}
	seen := make(chan context.Context, 1)
	w := newWorker(t, address, func(ctx context.Context) error {
		seen <- ctx
		return nil
	})
	working, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(working) }()

	ctx, span := otel.Tracer("test").Start(telemetry.WithRequestID(t.Context(), "request-1"), "request")
	run, err := w.Client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: w.TaskQueue}, "once")
	span.End()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Get(ctx, nil); err != nil {
		t.Fatal(err)
	}
	got := <-seen
	if err := w.Ready(); err != nil {
		t.Error(err)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := w.Ready(); err == nil {
		t.Error("a stopped worker is ready")
	}
	want := span.SpanContext().TraceID()
	if id := trace.SpanContextFromContext(got).TraceID(); id != want || telemetry.RequestID(got) != "request-1" {
		t.Errorf("the trace is %s, not %s, the request %q", id, want, telemetry.RequestID(got))
	}
	for _, name := range []string{"RunWorkflow:once", "RunActivity:look"} {
		if !slices.ContainsFunc(spans.GetSpans(), func(s tracetest.SpanStub) bool { return s.Name == name && s.SpanContext.TraceID() == want }) {
			t.Errorf("no span %q in the trace", name)
		}
	}
}

func TestWorker_UnreachableServer_IsNotReady(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	w := newWorker(t, "127.0.0.1:1", func(context.Context) error { return nil })
	if err := w.Run(ctx); err != nil {
		t.Error(err)
	}
	if err := w.Ready(); err == nil {
		t.Error("the worker is ready without a server")
	}
}
