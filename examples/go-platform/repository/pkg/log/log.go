// Package log writes JSON log lines with request id and trace id.
package log

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"go.opentelemetry.io/otel/trace"

	"git.example.com/acme/shop/pkg/telemetry"
)

// New creates a logger with a minimum level and attributes that are added to every line.
func New(w io.Writer, level string, attributes ...slog.Attr) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log level: %w", err)
	}
	lines := slog.NewJSONHandler(w, &slog.HandlerOptions{Level: least})
	return slog.New(handler{lines.WithAttrs(attributes)}), nil
}

// handler adds the request id and trace id of the context to each line.
type handler struct{ slog.Handler }

func (h handler) Handle(ctx context.Context, record slog.Record) error {
	if id := telemetry.RequestID(ctx); id != "" {
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

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name)}
}
