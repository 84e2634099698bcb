@% set one = params.noun | pascal %@
@% set many = params.noun | plural | pascal %@
package grpcapi_test

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

@% if params.publishes %@
	"github.com/jackc/pgx/v5"
@% endif %@
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"

	pb "@{ project.module }@/gen/@{ unit.name | snake }@/v1"
	"@{ project.module }@/pkg/grpcserver"
@% if params.database %@
	"@{ project.module }@/pkg/postgres/postgrestest"
@% endif %@
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/grpcapi"
@% if params.database %@
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/store"
@% endif %@
	"@{ project.module }@/services/@{ unit.name }@/internal/app"
@% if params.publishes %@
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
@% endif %@
@% if params.database %@
	"@{ project.module }@/services/@{ unit.name }@/migrations"
@% endif %@
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

@% if params.publishes %@
// silent discards events.
type silent struct{}

func (silent) Emit(context.Context, pgx.Tx, domain.Event) error { return nil }

@% endif %@
// connect runs the service in memory and returns a connection to it.
func connect(t *testing.T) *grpc.ClientConn {
	t.Helper()
@% if params.database %@
	pool := postgrestest.New(t, migrations.Files)
@% if params.publishes %@
	service := app.New(store.New(pool, silent{}))
@% else %@
	service := app.New(store.New(pool))
@% endif %@
@% else %@
	service := app.New()
@% endif %@
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
		Service: pb.@{ one }@Service_ServiceDesc.ServiceName,
	})
	if err != nil || answer.GetStatus() != healthpb.HealthCheckResponse_SERVING {
		t.Errorf("%v, %v", answer, err)
	}
}

func TestCreate_InvalidDraft_ReturnsInvalidArgument(t *testing.T) {
	client := pb.New@{ one }@ServiceClient(connect(t))
	_, err := client.Create@{ one }@(t.Context(), &pb.Create@{ one }@Request{UserId: "me", IdempotencyKey: "1"})
	if status.Code(err) != codes.InvalidArgument || len(status.Convert(err).Details()) != 1 {
		t.Errorf("got %v", err)
	}
}

func TestAPI_InvalidLabel_ReturnsInvalidArgument(t *testing.T) {
	client := pb.New@{ one }@ServiceClient(connect(t))
	good := &pb.Create@{ one }@Request{UserId: "me", IdempotencyKey: "1", Reference: "a", Amount: 1, Currency: "EUR"}
	for name, change := range map[string]func(*pb.Create@{ one }@Request){
		"user id with NUL byte":  func(r *pb.Create@{ one }@Request) { r.UserId = "a\x00b" },
		"user id over the limit": func(r *pb.Create@{ one }@Request) { r.UserId = strings.Repeat("u", 256) },
@% if params.database %@
		"key with NUL byte":      func(r *pb.Create@{ one }@Request) { r.IdempotencyKey = "a\x00b" },
		"key over the limit":     func(r *pb.Create@{ one }@Request) { r.IdempotencyKey = strings.Repeat("k", 129) },
@% endif %@
	} {
		asked := proto.CloneOf(good)
		change(asked)
		if _, err := client.Create@{ one }@(t.Context(), asked); status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
@% if params.database %@
	made, err := client.Create@{ one }@(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Get@{ one }@(t.Context(), &pb.Get@{ one }@Request{UserId: "a\x00b", Id: made.GetSubject().GetId()})
	if status.Code(err) != codes.InvalidArgument {
		t.Errorf("get with an invalid user id: %v", err)
	}
	if _, err := client.List@{ many }@(t.Context(), &pb.List@{ many }@Request{UserId: "a\x00b"}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("list with an invalid user id: %v", err)
	}
@% endif %@
}

@% if params.database %@
func TestAPI_Lifecycle_CreatesConfirmsAndLists(t *testing.T) {
	client := pb.New@{ one }@ServiceClient(connect(t))
	draft := &pb.Create@{ one }@Request{UserId: "me", IdempotencyKey: "1", Reference: "a", Amount: 1, Currency: "EUR"}
	made, err := client.Create@{ one }@(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	id := made.GetSubject().GetId()
	if again, err := client.Create@{ one }@(t.Context(), draft); err != nil || again.GetSubject().GetId() != id {
		t.Errorf("a repeated key returned %v, %v", again, err)
	}
	draft.Amount = 2
	if _, err := client.Create@{ one }@(t.Context(), draft); status.Code(err) != codes.AlreadyExists {
		t.Errorf("the same key with another draft: %v", err)
	}
	for range 2 {
		confirmed, err := client.Confirm@{ one }@(t.Context(), &pb.Confirm@{ one }@Request{Id: id})
		if err != nil || confirmed.GetSubject().GetStatus() != pb.@{ one }@Status_@{ params.noun | upper_snake }@_STATUS_CONFIRMED {
			t.Errorf("confirmed %v, %v", confirmed, err)
		}
	}
	if _, err := client.Get@{ one }@(t.Context(), &pb.Get@{ one }@Request{UserId: "you", Id: id}); status.Code(err) != codes.NotFound {
		t.Errorf("a resource of another user: %v", err)
	}
	draft.IdempotencyKey = "2"
	if _, err := client.Create@{ one }@(t.Context(), draft); err != nil {
		t.Fatal(err)
	}
	page, err := client.List@{ many }@(t.Context(), &pb.List@{ many }@Request{UserId: "me", PageSize: 1})
	if err != nil || len(page.GetSubjects()) != 1 || page.GetNextPageToken() == "" {
		t.Fatalf("the first page is %v, %v", page, err)
	}
	page, err = client.List@{ many }@(t.Context(), &pb.List@{ many }@Request{UserId: "me", PageSize: 1, PageToken: page.GetNextPageToken()})
	if err != nil || len(page.GetSubjects()) != 1 || page.GetNextPageToken() != "" {
		t.Errorf("the last page is %v, %v", page, err)
	}
}
@% else %@
func TestCreate_ValidDraft_ReturnsAssessed(t *testing.T) {
	client := pb.New@{ one }@ServiceClient(connect(t))
	answer, err := client.Create@{ one }@(t.Context(), &pb.Create@{ one }@Request{
		UserId: "me", Reference: "a", Amount: 1, Currency: "EUR",
	})
	if err != nil || answer.GetSubject().GetStatus() != pb.@{ one }@Status_@{ params.noun | upper_snake }@_STATUS_ASSESSED {
		t.Errorf("%v, %v", answer, err)
	}
}
@% endif %@
