package kafka

import (
	"context"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
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
		metric.WithDescription("Records of an assigned partition that are not dealt with yet."))

	seconds = metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
)

// lags is the lag of each partition that the consumer holds. A partition that another one took over is forgotten:
// the sum over all consumers stays right.
type lags struct {
	mu sync.Mutex
	of map[partition]int64
}

type partition struct {
	topic  string
	number int32
}

func newLags() *lags { return &lags{of: make(map[partition]int64)} }

func (l *lags) set(record *kgo.Record, highWatermark int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.of[partition{record.Topic, record.Partition}] = highWatermark - record.Offset - 1
}

// forget is called by the client when partitions are taken away.
func (l *lags) forget(_ context.Context, _ *kgo.Client, taken map[string][]int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for topic, numbers := range taken {
		for _, number := range numbers {
			delete(l.of, partition{topic, number})
		}
	}
}

func (l *lags) observe(_ context.Context, observer metric.Observer) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p, lag := range l.of {
		observer.ObserveInt64(lagRecords, lag,
			metric.WithAttributes(attribute.String("topic", p.topic), attribute.Int("partition", int(p.number))))
	}
	return nil
}
