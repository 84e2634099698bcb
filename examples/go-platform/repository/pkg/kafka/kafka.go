// Package kafka publishes and consumes event envelopes with at-least-once delivery.
//
// A publisher may publish an event again after a failure, and a consumer commits an offset only after its record was
// handled. Consumers therefore deduplicate by event id. Spans and measurements of the client are those of kotel.
package kafka

import (
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/plugin/kotel"
)

// Config holds the brokers' addresses.
type Config struct {
	// Brokers is a comma-separated list of addresses.
	Brokers string `env:"KAFKA_BROKERS"`
}

const (
	requestTimeout = 10 * time.Second
	// deliveryTimeout bounds the wait for an unreachable broker. The caller tries again.
	deliveryTimeout = 15 * time.Second
)

// Topic returns the topic that a service publishes to.
func Topic(service string) string { return "shop." + service }

// Group returns the consumer group of a service.
func Group(service string) string { return "shop." + service }

// RetryTopic returns the topic of the records that one consumer handles again later.
func RetryTopic(topic, consumer string) string { return topic + "." + consumer + ".retry" }

// DeadTopic returns one consumer's dead-letter topic for a topic.
func DeadTopic(topic, consumer string) string { return topic + "." + consumer + ".dlq" }

// connect creates a client that produces with acknowledgement of all in-sync replicas, and connects on first use.
func (c Config) connect(tracer *kotel.Tracer, more ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(strings.Split(c.Brokers, ",")...),
		kgo.WithHooks(kotel.NewKotel(kotel.WithTracer(tracer), kotel.WithMeter(kotel.NewMeter())).Hooks()...),
		kgo.DialTimeout(requestTimeout),
		kgo.RequestTimeoutOverhead(requestTimeout),
		// Works only where the broker allows it: in local development.
		kgo.AllowAutoTopicCreation(),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProduceRequestTimeout(requestTimeout),
		kgo.RecordDeliveryTimeout(deliveryTimeout),
		// Without this, a record in flight to a broker that disappeared would never time out. The caller produces a
		// cancelled record again; the client fences the first attempt before that.
		kgo.AllowIdempotentProduceCancellation(),
	}, more...)...)
}
