package kafka

import (
	"context"

	"go.opentelemetry.io/otel"
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
