// Package telemetry carries one trace and one request id through every hop: HTTP, gRPC, events, tasks, workflows.
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

// requestIDMember is the baggage member that holds the request id, so that it travels with the trace.
const requestIDMember = "request_id"

// Start sets up W3C propagation and spans for the whole process. Spans are always made, since logs name their trace;
// where they are sent is up to the processors. Stop flushes them.
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

// Inject gives what a message must carry for its receiver to continue the trace.
func Inject(ctx context.Context) map[string]string {
	carrier := propagation.MapCarrier{}
	otel.GetTextMapPropagator().Inject(ctx, carrier)
	return carrier
}

// Extract continues the trace that a message carried.
func Extract(ctx context.Context, carried map[string]string) context.Context {
	return otel.GetTextMapPropagator().Extract(ctx, propagation.MapCarrier(carried))
}

// NewRequestID makes an id for a request that came without one.
func NewRequestID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails: it ends the program instead
	return hex.EncodeToString(id[:])
}

// RequestID is the id of the request that all this began with, or empty.
func RequestID(ctx context.Context) string {
	return baggage.FromContext(ctx).Member(requestIDMember).Value()
}

// WithRequestID remembers the request's id.
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

// ValidRequestID says whether a caller's id is one that logs and headers can hold.
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
