// Package grpcapi is the gRPC adapter for other services.
package grpcapi

import (
	"context"
	"errors"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "git.example.com/acme/shop/gen/orders/v1"
	"git.example.com/acme/shop/services/orders/internal/app"
	"git.example.com/acme/shop/services/orders/internal/domain"
)

const (
	defaultPage = 50
	maximumPage = 200
)

// Server implements the generated gRPC service.
type Server struct {
	pb.UnimplementedOrderServiceServer
	service *app.Service
}

// New creates a Server.
func New(service *app.Service) *Server { return &Server{service: service} }

// Register adds the service to a gRPC server.
func (s *Server) Register(server grpc.ServiceRegistrar) {
	pb.RegisterOrderServiceServer(server, s)
}

// CreateOrder is idempotent: a repeated key returns the resource created first.
func (s *Server) CreateOrder(ctx context.Context, r *pb.CreateOrderRequest) (*pb.CreateOrderResponse, error) {
	if problem := domain.LabelProblem(r.GetIdempotencyKey(), domain.KeyLimit); problem != "" {
		return nil, status.Error(codes.InvalidArgument, "idempotency_key "+problem)
	}
	item, err := s.service.Create(ctx, domain.Draft{
		UserID: r.GetUserId(), Reference: r.GetReference(), Amount: r.GetAmount(), Currency: r.GetCurrency(),
	}, r.GetIdempotencyKey())
	if err != nil {
		return nil, failure(err)
	}
	return &pb.CreateOrderResponse{Subject: present(item)}, nil
}

// GetOrder returns a resource that the user owns.
func (s *Server) GetOrder(ctx context.Context, r *pb.GetOrderRequest) (*pb.GetOrderResponse, error) {
	id, err := domain.ParseID(r.GetId())
	if err != nil {
		return nil, failure(err)
	}
	if err := known(r.GetUserId()); err != nil {
		return nil, err
	}
	item, err := s.service.Get(ctx, r.GetUserId(), id)
	if err != nil {
		return nil, failure(err)
	}
	return &pb.GetOrderResponse{Subject: present(item)}, nil
}

// ListOrders returns one page of the user's resources, newest first.
func (s *Server) ListOrders(ctx context.Context, r *pb.ListOrdersRequest) (*pb.ListOrdersResponse, error) {
	if err := known(r.GetUserId()); err != nil {
		return nil, err
	}
	size := int(r.GetPageSize())
	if size < 0 || size > maximumPage {
		return nil, status.Error(codes.InvalidArgument, "page_size must be 0 to 200")
	}
	if size == 0 {
		size = defaultPage
	}
	before := domain.ID("")
	if r.GetPageToken() != "" {
		var err error
		if before, err = domain.ParseID(r.GetPageToken()); err != nil {
			return nil, status.Error(codes.InvalidArgument, "page_token is not one that was given out")
		}
	}
	items, next, err := s.service.List(ctx, r.GetUserId(), before, size)
	if err != nil {
		return nil, failure(err)
	}
	page := &pb.ListOrdersResponse{NextPageToken: string(next)}
	for _, item := range items {
		page.Subjects = append(page.Subjects, present(item))
	}
	return page, nil
}

// known rejects a malformed user id.
func known(user string) error {
	if problem := domain.LabelProblem(user, domain.UserIDLimit); problem != "" {
		return status.Error(codes.InvalidArgument, "user_id "+problem)
	}
	return nil
}

// ConfirmOrder is idempotent and does not check ownership.
func (s *Server) ConfirmOrder(ctx context.Context, r *pb.ConfirmOrderRequest) (*pb.ConfirmOrderResponse, error) {
	id, err := domain.ParseID(r.GetId())
	if err != nil {
		return nil, failure(err)
	}
	item, err := s.service.Confirm(ctx, id)
	if err != nil {
		return nil, failure(err)
	}
	return &pb.ConfirmOrderResponse{Subject: present(item)}, nil
}

var statuses = map[domain.Status]pb.OrderStatus{
	domain.StatusPending:   pb.OrderStatus_ORDER_STATUS_PENDING,
	domain.StatusConfirmed: pb.OrderStatus_ORDER_STATUS_CONFIRMED,
}

func present(item domain.Order) *pb.Order {
	shown := &pb.Order{
		Id: string(item.ID), UserId: item.UserID, Reference: item.Reference, Amount: item.Amount, Currency: item.Currency,
		Status: statuses[item.Status], CreatedAt: timestamppb.New(item.CreatedAt),
	}
	if !item.ConfirmedAt.IsZero() {
		shown.ConfirmedAt = timestamppb.New(item.ConfirmedAt)
	}
	return shown
}

// failure maps an application error to a gRPC status. Other errors become Internal in the interceptor.
func failure(err error) error {
	if invalid, ok := errors.AsType[*domain.InvalidError](err); ok {
		details := &errdetails.BadRequest{}
		for name, why := range invalid.Fields {
			details.FieldViolations = append(details.FieldViolations, &errdetails.BadRequest_FieldViolation{Field: name, Description: why})
		}
		detailed, detailErr := status.New(codes.InvalidArgument, invalid.Error()).WithDetails(details)
		if detailErr != nil {
			return status.Error(codes.InvalidArgument, invalid.Error())
		}
		return detailed.Err()
	}
	switch {
	case errors.Is(err, domain.ErrNotFound):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, domain.ErrKeyReused):
		return status.Error(codes.AlreadyExists, err.Error())
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return status.FromContextError(err).Err()
	default:
		return err
	}
}
