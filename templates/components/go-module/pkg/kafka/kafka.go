// Package kafka publishes and consumes event envelopes.
//
// Delivery is at least once in both directions: a publisher may publish an event again after a failure, a consumer
// commits an offset after the record was dealt with. Whoever consumes deduplicates by the event's identifier.
package kafka

import (
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
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
func Topic(service string) string { return "@{ project.name }@." + service }

// Group is the consumer group of a service.
func Group(service string) string { return "@{ project.name }@." + service }

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
