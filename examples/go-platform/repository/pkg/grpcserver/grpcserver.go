// Package grpcserver serves gRPC. Spans and measurements are OpenTelemetry's, with the codes that are sent; every call gets
// a request id and a log line, and health checks work per service.
package grpcserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc/filters"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"

	"git.example.com/acme/shop/pkg/telemetry"
)

const (
	messageLimit = 1 << 20
	callTimeout  = 15 * time.Second // of unary calls whose caller sets no deadline
)

// A Registrar registers its service with a server.
type Registrar interface {
	Register(server grpc.ServiceRegistrar)
}

// Options configure a server.
type Options struct {
	Log *slog.Logger
	// Drain bounds the graceful end. After it, calls are cancelled.
	Drain time.Duration
	// Unavailable says whether an error is an outage of something that the service needs: UNAVAILABLE, which callers
	// retry, instead of INTERNAL.
	Unavailable func(error) bool
	// Reflection lets clients list the services. Use it in local development only.
	Reflection bool
}

// Serve serves until ctx is cancelled. Then health checks report NOT_SERVING, connections get a GOAWAY and calls in flight
// finish.
func Serve(ctx context.Context, listener net.Listener, registrar Registrar, options Options) error {
	server := grpc.NewServer(
		grpc.StatsHandler(otelgrpc.NewServerHandler(otelgrpc.WithFilter(filters.Not(filters.HealthCheck())))),
		grpc.UnaryInterceptor(options.unary),
		grpc.StreamInterceptor(options.stream),
		grpc.MaxRecvMsgSize(messageLimit),
		grpc.ConnectionTimeout(10*time.Second),
		// Connections are limited in age, so that clients resolve the name again and find new replicas.
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
	healthy.Shutdown()
	late := time.AfterFunc(options.Drain, server.Stop)
	server.GracefulStop()
	if !late.Stop() {
		return fmt.Errorf("grpc server: calls were cut off after %s", options.Drain)
	}
	return nil
}

func (o Options) unary(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (answer any, err error) {
	if _, set := ctx.Deadline(); !set {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTimeout)
		defer cancel()
	}
	err = o.guard(ctx, info.FullMethod, func(ctx context.Context) error {
		answer, err = handle(ctx, request)
		return err
	})
	return answer, err
}

func (o Options) stream(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	return o.guard(stream.Context(), info.FullMethod, func(ctx context.Context) error {
		return handle(service, contextStream{stream, ctx})
	})
}

type contextStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s contextStream) Context() context.Context { return s.ctx }

// guard runs a call and returns the status that is sent. A panic is an error of this call.
func (o Options) guard(ctx context.Context, method string, run func(context.Context) error) error {
	if strings.HasPrefix(method, "/"+healthpb.Health_ServiceDesc.ServiceName+"/") {
		return run(ctx)
	}
	began := time.Now()
	ctx = telemetry.WithRequestID(ctx, telemetry.RequestID(ctx))
	err := recovered(ctx, run)
	sent := o.status(err)
	level := slog.LevelInfo
	if code := status.Code(sent); code == codes.Internal || code == codes.Unavailable {
		level = slog.LevelError
	}
	o.Log.Log(ctx, level, "call", "method", method, "code", status.Code(sent).String(),
		"duration_ms", time.Since(began).Milliseconds(), "error", err)
	return sent
}

func recovered(ctx context.Context, run func(context.Context) error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return run(ctx)
}

// status maps an error to what is sent. What went wrong inside is not disclosed; nor is the status of another server that
// an error wraps.
func (o Options) status(err error) error {
	_, chosen := err.(interface{ GRPCStatus() *status.Status }) // not of an error that it wraps
	switch {
	case err == nil || chosen:
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return status.FromContextError(err).Err()
	case o.Unavailable != nil && o.Unavailable(err):
		return status.Error(codes.Unavailable, "try again later")
	default:
		return status.Error(codes.Internal, "internal error")
	}
}
