package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5/pgconn"

	"git.example.com/acme/shop/pkg/config"
	"git.example.com/acme/shop/pkg/postgres"
	"git.example.com/acme/shop/pkg/postgres/postgrestest"
)

var files = fstest.MapFS{"00001_things.sql": {Data: []byte(`-- +goose Up
CREATE TABLE things (name text CONSTRAINT things_name_key UNIQUE);
-- +goose Down
DROP TABLE things;
`)}}

func TestMigrate_Concurrent_AppliesEachMigrationOnce(t *testing.T) {
	pool := postgrestest.New(t, fstest.MapFS{"00001_nothing.sql": {Data: []byte("-- +goose Up\nSELECT 1;\n")}})
	more := fstest.MapFS{"00001_nothing.sql": {Data: []byte("-- +goose Up\nSELECT 1;\n")}, "00002_things.sql": files["00001_things.sql"]}
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if err := postgres.Migrate(t.Context(), pool, more, slog.New(slog.DiscardHandler)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestMigrate_LockedTable_TimesOutUntilReleased(t *testing.T) {
	pool := postgrestest.New(t, files)
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	if _, err := tx.Exec(t.Context(), "LOCK TABLE things"); err != nil {
		t.Fatal(err)
	}
	more := fstest.MapFS{"00001_things.sql": files["00001_things.sql"], "00002_more.sql": {Data: []byte(`-- +goose Up
ALTER TABLE things ADD COLUMN statement_timeout text DEFAULT current_setting('statement_timeout');
INSERT INTO things DEFAULT VALUES;
`)}}
	err = postgres.Migrate(t.Context(), pool, more, slog.New(slog.DiscardHandler))
	if known, ok := errors.AsType[*pgconn.PgError](err); !ok || known.Code != "55P03" { // lock_not_available
		t.Fatalf("with the lock held: %v", err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := postgres.Migrate(t.Context(), pool, more, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	var timeout string
	if err := pool.QueryRow(t.Context(), "SELECT statement_timeout FROM things").Scan(&timeout); err != nil || timeout != "5min" {
		t.Errorf("statement_timeout is %q, %v", timeout, err)
	}
}

func TestIsUnavailable_ServerError_ReturnsTrue(t *testing.T) {
	pool := postgrestest.New(t, files)
	_, err := pool.Exec(t.Context(), "BEGIN READ ONLY; INSERT INTO things VALUES ('a')")
	if !postgres.IsUnavailable(fmt.Errorf("add: %w", err)) {
		t.Errorf("read-only: %v", err)
	}
	_, err = postgres.Open(t.Context(), postgres.Config{URL: "postgres://me@127.0.0.1:1/x?sslmode=disable", PoolSize: 1})
	if !postgres.IsUnavailable(err) {
		t.Errorf("connection refused: %v", err)
	}
	for code, want := range map[string]bool{
		"53100": true, "53300": true, "57P01": true, "08006": true, // disk full, too many connections, admin shutdown, connection failure
		"57014": false, "23505": false, "40001": false, "22003": false, // query cancelled, unique violation, serialization failure, out of range
	} {
		if postgres.IsUnavailable(&pgconn.PgError{Code: code}) != want {
			t.Errorf("%s is unavailable: %t", code, !want)
		}
	}
	if postgres.IsUnavailable(nil) || postgres.IsUnavailable(context.DeadlineExceeded) {
		t.Error("nil or a context error counts as unavailable")
	}
}

func TestOpen_Failure_HidesPassword(t *testing.T) {
	for _, address := range []string{"postgres://me:hunter2@127.0.0.1:1/x?connect_timeout=1", "postgres://me:hunter2@[/x"} {
		_, err := postgres.Open(t.Context(), postgres.Config{URL: config.URL(address), PoolSize: 1})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v", err)
		}
	}
}
