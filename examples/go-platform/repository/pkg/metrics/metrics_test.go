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

func TestExtension_Instruments_KeepTheirNames(t *testing.T) {
	var text string
	program := process.Program{
		Service: "test",
		Admin:   "127.0.0.1:0",
		Commands: map[string]process.Command{
			"measure": process.Job(func(ctx context.Context, p *process.Process, _ struct{}) error {
				counter, err := otel.Meter("test").Int64Counter("things_done_total")
				if err != nil {
					return err
				}
				counter.Add(ctx, 2, metric.WithAttributes(attribute.String("kind", "good")))
				recorder := httptest.NewRecorder()
				p.Admin.Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
				text = recorder.Body.String()
				return nil
			}),
		},
		Extensions: []process.Extension{metrics.Extension()},
	}
	lookup := func(string) (string, bool) { return "test", true }
	if code := program.Main([]string{"measure"}, func(name string) (string, bool) {
		if name == "LOG_LEVEL" {
			return "info", true
		}
		return lookup(name)
	}, &strings.Builder{}); code != 0 {
		t.Fatalf("ended with %d", code)
	}
	for _, line := range []string{`things_done_total{kind="good"} 2`, "go_goroutines "} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q in\n%s", line, text)
		}
	}
}
