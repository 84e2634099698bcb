package outbox_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"git.example.com/acme/shop/pkg/outbox"
	"git.example.com/acme/shop/pkg/postgres/postgrestest"
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
	wal := outbox.WAL{Names: outbox.NamesOf("test-" + pool.Config().ConnConfig.Database)}
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

func TestWAL_LogOfOthers_IsConfirmed(t *testing.T) {
	pool, wal := logged(t)
	b := new(broker)
	stop := start(t, pool, wal, b)
	for range 2 {
		var written string
		if err := pool.QueryRow(t.Context(), "SELECT pg_logical_emit_message(true, 'another', 'x')::text").Scan(&written); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the slot moves on", func() bool {
			var passed bool
			const query = "SELECT confirmed_flush_lsn >= $2::text::pg_lsn FROM pg_replication_slots WHERE slot_name = $1"
			if err := pool.QueryRow(t.Context(), query, wal.Names.Slot, written).Scan(&passed); err != nil {
				t.Fatal(err)
			}
			return passed
		})
	}
	stop()
	if got := b.keys(); len(got) != 0 {
		t.Errorf("published %q", got)
	}
}

func TestWAL_MissingSlot_IsNamed(t *testing.T) {
	pool := postgrestest.New(t, fstest.MapFS{"00001_nothing.sql": {Data: []byte("-- +goose Up\nSELECT 1;\n")}})
	var logs strings.Builder
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	relay := &outbox.Relay{
		DatabaseURL: postgrestest.URL(pool), Source: outbox.WAL{Names: outbox.NamesOf("nobody")}, Publisher: new(broker),
		Log: slog.New(slog.NewTextHandler(&logs, nil)),
	}
	if err := relay.Run(ctx); err != nil || !strings.Contains(logs.String(), "run the migrations") || relay.Ready() == nil {
		t.Errorf("%v, logged %s", err, logs.String())
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
