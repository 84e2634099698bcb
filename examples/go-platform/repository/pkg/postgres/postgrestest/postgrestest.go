// Package postgrestest creates a separate database per test on a real server.
package postgrestest

import (
	"context"
	"crypto/rand"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"git.example.com/acme/shop/pkg/config"
	"git.example.com/acme/shop/pkg/postgres"
)

// New creates a database on the server at DATABASE_URL, migrates it and drops it after the test. Without the variable
// the test fails, because a skipped test looks like a passed one.
func New(t testing.TB, migrations fs.FS) *pgxpool.Pool {
	t.Helper()
	address := os.Getenv("DATABASE_URL")
	if address == "" {
		t.Fatal("DATABASE_URL names no server: `make test` starts one and runs this test")
	}
	name := "test_" + strings.ToLower(rand.Text())
	admin(t, address, "CREATE DATABASE "+name)
	t.Cleanup(func() { admin(t, address, "DROP DATABASE "+name+" WITH (FORCE)") })

	own, err := url.Parse(address)
	if err != nil {
		t.Fatal("DATABASE_URL is not an address")
	}
	own.Path = "/" + name
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: config.URL(own.String()), PoolSize: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if err := postgres.Migrate(t.Context(), pool, migrations, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	return pool
}

// URL returns the address of a pool's database.
func URL(pool *pgxpool.Pool) config.URL { return config.URL(pool.Config().ConnString()) }

func admin(t testing.TB, address, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	connection, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close(ctx) }()
	if _, err := connection.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}
