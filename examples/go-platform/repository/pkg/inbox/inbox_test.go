package inbox_test

import (
	"errors"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"git.example.com/acme/shop/pkg/inbox"
	"git.example.com/acme/shop/pkg/postgres/postgrestest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const event = "01890a5d-ac96-774b-bcce-b302099a8057"

var tables = fstest.MapFS{"00001_inbox.sql": {Data: []byte(`-- +goose Up
CREATE TABLE inbox (event_id uuid PRIMARY KEY, received_at timestamptz NOT NULL);
CREATE TABLE effects (name text);
`)}}

// deal processes the event in a transaction that ends with end.
func deal(t *testing.T, pool *pgxpool.Pool, end error) error {
	t.Helper()
	return pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		fresh, err := inbox.Begin(t.Context(), tx, event)
		if err != nil || !fresh {
			return err
		}
		if _, err := tx.Exec(t.Context(), "INSERT INTO effects VALUES ('x')"); err != nil {
			return err
		}
		return end
	})
}

func count(t *testing.T, pool *pgxpool.Pool, table string) int {
	t.Helper()
	var n int
	if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestBegin_DuplicateEvent_HasOneEffect(t *testing.T) {
	pool := postgrestest.New(t, tables)
	failed := errors.New("not this time")
	if err := deal(t, pool, failed); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := deal(t, pool, nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := count(t, pool, "effects"); n != 1 {
		t.Errorf("%d effects", n)
	}
}

func TestPurge_ExpiredEvents_AreDeleted(t *testing.T) {
	pool := postgrestest.New(t, tables)
	const fill = `INSERT INTO inbox SELECT gen_random_uuid(), now() - age * interval '1 day' FROM (VALUES (1), (13), (15)) AS ages (age), generate_series(1, 1500)`
	if _, err := pool.Exec(t.Context(), fill); err != nil {
		t.Fatal(err)
	}
	if err := inbox.Purge(t.Context(), pool, 14*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	if n := count(t, pool, "inbox"); n != 3000 {
		t.Errorf("%d events are left", n)
	}
}
