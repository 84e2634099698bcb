package outbox_test

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"@{ project.module }@/pkg/outbox"
	"@{ project.module }@/pkg/postgres/postgrestest"
)

func init() {
	kinds["wal"] = func(t *testing.T) (*pgxpool.Pool, box) {
		t.Helper()
		pool, wal := logged(t)
		return pool, wal
	}
}

// logged creates a database with a replication slot.
func logged(t *testing.T) (*pgxpool.Pool, outbox.WAL) {
	t.Helper()
	pool := postgrestest.New(t, fstest.MapFS{"00001_nothing.sql": {Data: []byte("-- +goose Up\nSELECT 1;\n")}})
	// Slot names are global to the server.
	wal := outbox.WAL{Names: outbox.NamesOf("test-" + pool.Config().ConnConfig.Database), Heartbeat: 50 * time.Millisecond}
	install(t, pool, wal)
	t.Cleanup(func() {
		// The server may still be ending the relay's last query, and an active slot can't be dropped.
		eventually(t, "the slot is dropped", func() bool {
			_, err := pool.Exec(context.Background(), "SELECT pg_drop_replication_slot($1)", wal.Names.Slot)
			return err == nil
		})
	})
	return pool, wal
}

func install(t *testing.T, pool *pgxpool.Pool, wal outbox.WAL) {
	t.Helper()
	err := pool.AcquireFunc(t.Context(), func(conn *pgxpool.Conn) error {
		return wal.Install(t.Context(), conn.Conn())
	})
	if err != nil {
		t.Fatal(err)
	}
}

func confirmed(t *testing.T, pool *pgxpool.Pool, wal outbox.WAL) string {
	t.Helper()
	var position string
	const query = "SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = $1"
	if err := pool.QueryRow(t.Context(), query, wal.Names.Slot).Scan(&position); err != nil {
		t.Fatal(err)
	}
	return position
}

func TestWAL_EventOfAnotherService_IsNotPublished(t *testing.T) {
	pool, wal := logged(t)
	b := new(broker)
	stop := start(t, pool, wal, b)
	emit(t, pool, outbox.WAL{Names: outbox.NamesOf("another")}, nil, "of another service")
	emit(t, pool, wal, nil, "own")
	eventually(t, "this service's event is published", func() bool { return len(b.keys()) >= 1 })
	stop()
	if got := b.keys(); len(got) != 1 || got[0] != "own" {
		t.Errorf("got %q", got)
	}
}

func TestWAL_IdleSlot_Advances(t *testing.T) {
	pool, wal := logged(t)
	b := new(broker)
	stop := start(t, pool, wal, b)
	position := confirmed(t, pool, wal)
	for range 2 {
		before := position
		eventually(t, "the slot advances", func() bool { position = confirmed(t, pool, wal); return position != before })
	}
	stop()
	if got := b.keys(); len(got) != 0 {
		t.Errorf("published %q", got)
	}
}

func TestWAL_RepeatedInstall_KeepsPendingEvents(t *testing.T) {
	pool, wal := logged(t)
	emit(t, pool, wal, nil, "1")
	install(t, pool, wal)
	b := new(broker)
	stop := start(t, pool, wal, b)
	eventually(t, "it is published", func() bool { return len(b.keys()) == 1 })
	stop()
	var failover bool
	if err := pool.QueryRow(t.Context(), "SELECT failover FROM pg_replication_slots WHERE slot_name = $1", wal.Names.Slot).Scan(&failover); err != nil || !failover {
		t.Errorf("failover is %t, %v", failover, err)
	}
}
