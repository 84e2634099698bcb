package telemetry_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"

	"git.example.com/acme/shop/pkg/telemetry"
)

func TestExtract_InjectedContext_ReachesLogWithTraceAndRequestID(t *testing.T) {
	stop, err := telemetry.Start(t.Context(), "test", "1", "test", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop(context.Background()) })
	ctx, span := otel.Tracer("test").Start(telemetry.WithRequestID(t.Context(), "req-1"), "send")
	defer span.End()
	received := telemetry.Extract(context.Background(), telemetry.Inject(ctx))

	var out strings.Builder
	logger := telemetry.NewLogger(&out, slog.LevelInfo, slog.String("service", "shop"))
	logger.DebugContext(received, "not shown")
	logger.With("a", 1).InfoContext(received, "shown")
	var line map[string]any
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil {
		t.Fatalf("%v in %q", err, out.String())
	}
	for name, want := range map[string]any{
		"msg": "shown", "service": "shop", "a": 1.0, "request_id": "req-1", "trace_id": span.SpanContext().TraceID().String(),
	} {
		if line[name] != want {
			t.Errorf("%s is %v, not %v", name, line[name], want)
		}
	}
}

func TestWithRequestID_UnsafeText_GetsNewID(t *testing.T) {
	for given, kept := range map[string]bool{"a-b_c.9": true, "": false, "a b": false, "a\nb": false, strings.Repeat("x", 129): false} {
		if id := telemetry.RequestID(telemetry.WithRequestID(t.Context(), given)); (id == given) != kept || id == "" {
			t.Errorf("%q became %q", given, id)
		}
	}
}

func TestStart_Endpoint_ReceivesSpansByOTLP(t *testing.T) {
	received := make(chan string, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		received <- r.Method + " " + r.URL.Path
	}))
	defer collector.Close()
	stop, err := telemetry.Start(t.Context(), "test", "1", "test", collector.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, span := otel.Tracer("test").Start(t.Context(), "work")
	span.End()
	if err := stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := <-received; got != "POST /v1/traces" {
		t.Errorf("got %s", got)
	}
}
