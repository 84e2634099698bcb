package main

import (
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"go.yaml.in/yaml/v3"

	"git.example.com/acme/shop/pkg/admin"
	"git.example.com/acme/shop/pkg/config"
	"git.example.com/acme/shop/pkg/postgres"
	"git.example.com/acme/shop/pkg/postgres/postgrestest"
	"git.example.com/acme/shop/pkg/process"
	"git.example.com/acme/shop/services/notifications/migrations"
)

// config/env.schema.yaml must declare exactly the variables that the program reads.
func TestProgram_Variables_MatchContract(t *testing.T) {
	file := os.Getenv("ENV_SCHEMA")
	if file == "" {
		file = "../../../../config/env.schema.yaml" // the test image has it elsewhere
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var contract struct {
		Variables map[string]map[string]config.Variable `yaml:"variables"`
	}
	if err := yaml.Unmarshal(text, &contract); err != nil {
		t.Fatal(err)
	}
	declared := contract.Variables["notifications"]
	if read := program().Variables(); !maps.Equal(read, declared) {
		t.Errorf("reads %v; declared are %v", read, declared)
	}
}

func TestMigrate_Repeated_SucceedsAndReadinessTracksDatabase(t *testing.T) {
	database := postgres.Config{URL: postgrestest.URL(postgrestest.New(t, migrations.Files)), PoolSize: 4}
	log := slog.New(slog.DiscardHandler)
	p := &process.Process{Service: "notifications", Log: log, Admin: admin.New(log)}
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
	}{{"reachable", http.StatusOK}, {"unreachable", http.StatusServiceUnavailable}} {
		answer := httptest.NewRecorder()
		p.Admin.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", http.NoBody))
		if answer.Code != test.status {
			t.Errorf("the database is %s: %d %s", test.state, answer.Code, answer.Body)
		}
		pool.Close()
	}
}
