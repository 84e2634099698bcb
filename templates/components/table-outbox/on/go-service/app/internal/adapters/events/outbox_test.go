package events

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	envelopev1 "@{ project.module }@/gen/envelope/v1"
	"@{ project.module }@/pkg/postgres/postgrestest"
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
	"@{ project.module }@/services/@{ unit.name }@/migrations"
)

func TestEmitter_Transaction_StoresEventOnlyOnCommit(t *testing.T) {
	pool := postgrestest.New(t, migrations.Files)
	item, err := domain.New@{ unit.params.noun | pascal }@(domain.Draft{UserID: "me", Reference: "a", Amount: 1, Currency: "EUR"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	event := domain.NewEvent(domain.EventCreated, item, time.Now())
	for _, end := range []error{errors.New("rolled back"), nil} {
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
			if err := NewEmitter().Emit(t.Context(), tx, event); err != nil {
				return err
			}
			return end
		})
		if !errors.Is(err, end) {
			t.Fatal(err)
		}
	}
	rows, err := pool.Query(t.Context(), "SELECT message FROM outbox")
	if err != nil {
		t.Fatal(err)
	}
	messages, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil || len(messages) != 1 {
		t.Fatalf("%d events in the outbox, %v", len(messages), err)
	}
	waits := new(envelopev1.Envelope)
	if err := proto.Unmarshal(messages[0], waits); err != nil || waits.GetEventId() != string(event.ID) || waits.GetAggregateId() != string(item.ID) {
		t.Errorf("got %v, %v", waits, err)
	}
}
