@% set name = params.calls | sort | first %@
@% set noun = bindings["peer-" ~ name].facts.noun | pascal %@
package peers_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "@{ project.module }@/gen/@{ name | snake }@/v1"
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/peers"
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const known = "01890000-0000-7000-8000-000000000000"

// other is a fake of the called service.
type other struct {
	pb.Unimplemented@{ noun }@ServiceServer
	confirmed []string
}

func (o *other) Confirm@{ noun }@(_ context.Context, r *pb.Confirm@{ noun }@Request) (*pb.Confirm@{ noun }@Response, error) {
	if r.GetId() != known {
		return nil, status.Error(codes.NotFound, "there is no such thing")
	}
	o.confirmed = append(o.confirmed, r.GetId())
	return &pb.Confirm@{ noun }@Response{}, nil
}

func TestPeers_Confirm_CallsOwningService(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, service := grpc.NewServer(), &other{}
	pb.Register@{ noun }@ServiceServer(server, service)
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()

	all, err := peers.Open(peers.Config{
@% for name in params.calls | sort %@
@% if not loop.first %@

@% endif %@
		@{ name | pascal }@: listener.Addr().String(),
@% endfor %@
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := all.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := all.Confirm(t.Context(), "@{ name }@", known); err != nil || len(service.confirmed) != 1 {
		t.Errorf("confirmed %v, %v", service.confirmed, err)
	}
	if err := all.Confirm(t.Context(), "@{ name }@", domain.NewID()); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("an unknown id: %v", err)
	}
	if err := all.Confirm(t.Context(), "somebody", known); err == nil {
		t.Error("an unknown service confirmed")
	}
}
