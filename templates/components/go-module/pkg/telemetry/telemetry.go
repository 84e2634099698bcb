// Package telemetry propagates trace context and request id through HTTP, gRPC, events, tasks and workflows.
package telemetry

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// requestIDMember is the baggage member for the request id, so that it is propagated with the trace context.
const requestIDMember = "request_id"

// Start sets up W3C propagation and tracing for the process. Spans are always created, because log lines contain their
// trace id; the processors decide where they are exported. stop flushes them.
func Start(service, release, environment string, processors ...sdktrace.SpanProcessor) (stop func(context.Context) error) {
	options := []sdktrace.TracerProviderOption{
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", service),
			attribute.String("service.version", release),
			attribute.String("deployment.environment.name", environment),
		)),
	}
	for _, processor := range processors {
		options = append(options, sdktrace.WithSpanProcessor(processor))
	}
	provider := sdktrace.NewTracerProvider(options...)
	otel.SetTracerProvider(provider)
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	return provider.Shutdown
}

// Inject returns the headers that propagate the trace context and request id of ctx.
func Inject(ctx context.Context) map[string]string {
	carrier := propagation.MapCarrier{}
	otel.GetTextMapPropagator().Inject(ctx, carrier)
	return carrier
}

// Extract restores the trace context and request id from a message's headers.
func Extract(ctx context.Context, carried map[string]string) context.Context {
	return otel.GetTextMapPropagator().Extract(ctx, propagation.MapCarrier(carried))
}

// NewRequestID generates an id for a request that has none.
func NewRequestID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never returns an error: it crashes the program instead
	return hex.EncodeToString(id[:])
}

// RequestID returns the id of the originating request, or "".
func RequestID(ctx context.Context) string {
	return baggage.FromContext(ctx).Member(requestIDMember).Value()
}

// WithRequestID stores the request id in the context's baggage.
func WithRequestID(ctx context.Context, id string) (context.Context, error) {
	member, err := baggage.NewMemberRaw(requestIDMember, id)
	if err != nil {
		return ctx, fmt.Errorf("request id: %w", err)
	}
	bag, err := baggage.FromContext(ctx).SetMember(member)
	if err != nil {
		return ctx, fmt.Errorf("request id: %w", err)
	}
	return baggage.ContextWithBaggage(ctx, bag), nil
}

// ValidRequestID says whether a client's request id is safe in logs and headers.
func ValidRequestID(id string) bool {
	if id == "" || len(id) > 128 {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}
