package store_test

import (
@% if unit.params.publishes %@
	"context"
@% endif %@
	"testing"

@% if unit.params.publishes %@
	"github.com/jackc/pgx/v5"
@% endif %@
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"@{ project.module }@/pkg/postgres/postgrestest"
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/store"
@% if unit.params.publishes %@
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
@% endif %@
	"@{ project.module }@/services/@{ unit.name }@/migrations"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
@% if unit.params.publishes %@

// silent discards events.
type silent struct{}

func (silent) Emit(context.Context, pgx.Tx, domain.Event) error { return nil }
@% endif %@

func open(t *testing.T) (*store.Store, *pgxpool.Pool) {
	t.Helper()
	pool := postgrestest.New(t, migrations.Files)
	return store.New(pool@{ ", silent{}" if unit.params.publishes else "" }@), pool
}
