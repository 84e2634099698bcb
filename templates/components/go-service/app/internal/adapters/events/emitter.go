// Package events speaks the events of services: what this one emits, and what it takes from others.
package events

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "@{ project.module }@/gen/@{ unit.name | snake }@/v1"
	"@{ project.module }@/pkg/outbox"
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
)

// Emitter makes events part of a transaction.
type Emitter struct{}

// NewEmitter makes an emitter.
func NewEmitter() Emitter { return Emitter{} }

// Emit hands the event to the outbox, within the transaction.
func (Emitter) Emit(ctx context.Context, tx pgx.Tx, event domain.Event) error {
	payload, err := payloadOf(event)
	if err != nil {
		return err
	}
	return Outbox.Emit(ctx, tx, outbox.Event{
		ID:          string(event.ID),
		Type:        event.Type,
		Aggregate:   "@{ params.noun | snake }@",
		AggregateID: string(event.Subject.ID),
		OccurredAt:  event.OccurredAt,
		Payload:     payload,
	})
}

// payloadOf is the message that an event's type names.
func payloadOf(event domain.Event) (proto.Message, error) {
	subject := message(event.Subject)
	switch event.Type {
	case domain.EventCreated:
		return &pb.@{ params.noun | pascal }@Created{Subject: subject}, nil
	case domain.EventConfirmed:
		return &pb.@{ params.noun | pascal }@Confirmed{Subject: subject}, nil
@% if has("workflow.runs", unit) %@
@% for workflow in first_of("workflow.runs", unit).facts.workflows %@
	case domain.Event@{ workflow | pascal }@Completed:
		return &pb.@{ params.noun | pascal }@@{ workflow | pascal }@Completed{Subject: subject}, nil
@% endfor %@
@% endif %@
	default:
		return nil, fmt.Errorf("events of type %q have no message", event.Type)
	}
}

func message(item domain.@{ params.noun | pascal }@) *pb.@{ params.noun | pascal }@ {
	m := &pb.@{ params.noun | pascal }@{
		Id:        string(item.ID),
		UserId:    item.UserID,
		Reference: item.Reference,
		Amount:    item.Amount,
		Currency:  item.Currency,
		Status:    pb.@{ params.noun | pascal }@Status_@{ params.noun | upper_snake }@_STATUS_PENDING,
		CreatedAt: timestamppb.New(item.CreatedAt),
	}
	if item.Status == domain.StatusConfirmed {
		m.Status = pb.@{ params.noun | pascal }@Status_@{ params.noun | upper_snake }@_STATUS_CONFIRMED
		m.ConfirmedAt = timestamppb.New(item.ConfirmedAt)
	}
	return m
}
