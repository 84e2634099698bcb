// Package queue sends tasks to workers through Redis' protocol and carries them out, at least once: a task whose worker
// dies is given to another one, so handlers must cope with a task that was begun or done before.
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

// Config says where the broker is.
type Config struct {
	URL config.URL `env:"QUEUE_URL"`
}

const (
	// Version is that of the payload's envelope. A worker refuses versions that it doesn't know.
	Version = 1

	// taskTimeout bounds one attempt; it is shorter than ShutdownTimeout.
	taskTimeout = 20 * time.Second
	maxRetries  = 10
	// retention is how long a finished task is remembered: while it is, the same ID is not taken again. Longer than senders
	// take to try again, and not much longer: the broker holds every task of that time in memory.
	retention = time.Hour
)

// ErrUnavailable says that the broker took no task, whatever was in it. It may well answer a Ping meanwhile: one whose
// memory is full does, and so does one that became a replica.
var ErrUnavailable = errors.New("the broker takes no tasks")

// Task is something to do.
type Task struct {
	Type string
	// ID is unique for what is to be done. While a task with it waits, runs or is remembered, it is not taken again.
	ID      string
	Queue   string
	Payload any
}

// payload is what travels.
type payload struct {
	Version int             `json:"version"`
	Data    json.RawMessage `json:"data"`
}

// open makes a connection pool of the broker's URL.
func open(settings Config) (redis.UniversalClient, error) {
	options, err := redis.ParseURL(string(settings.URL))
	if err != nil {
		return nil, errors.New("QUEUE_URL is not a valid address of Redis") // the cause would show the password
	}
	return redis.NewClient(options), nil
}

// Client sends tasks.
type Client struct {
	connection redis.UniversalClient
	client     *asynq.Client
}

// NewClient makes a client. It connects when it sends first.
func NewClient(settings Config) (*Client, error) {
	connection, err := open(settings)
	if err != nil {
		return nil, err
	}
	return &Client{connection: connection, client: asynq.NewClientFromRedisClient(connection)}, nil
}

// Close ends the connections.
func (c *Client) Close() error { return c.connection.Close() }

// Ping asks whether the broker answers.
func (c *Client) Ping(ctx context.Context) error { return c.connection.Ping(ctx).Err() }

// Send puts a task into its queue, under the trace and the request of ctx; fresh is false when it was sent before. What
// the broker refuses is [ErrUnavailable].
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
