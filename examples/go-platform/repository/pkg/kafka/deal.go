package kafka

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/proto"

	envelopev1 "git.example.com/acme/shop/gen/envelope/v1"
)

const (
	defaultAttempts = 10
	defaultDelay    = 2 * time.Second
	// longestDelay keeps a waiting record well within the rebalance timeout.
	longestDelay = 20 * time.Second
)

// permanent marks an error that a retry cannot fix.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error as not retryable: the record is dead-lettered at once.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

// IsPermanent says whether the error was marked by [Permanent].
func IsPermanent(err error) bool {
	_, is := errors.AsType[permanent](err)
	return is
}

// deal handles one record or forwards it to the retry or dead-letter topic. An error means that neither was possible
// and the record must be redelivered.
func (c *Consumer) deal(ctx context.Context, client *kgo.Client, record *kgo.Record) error {
	if err := wait(ctx, c.notBefore(record)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), HandleTimeout)
	defer cancel()
	ctx, span := tracer.Start(traced(ctx, record), "process "+record.Topic,
		trace.WithSpanKind(trace.SpanKindConsumer),
		trace.WithAttributes(
			attribute.String("messaging.system", "kafka"),
			attribute.String("messaging.destination.name", record.Topic),
			attribute.String("messaging.message.id", header(record, headerEventID))))
	defer span.End()

	started := time.Now()
	outcome, err := c.handle(ctx, record)
	if err != nil {
		span.RecordError(err)
		span.SetStatus(codes.Error, err.Error())
		if outcome, err = c.forward(ctx, client, record, err); err != nil {
			outcome = "unavailable"
		}
	}
	if err == nil {
		c.Log.InfoContext(ctx, "event processed", "topic", record.Topic, "type", header(record, headerType),
			"event_id", header(record, headerEventID), "outcome", outcome)
	}
	labels := metric.WithAttributes(attribute.String("topic", record.Topic), attribute.String("type", header(record, headerType)))
	duration.Record(ctx, time.Since(started).Seconds(), labels)
	consumed.Add(ctx, 1, labels, metric.WithAttributes(attribute.String("outcome", outcome)))
	return err
}

// handle calls the record's handler. A panic counts as a failure; otherwise the record would crash the process again
// after each restart.
func (c *Consumer) handle(ctx context.Context, record *kgo.Record) (outcome string, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			c.Log.ErrorContext(ctx, "handler panicked", "panic", cause, "stack", string(debug.Stack()))
			outcome, err = "", fmt.Errorf("handler panicked: %v", cause)
		}
	}()
	event := new(envelopev1.Envelope)
	if err := proto.Unmarshal(record.Value, event); err != nil {
		return "", Permanent(fmt.Errorf("decode the envelope: %w", err))
	}
	handler, known := c.subscription(record).Handlers[event.GetType()]
	if !known {
		return "ignored", nil
	}
	fresh, err := handler(ctx, event)
	if err != nil {
		return "", fmt.Errorf("handle %s %s: %w", event.GetType(), event.GetEventId(), err)
	}
	if !fresh {
		return "duplicate", nil
	}
	delay.Record(ctx, time.Since(event.GetOccurredAt().AsTime()).Seconds(),
		metric.WithAttributes(attribute.String("topic", record.Topic), attribute.String("type", event.GetType())))
	return "handled", nil
}

// forward moves a failed record to the retry or dead-letter topic.
func (c *Consumer) forward(ctx context.Context, client *kgo.Client, record *kgo.Record, cause error) (string, error) {
	// A new deadline: the handler may have used up the old one.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deliveryTimeout)
	defer cancel()
	attempt := c.tried(record) + 1
	if !IsPermanent(cause) {
		if c.Unavailable(cause) {
			return "", fmt.Errorf("not available: %w", cause)
		}
		if err := c.available(ctx); err != nil {
			return "", fmt.Errorf("%w (not available: %w)", cause, err)
		}
	}
	outcome, topic, due := "retried", RetryTopic(c.subscription(record).Topic, c.Name), time.Now().Add(c.pause(attempt))
	if IsPermanent(cause) || attempt >= c.attempts() {
		outcome, topic, due = "dead", DeadTopic(c.subscription(record).Topic, c.Name), time.Now()
	}
	c.Log.ErrorContext(ctx, "event failed", "topic", record.Topic, "partition", record.Partition, "offset", record.Offset,
		"event_id", header(record, headerEventID), "attempt", attempt, "outcome", outcome, "error", cause)
	if err := client.ProduceSync(ctx, forwarded(record, topic, attempt, due, cause)).FirstErr(); err != nil {
		return "", fmt.Errorf("forward to %s: %w", topic, err)
	}
	return outcome, nil
}

// subscription returns the subscription that a record came from, directly or through its retry topic.
func (c *Consumer) subscription(record *kgo.Record) Subscription {
	for _, subscription := range c.Subscriptions {
		if record.Topic == subscription.Topic || record.Topic == RetryTopic(subscription.Topic, c.Name) {
			return subscription
		}
	}
	return Subscription{Topic: record.Topic}
}

// retried says whether the record comes from a retry topic. Retry headers are ignored elsewhere, so a dead-lettered
// record that is replayed into its original topic gets all attempts again.
func (c *Consumer) retried(record *kgo.Record) bool {
	return record.Topic != c.subscription(record).Topic
}

// tried returns the number of previous attempts.
func (c *Consumer) tried(record *kgo.Record) int {
	if !c.retried(record) {
		return 0
	}
	return attempts(record)
}

// notBefore returns when the backoff of a retried record ends.
func (c *Consumer) notBefore(record *kgo.Record) time.Time {
	if !c.retried(record) {
		return time.Time{}
	}
	return due(record)
}

func (c *Consumer) attempts() int {
	if c.Attempts == 0 {
		return defaultAttempts
	}
	return c.Attempts
}

// pause returns the exponential backoff after the given attempt.
func (c *Consumer) pause(attempt int) time.Duration {
	first := c.Delay
	if first == 0 {
		first = defaultDelay
	}
	return min(first<<(attempt-1), longestDelay)
}
