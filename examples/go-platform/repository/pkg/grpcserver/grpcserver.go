// Package grpcserver serves gRPC. Every call gets a deadline, a request id, a span, a log line and measurements; health
// checks work per service.
package grpcserver

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	otelcodes "go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"

	"git.example.com/acme/shop/pkg/telemetry"
)

const (
	scope = "git.example.com/acme/shop/pkg/grpcserver"

	messageLimit = 1 << 20
	callTimeout  = 15 * time.Second // for callers that set no deadline
)

// A Registrar registers its service with a server.
type Registrar interface {
	Register(server grpc.ServiceRegistrar)
}

// Options configure a server.
type Options struct {
	Log *slog.Logger
	// Drain bounds the graceful shutdown. After it, calls are cancelled.
	Drain time.Duration
	// Reflection lets clients list the services. Use it in local development only.
	Reflection bool
}

// Serve serves until ctx is cancelled, then shuts down gracefully: health checks report NOT_SERVING, connections get a
// GOAWAY and calls in flight finish.
func Serve(ctx context.Context, listener net.Listener, registrar Registrar, options Options) error {
	calls, err := newCalls(options.Log)
	if err != nil {
		return err
	}
	server := grpc.NewServer(
		grpc.ChainUnaryInterceptor(calls.observe, calls.survive),
		grpc.MaxRecvMsgSize(messageLimit),
		grpc.ConnectionTimeout(10*time.Second),
		// Connections are limited in age, so that clients re-resolve the name and find new replicas.
		grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionIdle: 15 * time.Minute, MaxConnectionAge: 5 * time.Minute, MaxConnectionAgeGrace: 30 * time.Second,
			Time: time.Minute, Timeout: 10 * time.Second,
		}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 20 * time.Second, PermitWithoutStream: true}),
	)
	registrar.Register(server)
	healthy := health.NewServer()
	for name := range server.GetServiceInfo() {
		healthy.SetServingStatus(name, healthpb.HealthCheckResponse_SERVING)
	}
	healthpb.RegisterHealthServer(server, healthy)
	if options.Reflection {
		reflection.Register(server)
	}

	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("grpc server: %w", err)
	case <-ctx.Done():
	}
	healthy.Shutdown() // NOT_SERVING from now on
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		server.GracefulStop()
	}()
	patience := time.NewTimer(options.Drain)
	defer patience.Stop()
	select {
	case <-drained:
		return nil
	case <-patience.C:
		server.Stop()
		<-drained
		return fmt.Errorf("grpc server: calls were cut off after %s", options.Drain)
	}
}

// calls holds the state of the interceptors.
type calls struct {
	log      *slog.Logger
	requests metric.Int64Counter
	duration metric.Float64Histogram
}

func newCalls(log *slog.Logger) (*calls, error) {
	meter := otel.Meter(scope)
	requests, err := meter.Int64Counter("grpc_requests_total", metric.WithDescription("Completed gRPC calls."))
	if err != nil {
		return nil, fmt.Errorf("grpc instruments: %w", err)
	}
	duration, err := meter.Float64Histogram("grpc_request_duration_seconds",
		metric.WithDescription("gRPC call latency."),
		metric.WithExplicitBucketBoundaries(.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10))
	if err != nil {
		return nil, fmt.Errorf("grpc instruments: %w", err)
	}
	return &calls{log: log, requests: requests, duration: duration}, nil
}

// observe sets the deadline, continues the client's trace and records the outcome.
func (c *calls) observe(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	service, method, _ := strings.Cut(strings.TrimPrefix(info.FullMethod, "/"), "/")
	if service == healthpb.Health_ServiceDesc.ServiceName {
		return handle(ctx, request)
	}
	began := time.Now()
	if _, set := ctx.Deadline(); !set {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTimeout)
		defer cancel()
	}
	ctx = telemetry.Extract(ctx, carried(ctx))
	if telemetry.RequestID(ctx) == "" {
		ctx, _ = telemetry.WithRequestID(ctx, telemetry.NewRequestID()) // generated ids are always valid
	}
	ctx, span := otel.Tracer(scope).Start(ctx, service+"/"+method, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("rpc.system", "grpc"), attribute.String("rpc.service", service),
			attribute.String("rpc.method", method)))
	defer span.End()

	answer, err := handle(ctx, request)

	code := status.Code(err)
	took := time.Since(began)
	labels := []attribute.KeyValue{attribute.String("service", service), attribute.String("method", method)}
	c.duration.Record(ctx, took.Seconds(), metric.WithAttributes(labels...))
	c.requests.Add(ctx, 1, metric.WithAttributes(append(labels, attribute.String("code", code.String()))...))
	level := slog.LevelInfo
	if code == codes.Internal || code == codes.Unknown {
		level = slog.LevelError
		span.SetStatus(otelcodes.Error, code.String())
	}
	c.log.Log(ctx, level, "call", "method", info.FullMethod, "code", code.String(), "duration_ms", took.Milliseconds(), "error", err)
	if code == codes.Unknown {
		return nil, status.Error(codes.Internal, "internal error") // do not disclose internal errors
	}
	return answer, err
}

// survive turns a panic into an Internal error of this call.
func (c *calls) survive(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (answer any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			c.log.ErrorContext(ctx, "panic", "cause", cause, "stack", string(debug.Stack()))
			answer, err = nil, status.Error(codes.Internal, "internal error")
		}
	}()
	return handle(ctx, request)
}

func carried(ctx context.Context) map[string]string {
	all := map[string]string{}
	incoming, _ := metadata.FromIncomingContext(ctx)
	for _, name := range otel.GetTextMapPropagator().Fields() {
		if values := incoming.Get(name); len(values) > 0 {
			all[name] = values[0]
		}
	}
	return all
}
