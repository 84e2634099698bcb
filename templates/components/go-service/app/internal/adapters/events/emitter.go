// Package events encodes the events that this service emits and decodes those that it consumes.
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
		Aggregate:   "@{ params.noun | snake }@",
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
