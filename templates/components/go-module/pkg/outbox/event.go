// Package outbox implements the transactional outbox: events reach the broker if, and only if, their transaction
// commits.
//
// An event is written inside the transaction that causes it. A Relay reads committed events and publishes them at least
// once: after a crash, events may be published again, so consumers deduplicate by event id.
package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	envelopev1 "@{ project.module }@/gen/envelope/v1"
	"@{ project.module }@/pkg/telemetry"
)

// MaxSize is the maximum size of an encoded event. The broker's limit is 1 MiB. A larger event would fail only after
// its transaction committed, and the relay could neither publish nor skip it.
const MaxSize = 900 << 10

// Event is something that happened to one aggregate.
type Event struct {
	// ID is a UUID. Consumers deduplicate by it.
	ID string
	// Type names what happened, such as "invoice.created", and determines the payload's message type.
	Type        string
	Aggregate   string
	AggregateID string
	OccurredAt  time.Time
	Payload     proto.Message
}

// Executor is the open transaction that an event is written in.
type Executor interface {
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
}

// encode wraps an event in the envelope that a Relay publishes, with the trace context and request id of ctx.
func encode(ctx context.Context, event Event) ([]byte, error) {
	payload, err := proto.Marshal(event.Payload)
	if err != nil {
		return nil, fmt.Errorf("encode event %s: %w", event.Type, err)
	}
	message, err := proto.Marshal(&envelopev1.Envelope{
		EventId:     event.ID,
		Type:        event.Type,
		Aggregate:   event.Aggregate,
		AggregateId: event.AggregateID,
		OccurredAt:  timestamppb.New(event.OccurredAt),
		Payload:     payload,
		Trace:       telemetry.Inject(ctx),
	})
	if err != nil {
		return nil, fmt.Errorf("encode event %s: %w", event.Type, err)
	}
	if len(message) > MaxSize {
		return nil, fmt.Errorf("event %s: %d bytes are more than the %d that an event may take", event.Type, len(message), MaxSize)
	}
	return message, nil
}
