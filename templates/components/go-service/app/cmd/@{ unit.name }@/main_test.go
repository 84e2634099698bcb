package main

import (
	"maps"
	"os"
	"testing"

	"go.yaml.in/yaml/v3"
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
		Variables map[string]map[string]struct {
			Type string `yaml:"type"`
		} `yaml:"variables"`
	}
	if err := yaml.Unmarshal(text, &contract); err != nil {
		t.Fatal(err)
	}
	declared := map[string]string{}
	for name, variable := range contract.Variables["@{ unit.name }@"] {
		declared[name] = variable.Type
	}
	if read := program().Variables(); !maps.Equal(read, declared) {
		t.Errorf("reads %v; declared are %v", read, declared)
	}
}
