package metrics_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"git.example.com/acme/shop/pkg/metrics"
	"git.example.com/acme/shop/pkg/process"
)

func TestExtension_Instruments_AreServed(t *testing.T) {
	p := &process.Process{Admin: process.NewAdmin()}
	stop, err := metrics.Extension().Start(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stop(context.Background()) }()
	counter, err := otel.Meter("test").Int64Counter("things_done")
	if err != nil {
		t.Fatal(err)
	}
	counter.Add(t.Context(), 2, metric.WithAttributes(attribute.String("a.kind", "good")))
	recorder := httptest.NewRecorder()
	p.Admin.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, line := range []string{`things_done_total{a_kind="good"} 2`, "go_goroutines "} {
		if !strings.Contains(recorder.Body.String(), line) {
			t.Errorf("no %q in\n%s", line, recorder.Body)
		}
	}
}
