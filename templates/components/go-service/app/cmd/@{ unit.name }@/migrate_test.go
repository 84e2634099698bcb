package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"@{ project.module }@/pkg/admin"
	"@{ project.module }@/pkg/postgres"
	"@{ project.module }@/pkg/postgres/postgrestest"
	"@{ project.module }@/pkg/process"
	"@{ project.module }@/services/@{ unit.name }@/migrations"
)

func TestAReleaseThatIsDeliveredAgainMigratesAgain(t *testing.T) {
	database := postgres.Config{URL: postgrestest.URL(postgrestest.New(t, migrations.Files)), PoolSize: 4}
	log := slog.New(slog.DiscardHandler)
	p := &process.Process{Service: "@{ unit.name }@", Log: log, Admin: admin.New(log)}
	for range 2 {
		if err := migrate(t.Context(), p, migrateConfig{Database: database}); err != nil {
			t.Fatal(err)
		}
	}
	_, pool, err := openStore(t.Context(), p, database)
	if err != nil {
		t.Fatal(err)
	}
	p.Admin.SetReady(true)
	for _, test := range []struct {
		state  string
		status int
	}{{"there", http.StatusOK}, {"away", http.StatusServiceUnavailable}} {
		answer := httptest.NewRecorder()
		p.Admin.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", http.NoBody))
		if answer.Code != test.status {
			t.Errorf("the database is %s: %d %s", test.state, answer.Code, answer.Body)
		}
		pool.Close()
	}
}
