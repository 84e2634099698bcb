// Package workflow creates Temporal's clients and workers, with its own OpenTelemetry interceptor and measurements.
package workflow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
)

const (
	// StopTimeout is how long a graceful end waits for activities in hand; the SDK's default is not to wait. The pod's
	// termination grace period must be longer.
	StopTimeout = 20 * time.Second

	startInterval = 2 * time.Second
)

// Config holds the server's address and namespace.
type Config struct {
	Address   string `env:"TEMPORAL_ADDRESS"`
	Namespace string `env:"TEMPORAL_NAMESPACE" envDefault:"default"`
}

// Open creates a client that connects on first use. Trace context and request id go with what it starts.
func Open(settings Config, logger *slog.Logger) (client.Client, error) {
	tracing, err := opentelemetry.NewTracingInterceptor(opentelemetry.TracerOptions{TextMapPropagator: otel.GetTextMapPropagator()})
	if err != nil {
		return nil, fmt.Errorf("temporal: %w", err)
	}
	connection, err := client.NewLazyClient(client.Options{
		HostPort:       settings.Address,
		Namespace:      settings.Namespace,
		Logger:         log.NewStructuredLogger(logger),
		MetricsHandler: opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{UseMonotonicCounters: true}),
		Interceptors:   []interceptor.ClientInterceptor{tracing},
	})
	if err != nil {
		return nil, fmt.Errorf("temporal: %w", err)
	}
	return connection, nil
}

// Worker runs the workflows and activities of one task queue.
type Worker struct {
	Client    client.Client
	TaskQueue string
	// Concurrency is the maximum number of concurrent activities.
	Concurrency int
	Register    func(worker.Registry)
	Log         *slog.Logger

	running atomic.Bool
}

// Run works until ctx is cancelled, then finishes activities in hand. It tries again while the server is unreachable.
func (w *Worker) Run(ctx context.Context) error {
	for {
		err := w.once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		w.Log.ErrorContext(ctx, "the workflow worker does not run, starting again", "task_queue", w.TaskQueue, "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(startInterval):
		}
	}
}

func (w *Worker) once(ctx context.Context) error {
	fatal := make(chan error, 1)
	running := worker.New(w.Client, w.TaskQueue, worker.Options{
		WorkerStopTimeout:                  StopTimeout,
		MaxConcurrentActivityExecutionSize: w.Concurrency,
		OnFatalError:                       func(err error) { fatal <- err },
	})
	w.Register(running)
	// Fails if the server is unreachable or the namespace does not exist.
	if err := running.Start(); err != nil {
		return err
	}
	defer running.Stop()
	w.running.Store(true)
	defer w.running.Store(false)
	select {
	case <-ctx.Done():
		return nil
	case err := <-fatal:
		return err
	}
}

// Ready is the readiness check: this worker has started.
func (w *Worker) Ready() error {
	if !w.running.Load() {
		return errors.New("the worker does not run")
	}
	return nil
}
