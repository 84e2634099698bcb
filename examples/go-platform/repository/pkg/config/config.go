// Package config reads environment variables into a struct.
//
// Fields are tagged: `env:"NAME"` is required, `env:"NAME" default:"x"` has a default, `env:"NAME" optional:"true"` may
// be absent or empty. Nested structs are supported. All problems are reported at once, and never with the value.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Types with their own validation or formatting.
type (
	// URL is an absolute URL with scheme and host.
	URL string
	// Seconds is a duration given as a number of seconds.
	Seconds time.Duration
	// Secret is a string that is redacted in logs and messages.
	Secret string
)

// Duration converts to a time.Duration.
func (s Seconds) Duration() time.Duration { return time.Duration(s) }

// LogValue redacts the secret in logs.
func (Secret) LogValue() slog.Value { return slog.StringValue("…") }

// String redacts the secret in formatted output.
func (Secret) String() string { return "…" }

// Read fills a C from the variables that lookup returns.
func Read[C any](lookup func(name string) (string, bool)) (C, error) {
	var into C
	var problems []error
	walk(reflect.ValueOf(&into).Elem(), func(field reflect.Value, tag reflect.StructTag) {
		name := tag.Get("env")
		text, _ := lookup(name)
		text = strings.TrimSpace(text)
		if text == "" {
			text = tag.Get("default")
		}
		if text == "" {
			if tag.Get("optional") != "true" {
				problems = append(problems, fmt.Errorf("%s is not set", name))
			}
			return
		}
		if kind := kindOf(field.Type()); !set(field, text) {
			problems = append(problems, fmt.Errorf("%s is not a valid %s", name, kind))
		}
	})
	if len(problems) > 0 {
		return into, fmt.Errorf("environment: %w", errors.Join(problems...))
	}
	return into, nil
}

// Variable is a variable's entry in the variable contract.
type Variable struct {
	Type     string `yaml:"type"`
	Required bool   `yaml:"required"`
}

// Variables returns the variables that Read looks up. They must match the contract.
func Variables[C any]() map[string]Variable {
	var of C
	names := map[string]Variable{}
	walk(reflect.ValueOf(&of).Elem(), func(field reflect.Value, tag reflect.StructTag) {
		required := tag.Get("default") == "" && tag.Get("optional") != "true"
		names[tag.Get("env")] = Variable{Type: kindOf(field.Type()), Required: required}
	})
	return names
}

// walk visits every tagged field, including those of nested structs.
func walk(value reflect.Value, visit func(reflect.Value, reflect.StructTag)) {
	for i := range value.NumField() {
		field, tag := value.Field(i), value.Type().Field(i).Tag
		switch {
		case tag.Get("env") != "":
			visit(field, tag)
		case field.Kind() == reflect.Struct:
			walk(field, visit)
		}
	}
}

func kindOf(of reflect.Type) string {
	switch of {
	case reflect.TypeFor[URL]():
		return "url"
	case reflect.TypeFor[Seconds]():
		return "duration"
	}
	switch of.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.Slice:
		return "list"
	default:
		return "string"
	}
}

func set(field reflect.Value, text string) bool {
	switch kindOf(field.Type()) {
	case "url":
		parsed, err := url.Parse(text)
		if err != nil || parsed.Scheme == "" || parsed.Host == "" {
			return false
		}
		field.SetString(text)
	case "duration":
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil || seconds < 0 {
			return false
		}
		field.SetInt(int64(seconds * float64(time.Second)))
	case "boolean":
		flag, err := strconv.ParseBool(text)
		if err != nil {
			return false
		}
		field.SetBool(flag)
	case "integer":
		number, err := strconv.ParseInt(text, 10, field.Type().Bits())
		if err != nil {
			return false
		}
		field.SetInt(number)
	case "number":
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return false
		}
		field.SetFloat(number)
	case "list":
		field.Set(reflect.ValueOf(items(text)))
	default:
		field.SetString(text)
	}
	return true
}

func items(text string) []string {
	var all []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			all = append(all, item)
		}
	}
	return all
}
