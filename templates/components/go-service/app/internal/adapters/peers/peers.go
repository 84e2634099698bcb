// Package peers confirms resources of other services over gRPC.
package peers

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

@% for name in params.calls | sort %@
	@{ name | camel }@pb "@{ project.module }@/gen/@{ name | snake }@/v1"
@% endfor %@
	"@{ project.module }@/pkg/grpcclient"
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
	"@{ project.module }@/services/@{ unit.name }@/internal/ports"
)

// Config holds the addresses.
type Config struct {
@% for name in params.calls | sort %@
@% if not loop.first %@

@% endif %@
	@{ name | pascal }@ string `env:"@{ name | upper_snake }@_GRPC_ADDRESS"`
@% endfor %@
}

// Peers holds one connection per service.
type Peers struct {
	connections []*grpc.ClientConn
	confirm     map[string]func(ctx context.Context, id string) error
}

var _ ports.Confirmer = (*Peers)(nil)

// Open creates the clients. They connect on first use.
func Open(settings Config) (*Peers, error) {
	p := &Peers{confirm: map[string]func(context.Context, string) error{}}
@% for name in params.calls | sort %@
@% set noun = bindings["peer-" ~ name].facts.noun | pascal %@
	@{ name | camel }@Connection, err := grpcclient.Dial(settings.@{ name | pascal }@)
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	p.connections = append(p.connections, @{ name | camel }@Connection)
	@{ name | camel }@Client := @{ name | camel }@pb.New@{ noun }@ServiceClient(@{ name | camel }@Connection)
	p.confirm["@{ name }@"] = func(ctx context.Context, id string) error {
		_, err := @{ name | camel }@Client.Confirm@{ noun }@(ctx, &@{ name | camel }@pb.Confirm@{ noun }@Request{Id: id})
		return err
	}
@% endfor %@
	return p, nil
}

// Close closes all connections.
func (p *Peers) Close() error {
	var problems []error
	for _, connection := range p.connections {
		problems = append(problems, connection.Close())
	}
	return errors.Join(problems...)
}

// Confirm returns [domain.ErrNotFound] if the service does not have the resource.
func (p *Peers) Confirm(ctx context.Context, service string, id domain.ID) error {
	confirm, known := p.confirm[service]
	if !known {
		return fmt.Errorf("confirm: %s is not a service that this one calls", service)
	}
	err := confirm(ctx, string(id))
	if status.Code(err) == codes.NotFound {
		return domain.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("confirm at %s: %w", service, err)
	}
	return nil
}
