package store_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"git.example.com/acme/shop/pkg/postgres/postgrestest"
	"git.example.com/acme/shop/services/notifications/internal/adapters/store"
	"git.example.com/acme/shop/services/notifications/migrations"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T) (*store.Store, *pgxpool.Pool) {
	t.Helper()
	pool := postgrestest.New(t, migrations.Files)
	return store.New(pool), pool
}
