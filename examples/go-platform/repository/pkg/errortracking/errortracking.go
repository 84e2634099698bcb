// Package errortracking reports logged errors and sampled spans to a Sentry-compatible server.
package errortracking

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/getsentry/sentry-go"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"git.example.com/acme/shop/pkg/config"
	"git.example.com/acme/shop/pkg/process"
	"git.example.com/acme/shop/pkg/telemetry"
)

type settings struct {
	DSN        config.Secret `env:"SENTRY_DSN" optional:"true"`
	SampleRate float64       `env:"SENTRY_TRACES_SAMPLE_RATE" default:"0"`
}

// Extension reports errors, and spans at the configured sample rate. Without a DSN it does nothing.
func Extension() process.Extension {
	return process.Extension{Variables: config.Variables[settings](), Start: start}
}

func start(_ context.Context, p *process.Process, lookup func(string) (string, bool)) (process.Started, error) {
	chosen, err := config.Read[settings](lookup)
	if err != nil || chosen.DSN == "" {
		return process.Started{}, err
	}
	client, err := sentry.NewClient(sentry.ClientOptions{
		Dsn:              string(chosen.DSN),
		Environment:      p.Environment,
		Release:          p.Release,
		ServerName:       p.Service + "-" + p.Name,
		EnableTracing:    true,
		TracesSampleRate: 1, // sampling is done below, by trace id, so that every process decides alike
	})
	if err != nil {
		return process.Started{}, errors.New("SENTRY_DSN is not a valid address of the Sentry protocol")
	}
	hub := sentry.NewHub(client, sentry.NewScope())
	return process.Started{
		Log:   func(next slog.Handler) slog.Handler { return errorHandler{Handler: next, hub: hub} },
		Spans: []sdktrace.SpanProcessor{newTransactions(hub, chosen.SampleRate)},
		Stop: func(ctx context.Context) error {
			if !client.FlushWithContext(ctx) {
				return fmt.Errorf("errors were not all reported")
			}
			client.Close()
			return nil
		},
	}, nil
}

// errorHandler reports log records of level error.
type errorHandler struct {
	slog.Handler
	hub *sentry.Hub
}

func (h errorHandler) Handle(ctx context.Context, record slog.Record) error {
	if record.Level >= slog.LevelError {
		h.report(ctx, record)
	}
	return h.Handler.Handle(ctx, record)
}

func (h errorHandler) report(ctx context.Context, record slog.Record) {
	event := sentry.NewEvent()
	event.Level = sentry.LevelError
	event.Message = record.Message
	event.Timestamp = record.Time
	details := sentry.Context{}
	record.Attrs(func(attribute slog.Attr) bool {
		if cause, ok := attribute.Value.Any().(error); ok {
			event.SetException(cause, -1)
			return true
		}
		details[attribute.Key] = attribute.Value.Resolve().String()
		return true
	})
	event.Contexts["log"] = details
	if id := telemetry.RequestID(ctx); id != "" {
		event.Tags["request_id"] = id
	}
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		event.Contexts["trace"] = sentry.Context{"trace_id": span.TraceID().String(), "span_id": span.SpanID().String()}
	}
	h.hub.CaptureEvent(event)
}

func (h errorHandler) WithAttrs(attributes []slog.Attr) slog.Handler {
	return errorHandler{Handler: h.Handler.WithAttrs(attributes), hub: h.hub}
}

func (h errorHandler) WithGroup(name string) slog.Handler {
	return errorHandler{Handler: h.Handler.WithGroup(name), hub: h.hub}
}

// transactions reports the local root span of each request, message or task as a Sentry transaction.
type transactions struct {
	hub     *sentry.Hub
	sampler sdktrace.Sampler
}

func newTransactions(hub *sentry.Hub, share float64) *transactions {
	return &transactions{hub: hub, sampler: sdktrace.TraceIDRatioBased(share)}
}

// OnStart does nothing.
func (*transactions) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd reports the span if it is a local root and sampled.
func (t *transactions) OnEnd(span sdktrace.ReadOnlySpan) {
	parent := span.Parent()
	if parent.IsValid() && !parent.IsRemote() {
		return
	}
	chosen := t.sampler.ShouldSample(sdktrace.SamplingParameters{TraceID: span.SpanContext().TraceID()})
	if chosen.Decision != sdktrace.RecordAndSample {
		return
	}
	event := sentry.NewEvent()
	event.Type = "transaction"
	event.Transaction = span.Name()
	event.StartTime = span.StartTime()
	event.Timestamp = span.EndTime()
	context := sentry.Context{
		"trace_id": span.SpanContext().TraceID().String(),
		"span_id":  span.SpanContext().SpanID().String(),
		"op":       span.SpanKind().String(),
	}
	if parent.IsValid() {
		context["parent_span_id"] = parent.SpanID().String()
	}
	event.Contexts["trace"] = context
	for _, attribute := range span.Attributes() {
		event.Tags[string(attribute.Key)] = attribute.Value.String()
	}
	t.hub.CaptureEvent(event)
}

// Shutdown does nothing: the extension's Stop flushes the client.
func (*transactions) Shutdown(context.Context) error { return nil }

// ForceFlush does nothing either.
func (*transactions) ForceFlush(context.Context) error { return nil }

var _ sdktrace.SpanProcessor = (*transactions)(nil)
