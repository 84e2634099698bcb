// Package peers confirms resources of other services over gRPC.
package peers

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	orderspb "git.example.com/acme/shop/gen/orders/v1"
	"git.example.com/acme/shop/pkg/grpcclient"
	"git.example.com/acme/shop/services/notifications/internal/domain"
	"git.example.com/acme/shop/services/notifications/internal/ports"
)

// Config holds the addresses.
type Config struct {
	Orders string `env:"ORDERS_GRPC_ADDRESS"`
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
	ordersConnection, err := grpcclient.Dial(settings.Orders)
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	p.connections = append(p.connections, ordersConnection)
	ordersClient := orderspb.NewOrderServiceClient(ordersConnection)
	p.confirm["orders"] = func(ctx context.Context, id string) error {
		_, err := ordersClient.ConfirmOrder(ctx, &orderspb.ConfirmOrderRequest{Id: id})
		return err
	}
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
