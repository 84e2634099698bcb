package grpcclient_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"git.example.com/acme/shop/pkg/grpcclient"
	"git.example.com/acme/shop/pkg/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDial_UnavailableServer_RetriesWithDeadlineAndTrace(t *testing.T) {
	stopTelemetry, err := telemetry.Start(t.Context(), "test", "1", "test", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stopTelemetry(context.Background()) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var tries atomic.Int32
	var bounded, traced atomic.Bool
	server := grpc.NewServer(grpc.UnaryInterceptor(
		func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
			if tries.Add(1) == 1 {
				return nil, status.Error(codes.Unavailable, "not yet")
			}
			_, set := ctx.Deadline()
			bounded.Store(set)
			traced.Store(len(metadata.ValueFromIncomingContext(ctx, "traceparent")) == 1)
			return handle(ctx, request)
		}))
	healthpb.RegisterHealthServer(server, health.NewServer())
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()

	connection, err := grpcclient.Dial(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if _, err := healthpb.NewHealthClient(connection).Check(t.Context(), &healthpb.HealthCheckRequest{}); err != nil {
		t.Fatal(err)
	}
	if tries.Load() != 2 || !bounded.Load() || !traced.Load() {
		t.Errorf("%d tries, bounded %v, traced %v", tries.Load(), bounded.Load(), traced.Load())
	}
}
