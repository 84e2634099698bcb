package process_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"@{ project.module }@/pkg/process"
)

type settings struct {
	Greeting string `env:"GREETING"`
}

func environment(values map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, known := values[name]
		return value, known
	}
}

// text is a concurrency-safe writer.
type text struct {
	mu      sync.Mutex
	builder strings.Builder
}

func (t *text) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.builder.Write(p)
}

func (t *text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.builder.String()
}

func TestProgram_Job_ReadsSettings(t *testing.T) {
	var got string
	program := process.Program{Service: "test", Commands: map[string]process.Command{
		"greet": process.Job(func(_ context.Context, _ *process.Process, s settings) error {
			got = s.Greeting
			return nil
		}),
	}}
	lookup := environment(map[string]string{"ENVIRONMENT": "test", "GREETING": "hello"})
	if code := program.Main([]string{"greet"}, lookup, &text{}); code != 0 || got != "hello" {
		t.Errorf("ended with %d, read %q", code, got)
	}
}

func TestProgram_CannotRun_ExitsWithReason(t *testing.T) {
	program := process.Program{Service: "test", Commands: map[string]process.Command{
		"greet": process.Job(func(context.Context, *process.Process, settings) error { return nil }),
		"fail":  process.Job(func(context.Context, *process.Process, struct{}) error { return errors.New("no luck") }),
	}}
	for _, test := range []struct {
		arguments []string
		values    map[string]string
		code      int
		says      []string
	}{
		{[]string{"dance"}, nil, 2, []string{"usage: test fail | greet | probe URL"}},
		{[]string{"greet"}, nil, 1, []string{"ENVIRONMENT is not set", "GREETING is not set"}},
		{[]string{"fail"}, map[string]string{"ENVIRONMENT": "test"}, 1, []string{"no luck"}},
		{[]string{"fail"}, map[string]string{"ENVIRONMENT": "test", "LOG_LEVEL": "loud"}, 1, []string{"log level"}},
	} {
		var out text
		if code := program.Main(test.arguments, environment(test.values), &out); code != test.code {
			t.Errorf("%v: ended with %d, not %d", test.arguments, code, test.code)
		}
		for _, said := range test.says {
			if !strings.Contains(out.String(), said) {
				t.Errorf("%v: %q lacks %q", test.arguments, out.String(), said)
			}
		}
	}
}

func TestProgram_SIGTERM_FailsReadinessThenDrains(t *testing.T) {
	var steps []string
	program := process.Program{
		Service: "test",
		Admin:   "127.0.0.1:0",
		Drain:   time.Second,
		Commands: map[string]process.Command{
			"serve": process.Service(func(ctx context.Context, p *process.Process, _ struct{}) error {
				p.Ready()
				steps = append(steps, fmt.Sprint("ready ", readiness(p)))
				if err := syscall.Kill(syscall.Getpid(), syscall.SIGTERM); err != nil {
					return err
				}
				<-ctx.Done()
				steps = append(steps, fmt.Sprint("told ", readiness(p)))
				draining, cancel := p.Draining(ctx)
				defer cancel()
				steps = append(steps, fmt.Sprint("draining ", draining.Err()))
				return nil
			}),
		},
		Extensions: []process.Extension{{
			Start: func(context.Context, *process.Process, func(string) (string, bool)) (process.Started, error) {
				return process.Started{Stop: func(context.Context) error {
					steps = append(steps, "flushed")
					return nil
				}}, nil
			},
		}},
	}
	if code := program.Main([]string{"serve"}, environment(map[string]string{"ENVIRONMENT": "test"}), &text{}); code != 0 {
		t.Fatalf("ended with %d", code)
	}
	if got, want := strings.Join(steps, ", "), "ready 200, told 503, draining <nil>, flushed"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func readiness(p *process.Process) int {
	recorder := httptest.NewRecorder()
	p.Admin.Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	return recorder.Code
}

func TestProgram_Probe_ReturnsExitCode(t *testing.T) {
	answer := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(answer) }))
	t.Cleanup(server.Close)
	for _, test := range []struct {
		answer  int
		address string
		code    int
	}{
		{http.StatusOK, server.URL, 0},
		{http.StatusServiceUnavailable, server.URL, 1},
		{http.StatusOK, "http://127.0.0.1:1/", 1},
		{http.StatusOK, "http://%", 2},
	} {
		answer = test.answer
		if code := (process.Program{}).Main([]string{"probe", test.address}, environment(nil), &text{}); code != test.code {
			t.Errorf("%d from %s: ended with %d, not %d", test.answer, test.address, code, test.code)
		}
	}
}
