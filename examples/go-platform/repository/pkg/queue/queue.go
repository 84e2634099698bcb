// Package queue sends tasks to workers through Redis and processes them with at-least-once delivery: if a worker
// crashes, its tasks are redelivered, so handlers must be idempotent.
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
	// Version is the version of the payload envelope. Workers reject unknown versions.
	Version = 1

	// taskTimeout bounds one attempt. It must be shorter than ShutdownTimeout.
	taskTimeout = 20 * time.Second
	maxRetries  = 10
	// retention is how long a finished task's ID is kept for deduplication. It must exceed the time in which senders
	// retry, but not by much: the broker holds these tasks in memory.
	retention = time.Hour
)

// ErrUnavailable means that the broker rejects writes. It may still answer a ping, for example when its memory is full
// or it became a replica.
var ErrUnavailable = errors.New("the broker takes no tasks")

// Task is a unit of work.
type Task struct {
	Type string
	// ID is the idempotency key. While a task with this ID is pending, active or retained, sending it again has no
	// effect.
	ID      string
	Queue   string
	Payload any
}

// payload is the envelope of a task's payload.
type payload struct {
	Version int             `json:"version"`
	Data    json.RawMessage `json:"data"`
}

// open creates a connection pool.
func open(settings Config) (redis.UniversalClient, error) {
	options, err := redis.ParseURL(string(settings.URL))
	if err != nil {
		return nil, errors.New("QUEUE_URL is not a valid address of Redis") // the cause would reveal the password
	}
	return redis.NewClient(options), nil
}

// Client enqueues tasks.
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

// Ping checks that the broker answers.
func (c *Client) Ping(ctx context.Context) error { return c.connection.Ping(ctx).Err() }

// Send enqueues a task with the trace context and request id of ctx. fresh is false for a duplicate. If the broker
// rejects the task, the error is [ErrUnavailable].
func (c *Client) Send(ctx context.Context, task Task) (fresh bool, err error) {
	data, err := json.Marshal(task.Payload)
	if err != nil {
		return false, fmt.Errorf("encode task %s: %w", task.Type, err)
	}
	body, err := json.Marshal(payload{Version: Version, Data: data})
	if err != nil {
		return false, fmt.Errorf("encode task %s: %w", task.Type, err)
	}
	ctx, span := tracer.Start(ctx, "send "+task.Type, trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(attribute.String("messaging.system", "asynq"), attribute.String("messaging.destination.name", task.Queue)))
	defer span.End()
	_, err = c.client.EnqueueContext(ctx, asynq.NewTaskWithHeaders(task.Type, body, telemetry.Inject(ctx)),
		asynq.TaskID(task.ID), asynq.Queue(task.Queue), asynq.MaxRetry(maxRetries), asynq.Timeout(taskTimeout), asynq.Retention(retention))
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return false, nil
	}
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
		return false, fmt.Errorf("send task %s to %s: %w: %w", task.Type, task.Queue, ErrUnavailable, err)
	}
	return true, nil
}
