package grpcserver_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
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

var measured = sdkmetric.NewManualReader()

func TestMain(m *testing.M) {
	_, _ = telemetry.Start(context.Background(), "test", "1", "test", "")
	otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(measured)))
	goleak.VerifyTestMain(m)
}

var errOutage = errors.New("no database")

// echo is a service whose methods, a unary and a streaming one, call handle.
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
		Streams: []grpc.StreamDesc{{
			StreamName: "Stream", ServerStreams: true,
			Handler: func(_ any, stream grpc.ServerStream) error { return e.handle(stream.Context()) },
		}},
	}, e)
}

// start runs a server. stop ends it and returns Serve's error.
func start(t *testing.T, handle func(context.Context) error, drain time.Duration) (connection *grpc.ClientConn, stop func() error) {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	options := grpcserver.Options{
		Log: slog.New(slog.DiscardHandler), Drain: drain, Reflection: true,
		Unavailable: func(err error) bool { return errors.Is(err, errOutage) },
	}
	go func() { ended <- grpcserver.Serve(ctx, listener, echo{handle}, options) }()
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

func stream(ctx context.Context, connection *grpc.ClientConn) error {
	open, err := connection.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, "/test.Echo/Stream")
	if err != nil {
		return err
	}
	return open.RecvMsg(&wrapperspb.StringValue{})
}

func TestServer_Call_HasDeadlineRequestIDAndTrace(t *testing.T) {
	const traceID = "0af7651916cd43dd8448eb211c80319c"
	connection, stop := start(t, func(ctx context.Context) error {
		_, bounded := ctx.Deadline()
		if id := trace.SpanContextFromContext(ctx).TraceID().String(); id != traceID || telemetry.RequestID(ctx) != "req-1" || !bounded {
			t.Errorf("trace %s, request %q, bounded %v", id, telemetry.RequestID(ctx), bounded)
		}
		return nil
	}, time.Second)
	ctx := metadata.AppendToOutgoingContext(t.Context(), "baggage", "request_id=req-1", "traceparent", "00-"+traceID+"-b7ad6b7169203331-01")
	if err := call(ctx, connection); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestServer_Failure_SendsAndRecordsCode(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		code codes.Code
	}{
		{"error", errors.New("a secret of ours"), codes.Internal},
		{"panic", nil, codes.Internal},
		{"outage", errOutage, codes.Unavailable},
		{"status", status.Error(codes.NotFound, "no such thing"), codes.NotFound},
		{"cancelled", context.Canceled, codes.Canceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			connection, stop := start(t, func(context.Context) error {
				if test.err == nil {
					panic("a secret of ours")
				}
				return test.err
			}, time.Second)
			for kind, ask := range map[string]func(context.Context, *grpc.ClientConn) error{"unary": call, "stream": stream} {
				err := ask(t.Context(), connection)
				if status.Code(err) != test.code || strings.Contains(err.Error(), "secret") {
					t.Errorf("%s: got %v", kind, err)
				}
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
	var all metricdata.ResourceMetrics
	if err := measured.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	recorded := map[string]bool{}
	for _, m := range all.ScopeMetrics[0].Metrics {
		if points, ok := m.Data.(metricdata.Histogram[float64]); ok && m.Name == "rpc.server.call.duration" {
			for _, point := range points.DataPoints {
				code, _ := point.Attributes.Value("rpc.response.status_code")
				recorded[code.AsString()] = true
			}
		}
	}
	for _, code := range []string{"INTERNAL", "UNAVAILABLE", "NOT_FOUND", "CANCELLED"} {
		if !recorded[code] {
			t.Errorf("%s was sent, but recorded are %v", code, recorded)
		}
	}
}

func TestServer_Shutdown_FinishesInFlightCall(t *testing.T) {
	inside, proceed := make(chan struct{}), make(chan struct{})
	connection, stop := start(t, func(context.Context) error {
		close(inside)
		<-proceed
		return nil
	}, 5*time.Second)
	called, stopped := make(chan error), make(chan error)
	go func() { called <- call(t.Context(), connection) }()
	<-inside
	go func() { stopped <- stop() }()
	close(proceed)
	if err := errors.Join(<-called, <-stopped); err != nil {
		t.Error(err)
	}
}

func TestServer_DrainTimeout_CancelsCall(t *testing.T) {
	inside := make(chan struct{})
	connection, stop := start(t, func(ctx context.Context) error {
		close(inside)
		<-ctx.Done()
		return ctx.Err()
	}, 10*time.Millisecond)
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
	connection, stop := start(t, func(context.Context) error { return nil }, time.Second)
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
