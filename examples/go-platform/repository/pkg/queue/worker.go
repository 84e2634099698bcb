package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"git.example.com/acme/shop/pkg/telemetry"
)

const scope = "git.example.com/acme/shop/pkg/queue"

// Creating an instrument fails only for an invalid name. These names are constant, so the errors are ignored.
var (
	tracer = otel.Tracer(scope)
	meter  = otel.Meter(scope)

	processed, _ = meter.Int64Counter("tasks_processed_total", metric.WithDescription("Task attempts, by outcome."))
	duration, _  = meter.Float64Histogram("task_duration_seconds",
		metric.WithDescription("Duration of one task attempt."),
		metric.WithExplicitBucketBoundaries(0.01, 0.05, 0.1, 0.5, 1, 5, 10, 20))
	// Every worker sees and reports the same queues: take the maximum.
	tasks, _ = meter.Int64Gauge("queue_tasks", metric.WithDescription("Tasks in the broker, by state."))
	age, _   = meter.Float64Gauge("queue_latency_seconds", metric.WithDescription("Age of the oldest pending task."))
	full, _  = meter.Float64Gauge("queue_broker_memory_ratio",
		metric.WithDescription("Used share of the broker's memory limit; at 1 it rejects tasks."))
)

const (
	// ShutdownTimeout is how long a graceful end waits for tasks in hand. After it they go back into their queue. The pod's
	// termination grace period must be longer.
	ShutdownTimeout = 25 * time.Second

	interval = 5 * time.Second // of health checks and measurements
)

// Handler handles one type of task.
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
func Permanent(err error) error { return fmt.Errorf("%w: %w", err, asynq.SkipRetry) }

// Worker handles tasks.
type Worker struct {
	Config Config
	// Queues in strict priority order: a queue is served only while those before it are empty.
	Queues      []string
	Handlers    map[string]Handler
	Concurrency int
	Log         *slog.Logger

	broker atomic.Pointer[error]
}

// Run handles tasks until ctx is cancelled, then finishes those in hand.
func (w *Worker) Run(ctx context.Context) error {
	connection, err := open(w.Config)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	mux := asynq.NewServeMux()
	mux.Use(w.observe)
	for kind, handler := range w.Handlers {
		mux.HandleFunc(kind, func(ctx context.Context, task *asynq.Task) error { return handler(ctx, task.Payload()) })
	}
	priorities := map[string]int{}
	for i, queue := range w.Queues {
		priorities[queue] = len(w.Queues) - i
	}
	server := asynq.NewServerFromRedisClient(connection, asynq.Config{
		Concurrency:         w.Concurrency,
		Queues:              priorities,
		StrictPriority:      true,
		ShutdownTimeout:     ShutdownTimeout,
		HealthCheckFunc:     func(err error) { w.broker.Store(&err) },
		HealthCheckInterval: interval,
		Logger:              logger{w.Log},
	})
	if err := server.Start(mux); err != nil {
		return fmt.Errorf("start the worker: %w", err)
	}
	defer server.Shutdown()
	for {
		if err := w.measure(ctx, connection); err != nil && ctx.Err() == nil {
			w.Log.WarnContext(ctx, "measuring the queues failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(interval):
		}
	}
}

// Available returns the result of the last health check of the broker: without it this worker does nothing.
func (w *Worker) Available() error {
	if last := w.broker.Load(); last != nil {
		return *last
	}
	return nil // not checked yet
}

// measure reports what waits, and how full the broker is.
func (w *Worker) measure(ctx context.Context, connection redis.UniversalClient) error {
	inspector := asynq.NewInspectorFromRedisClient(connection)
	for _, queue := range w.Queues {
		info, err := inspector.GetQueueInfo(queue)
		if errors.Is(err, asynq.ErrQueueNotFound) {
			info, err = &asynq.QueueInfo{}, nil // made with its first task
		}
		if err != nil {
			return fmt.Errorf("queue %s: %w", queue, err)
		}
		name := attribute.String("queue", queue)
		for state, n := range map[string]int{
			"pending": info.Pending, "active": info.Active, "scheduled": info.Scheduled, "retry": info.Retry, "archived": info.Archived,
		} {
			tasks.Record(ctx, int64(n), metric.WithAttributes(name, attribute.String("state", state)))
		}
		age.Record(ctx, info.Latency.Seconds(), metric.WithAttributes(name))
	}
	text, err := connection.Info(ctx, "memory").Result()
	if err != nil {
		return fmt.Errorf("the broker's memory: %w", err)
	}
	memory := map[string]float64{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		memory[name], _ = strconv.ParseFloat(value, 64) // the others are no numbers
	}
	if limit := memory["maxmemory"]; limit > 0 {
		full.Record(ctx, memory["used_memory"]/limit)
	}
	return nil
}

// observe continues the sender's trace and records the outcome.
func (w *Worker) observe(next asynq.Handler) asynq.Handler {
	return asynq.HandlerFunc(func(ctx context.Context, task *asynq.Task) error {
		queue, _ := asynq.GetQueueName(ctx)
		id, _ := asynq.GetTaskID(ctx)
		retried, _ := asynq.GetRetryCount(ctx)
		ctx, span := tracer.Start(telemetry.Extract(ctx, task.Headers()), "process "+queue, trace.WithSpanKind(trace.SpanKindConsumer),
			trace.WithAttributes(attribute.String("messaging.system", "asynq"), attribute.String("messaging.operation.type", "process"),
				attribute.String("messaging.destination.name", queue), attribute.String("messaging.message.id", id)))
		defer span.End()
		started := time.Now()
		err := next.ProcessTask(ctx, task)
		outcome, level := "done", slog.LevelInfo
		if err != nil {
			outcome, level = "failed", slog.LevelError
			if errors.Is(err, asynq.SkipRetry) {
				outcome = "dropped"
			}
			span.SetStatus(codes.Error, err.Error())
		}
		w.Log.Log(ctx, level, "task "+outcome, "type", task.Type(), "task_id", id, "queue", queue, "attempt", retried+1, "error", err)
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
