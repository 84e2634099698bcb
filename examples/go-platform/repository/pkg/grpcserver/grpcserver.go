// Package grpcserver serves gRPC with what every call needs: a deadline, a request id, a span, a line in the log,
// measures and health per service.
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

// A Registrar adds its service to a server.
type Registrar interface {
	Register(server grpc.ServiceRegistrar)
}

// Options of a server.
type Options struct {
	Log *slog.Logger
	// Drain is how long calls may take to finish once the server is told to stop.
	Drain time.Duration
	// Reflection lets anybody list the services: not outside a developer's machine.
	Reflection bool
}

// Serve answers calls until ctx ends; then health says so, connections are told to go elsewhere and calls finish.
func Serve(ctx context.Context, listener net.Listener, registrar Registrar, options Options) error {
	calls, err := newCalls(options.Log)
	if err != nil {
		return err
	}
	server := grpc.NewServer(
		grpc.ChainUnaryInterceptor(calls.observe, calls.survive),
		grpc.MaxRecvMsgSize(messageLimit),
		grpc.ConnectionTimeout(10*time.Second),
		// Connections end now and then, so that callers find new replicas.
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
	healthy.Shutdown() // NOT_SERVING, for good
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

// calls is what interceptors share.
type calls struct {
	log      *slog.Logger
	requests metric.Int64Counter
	duration metric.Float64Histogram
}

func newCalls(log *slog.Logger) (*calls, error) {
	meter := otel.Meter(scope)
	requests, err := meter.Int64Counter("grpc_requests_total", metric.WithDescription("Calls that were answered."))
	if err != nil {
		return nil, fmt.Errorf("grpc instruments: %w", err)
	}
	duration, err := meter.Float64Histogram("grpc_request_duration_seconds",
		metric.WithDescription("Time from a call's beginning to its answer."),
		metric.WithExplicitBucketBoundaries(.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10))
	if err != nil {
		return nil, fmt.Errorf("grpc instruments: %w", err)
	}
	return &calls{log: log, requests: requests, duration: duration}, nil
}

// observe continues the caller's trace and tells how the call went.
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
		ctx, _ = telemetry.WithRequestID(ctx, telemetry.NewRequestID()) // our own ids are valid
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
		return nil, status.Error(codes.Internal, "internal error") // its text is nobody's business but ours
	}
	return answer, err
}

// survive makes a panic an error of this call only.
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
