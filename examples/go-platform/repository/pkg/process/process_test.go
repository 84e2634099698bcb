package process_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"git.example.com/acme/shop/pkg/process"
)

type settings struct {
	Greeting string `env:"GREETING"`
}

func status(handler http.Handler, path string) int {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
	return recorder.Code
}

func TestProgram_Commands_RunOrExitWithReason(t *testing.T) {
	program := process.Program{Service: "test", Commands: map[string]process.Command{
		"greet": process.Job(func(_ context.Context, p *process.Process, s settings) error {
			p.Log.Info(s.Greeting)
			return nil
		}),
		"fail": process.Job(func(context.Context, *process.Process, struct{}) error { return errors.New("no luck") }),
	}}
	for _, test := range []struct {
		arguments string
		values    map[string]string
		code      int
		says      []string
	}{
		{"greet", map[string]string{"ENVIRONMENT": "test", "GREETING": "hello"}, 0, []string{`"msg":"hello"`}},
		{"dance", nil, 2, []string{"usage: test fail | greet | probe URL"}},
		{"greet", nil, 1, []string{`"ENVIRONMENT" is not set`, `"GREETING" is not set`}},
		{"fail", map[string]string{"ENVIRONMENT": "test"}, 1, []string{"no luck"}},
		{"fail", map[string]string{"ENVIRONMENT": "test", "LOG_LEVEL": "loud"}, 1, []string{"LogLevel"}},
		{"probe http://127.0.0.1:1/", nil, 1, []string{"refused"}},
	} {
		var out strings.Builder
		if code := program.Main(strings.Fields(test.arguments), test.values, &out); code != test.code {
			t.Errorf("%s: ended with %d, not %d: %s", test.arguments, code, test.code, out.String())
		}
		for _, said := range test.says {
			if !strings.Contains(out.String(), said) {
				t.Errorf("%s: %q lacks %q", test.arguments, out.String(), said)
			}
		}
	}
}

func TestProgram_Probe_ReturnsExitCode(t *testing.T) {
	answer := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(answer) }))
	t.Cleanup(server.Close)
	for want, status := range []int{http.StatusOK, http.StatusServiceUnavailable} {
		answer = status
		if code := (process.Program{}).Main([]string{"probe", server.URL}, nil, &strings.Builder{}); code != want {
			t.Errorf("%d: ended with %d", status, code)
		}
	}
}

func TestProgram_SIGTERM_FailsReadinessThenDrains(t *testing.T) {
	var steps []string
	program := process.Program{
		Service: "test", Admin: "127.0.0.1:0", Drain: time.Second,
		Commands: map[string]process.Command{
			"serve": process.Service(func(ctx context.Context, p *process.Process, _ struct{}) error {
				p.Ready()
				steps = append(steps, fmt.Sprint("ready ", status(p.Admin, "/readyz")))
				if err := syscall.Kill(syscall.Getpid(), syscall.SIGTERM); err != nil {
					return err
				}
				<-ctx.Done()
				steps = append(steps, fmt.Sprint("told ", status(p.Admin, "/readyz")))
				return nil
			}),
		},
		Extensions: []process.Extension{{
			Start: func(*process.Process, map[string]string) (func(context.Context) error, error) {
				return func(context.Context) error {
					steps = append(steps, "flushed")
					return nil
				}, nil
			},
		}},
	}
	if code := program.Main([]string{"serve"}, map[string]string{"ENVIRONMENT": "test"}, &strings.Builder{}); code != 0 {
		t.Fatalf("ended with %d", code)
	}
	if got, want := strings.Join(steps, ", "), "ready 200, told 503, flushed"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestAdmin_Lifecycle_ReportsProbes(t *testing.T) {
	p := &process.Process{Admin: process.NewAdmin()}
	p.Log = slog.New(slog.DiscardHandler)
	var lock, progress error
	p.Admin.Check("lock", func() error { return lock })
	p.Admin.Alive("progress", func() error { return progress })
	for _, step := range []struct {
		name                 string
		change               func()
		startup, ready, live int
	}{
		{"connecting", func() {}, 503, 503, 200},
		{"ready", p.Ready, 200, 200, 200},
		{"waiting for the lock", func() { lock = errors.New("held") }, 200, 503, 200},
		{"with the lock", func() { lock = nil }, 200, 200, 200},
		{"stuck", func() { progress = errors.New("stuck") }, 200, 200, 503},
	} {
		step.change()
		for path, want := range map[string]int{"/startupz": step.startup, "/readyz": step.ready, "/livez": step.live} {
			if got := status(p.Admin, path); got != want {
				t.Errorf("%s: %s is %d, not %d", step.name, path, got, want)
			}
		}
	}
}
