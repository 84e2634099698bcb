// Package events encodes the events that this service emits and decodes those that it consumes.
package events

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "git.example.com/acme/shop/gen/orders/v1"
	"git.example.com/acme/shop/pkg/outbox"
	"git.example.com/acme/shop/services/orders/internal/domain"
)

// Emitter writes events to the outbox.
type Emitter struct{}

// NewEmitter creates an Emitter.
func NewEmitter() Emitter { return Emitter{} }

// Emit writes the event to the outbox inside tx.
func (Emitter) Emit(ctx context.Context, tx pgx.Tx, event domain.Event) error {
	payload, err := payloadOf(event)
	if err != nil {
		return err
	}
	return Outbox.Emit(ctx, tx, outbox.Event{
		ID:          string(event.ID),
		Type:        event.Type,
		Aggregate:   "order",
		AggregateID: string(event.Subject.ID),
		OccurredAt:  event.OccurredAt,
		Payload:     payload,
	})
}

// payloadOf returns the protobuf message for the event's type.
func payloadOf(event domain.Event) (proto.Message, error) {
	subject := message(event.Subject)
	switch event.Type {
	case domain.EventCreated:
		return &pb.OrderCreated{Subject: subject}, nil
	case domain.EventConfirmed:
		return &pb.OrderConfirmed{Subject: subject}, nil
	case domain.EventRefundCompleted:
		return &pb.OrderRefundCompleted{Subject: subject}, nil
	default:
		return nil, fmt.Errorf("events of type %q have no message", event.Type)
	}
}

func message(item domain.Order) *pb.Order {
	m := &pb.Order{
		Id:        string(item.ID),
		UserId:    item.UserID,
		Reference: item.Reference,
		Amount:    item.Amount,
		Currency:  item.Currency,
		Status:    pb.OrderStatus_ORDER_STATUS_PENDING,
		CreatedAt: timestamppb.New(item.CreatedAt),
	}
	if item.Status == domain.StatusConfirmed {
		m.Status = pb.OrderStatus_ORDER_STATUS_CONFIRMED
		m.ConfirmedAt = timestamppb.New(item.ConfirmedAt)
	}
	return m
}
