package kafka

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
)

// reading holds the values of a consumer's gauges.
type reading struct {
	metric.Observer
	Blocked map[string]int64 // by group
	Lag     map[string]int64 // by topic, summed over its partitions
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

// Gauges returns the consumer's current gauge values.
func (c *Consumer) Gauges() (blocked, lag map[string]int64) {
	r := &reading{Blocked: map[string]int64{}, Lag: map[string]int64{}}
	_ = c.observe(context.Background(), r)
	return r.Blocked, r.Lag
}

// Turned sets how long ago each loop last turned.
func (c *Consumer) Turned(first, again time.Duration) {
	c.first.turned.Store(time.Now().Add(-first).UnixNano())
	c.again.turned.Store(time.Now().Add(-again).UnixNano())
}

// GivesUpProducing says whether a client abandons in-flight records of an unreachable broker.
func GivesUpProducing(client *kgo.Client) bool {
	value, ok := client.OptValue(kgo.AllowIdempotentProduceCancellation).(bool)
	return ok && value
}

// Join creates the client that consumes and forwards records.
func (c *Consumer) Join() (*kgo.Client, error) {
	return c.join(&loop{group: c.Group}, new(atomic.Bool))
}

// Client returns the publisher's client.
func (p *Publisher) Client() *kgo.Client { return p.client }

// observed sums the observations.
type observed struct {
	noop.Observer
	sum   int64
	count int
}

func (o *observed) ObserveInt64(_ metric.Int64Observable, value int64, _ ...metric.ObserveOption) {
	o.sum += value
	o.count++
}

func TestLags_Measure_CountsUnprocessedRecords(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "things"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	var l lags
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...),
		kgo.ConsumerGroup("readers"), kgo.ConsumeTopics("things"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, given map[string][]int32) { l.hold(given) }))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	produce := func() {
		t.Helper()
		for range 3 {
			if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: "things", Partition: 1}).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
	}
	lag := func() observed {
		t.Helper()
		if err := l.measure(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		var o observed
		l.observe(&o)
		return o
	}
	produce()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	records := client.PollFetches(ctx).Records()
	if len(records) == 0 {
		t.Fatal("no records were fetched")
	}
	if got := lag(); got.sum != 3 || got.count != 2 {
		t.Errorf("before processing: lag %d in %d partitions", got.sum, got.count)
	}
	l.dealt(records[0])
	if got := lag(); got.sum != 2 {
		t.Errorf("after one record: lag %d", got.sum)
	}
	produce()
	if got := lag(); got.sum != 5 {
		t.Errorf("after more records arrived: lag %d", got.sum)
	}
	l.restrict([]string{"things"}, map[string][]int32{"things": {1}})
	if got := lag(); got.count != 1 || got.sum != 5 {
		t.Errorf("one partition was not reassigned, but %d are observed", got.count)
	}
	l.forget(map[string][]int32{"things": {0, 1}})
	if got := lag(); got.count != 0 {
		t.Errorf("all partitions were taken over, but %d are observed", got.count)
	}
}
