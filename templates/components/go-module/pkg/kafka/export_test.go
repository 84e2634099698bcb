package kafka

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// reading is what a consumer's gauges say.
type reading struct {
	metric.Observer
	Blocked map[string]int64 // by group
	Lag     map[string]int64 // by topic, over its partitions
}

func (r *reading) ObserveInt64(gauge metric.Int64Observable, value int64, options ...metric.ObserveOption) {
	labels := metric.NewObserveConfig(options).Attributes()
	label := func(key attribute.Key) string {
		value, _ := labels.Value(key)
		return value.AsString()
	}
	switch gauge {
	case blocked:
		r.Blocked[label("group")] = value
	case lagRecords:
		r.Lag[label("topic")] += value
	}
}

// Gauges reads them.
func (c *Consumer) Gauges() (blocked, lag map[string]int64) {
	r := &reading{Blocked: map[string]int64{}, Lag: map[string]int64{}}
	_ = c.observe(context.Background(), r)
	return r.Blocked, r.Lag
}

// Turned lets the loop of first deliveries and that of retries have turned so long ago.
func (c *Consumer) Turned(first, again time.Duration) {
	c.first.turned.Store(time.Now().Add(-first).UnixNano())
	c.again.turned.Store(time.Now().Add(-again).UnixNano())
}

// GivesUpProducing says whether a client gives up a record in flight to a broker that went away.
func GivesUpProducing(client *kgo.Client) bool {
	value, ok := client.OptValue(kgo.AllowIdempotentProduceCancellation).(bool)
	return ok && value
}

// Join makes the client that takes records and forwards those that fail.
func (c *Consumer) Join() (*kgo.Client, error) {
	return c.join(&loop{group: c.Group}, new(atomic.Bool))
}

// Client is the publisher's.
func (p *Publisher) Client() *kgo.Client { return p.client }
