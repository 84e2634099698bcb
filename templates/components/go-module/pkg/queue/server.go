package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"@{ project.module }@/pkg/telemetry"
)

const (
	// ShutdownTimeout is how long a graceful shutdown waits for tasks in progress. After it they are requeued. The
	// pod's termination grace period must be longer.
	ShutdownTimeout = 25 * time.Second

	healthInterval = 5 * time.Second
)

// Handler processes one type of task.
type Handler func(ctx context.Context, data []byte) error

// HandlerOf adapts a function with a typed payload. A malformed payload is a permanent error.
func HandlerOf[P any](handle func(ctx context.Context, payload P) error) Handler {
	return func(ctx context.Context, data []byte) error {
		var into P
		if err := json.Unmarshal(data, &into); err != nil {
			return Permanent(fmt.Errorf("decode the payload: %w", err))
		}
		return handle(ctx, into)
	}
}

// Permanent marks an error as not retryable: the task is archived at once for inspection.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", err, asynq.SkipRetry)
}

// Worker processes tasks.
type Worker struct {
	Config Config
	// Service identifies the workers of one service; only one of them reports the queues' figures.
	Service string
	// Queues in strict priority order: a queue is served only while those before it are empty.
	Queues      []string
	Handlers    map[string]Handler
	Concurrency int
	Log         *slog.Logger

	broker atomic.Pointer[error]
}

// Run processes tasks until ctx is cancelled, then finishes those in progress.
func (w *Worker) Run(ctx context.Context) error {
	connection, err := open(w.Config)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	mux := asynq.NewServeMux()
	mux.Use(w.observe)
	for kind, handler := range w.Handlers {
		mux.HandleFunc(kind, func(ctx context.Context, task *asynq.Task) error { return unpack(ctx, task, handler) })
	}
	server := asynq.NewServerFromRedisClient(connection, asynq.Config{
		Concurrency:         w.Concurrency,
		Queues:              w.priorities(),
		StrictPriority:      true,
		ShutdownTimeout:     ShutdownTimeout,
		HealthCheckFunc:     func(err error) { w.broker.Store(&err) },
		HealthCheckInterval: healthInterval,
		Logger:              logger{w.Log},
	})
	if err := server.Start(mux); err != nil {
		return fmt.Errorf("start the worker: %w", err)
	}
	reporting, stop := context.WithCancel(ctx)
	defer stop()
	reported := make(chan error, 1)
	go func() { reported <- report(reporting, connection, w.Service, w.Queues, w.Log) }()
	<-ctx.Done()
	server.Shutdown()
	return <-reported
}

// priorities maps queues to asynq's priorities, where a higher number goes first.
func (w *Worker) priorities() map[string]int {
	priorities := make(map[string]int, len(w.Queues))
	for i, queue := range w.Queues {
		priorities[queue] = len(w.Queues) - i
	}
	return priorities
}

// Available returns the result of the last health check of the broker.
func (w *Worker) Available(context.Context) error {
	if last := w.broker.Load(); last != nil {
		return *last
	}
	return nil // not checked yet
}

func unpack(ctx context.Context, task *asynq.Task, handler Handler) error {
	var body payload
	if err := json.Unmarshal(task.Payload(), &body); err != nil {
		return Permanent(fmt.Errorf("decode the task: %w", err))
	}
	if body.Version != Version {
		// Not permanent: during a rollout, the next attempt may run on a worker that knows this version.
		return fmt.Errorf("the payload has version %d, not %d", body.Version, Version)
	}
	return handler(ctx, body.Data)
}

// observe continues the sender's trace and records the outcome.
func (w *Worker) observe(next asynq.Handler) asynq.Handler {
	return asynq.HandlerFunc(func(ctx context.Context, task *asynq.Task) error {
		queue, _ := asynq.GetQueueName(ctx)
		id, _ := asynq.GetTaskID(ctx)
		retried, _ := asynq.GetRetryCount(ctx)
		ctx, span := tracer.Start(telemetry.Extract(ctx, task.Headers()), "process "+task.Type(),
			trace.WithSpanKind(trace.SpanKindConsumer),
			trace.WithAttributes(attribute.String("messaging.system", "asynq"),
				attribute.String("messaging.destination.name", queue), attribute.String("messaging.message.id", id)))
		defer span.End()
		started := time.Now()
		err := next.ProcessTask(ctx, task)
		outcome := "done"
		if err != nil {
			outcome = "failed"
			if errors.Is(err, asynq.SkipRetry) {
				outcome = "dropped"
			}
			span.RecordError(err)
			span.SetStatus(codes.Error, err.Error())
			w.Log.ErrorContext(ctx, "task failed", "type", task.Type(), "task_id", id, "queue", queue, "attempt", retried+1, "outcome", outcome, "error", err)
		} else {
			w.Log.InfoContext(ctx, "task done", "type", task.Type(), "task_id", id, "queue", queue, "attempt", retried+1)
		}
		labels := metric.WithAttributes(attribute.String("queue", queue), attribute.String("type", task.Type()))
		duration.Record(ctx, time.Since(started).Seconds(), labels)
		processed.Add(ctx, 1, labels, metric.WithAttributes(attribute.String("outcome", outcome)))
		return err
	})
}

// logger adapts slog to asynq. Fatal does not exit: asynq never calls it after Start.
type logger struct{ log *slog.Logger }

func (l logger) Debug(args ...any) { l.log.Debug(fmt.Sprint(args...)) }
func (l logger) Info(args ...any)  { l.log.Info(fmt.Sprint(args...)) }
func (l logger) Warn(args ...any)  { l.log.Warn(fmt.Sprint(args...)) }
func (l logger) Error(args ...any) { l.log.Error(fmt.Sprint(args...)) }
func (l logger) Fatal(args ...any) { l.log.Error(fmt.Sprint(args...)) }
