package httpserver_test

import (
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
var servers = map[string]serve{
	"nethttp": httpserver.ServeNetHTTP,
}

var errOutage = errors.New("no database")

// each runs a test against every framework. stop ends the server and waits.
func each(t *testing.T, routes []httpserver.Route, test func(t *testing.T, address string, stop func() error)) {
	t.Helper()
	for name, run := range servers {
		t.Run(name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			options := httpserver.Options{
				Log: slog.New(slog.DiscardHandler), Drain: 5 * time.Second,
				Unavailable: func(err error) bool { return errors.Is(err, errOutage) },
			}
			go func() { ended <- run(ctx, listener, routes, options) }()
			test(t, "http://"+listener.Addr().String(), func() error {
				cancel()
				return <-ended
			})
		})
	}
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
	defer func() { _ = response.Body.Close() }()
	var object map[string]any
	if err := json.NewDecoder(response.Body).Decode(&object); err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return response, object
}

func TestServer_Request_ReachesHandlerWithContext(t *testing.T) {
	stopTelemetry, err := telemetry.Start(t.Context(), "test", "1", "test", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stopTelemetry(context.Background()) })
	const traceID = "0af7651916cd43dd8448eb211c80319c"
	var kept string
	each(t, []httpserver.Route{{
		Method: http.MethodPost, Pattern: "/things/{id}",
		Handle: func(ctx context.Context, r *httpserver.Request) (httpserver.Response, error) {
			kept = strings.Join([]string{r.Path("id"), r.Query("limit"), r.Header("X-User-Id"), string(r.Body),
				telemetry.RequestID(ctx), trace.SpanContextFromContext(ctx).TraceID().String()}, " ")
			return httpserver.Response{Status: http.StatusCreated, Header: map[string]string{"Location": "/there"}, Body: map[string]int{"n": 1}}, nil
		},
	}}, func(t *testing.T, address string, stop func() error) {
		response, object := ask(t, http.MethodPost, address+"/things/7?limit=2", map[string]string{
			"X-User-Id": "me", "X-Request-Id": "req-1", "Traceparent": "00-" + traceID + "-b7ad6b7169203331-01",
		}, "body")
		if want := "7 2 me body req-1 " + traceID; kept != want {
			t.Errorf("the handler saw %q, not %q", kept, want)
		}
		if response.StatusCode != http.StatusCreated || response.Header.Get("Location") != "/there" ||
			response.Header.Get("X-Request-Id") != "req-1" || object["n"] != 1.0 {
			t.Errorf("answered %d %v %v", response.StatusCode, response.Header, object)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestServer_Failure_ReturnsProblem(t *testing.T) {
	fails := func(pattern string, err error) httpserver.Route {
		return httpserver.Route{Method: http.MethodPost, Pattern: pattern, Handle: func(context.Context, *httpserver.Request) (httpserver.Response, error) {
			if err == nil {
				panic("a secret of ours")
			}
			return httpserver.Response{}, err
		}}
	}
	each(t, []httpserver.Route{
		fails("/problem", httpserver.NewProblem(http.StatusConflict, "it is taken")),
		fails("/error", errors.New("a secret of ours")),
		fails("/cancelled", context.Canceled), // by the handler itself, not by the client
		fails("/late", context.DeadlineExceeded),
		fails("/outage", errOutage),
		fails("/panic", nil),
	}, func(t *testing.T, address string, stop func() error) {
		for _, test := range []struct {
			method, path, body string
			status             int
		}{
			{http.MethodPost, "/problem", "", http.StatusConflict},
			{http.MethodPost, "/error", "", http.StatusInternalServerError},
			{http.MethodPost, "/cancelled", "", http.StatusInternalServerError},
			{http.MethodPost, "/late", "", http.StatusServiceUnavailable},
			{http.MethodPost, "/outage", "", http.StatusServiceUnavailable},
			{http.MethodPost, "/panic", "", http.StatusInternalServerError},
			{http.MethodPost, "/nowhere", "", http.StatusNotFound},
			{http.MethodGet, "/error", "", http.StatusMethodNotAllowed},
			{http.MethodPost, "/error", strings.Repeat("x", 65<<10), http.StatusRequestEntityTooLarge},
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
	inside, proceed := make(chan struct{}), make(chan struct{})
	each(t, []httpserver.Route{{
		Method: http.MethodGet, Pattern: "/slow",
		Handle: func(context.Context, *httpserver.Request) (httpserver.Response, error) {
			inside <- struct{}{}
			<-proceed
			return httpserver.Response{Status: http.StatusNoContent}, nil
		},
	}}, func(t *testing.T, address string, stop func() error) {
		status, stopped := make(chan int), make(chan error)
		go func() {
			response, _ := ask(t, http.MethodGet, address+"/slow", nil, "")
			status <- response.StatusCode
		}()
		<-inside
		go func() { stopped <- stop() }()
		proceed <- struct{}{}
		if got := <-status; got != http.StatusNoContent {
			t.Errorf("answered %d", got)
		}
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	})
}

func TestDecode_InvalidBody_ReturnsProblem(t *testing.T) {
	for _, test := range []struct {
		kind, text string
		status     int
	}{
		{"application/json; charset=utf-8", `{"name": "x"}`, 0},
		{"text/plain", `{"name": "x"}`, http.StatusUnsupportedMediaType},
		{"application/json", `{"name": "x", "age": 1}`, http.StatusBadRequest},
		{"application/json", `{"name": "x"} {}`, http.StatusBadRequest},
	} {
		_, err := httpserver.Decode[struct {
			Name string `json:"name"`
		}](&httpserver.Request{Header: func(string) string { return test.kind }, Body: []byte(test.text)})
		if problem, _ := errors.AsType[*httpserver.Problem](err); (test.status == 0) != (err == nil) || (problem != nil && problem.Status != test.status) {
			t.Errorf("%q as %s: %v", test.text, test.kind, err)
		}
	}
}
