package httpserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"git.example.com/acme/shop/pkg/httpserver"
	"git.example.com/acme/shop/pkg/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type serve = func(context.Context, net.Listener, []httpserver.Route, httpserver.Options) error

// servers lists the frameworks in use. All must behave alike.
func servers() map[string]serve {
	all := map[string]serve{}
	all["nethttp"] = httpserver.ServeNetHTTP
	return all
}

// start runs a server. stop shuts it down and waits.
func start(t *testing.T, run serve, routes []httpserver.Route) (address string, stop func() error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	options := httpserver.Options{Log: slog.New(slog.DiscardHandler), Drain: 5 * time.Second}
	go func() { ended <- run(ctx, listener, routes, options) }()
	stop = func() error {
		cancel()
		return <-ended
	}
	return "http://" + listener.Addr().String(), stop
}

// ask sends a request on a new connection.
func ask(t *testing.T, method, url string, header map[string]string, body string) (*http.Response, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if len(text) > 0 {
		if err := json.Unmarshal(text, &object); err != nil {
			t.Fatalf("%s %s: %v in %q", method, url, err, text)
		}
	}
	return response, object
}

func each(t *testing.T, test func(t *testing.T, run serve)) {
	t.Helper()
	for name, run := range servers() {
		t.Run(name, func(t *testing.T) { test(t, run) })
	}
}

func TestServer_Request_ReachesHandlerWithContext(t *testing.T) {
	each(t, func(t *testing.T, run serve) {
		var kept []string
		address, stop := start(t, run, []httpserver.Route{{
			Method: http.MethodPost, Pattern: "/things/{id}",
			Handle: func(ctx context.Context, r *httpserver.Request) (httpserver.Response, error) {
				kept = append(kept, r.Path("id"), r.Query("limit"), r.Header("X-User-Id"), string(r.Body),
					telemetry.RequestID(ctx), trace.SpanContextFromContext(ctx).TraceID().String())
				return httpserver.Response{Status: http.StatusCreated, Header: map[string]string{"Location": "/there"}, Body: map[string]int{"n": 1}}, nil
			},
		}})
		stopTelemetry := telemetry.Start("test", "1", "test")
		t.Cleanup(func() { _ = stopTelemetry(context.Background()) })
		traceID := "0af7651916cd43dd8448eb211c80319c"
		response, object := ask(t, http.MethodPost, address+"/things/7?limit=2", map[string]string{
			"X-User-Id": "me", "X-Request-Id": "req-1", "Traceparent": "00-" + traceID + "-b7ad6b7169203331-01",
		}, "body")
		ask(t, http.MethodPost, address+"/things/8?limit=3", map[string]string{"X-User-Id": "you", "X-Request-Id": "req-2"}, "ydob")
		if err := stop(); err != nil {
			t.Error(err)
		}
		if got, want := strings.Join(kept[:6], " "), "7 2 me body req-1 "+traceID; got != want {
			t.Errorf("the handler saw %q, not %q", got, want)
		}
		if response.StatusCode != http.StatusCreated || response.Header.Get("Location") != "/there" ||
			response.Header.Get("X-Request-Id") != "req-1" || object["n"] != 1.0 {
			t.Errorf("answered %d %v %v", response.StatusCode, response.Header, object)
		}
	})
}

func TestServer_Failure_ReturnsProblem(t *testing.T) {
	handlers := map[string]httpserver.Handler{
		"/problem": func(context.Context, *httpserver.Request) (httpserver.Response, error) {
			return httpserver.Response{}, httpserver.NewProblem(http.StatusConflict, "it is taken")
		},
		"/error": func(context.Context, *httpserver.Request) (httpserver.Response, error) {
			return httpserver.Response{}, errors.New("a secret of ours")
		},
		"/late": func(context.Context, *httpserver.Request) (httpserver.Response, error) {
			return httpserver.Response{}, context.DeadlineExceeded
		},
		"/panic": func(context.Context, *httpserver.Request) (httpserver.Response, error) { panic("a secret of ours") },
		"/fine": func(context.Context, *httpserver.Request) (httpserver.Response, error) {
			return httpserver.Response{Status: http.StatusOK}, nil
		},
	}
	var routes []httpserver.Route
	for pattern, handle := range handlers {
		routes = append(routes, httpserver.Route{Method: http.MethodPost, Pattern: pattern, Handle: handle})
	}
	each(t, func(t *testing.T, run serve) {
		address, stop := start(t, run, routes)
		for _, test := range []struct {
			method, path, body string
			status             int
		}{
			{http.MethodPost, "/problem", "", http.StatusConflict},
			{http.MethodPost, "/error", "", http.StatusInternalServerError},
			{http.MethodPost, "/late", "", http.StatusServiceUnavailable},
			{http.MethodPost, "/panic", "", http.StatusInternalServerError},
			{http.MethodPost, "/nowhere", "", http.StatusNotFound},
			{http.MethodGet, "/fine", "", http.StatusMethodNotAllowed},
			{http.MethodPost, "/fine", strings.Repeat("x", 65<<10), http.StatusRequestEntityTooLarge},
		} {
			response, object := ask(t, test.method, address+test.path, nil, test.body)
			if response.StatusCode != test.status || object["status"] != float64(test.status) ||
				response.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s: %d %v %v", test.path, response.StatusCode, response.Header, object)
			}
			if detail, _ := object["detail"].(string); strings.Contains(detail, "secret") {
				t.Errorf("%s: disclosed %q", test.path, detail)
			}
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestServer_Shutdown_FinishesInFlightRequest(t *testing.T) {
	each(t, func(t *testing.T, run serve) {
		inside, proceed := make(chan struct{}), make(chan struct{})
		address, stop := start(t, run, []httpserver.Route{{
			Method: http.MethodGet, Pattern: "/slow",
			Handle: func(context.Context, *httpserver.Request) (httpserver.Response, error) {
				close(inside)
				<-proceed
				return httpserver.Response{Status: http.StatusNoContent}, nil
			},
		}})
		status := make(chan int)
		go func() {
			response, _ := ask(t, http.MethodGet, address+"/slow", nil, "")
			status <- response.StatusCode
		}()
		<-inside
		stopped := make(chan error)
		go func() { stopped <- stop() }()
		close(proceed)
		if got := <-status; got != http.StatusNoContent {
			t.Errorf("answered %d", got)
		}
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	})
}

func TestDecode_InvalidBody_ReturnsProblem(t *testing.T) {
	type body struct {
		Name string `json:"name"`
	}
	for _, test := range []struct {
		kind, text string
		status     int
	}{
		{"application/json", `{"name": "x"}`, 0},
		{"application/json; charset=utf-8", `{"name": "x"}`, 0},
		{"text/plain", `{"name": "x"}`, http.StatusUnsupportedMediaType},
		{"application/json", `{"name": "x", "age": 1}`, http.StatusBadRequest},
		{"application/json", `{"name": "x"} {}`, http.StatusBadRequest},
		{"application/json", ``, http.StatusBadRequest},
	} {
		got, err := httpserver.Decode[body](&httpserver.Request{
			Header: func(string) string { return test.kind }, Body: bytes.Clone([]byte(test.text)),
		})
		problem, _ := errors.AsType[*httpserver.Problem](err)
		switch {
		case test.status == 0 && (err != nil || got.Name != "x"):
			t.Errorf("%q: %v, %v", test.text, got, err)
		case test.status != 0 && (problem == nil || problem.Status != test.status):
			t.Errorf("%q as %s: %v", test.text, test.kind, err)
		}
	}
}
