package log_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"@{ project.module }@/pkg/log"
	"@{ project.module }@/pkg/telemetry"
)

func TestLogger_RequestContext_AddsServiceRequestAndTraceID(t *testing.T) {
	var out bytes.Buffer
	logger, err := log.New(&out, "info", slog.String("service", "shop"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := telemetry.WithRequestID(t.Context(), "req-1")
	if err != nil {
		t.Fatal(err)
	}
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}})
	ctx = trace.ContextWithSpanContext(ctx, span)

	logger.DebugContext(ctx, "not shown")
	logger.With("a", 1).InfoContext(ctx, "shown")

	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%v in %q", err, out.String())
	}
	for name, want := range map[string]any{
		"msg": "shown", "service": "shop", "a": 1.0, "request_id": "req-1", "trace_id": span.TraceID().String(),
	} {
		if line[name] != want {
			t.Errorf("%s is %v, not %v", name, line[name], want)
		}
	}
}

func TestNew_UnknownLevel_ReturnsError(t *testing.T) {
	if _, err := log.New(&bytes.Buffer{}, "loud"); err == nil {
		t.Error("an unknown level was accepted")
	}
}
