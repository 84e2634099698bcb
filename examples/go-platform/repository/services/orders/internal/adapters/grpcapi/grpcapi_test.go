package grpcapi_test

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"

	pb "git.example.com/acme/shop/gen/orders/v1"
	"git.example.com/acme/shop/pkg/grpcserver"
	"git.example.com/acme/shop/pkg/postgres/postgrestest"
	"git.example.com/acme/shop/services/orders/internal/adapters/grpcapi"
	"git.example.com/acme/shop/services/orders/internal/adapters/store"
	"git.example.com/acme/shop/services/orders/internal/app"
	"git.example.com/acme/shop/services/orders/internal/domain"
	"git.example.com/acme/shop/services/orders/migrations"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// silent discards events.
type silent struct{}

func (silent) Emit(context.Context, pgx.Tx, domain.Event) error { return nil }

// connect runs the service in memory and returns a connection to it.
func connect(t *testing.T) *grpc.ClientConn {
	t.Helper()
	pool := postgrestest.New(t, migrations.Files)
	service := app.New(store.New(pool, silent{}))
	listener := bufconn.Listen(1 << 20)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	options := grpcserver.Options{Log: slog.New(slog.DiscardHandler), Drain: 5 * time.Second}
	go func() { ended <- grpcserver.Serve(ctx, listener, grpcapi.New(service), options) }()
	connection, err := grpc.NewClient("passthrough:///service",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := connection.Close(); err != nil {
			t.Error(err)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return connection
}

func TestHealthCheck_RunningService_ReportsServing(t *testing.T) {
	answer, err := healthpb.NewHealthClient(connect(t)).Check(t.Context(), &healthpb.HealthCheckRequest{
		Service: pb.OrderService_ServiceDesc.ServiceName,
	})
	if err != nil || answer.GetStatus() != healthpb.HealthCheckResponse_SERVING {
		t.Errorf("%v, %v", answer, err)
	}
}

func TestCreate_InvalidDraft_ReturnsInvalidArgument(t *testing.T) {
	client := pb.NewOrderServiceClient(connect(t))
	_, err := client.CreateOrder(t.Context(), &pb.CreateOrderRequest{UserId: "me", IdempotencyKey: "1"})
	if status.Code(err) != codes.InvalidArgument || len(status.Convert(err).Details()) != 1 {
		t.Errorf("got %v", err)
	}
}

func TestAPI_InvalidLabel_ReturnsInvalidArgument(t *testing.T) {
	client := pb.NewOrderServiceClient(connect(t))
	good := &pb.CreateOrderRequest{UserId: "me", IdempotencyKey: "1", Reference: "a", Amount: 1, Currency: "EUR"}
	for name, change := range map[string]func(*pb.CreateOrderRequest){
		"user id with NUL byte":  func(r *pb.CreateOrderRequest) { r.UserId = "a\x00b" },
		"user id over the limit": func(r *pb.CreateOrderRequest) { r.UserId = strings.Repeat("u", 256) },
		"key with NUL byte":      func(r *pb.CreateOrderRequest) { r.IdempotencyKey = "a\x00b" },
		"key over the limit":     func(r *pb.CreateOrderRequest) { r.IdempotencyKey = strings.Repeat("k", 129) },
	} {
		asked := proto.CloneOf(good)
		change(asked)
		if _, err := client.CreateOrder(t.Context(), asked); status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
	made, err := client.CreateOrder(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.GetOrder(t.Context(), &pb.GetOrderRequest{UserId: "a\x00b", Id: made.GetSubject().GetId()})
	if status.Code(err) != codes.InvalidArgument {
		t.Errorf("get with an invalid user id: %v", err)
	}
	if _, err := client.ListOrders(t.Context(), &pb.ListOrdersRequest{UserId: "a\x00b"}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("list with an invalid user id: %v", err)
	}
}

func TestAPI_Lifecycle_CreatesConfirmsAndLists(t *testing.T) {
	client := pb.NewOrderServiceClient(connect(t))
	draft := &pb.CreateOrderRequest{UserId: "me", IdempotencyKey: "1", Reference: "a", Amount: 1, Currency: "EUR"}
	made, err := client.CreateOrder(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	id := made.GetSubject().GetId()
	if again, err := client.CreateOrder(t.Context(), draft); err != nil || again.GetSubject().GetId() != id {
		t.Errorf("a repeated key returned %v, %v", again, err)
	}
	draft.Amount = 2
	if _, err := client.CreateOrder(t.Context(), draft); status.Code(err) != codes.AlreadyExists {
		t.Errorf("the same key with another draft: %v", err)
	}
	for range 2 {
		confirmed, err := client.ConfirmOrder(t.Context(), &pb.ConfirmOrderRequest{Id: id})
		if err != nil || confirmed.GetSubject().GetStatus() != pb.OrderStatus_ORDER_STATUS_CONFIRMED {
			t.Errorf("confirmed %v, %v", confirmed, err)
		}
	}
	if _, err := client.GetOrder(t.Context(), &pb.GetOrderRequest{UserId: "you", Id: id}); status.Code(err) != codes.NotFound {
		t.Errorf("a resource of another user: %v", err)
	}
	draft.IdempotencyKey = "2"
	if _, err := client.CreateOrder(t.Context(), draft); err != nil {
		t.Fatal(err)
	}
	page, err := client.ListOrders(t.Context(), &pb.ListOrdersRequest{UserId: "me", PageSize: 1})
	if err != nil || len(page.GetSubjects()) != 1 || page.GetNextPageToken() == "" {
		t.Fatalf("the first page is %v, %v", page, err)
	}
	page, err = client.ListOrders(t.Context(), &pb.ListOrdersRequest{UserId: "me", PageSize: 1, PageToken: page.GetNextPageToken()})
	if err != nil || len(page.GetSubjects()) != 1 || page.GetNextPageToken() != "" {
		t.Errorf("the last page is %v, %v", page, err)
	}
}
