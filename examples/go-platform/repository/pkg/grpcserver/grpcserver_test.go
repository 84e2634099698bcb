package grpcserver_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"git.example.com/acme/shop/pkg/grpcserver"
	"git.example.com/acme/shop/pkg/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo is a service with one method that calls handle.
type echo struct {
	handle func(ctx context.Context) error
}

func (e echo) Register(server grpc.ServiceRegistrar) {
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "test.Echo",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{
			MethodName: "Call",
			Handler: func(_ any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
				in := &wrapperspb.StringValue{}
				if err := decode(in); err != nil {
					return nil, err
				}
				info := &grpc.UnaryServerInfo{FullMethod: "/test.Echo/Call"}
				return interceptor(ctx, in, info, func(ctx context.Context, request any) (any, error) {
					return request, e.handle(ctx)
				})
			},
		}},
	}, e)
}

// start runs a server. stop shuts it down and returns Serve's error.
func start(t *testing.T, e echo, drain time.Duration) (connection *grpc.ClientConn, stop func() error) {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	options := grpcserver.Options{Log: slog.New(slog.DiscardHandler), Drain: drain, Reflection: true}
	go func() { ended <- grpcserver.Serve(ctx, listener, e, options) }()
	connection, err := grpc.NewClient("passthrough:///test",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection, func() error {
		cancel()
		return <-ended
	}
}

func call(ctx context.Context, connection *grpc.ClientConn) error {
	return connection.Invoke(ctx, "/test.Echo/Call", wrapperspb.String("x"), &wrapperspb.StringValue{})
}

func TestServer_Call_HasDeadlineRequestIDAndTrace(t *testing.T) {
	stopTelemetry := telemetry.Start("test", "1", "test")
	t.Cleanup(func() { _ = stopTelemetry(context.Background()) })
	var traceID, requestID string
	var bounded bool
	connection, stop := start(t, echo{func(ctx context.Context) error {
		traceID = trace.SpanContextFromContext(ctx).TraceID().String()
		requestID = telemetry.RequestID(ctx)
		_, bounded = ctx.Deadline()
		return nil
	}}, time.Second)
	ctx, err := telemetry.WithRequestID(t.Context(), "req-1")
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range telemetry.Inject(ctx) {
		ctx = metadata.AppendToOutgoingContext(ctx, name, value)
	}
	ctx = metadata.AppendToOutgoingContext(ctx, "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	if err := call(ctx, connection); err != nil {
		t.Fatal(err)
	}
	if traceID != "0af7651916cd43dd8448eb211c80319c" || requestID != "req-1" || !bounded {
		t.Errorf("trace %s, request %q, bounded %v", traceID, requestID, bounded)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestServer_ErrorOrPanic_ReturnsInternal(t *testing.T) {
	for name, handle := range map[string]func(context.Context) error{
		"error": func(context.Context) error { return errors.New("a secret of ours") },
		"panic": func(context.Context) error { panic("a secret of ours") },
	} {
		t.Run(name, func(t *testing.T) {
			connection, stop := start(t, echo{handle}, time.Second)
			err := call(t.Context(), connection)
			if status.Code(err) != codes.Internal || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v", err)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestServer_Shutdown_FinishesInFlightCall(t *testing.T) {
	inside, proceed := make(chan struct{}), make(chan struct{})
	connection, stop := start(t, echo{func(context.Context) error {
		close(inside)
		<-proceed
		return nil
	}}, 5*time.Second)
	called, stopped := make(chan error), make(chan error)
	go func() { called <- call(t.Context(), connection) }()
	<-inside
	go func() { stopped <- stop() }()
	close(proceed)
	if err := <-called; err != nil {
		t.Error(err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestServer_DrainTimeout_CancelsCall(t *testing.T) {
	inside := make(chan struct{})
	connection, stop := start(t, echo{func(ctx context.Context) error {
		close(inside)
		<-ctx.Done()
		return ctx.Err()
	}}, 10*time.Millisecond)
	called := make(chan error)
	go func() { called <- call(t.Context(), connection) }()
	<-inside
	if err := stop(); err == nil {
		t.Error("Serve reported no error")
	}
	if err := <-called; err == nil {
		t.Error("the call succeeded")
	}
}

func TestServer_HealthCheck_KnowsEachService(t *testing.T) {
	connection, stop := start(t, echo{func(context.Context) error { return nil }}, time.Second)
	client := healthpb.NewHealthClient(connection)
	for name, want := range map[string]codes.Code{"": codes.OK, "test.Echo": codes.OK, "test.Other": codes.NotFound} {
		if _, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{Service: name}); status.Code(err) != want {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
