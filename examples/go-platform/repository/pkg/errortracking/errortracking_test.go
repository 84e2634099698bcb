package errortracking_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"

	"git.example.com/acme/shop/pkg/errortracking"
	"git.example.com/acme/shop/pkg/process"
)

// run runs a process that logs an error, and returns what was reported and the trace.
func run(t *testing.T, dsn string) (sent, traceID string) {
	t.Helper()
	var reported strings.Builder
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(&reported, r.Body) }))
	program := process.Program{
		Service: "test",
		Commands: map[string]process.Command{
			"work": process.Job(func(ctx context.Context, p *process.Process, _ struct{}) error {
				ctx, span := otel.Tracer("test").Start(ctx, "an-operation")
				defer span.End()
				traceID = trace.SpanContextFromContext(ctx).TraceID().String()
				p.Log.InfoContext(ctx, "nothing to see")
				p.Log.ErrorContext(ctx, "it-went-wrong", "error", errors.New("a-cause"))
				return nil
			}),
		},
		Extensions: []process.Extension{errortracking.Extension()},
	}
	dsn = strings.ReplaceAll(dsn, "SERVER", strings.TrimPrefix(server.URL, "http://"))
	if code := program.Main([]string{"work"}, map[string]string{"ENVIRONMENT": "test", "SENTRY_DSN": dsn}, io.Discard); code != 0 {
		t.Fatalf("ended with %d", code)
	}
	server.Close()
	return reported.String(), traceID
}

func TestExtension_LoggedError_IsReportedWithTrace(t *testing.T) {
	sent, traceID := run(t, "http://key@SERVER/1")
	for _, text := range []string{"it-went-wrong", "a-cause", traceID} {
		if !strings.Contains(sent, text) {
			t.Errorf("no %s in %s", text, sent)
		}
	}
	if strings.Contains(sent, "nothing to see") {
		t.Errorf("reported %s", sent)
	}
}

func TestExtension_NoDSN_ReportsNothing(t *testing.T) {
	if sent, _ := run(t, ""); sent != "" {
		t.Errorf("reported %s", sent)
	}
}
