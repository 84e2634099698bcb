package config_test

import (
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"git.example.com/acme/shop/pkg/config"
)

type common struct {
	Level string `env:"LEVEL" default:"info"`
}

type settings struct {
	common
	Link  config.URL     `env:"LINK"`
	Wait  config.Seconds `env:"WAIT"`
	Flag  bool           `env:"FLAG"`
	Count int32          `env:"COUNT"`
	Rate  float64        `env:"RATE"`
	Items []string       `env:"ITEMS"`
	Key   config.Secret  `env:"KEY" optional:"true"`
}

func from(values map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, known := values[name]
		return value, known
	}
}

func TestRead_EveryType_ParsesValues(t *testing.T) {
	got, err := config.Read[settings](from(map[string]string{
		"LINK": "https://example.org/x", "WAIT": "1.5", "FLAG": "true", "COUNT": " 3 ", "RATE": "0.5", "ITEMS": "a, b,,c",
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := settings{
		common: common{Level: "info"},
		Link:   "https://example.org/x",
		Wait:   config.Seconds(1500 * time.Millisecond),
		Flag:   true,
		Count:  3,
		Rate:   0.5,
		Items:  []string{"a", "b", "c"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestRead_InvalidValues_NamesVariablesWithoutValues(t *testing.T) {
	_, err := config.Read[settings](from(map[string]string{
		"LINK": "secret-1", "WAIT": "-1", "FLAG": "secret-2", "COUNT": "99999999999", "RATE": "secret-3",
	}))
	if err == nil {
		t.Fatal("invalid values were accepted")
	}
	for _, problem := range []string{
		"LINK is not a valid url", "WAIT is not a valid duration", "FLAG is not a valid boolean",
		"COUNT is not a valid integer", "RATE is not a valid number", "ITEMS is not set",
	} {
		if !strings.Contains(err.Error(), problem) {
			t.Errorf("%q lacks %q", err, problem)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("%q reveals a value", err)
	}
}

func TestVariables_Settings_DescribesEachField(t *testing.T) {
	want := map[string]config.Variable{
		"LEVEL": {Type: "string"},
		"LINK":  {Type: "url", Required: true},
		"WAIT":  {Type: "duration", Required: true},
		"FLAG":  {Type: "boolean", Required: true},
		"COUNT": {Type: "integer", Required: true},
		"RATE":  {Type: "number", Required: true},
		"ITEMS": {Type: "list", Required: true},
		"KEY":   {Type: "string"},
	}
	if got := config.Variables[settings](); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSecret_FormattedOrLogged_IsHidden(t *testing.T) {
	secret := config.Secret("hunter2")
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("read", "key", secret)
	if shown := fmt.Sprintf("%v %s %+v", secret, secret, secret) + logged.String(); strings.Contains(shown, "hunter2") {
		t.Errorf("shown: %s", shown)
	}
}
