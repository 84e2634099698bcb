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

// Emit writes an event into the write-ahead log of the transaction, under the trace and the request of ctx.
func Emit(ctx context.Context, tx Executor, names Names, event Event) error {
	message, err := encode(ctx, event)
	if err != nil {
		return fmt.Errorf("encode event %s: %w", event.Type, err)
	}
	if _, err := tx.Exec(ctx, "SELECT pg_logical_emit_message(true, $1, $2::bytea)", names.Prefix, message); err != nil {
		return fmt.Errorf("emit event %s: %w", event.Type, err)
	}
	return nil
}

func encode(ctx context.Context, event Event) ([]byte, error) {
	payload, err := proto.Marshal(event.Payload)
	if err != nil {
		return nil, err
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
		return nil, err
	}
	if len(message) > MaxSize {
		return nil, fmt.Errorf("%d bytes are more than the %d that an event may take", len(message), MaxSize)
	}
	return message, nil
}
