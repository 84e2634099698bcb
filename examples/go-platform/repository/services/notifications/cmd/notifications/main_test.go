package main

import (
	"log/slog"
	"maps"
	"os"
	"testing"

	"go.yaml.in/yaml/v3"

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
		Variables map[string]map[string]struct {
			Required bool `yaml:"required"`
		} `yaml:"variables"`
	}
	if err := yaml.Unmarshal(text, &contract); err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	for name, variable := range contract.Variables["notifications"] {
		declared[name] = variable.Required
	}
	if read := program().Variables(); !maps.Equal(read, declared) {
		t.Errorf("reads %v; declared are %v", read, declared)
	}
}

func TestMigrate_Repeated_Succeeds(t *testing.T) {
	database := postgres.Config{URL: postgrestest.URL(postgrestest.New(t, migrations.Files)), PoolSize: 4}
	p := &process.Process{Service: "notifications", Log: slog.New(slog.DiscardHandler)}
	for range 2 {
		if err := migrate(t.Context(), p, migrateConfig{Database: database}); err != nil {
			t.Fatal(err)
		}
	}
}
