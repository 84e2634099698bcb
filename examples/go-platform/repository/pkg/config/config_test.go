package config_test

import (
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"git.example.com/acme/shop/pkg/config"
)

type settings struct {
	Nested struct {
		Level string `env:"LEVEL" envDefault:"info"`
	}

	Link config.URL     `env:"LINK"`
	Wait config.Seconds `env:"WAIT"`
	Key  config.Secret  `env:"KEY" envDefault:""`
}

func TestRead_EveryType_ParsesValues(t *testing.T) {
	got, err := config.Read[settings](map[string]string{"LEVEL": "", "LINK": "https://example.org/x", "WAIT": "1.5"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Nested.Level != "info" || got.Link != "https://example.org/x" || got.Wait.Duration() != 1500*time.Millisecond {
		t.Errorf("got %+v", got)
	}
}

func TestRead_InvalidValues_NamesVariablesWithoutValues(t *testing.T) {
	_, err := config.Read[settings](map[string]string{"LINK": "hunter2", "WAIT": ""})
	if err == nil || !strings.Contains(err.Error(), "Link") || !strings.Contains(err.Error(), "WAIT") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func TestVariables_Settings_DescribesEachField(t *testing.T) {
	want := map[string]bool{"LEVEL": false, "LINK": true, "WAIT": true, "KEY": false}
	if got := config.Variables[settings](); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSecrets_FormattedOrLogged_AreHidden(t *testing.T) {
	held := struct {
		Key config.Secret
		URL config.URL
	}{"hunter2", "postgres://me:hunter2@db:5432/shop?password=hunter2"}
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("read", "key", held.Key, "url", held.URL, "all", held)
	shown := fmt.Sprintf("%v %s %+v %#v", held, held, held, held) + logged.String()
	if strings.Contains(shown, "hunter2") || !strings.Contains(shown, "postgres://db:5432/shop") {
		t.Errorf("shown: %s", shown)
	}
}
