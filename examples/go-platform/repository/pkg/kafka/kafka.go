// Package kafka publishes and consumes event envelopes.
//
// Delivery is at least once in both directions: a publisher may publish an event again after a failure, a consumer
// commits an offset after the record was dealt with. Whoever consumes deduplicates by the event's identifier.
package kafka

import (
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
)

const scope = "git.example.com/acme/shop/pkg/kafka"

// The instruments. The errors are about names, which are constant, and the instruments are usable all the same.
var (
	tracer = otel.Tracer(scope)
	meter  = otel.Meter(scope)

	consumed, _ = meter.Int64Counter("events_consumed_total",
		metric.WithDescription("Records that were dealt with, by outcome."))
	duration, _ = meter.Float64Histogram("event_duration_seconds",
		metric.WithDescription("Time that handling one record took."), seconds)
	delay, _ = meter.Float64Histogram("event_delay_seconds",
		metric.WithDescription("Time from the event until it was handled."), seconds)
	lagRecords, _ = meter.Int64ObservableGauge("consumer_lag_records",
		metric.WithDescription("Records of a partition that are not dealt with yet. A consumer that waits and the one that took over both tell."))
	blocked, _ = meter.Int64ObservableGauge("consumer_blocked",
		metric.WithDescription("1 while records fail and are neither retried nor given up, 0 otherwise; by group."))

	seconds = metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
)

// Config says where the brokers are.
type Config struct {
	// Brokers are addresses with commas between them.
	Brokers string `env:"KAFKA_BROKERS"`
}

const (
	requestTimeout = 10 * time.Second
	// deliveryTimeout ends the wait for a broker that is away; the caller tries again.
	deliveryTimeout = 15 * time.Second
)

// Topic is where a service publishes its events.
func Topic(service string) string { return "shop." + service }

// Group is the consumer group of a service.
func Group(service string) string { return "shop." + service }

// RetryTopic holds the records of a topic that one consumer tries again later.
func RetryTopic(topic, consumer string) string { return topic + "." + consumer + ".retry" }

// DeadTopic holds the records of a topic that one consumer gave up, for somebody to look at.
func DeadTopic(topic, consumer string) string { return topic + "." + consumer + ".dlq" }

func (c Config) options(more ...kgo.Opt) []kgo.Opt {
	return append([]kgo.Opt{
		kgo.SeedBrokers(strings.Split(c.Brokers, ",")...),
		kgo.DialTimeout(requestTimeout),
		kgo.RequestTimeoutOverhead(requestTimeout),
		// Only a broker that permits it makes a topic: the one on a developer's machine.
		kgo.AllowAutoTopicCreation(),
	}, more...)
}

// producing are the options of every client that produces: it waits for all in-sync replicas.
func producing() []kgo.Opt {
	return []kgo.Opt{
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProduceRequestTimeout(requestTimeout),
		kgo.RecordDeliveryTimeout(deliveryTimeout),
		// Without it a record in flight to a broker that went away could never time out. What is cancelled is
		// produced again by the caller, and the client fences the first try before it does.
		kgo.AllowIdempotentProduceCancellation(),
	}
}
