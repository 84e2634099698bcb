// Package kafka publishes and consumes event envelopes with at-least-once delivery.
//
// A publisher may publish an event again after a failure, and a consumer commits an offset only after the record was
// processed. Consumers therefore deduplicate by event id.
package kafka

import (
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
)

const scope = "git.example.com/acme/shop/pkg/kafka"

// Creating an instrument fails only for an invalid name. These names are constant, so the errors are ignored.
var (
	tracer = otel.Tracer(scope)
	meter  = otel.Meter(scope)

	consumed, _ = meter.Int64Counter("events_consumed_total",
		metric.WithDescription("Processed records, by outcome."))
	duration, _ = meter.Float64Histogram("event_duration_seconds",
		metric.WithDescription("Time to process one record."), seconds)
	delay, _ = meter.Float64Histogram("event_delay_seconds",
		metric.WithDescription("Time from the event's occurrence until it was handled."), seconds)
	lagRecords, _ = meter.Int64ObservableGauge("consumer_lag_records",
		metric.WithDescription("Unprocessed records of a partition. After a rebalance, a blocked consumer and the new owner may both report it."))
	blocked, _ = meter.Int64ObservableGauge("consumer_blocked",
		metric.WithDescription("1 while records can be neither handled nor forwarded, 0 otherwise; by group."))

	seconds = metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
)

// Config holds the brokers' addresses.
type Config struct {
	// Brokers is a comma-separated list of addresses.
	Brokers string `env:"KAFKA_BROKERS"`
}

const (
	requestTimeout = 10 * time.Second
	// deliveryTimeout bounds the wait for an unreachable broker. The caller retries.
	deliveryTimeout = 15 * time.Second
)

// Topic returns the topic that a service publishes to.
func Topic(service string) string { return "shop." + service }

// Group returns the consumer group of a service.
func Group(service string) string { return "shop." + service }

// RetryTopic returns the topic for records that one consumer retries later.
func RetryTopic(topic, consumer string) string { return topic + "." + consumer + ".retry" }

// DeadTopic returns one consumer's dead-letter topic for a topic.
func DeadTopic(topic, consumer string) string { return topic + "." + consumer + ".dlq" }

func (c Config) options(more ...kgo.Opt) []kgo.Opt {
	return append([]kgo.Opt{
		kgo.SeedBrokers(strings.Split(c.Brokers, ",")...),
		kgo.DialTimeout(requestTimeout),
		kgo.RequestTimeoutOverhead(requestTimeout),
		// Takes effect only where the broker allows it: in local development.
		kgo.AllowAutoTopicCreation(),
	}, more...)
}

// producing returns the options of every producing client: acks from all in-sync replicas.
func producing() []kgo.Opt {
	return []kgo.Opt{
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProduceRequestTimeout(requestTimeout),
		kgo.RecordDeliveryTimeout(deliveryTimeout),
		// Without this, a record in flight to a broker that disappeared would never time out. The caller produces a
		// cancelled record again; the client fences the first attempt before that.
		kgo.AllowIdempotentProduceCancellation(),
	}
}
