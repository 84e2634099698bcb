package main

import (
@% if params.database %@
	"log/slog"
@% endif %@
	"maps"
	"os"
	"testing"

	"go.yaml.in/yaml/v3"
@% if params.database %@

	"@{ project.module }@/pkg/postgres"
	"@{ project.module }@/pkg/postgres/postgrestest"
	"@{ project.module }@/pkg/process"
	"@{ project.module }@/services/@{ unit.name }@/migrations"
@% endif %@
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
	for name, variable := range contract.Variables["@{ unit.name }@"] {
		declared[name] = variable.Required
	}
	if read := program().Variables(); !maps.Equal(read, declared) {
		t.Errorf("reads %v; declared are %v", read, declared)
	}
}
@% if params.database %@

func TestMigrate_Repeated_Succeeds(t *testing.T) {
	database := postgres.Config{URL: postgrestest.URL(postgrestest.New(t, migrations.Files)), PoolSize: 4}
	p := &process.Process{Service: "@{ unit.name }@", Log: slog.New(slog.DiscardHandler)}
	for range 2 {
		if err := migrate(t.Context(), p, migrateConfig{Database: database}); err != nil {
			t.Fatal(err)
		}
	}
}
@% endif %@
