package admin_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"

	"@{ project.module }@/pkg/admin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func status(t *testing.T, server *admin.Server, path string) int {
	t.Helper()
	recorder := httptest.NewRecorder()
	server.Handler().ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return recorder.Code
}

func TestServer_Lifecycle_ReportsProbes(t *testing.T) {
	server := admin.New(slog.New(slog.DiscardHandler))
	var database, progress error
	server.Check("database", func(context.Context) error { return database })
	server.Alive("progress", func(context.Context) error { return progress })

	for _, step := range []struct {
		name                 string
		change               func()
		startup, ready, live int
	}{
		{"connecting", func() {}, 503, 503, 200},
		{"ready", func() { server.SetReady(true) }, 200, 200, 200},
		{"database down", func() { database = errors.New("gone") }, 200, 503, 200},
		{"database recovered", func() { database = nil }, 200, 200, 200},
		{"draining", func() { server.SetReady(false) }, 200, 503, 200},
		{"stuck", func() { progress = errors.New("stuck") }, 200, 503, 503},
	} {
		step.change()
		for path, want := range map[string]int{"/startupz": step.startup, "/readyz": step.ready, "/livez": step.live} {
			if got := status(t, server, path); got != want {
				t.Errorf("%s: %s is %d, not %d", step.name, path, got, want)
			}
		}
	}
}

func TestServer_StartAndStop_Succeed(t *testing.T) {
	server := admin.New(slog.New(slog.DiscardHandler))
	stop, err := server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stop()
}
