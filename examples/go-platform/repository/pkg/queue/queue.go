// Package queue sends tasks to workers through Redis by asynq, and handles them with at-least-once delivery: the tasks of a
// worker that crashes are given to another one, so handlers must be idempotent.
package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"git.example.com/acme/shop/pkg/config"
	"git.example.com/acme/shop/pkg/telemetry"
)

// Config holds the broker's address.
type Config struct {
	URL config.URL `env:"QUEUE_URL"`
}

const (
	// taskTimeout bounds one attempt. It must be shorter than ShutdownTimeout.
	taskTimeout = 20 * time.Second
	maxRetries  = 10
	// retention is how long the ID of a finished task is kept. It must exceed the time in which senders retry, but not by
	// much: the broker holds these tasks in memory.
	retention = time.Hour
)

// ErrUnavailable means that the broker takes no tasks. It may still answer a ping, for example when its memory is full or it
// became a replica.
var ErrUnavailable = errors.New("the broker takes no tasks")

// Task is a unit of work.
type Task struct {
	Type string
	// ID is the idempotency key. While a task with this ID is pending, active or retained, sending it again has no effect.
	ID      string
	Queue   string
	Payload any
}

// open creates a connection pool.
func open(settings Config) (redis.UniversalClient, error) {
	options, err := redis.ParseURL(string(settings.URL))
	if err != nil {
		return nil, errors.New("QUEUE_URL is not a valid address of Redis") // the cause would reveal the password
	}
	return redis.NewClient(options), nil
}

// Client sends tasks.
type Client struct {
	connection redis.UniversalClient
	client     *asynq.Client
}

// NewClient creates a client that connects on first use.
func NewClient(settings Config) (*Client, error) {
	connection, err := open(settings)
	if err != nil {
		return nil, err
	}
	return &Client{connection: connection, client: asynq.NewClientFromRedisClient(connection)}, nil
}

// Close closes the connections.
func (c *Client) Close() error { return c.connection.Close() }

// Send enqueues a task with the trace context and request id of ctx. A duplicate has no effect.
func (c *Client) Send(ctx context.Context, task Task) error {
	body, err := json.Marshal(task.Payload)
	if err != nil {
		return fmt.Errorf("encode task %s: %w", task.Type, err)
	}
	ctx, span := tracer.Start(ctx, "send "+task.Queue, trace.WithSpanKind(trace.SpanKindProducer), trace.WithAttributes(
		attribute.String("messaging.system", "asynq"), attribute.String("messaging.operation.type", "send"),
		attribute.String("messaging.destination.name", task.Queue), attribute.String("messaging.message.id", task.ID)))
	defer span.End()
	_, err = c.client.EnqueueContext(ctx, asynq.NewTaskWithHeaders(task.Type, body, telemetry.Inject(ctx)),
		asynq.TaskID(task.ID), asynq.Queue(task.Queue), asynq.MaxRetry(maxRetries), asynq.Timeout(taskTimeout), asynq.Retention(retention))
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		span.SetStatus(codes.Error, err.Error())
		return fmt.Errorf("send task %s to %s: %w: %w", task.Type, task.Queue, ErrUnavailable, err)
	}
	return nil
}
