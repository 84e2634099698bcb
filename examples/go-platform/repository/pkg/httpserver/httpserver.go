// Package httpserver serves handlers that know no framework. Spans and measurements are OpenTelemetry's; every request gets
// a deadline, a request id and a log line, and errors become problem details (RFC 9457).
package httpserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"

	"git.example.com/acme/shop/pkg/telemetry"
)

const (
	bodyLimit      = 64 << 10
	headerLimit    = 16 << 10
	readTimeout    = 10 * time.Second
	handlerTimeout = 15 * time.Second
	writeTimeout   = 30 * time.Second
	// idleTimeout is longer than Envoy's for its connections to services, one hour. Otherwise this side closes a connection
	// that the proxy is about to use, and a client gets a 503.
	idleTimeout = 75 * time.Minute
	// clientGone is nginx's status for a client that disconnected, which is no error of this server.
	clientGone = 499
)

// A Route maps a method and a pattern of net/http, such as /v1/things/{id}, to a handler.
type Route struct {
	Method  string
	Pattern string
	Handle  Handler
}

// A Handler handles a request. Its error becomes problem details.
type Handler func(ctx context.Context, r *Request) (Response, error)

// Request is what a handler gets of a request.
type Request struct {
	Path   func(name string) string
	Query  func(name string) string
	Header func(name string) string
	Body   []byte
}

// Response is encoded as JSON.
type Response struct {
	Status int
	Header map[string]string
	Body   any
}

// Options apply to every framework.
type Options struct {
	Log *slog.Logger
	// Drain bounds the graceful end.
	Drain time.Duration
	// Unavailable says whether an error is an outage of something that handlers need: 503 instead of 500.
	Unavailable func(error) bool
}

// handler serves the routes. A client is not trusted to set baggage, which would travel on to other services.
func handler(routes []Route, options Options) http.Handler {
	mux := http.NewServeMux()
	for _, route := range routes {
		mux.Handle(route.Method+" "+route.Pattern, options.serve(route))
	}
	return otelhttp.NewHandler(unmatched(mux), "request", otelhttp.WithPropagators(propagation.TraceContext{}))
}

func (o Options) serve(route Route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		ctx, cancel := context.WithTimeout(telemetry.WithRequestID(r.Context(), r.Header.Get("X-Request-Id")), handlerTimeout)
		defer cancel()
		response, err := o.handle(ctx, route, w, r)
		var body []byte
		if err == nil && response.Body != nil {
			body, err = json.Marshal(response.Body)
		}
		w.Header().Set("X-Request-Id", telemetry.RequestID(ctx))
		if err != nil {
			problem := o.problem(ctx, err)
			response.Status = problem.Status
			problem.write(w)
		} else {
			for name, value := range response.Header {
				w.Header().Set(name, value)
			}
			write(w, response.Status, "application/json", body)
		}
		o.Log.InfoContext(ctx, "request", "method", route.Method, "route", route.Pattern, "status", response.Status,
			"duration_ms", time.Since(began).Milliseconds())
	}
}

// handle reads the body and calls the handler. A panic is an error of this request.
func (o Options) handle(ctx context.Context, route Route, w http.ResponseWriter, r *http.Request) (response Response, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return Response{}, NewProblem(http.StatusRequestEntityTooLarge, "the body is too large")
	}
	if err != nil {
		return Response{}, NewProblem(http.StatusBadRequest, "the body could not be read")
	}
	return route.Handle(ctx, &Request{Path: r.PathValue, Query: r.URL.Query().Get, Header: r.Header.Get, Body: body})
}

// problem maps an error to problem details. What went wrong inside is logged and not disclosed.
func (o Options) problem(ctx context.Context, err error) *Problem {
	if problem, ok := errors.AsType[*Problem](err); ok {
		return problem
	}
	// Both are asked: a handler that cancels its own context has failed.
	if errors.Is(err, context.Canceled) && errors.Is(ctx.Err(), context.Canceled) {
		return &Problem{Status: clientGone, Title: "Client Closed Request"}
	}
	o.Log.ErrorContext(ctx, "request failed", "error", err)
	if errors.Is(err, context.DeadlineExceeded) || (o.Unavailable != nil && o.Unavailable(err)) {
		return NewProblem(http.StatusServiceUnavailable, "try again later")
	}
	return NewProblem(http.StatusInternalServerError, "")
}

// unmatched answers requests without a route with problem details.
func unmatched(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		verdict := &verdict{header: w.Header()}
		mux.ServeHTTP(verdict, r)
		NewProblem(verdict.status, "").write(w)
	})
}

// verdict takes the mux's own answer, a 404 or 405 with the header Allow.
type verdict struct {
	header http.Header
	status int
}

func (v *verdict) Header() http.Header         { return v.header }
func (v *verdict) Write(p []byte) (int, error) { return len(p), nil }
func (v *verdict) WriteHeader(status int)      { v.status = status }

func write(w http.ResponseWriter, status int, kind string, body []byte) {
	w.Header().Del("Content-Length")
	if body != nil {
		w.Header().Set("Content-Type", kind)
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // fails only if the client has disconnected
}
