package queue

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

const scope = "git.example.com/acme/shop/pkg/queue"

// Creating an instrument fails only for an invalid name. These names are constant, so the errors are ignored.
var (
	tracer = otel.Tracer(scope)
	meter  = otel.Meter(scope)

	processed, _ = meter.Int64Counter("tasks_processed_total",
		metric.WithDescription("Task attempts, by outcome."))
	duration, _ = meter.Float64Histogram("task_duration_seconds",
		metric.WithDescription("Duration of one task attempt."),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20))
	tasks, _ = meter.Int64ObservableGauge("queue_tasks",
		metric.WithDescription("Tasks in the broker, by state; reported by one worker per service."))
	latency, _ = meter.Float64ObservableGauge("queue_latency_seconds",
		metric.WithDescription("Age of the oldest pending task; reported by one worker per service."))
	memory, _ = meter.Float64ObservableGauge("queue_broker_memory_ratio",
		metric.WithDescription("Used share of the broker's memory limit; at 1 it rejects tasks. Reported by one worker per service."))
)

const (
	reportInterval = 5 * time.Second
	leaseDuration  = 3 * reportInterval
)

// extend renews the caller's lease, or acquires it if it is free.
var extend = redis.NewScript(`
local holder = redis.call("GET", KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return 1`)

// reporter reports the queues while it holds the service's lease. All workers see the same queues: if each of them
// reported, a sum would count every task once per worker.
type reporter struct {
	connection redis.UniversalClient
	key, self  string

	mu     sync.Mutex
	queues []*asynq.QueueInfo // nil without the lease
	memory float64            // 0 if the broker has no limit
}

// report competes for the lease and reports until ctx is cancelled.
func report(ctx context.Context, connection redis.UniversalClient, service string, queues []string, log *slog.Logger) error {
	r := &reporter{connection: connection, key: "report:" + service, self: rand.Text()}
	registration, err := meter.RegisterCallback(r.observe, tasks, latency, memory)
	if err != nil {
		return fmt.Errorf("register the report: %w", err)
	}
	defer func() { _ = registration.Unregister() }()
	ticker := time.NewTicker(reportInterval)
	defer ticker.Stop()
	inspector := asynq.NewInspectorFromRedisClient(connection)
	for {
		if err := r.look(ctx, inspector, queues); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "inspecting the queues failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// look reads the queues. If the broker does not answer, nothing is reported: stale values would mislead.
func (r *reporter) look(ctx context.Context, inspector *asynq.Inspector, queues []string) error {
	var seen []*asynq.QueueInfo
	var used float64
	held, err := extend.Run(ctx, r.connection, []string{r.key}, r.self, leaseDuration.Milliseconds()).Int()
	if err == nil && held == 1 {
		if seen, err = inspect(inspector, queues); err == nil {
			used, err = usedMemory(ctx, r.connection)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queues, r.memory = seen, used
	return err
}

// usedMemory returns the used share of the broker's memory limit, or 0 without a limit.
func usedMemory(ctx context.Context, connection redis.UniversalClient) (float64, error) {
	text, err := connection.Info(ctx, "memory").Result()
	if err != nil {
		return 0, fmt.Errorf("ask the broker for its memory: %w", err)
	}
	var used, limit float64
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch name {
		case "used_memory":
			used, err = strconv.ParseFloat(value, 64)
		case "maxmemory":
			limit, err = strconv.ParseFloat(value, 64)
		}
		if err != nil {
			return 0, fmt.Errorf("the broker's memory: %s: %w", name, err)
		}
	}
	if limit == 0 {
		return 0, nil
	}
	return used / limit, nil
}

func inspect(inspector *asynq.Inspector, queues []string) ([]*asynq.QueueInfo, error) {
	known, err := inspector.Queues()
	if err != nil {
		return nil, err
	}
	infos := make([]*asynq.QueueInfo, len(queues))
	for i, queue := range queues {
		if !slices.Contains(known, queue) {
			infos[i] = &asynq.QueueInfo{Queue: queue} // asynq creates a queue with its first task
			continue
		}
		if infos[i], err = inspector.GetQueueInfo(queue); err != nil {
			return nil, err
		}
	}
	return infos, nil
}

func (r *reporter) observe(_ context.Context, observer metric.Observer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, info := range r.queues {
		name := attribute.String("queue", info.Queue)
		for state, n := range map[string]int{
			"pending": info.Pending, "active": info.Active, "scheduled": info.Scheduled,
			"retry": info.Retry, "archived": info.Archived, "completed": info.Completed,
		} {
			observer.ObserveInt64(tasks, int64(n), metric.WithAttributes(name, attribute.String("state", state)))
		}
		observer.ObserveFloat64(latency, info.Latency.Seconds(), metric.WithAttributes(name))
	}
	if r.memory > 0 {
		observer.ObserveFloat64(memory, r.memory)
	}
	return nil
}
