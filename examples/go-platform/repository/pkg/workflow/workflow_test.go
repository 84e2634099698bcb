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
	_ = telemetry.Start("test", "", "", sdktrace.NewSimpleSpanProcessor(spans))
	goleak.VerifyTestMain(m)
}

// once is a workflow that runs one activity.
func once(ctx temporalworkflow.Context) error {
	ctx = temporalworkflow.WithActivityOptions(ctx, temporalworkflow.ActivityOptions{StartToCloseTimeout: 5 * time.Second})
	temporalworkflow.GetLogger(ctx).Info("running")
	return temporalworkflow.ExecuteActivity(ctx, "look").Get(ctx, nil)
}

func server(t *testing.T) workflow.Config {
	t.Helper()
	address := os.Getenv("TEMPORAL_ADDRESS")
	if address == "" {
		t.Fatal("TEMPORAL_ADDRESS names no server: `make test` starts one and runs this test")
	}
	return workflow.Config{Address: address, Namespace: "default"}
}

func TestWorker_Activity_ReceivesTraceAndRequestID(t *testing.T) {
	settings := server(t)
	connection, err := workflow.Open(settings, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(connection.Close)
	seen := make(chan context.Context, 1)
	w := &workflow.Worker{
		Config: settings, TaskQueue: "test-" + rand.Text(), Concurrency: 1, Log: slog.New(slog.DiscardHandler),
		Register: func(registry worker.Registry) {
			registry.RegisterWorkflowWithOptions(once, temporalworkflow.RegisterOptions{Name: "once"})
			registry.RegisterActivityWithOptions(func(ctx context.Context) error {
				seen <- ctx
				return nil
			}, activity.RegisterOptions{Name: "look"})
		},
	}
	working, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(working) }()

	ctx, err := telemetry.WithRequestID(t.Context(), "request-1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, span := otel.Tracer("test").Start(ctx, "request")
	run, err := connection.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: w.TaskQueue}, "once")
	span.End()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Get(ctx, nil); err != nil {
		t.Fatal(err)
	}
	got := <-seen
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	want := span.SpanContext().TraceID()
	if trace.SpanContextFromContext(got).TraceID() != want || telemetry.RequestID(got) != "request-1" {
		t.Errorf("the trace is %s, not %s, the request %q", trace.SpanContextFromContext(got).TraceID(), want, telemetry.RequestID(got))
	}
	if !slices.ContainsFunc(spans.GetSpans(), func(s tracetest.SpanStub) bool {
		return s.Name == "activity look" && s.SpanContext.TraceID() == want
	}) {
		t.Error("no span of the activity in the trace")
	}
}

func TestWorker_Readiness_IgnoresOtherWorkers(t *testing.T) {
	settings := server(t)
	queue := "test-" + rand.Text()
	onQueue := func() *workflow.Worker {
		return &workflow.Worker{
			Config: settings, TaskQueue: queue, Concurrency: 1, Log: slog.New(slog.DiscardHandler),
			Register: func(registry worker.Registry) {
				registry.RegisterWorkflowWithOptions(once, temporalworkflow.RegisterOptions{Name: "once"})
			},
		}
	}
	working, dead := onQueue(), onQueue()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- working.Run(ctx) }()
	for deadline := time.Now().Add(20 * time.Second); working.Ready(t.Context()) != nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the worker did not become ready")
		}
	}
	if err := working.Live(t.Context()); err != nil {
		t.Error(err)
	}
	if err := dead.Ready(t.Context()); err == nil {
		t.Error("a stopped worker is ready because another worker polls its queue")
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := working.Ready(t.Context()); err == nil {
		t.Error("a stopped worker is ready")
	}
}

func TestWorker_UnreachableServer_IsNotReady(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	w := &workflow.Worker{
		Config:    workflow.Config{Address: "127.0.0.1:1", Namespace: "default"},
		TaskQueue: "test", Concurrency: 1, Log: slog.New(slog.DiscardHandler),
		Register: func(registry worker.Registry) {
			registry.RegisterWorkflowWithOptions(once, temporalworkflow.RegisterOptions{Name: "once"})
		},
	}
	if err := w.Run(ctx); err != nil {
		t.Error(err)
	}
	if err := w.Ready(t.Context()); err == nil {
		t.Error("the worker is ready without a server")
	}
}
