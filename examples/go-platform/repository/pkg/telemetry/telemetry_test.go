package telemetry_test

import (
	"context"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"

	"git.example.com/acme/shop/pkg/telemetry"
)

func TestExtract_InjectedContext_RestoresTraceAndRequestID(t *testing.T) {
	stop := telemetry.Start("test", "1", "test")
	t.Cleanup(func() { _ = stop(context.Background()) })
	ctx, err := telemetry.WithRequestID(t.Context(), "req-1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, span := otel.Tracer("test").Start(ctx, "send")
	defer span.End()

	received := telemetry.Extract(context.Background(), telemetry.Inject(ctx))

	if got, want := trace.SpanContextFromContext(received).TraceID(), span.SpanContext().TraceID(); got != want {
		t.Errorf("trace %s became %s", want, got)
	}
	if got := telemetry.RequestID(received); got != "req-1" {
		t.Errorf("request id became %q", got)
	}
}

func TestValidRequestID_UntrustedText_AcceptsOnlySafeIDs(t *testing.T) {
	for id, want := range map[string]bool{
		"":                         false,
		"a-b_c.9":                  true,
		"a b":                      false,
		"a\nb":                     false,
		telemetry.NewRequestID():   true,
		strings.Repeat("x", 129):   false,
		"dGVzdA==":                 false,
		"0192d7a1-0000-7000-8000-": true,
	} {
		if got := telemetry.ValidRequestID(id); got != want {
			t.Errorf("%q: %v", id, got)
		}
	}
}
