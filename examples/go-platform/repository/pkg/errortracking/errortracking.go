// Package errortracking reports logged errors to a Sentry-compatible server, linked to OpenTelemetry's traces by Sentry's
// own integration.
package errortracking

import (
	"context"
	"errors"
	"log/slog"

	"github.com/getsentry/sentry-go"
	sentryotel "github.com/getsentry/sentry-go/otel"

	"git.example.com/acme/shop/pkg/config"
	"git.example.com/acme/shop/pkg/process"
	"git.example.com/acme/shop/pkg/telemetry"
)

type settings struct {
	DSN config.Secret `env:"SENTRY_DSN" envDefault:""`
}

// Extension reports errors. Without a DSN it does nothing.
func Extension() process.Extension {
	return process.Extension{Variables: config.Variables[settings](), Start: start}
}

func start(p *process.Process, environment map[string]string) (func(context.Context) error, error) {
	chosen, err := config.Read[settings](environment)
	if err != nil || chosen.DSN == "" {
		return nil, err
	}
	client, err := sentry.NewClient(sentry.ClientOptions{
		Dsn:         string(chosen.DSN),
		Environment: p.Environment,
		Release:     p.Release,
		ServerName:  p.Service + "-" + p.Name,
		Integrations: func(all []sentry.Integration) []sentry.Integration {
			return append(all, sentryotel.NewOtelIntegration())
		},
	})
	if err != nil {
		return nil, errors.New("SENTRY_DSN is not a valid address of the Sentry protocol") // the cause would reveal it
	}
	p.Log = slog.New(handler{p.Log.Handler(), client})
	return func(ctx context.Context) error {
		if !client.FlushWithContext(ctx) {
			return errors.New("errors were not all reported")
		}
		client.Close()
		return nil
	}, nil
}

// handler reports log records of level error. Sentry's own handler of slog makes logs of them, not errors.
type handler struct {
	slog.Handler
	client *sentry.Client
}

func (h handler) Handle(ctx context.Context, record slog.Record) error {
	if record.Level >= slog.LevelError {
		event := sentry.NewEvent()
		event.Level, event.Message, event.Timestamp = sentry.LevelError, record.Message, record.Time
		event.Tags["request_id"] = telemetry.RequestID(ctx)
		details := sentry.Context{}
		record.Attrs(func(attribute slog.Attr) bool {
			if cause, ok := attribute.Value.Any().(error); ok {
				event.SetException(cause, -1)
			} else {
				details[attribute.Key] = attribute.Value.Resolve().String()
			}
			return true
		})
		event.Contexts["log"] = details
		h.client.CaptureEvent(event, &sentry.EventHint{Context: ctx}, sentry.NewScope())
	}
	return h.Handler.Handle(ctx, record)
}

func (h handler) WithAttrs(attributes []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attributes), h.client}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name), h.client}
}
