// Package outbox carries events from the transaction that causes them to a broker.
//
// An event is emitted inside the transaction that it belongs to: both are committed or neither is. A Relay reads what was
// committed and publishes it, at least once: what was published before a crash may be published again, so consumers
// deduplicate by the event's identifier.
package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	envelopev1 "git.example.com/acme/shop/gen/envelope/v1"
	"git.example.com/acme/shop/pkg/telemetry"
)

// MaxSize is what an event may take. A larger one would be refused by the broker, whose limit is 1 MiB, after it was
// committed: the relay could neither publish it nor go past it.
const MaxSize = 900 << 10

// Event is something that happened to one aggregate.
type Event struct {
	// ID is unique, a UUID.
	ID string
	// Type is what happened, such as "invoice.created"; it says what the payload is.
	Type        string
	Aggregate   string
	AggregateID string
	OccurredAt  time.Time
	Payload     proto.Message
}

// Executor is a transaction.
type Executor interface {
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
}

// encode makes an event, under the trace and the request of ctx, what a Relay publishes.
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
