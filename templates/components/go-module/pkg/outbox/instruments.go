package outbox

import (
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
)

// The instruments. The errors are about names, which are constant, and the instruments are usable all the same.
var (
	meter = otel.Meter("@{ project.module }@/pkg/outbox")

	published, _ = meter.Int64Counter("events_published_total",
		metric.WithDescription("Events that the broker acknowledged; one that was published again counts again."))
	failures, _ = meter.Int64Counter("outbox_failures_total",
		metric.WithDescription("Passes of the relay that failed and are tried again."))
	lastAdvance, _ = meter.Float64Gauge("outbox_last_advance_timestamp_seconds",
		metric.WithDescription("When the relay last knew that nothing is left behind it; an idle one sees to it again and again."))
)
