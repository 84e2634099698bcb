// Package telemetry sets up OpenTelemetry, and carries trace context and request id through HTTP, gRPC, events, tasks and
// workflows into logs.
package telemetry

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// requestID is the baggage member of the request id, which so goes wherever the trace context goes.
const requestID = "request_id"

var validRequestID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// Start sets up W3C propagation and tracing. Spans are always made, because log lines contain their trace id; they are
// exported by OTLP if there is an endpoint. stop flushes them.
func Start(
	ctx context.Context, service, release, environment, endpoint string, processors ...sdktrace.SpanProcessor,
) (stop func(context.Context) error, err error) {
	options := []sdktrace.TracerProviderOption{sdktrace.WithResource(resource.NewSchemaless(
		attribute.String("service.name", service),
		attribute.String("service.version", release),
		attribute.String("deployment.environment.name", environment),
	))}
	if endpoint != "" {
		exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint+"/v1/traces"))
		if err != nil {
			return nil, fmt.Errorf("traces: %w", err)
		}
		options = append(options, sdktrace.WithBatcher(exporter))
	}
	for _, processor := range processors {
		options = append(options, sdktrace.WithSpanProcessor(processor))
	}
	provider := sdktrace.NewTracerProvider(options...)
	otel.SetTracerProvider(provider)
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	return provider.Shutdown, nil
}

// Inject returns headers that carry the trace context and request id of ctx.
func Inject(ctx context.Context) map[string]string {
	carrier := propagation.MapCarrier{}
	otel.GetTextMapPropagator().Inject(ctx, carrier)
	return carrier
}

// Extract restores the trace context and request id from such headers.
func Extract(ctx context.Context, carried map[string]string) context.Context {
	return otel.GetTextMapPropagator().Extract(ctx, propagation.MapCarrier(carried))
}

// RequestID returns the id of the request that everything began with, or "".
func RequestID(ctx context.Context) string { return baggage.FromContext(ctx).Member(requestID).Value() }

// WithRequestID stores a request id: the given one if it is safe in logs and headers, else a new one.
func WithRequestID(ctx context.Context, given string) context.Context {
	if !validRequestID.MatchString(given) {
		given = uuid.NewString()
	}
	member, _ := baggage.NewMemberRaw(requestID, given)  // valid
	bag, _ := baggage.FromContext(ctx).SetMember(member) // valid, too
	return baggage.ContextWithBaggage(ctx, bag)
}

// NewLogger creates a logger of JSON lines with the request id and trace id of their context.
func NewLogger(w io.Writer, level slog.Level, attributes ...slog.Attr) *slog.Logger {
	return slog.New(handler{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}).WithAttrs(attributes)})
}

type handler struct{ slog.Handler }

func (h handler) Handle(ctx context.Context, record slog.Record) error {
	if id := RequestID(ctx); id != "" {
		record.AddAttrs(slog.String("request_id", id))
	}
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		record.AddAttrs(slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	return h.Handler.Handle(ctx, record)
}

func (h handler) WithAttrs(attributes []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attributes)}
}

func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }
