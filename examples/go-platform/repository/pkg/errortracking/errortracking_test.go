package errortracking_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel"

	"git.example.com/acme/shop/pkg/errortracking"
	"git.example.com/acme/shop/pkg/process"
)

// tracker is a fake Sentry server that records what it receives.
type tracker struct {
	mu   sync.Mutex
	sent strings.Builder
}

func (s *tracker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = io.Copy(&s.sent, r.Body)
	w.WriteHeader(http.StatusOK)
}

// run runs a process that logs an error, and returns what was reported.
func run(t *testing.T, dsn func(address string) string, share string) string {
	t.Helper()
	reported := &tracker{}
	server := httptest.NewServer(reported)
	defer server.Close()
	values := map[string]string{
		"ENVIRONMENT": "test", "SENTRY_DSN": dsn(strings.TrimPrefix(server.URL, "http://")), "SENTRY_TRACES_SAMPLE_RATE": share,
	}
	program := process.Program{
		Service: "test",
		Commands: map[string]process.Command{
			"work": process.Job(func(ctx context.Context, p *process.Process, _ struct{}) error {
				ctx, span := otel.Tracer("test").Start(ctx, "an-operation")
				defer span.End()
				p.Log.InfoContext(ctx, "nothing to see")
				p.Log.ErrorContext(ctx, "it-went-wrong", "error", errors.New("a-cause"))
				return nil
			}),
		},
		Extensions: []process.Extension{errortracking.Extension()},
	}
	lookup := func(name string) (string, bool) {
		value, known := values[name]
		return value, known
	}
	if code := program.Main([]string{"work"}, lookup, io.Discard); code != 0 {
		t.Fatalf("ended with %d", code)
	}
	reported.mu.Lock()
	defer reported.mu.Unlock()
	return reported.sent.String()
}

func TestExtension_LoggedError_ReportsErrorAndSpan(t *testing.T) {
	sent := run(t, func(address string) string { return "http://key@" + address + "/1" }, "1")
	for _, text := range []string{"it-went-wrong", "a-cause", "an-operation", `"trace_id"`} {
		if !strings.Contains(sent, text) {
			t.Errorf("no %s in %s", text, sent)
		}
	}
	if strings.Contains(sent, "nothing to see") {
		t.Errorf("reported %s", sent)
	}
}

func TestExtension_UnsampledTrace_ReportsErrorOnly(t *testing.T) {
	sent := run(t, func(address string) string { return "http://key@" + address + "/1" }, "0")
	if !strings.Contains(sent, "it-went-wrong") || strings.Contains(sent, "an-operation") {
		t.Errorf("reported %s", sent)
	}
}

func TestExtension_NoDSN_ReportsNothing(t *testing.T) {
	if sent := run(t, func(string) string { return "" }, "1"); sent != "" {
		t.Errorf("reported %s", sent)
	}
}
