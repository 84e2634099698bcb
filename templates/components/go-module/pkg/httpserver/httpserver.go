// Package httpserver runs framework-independent handlers. Every request gets a deadline, a request id, a span, a log
// line and measurements; errors become problem details (RFC 9457).
package httpserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"@{ project.module }@/pkg/telemetry"
)

const (
	scope = "@{ project.module }@/pkg/httpserver"

	bodyLimit      = 64 << 10
	headerLimit    = 16 << 10
	readTimeout    = 10 * time.Second
	handlerTimeout = 15 * time.Second
	writeTimeout   = 30 * time.Second
	idleTimeout    = 2 * time.Minute // longer than the proxy's, so that this server never closes a connection that the proxy is about to use
)

// gone is nginx's status for a client that disconnected. It shows up in logs and measurements only, and does not count as a
// server error.
var gone = &Problem{Status: 499, Title: "Client Closed Request"}

// A Route maps a method and a pattern to a handler. Patterns are those of net/http: /v1/things/{id}.
type Route struct {
	Method  string
	Pattern string
	Handle  Handler
}

// A Handler handles a request. Its error becomes problem details.
type Handler func(ctx context.Context, r *Request) (Response, error)

// Request is the framework-independent request. Its strings are copies and may be retained.
type Request struct {
	Path   func(name string) string
	Query  func(name string) string
	Header func(name string) string
	Body   []byte
}

// Response is the framework-independent response. Body is encoded as JSON.
type Response struct {
	Status int
	Header map[string]string
	Body   any
}

// Options apply to every framework.
type Options struct {
	Log *slog.Logger
	// Drain bounds the graceful shutdown.
	Drain time.Duration
}

// server is the part shared by all frameworks.
type server struct {
	Options
	requests metric.Int64Counter
	duration metric.Float64Histogram
	inFlight metric.Int64UpDownCounter
}

func newServer(options Options) (*server, error) {
	meter := otel.Meter(scope)
	requests, err := meter.Int64Counter("http_requests_total", metric.WithDescription("Completed HTTP requests."))
	if err != nil {
		return nil, fmt.Errorf("http instruments: %w", err)
	}
	duration, err := meter.Float64Histogram("http_request_duration_seconds",
		metric.WithDescription("HTTP request latency."),
		metric.WithExplicitBucketBoundaries(.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10))
	if err != nil {
		return nil, fmt.Errorf("http instruments: %w", err)
	}
	inFlight, err := meter.Int64UpDownCounter("http_requests_in_flight", metric.WithDescription("HTTP requests in flight."))
	if err != nil {
		return nil, fmt.Errorf("http instruments: %w", err)
	}
	return &server{Options: options, requests: requests, duration: duration, inFlight: inFlight}, nil
}

// reply is an encoded response.
type reply struct {
	status int
	header map[string]string
	body   []byte
}

// answer handles one request, including telemetry. unread is the error of reading the body.
func (s *server) answer(ctx context.Context, route Route, r *Request, unread error) reply {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, handlerTimeout)
	defer cancel()
	ctx = telemetry.Extract(ctx, map[string]string{
		"traceparent": r.Header("Traceparent"), "tracestate": r.Header("Tracestate"),
	})
	id := r.Header("X-Request-Id")
	if !telemetry.ValidRequestID(id) {
		id = telemetry.NewRequestID()
	}
	ctx, err := telemetry.WithRequestID(ctx, id)
	if err != nil {
		s.Log.WarnContext(ctx, "request id", "error", err)
	}
	ctx, span := otel.Tracer(scope).Start(ctx, route.Method+" "+route.Pattern, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.request.method", route.Method), attribute.String("http.route", route.Pattern)))
	defer span.End()
	labels := []attribute.KeyValue{attribute.String("method", route.Method), attribute.String("route", route.Pattern)}
	s.inFlight.Add(ctx, 1)
	defer s.inFlight.Add(ctx, -1)

	answer := s.handle(ctx, route, r, unread)

	answer.header["X-Request-Id"] = id
	took := time.Since(began)
	s.duration.Record(ctx, took.Seconds(), metric.WithAttributes(labels...))
	s.requests.Add(ctx, 1, metric.WithAttributes(append(labels, attribute.Int("status", answer.status))...))
	span.SetAttributes(attribute.Int("http.response.status_code", answer.status))
	if answer.status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, http.StatusText(answer.status))
	}
	s.Log.InfoContext(ctx, "request", "method", route.Method, "route", route.Pattern, "status", answer.status,
		"duration_ms", took.Milliseconds())
	return answer
}

// handle calls the handler and recovers from a panic.
func (s *server) handle(ctx context.Context, route Route, r *Request, unread error) (answer reply) {
	defer func() {
		if cause := recover(); cause != nil {
			s.Log.ErrorContext(ctx, "panic", "cause", cause, "stack", string(debug.Stack()))
			answer = internal.reply()
		}
	}()
	if unread != nil {
		return s.failure(ctx, unread)
	}
	response, err := route.Handle(ctx, r)
	if err != nil {
		return s.failure(ctx, err)
	}
	answer = reply{status: response.Status, header: map[string]string{}}
	for name, value := range response.Header {
		answer.header[name] = value
	}
	if response.Body != nil {
		if answer.body, err = json.Marshal(response.Body); err != nil {
			return s.failure(ctx, fmt.Errorf("encode the answer: %w", err))
		}
		answer.header["Content-Type"] = "application/json"
	}
	return answer
}

// failure maps an error to problem details. Internal errors are logged and not disclosed to the client.
func (s *server) failure(ctx context.Context, err error) reply {
	if problem, ok := errors.AsType[*Problem](err); ok {
		return problem.reply()
	}
	// Both are checked: a handler that cancels its own context has failed.
	if errors.Is(err, context.Canceled) && errors.Is(ctx.Err(), context.Canceled) {
		s.Log.InfoContext(ctx, "client disconnected", "error", err)
		return gone.reply()
	}
	trace.SpanFromContext(ctx).RecordError(err)
	if errors.Is(err, context.DeadlineExceeded) {
		s.Log.ErrorContext(ctx, "request timed out", "error", err)
		return NewProblem(http.StatusServiceUnavailable, "it took too long").reply()
	}
	s.Log.ErrorContext(ctx, "request failed", "error", err)
	return internal.reply()
}
