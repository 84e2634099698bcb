package kafka

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

const scope = "@{ project.module }@/pkg/kafka"

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
		metric.WithDescription("Records of a partition that are not dealt with yet, as of the last fetch. A consumer that waits and the one that took over both tell."))
	blocked, _ = meter.Int64ObservableGauge("consumer_blocked",
		metric.WithDescription("1 while records fail and are neither retried nor given up, 0 otherwise; by group."))

	seconds = metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
)

// lags is the lag of each partition that the consumer holds, or held when it failed.
type lags struct {
	mu sync.Mutex
	of map[partition]int64
}

type partition struct {
	topic  string
	number int32
}

func (l *lags) set(record *kgo.Record, lag int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = make(map[partition]int64)
	}
	l.of[partition{record.Topic, record.Partition}] = lag
}

// forget drops partitions that another consumer takes over.
func (l *lags) forget(taken map[string][]int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for topic, numbers := range taken {
		for _, number := range numbers {
			delete(l.of, partition{topic, number})
		}
	}
}

// restrict drops those partitions of the topics that were not given back.
func (l *lags) restrict(topics []string, given map[string][]int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.of, func(p partition, _ int64) bool {
		return slices.Contains(topics, p.topic) && !slices.Contains(given[p.topic], p.number)
	})
}

func (l *lags) observe(observer metric.Observer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p, lag := range l.of {
		observer.ObserveInt64(lagRecords, lag,
			metric.WithAttributes(attribute.String("topic", p.topic), attribute.Int("partition", int(p.number))))
	}
}

func (c *Consumer) observe(_ context.Context, observer metric.Observer) error {
	c.lags.observe(observer)
	for _, l := range []*loop{&c.first, &c.again} {
		var value int64
		if l.blocked.Load() {
			value = 1
		}
		observer.ObserveInt64(blocked, value, metric.WithAttributes(attribute.String("group", l.group)))
	}
	return nil
}
