package outbox_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/types/known/wrapperspb"

	envelopev1 "@{ project.module }@/gen/envelope/v1"
	"@{ project.module }@/pkg/outbox"
	"@{ project.module }@/pkg/postgres/postgrestest"
)

func init() {
	kinds["table"] = func(t *testing.T) (*pgxpool.Pool, box) {
		t.Helper()
		return postgrestest.New(t, tables), outbox.Table{}
	}
}

var tables = fstest.MapFS{"00001_outbox.sql": {Data: []byte(`-- +goose Up
CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
`)}}

func waiting(t *testing.T, pool *pgxpool.Pool) int {
	t.Helper()
	var rows int
	if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM outbox").Scan(&rows); err != nil {
		t.Error(err)
	}
	return rows
}

func TestTable_UnacknowledgedEvent_KeepsRow(t *testing.T) {
	pool, table := postgrestest.New(t, tables), outbox.Table{}
	emit(t, pool, table, nil, "1", "2", "3")
	before := make(chan int, 1)
	b := &broker{fail: func(int, []*envelopev1.Envelope) error {
		before <- waiting(t, pool)
		return nil
	}}
	stop := start(t, pool, table, b)
	if rows := <-before; rows != 3 {
		t.Errorf("%d rows before the events were acknowledged", rows)
	}
	eventually(t, "the table is empty", func() bool { return waiting(t, pool) == 0 })
	stop()
}

func TestTable_LargeEvents_ArePublishedInSmallBatches(t *testing.T) {
	pool, table := postgrestest.New(t, tables), outbox.Table{}
	const events, size = 12, 800 << 10
	for range events {
		event := outbox.Event{ID: "1", AggregateID: "1", Payload: wrapperspb.String(strings.Repeat("x", size))}
		if err := table.Emit(t.Context(), pool, event); err != nil {
			t.Fatal(err)
		}
	}
	largest := 0
	b := &broker{fail: func(_ int, batch []*envelopev1.Envelope) error {
		largest = max(largest, len(batch))
		return nil
	}}
	stop := start(t, pool, table, b)
	eventually(t, "everything is published", func() bool { return len(b.keys()) == events })
	stop()
	if largest*size > 5<<20 {
		t.Errorf("%d events of %d bytes at once", largest, size)
	}
}
