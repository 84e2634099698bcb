package main

import (
	"maps"
	"os"
	"testing"

	"go.yaml.in/yaml/v3"

	"@{ project.module }@/pkg/config"
)

// The program and the project's variable contract agree.
func TestReadsExactlyWhatTheContractDeclares(t *testing.T) {
	file := os.Getenv("ENV_SCHEMA")
	if file == "" {
		file = "../../../../config/env.schema.yaml" // in a test image it is elsewhere
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
	declared := contract.Variables["@{ unit.name }@"]
	if read := program().Variables(); !maps.Equal(read, declared) {
		t.Errorf("reads %v; declared are %v", read, declared)
	}
}
