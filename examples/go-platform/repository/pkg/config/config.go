// Package config reads environment variables into structs, by caarlos0/env.
//
// A field tagged `env:"NAME"` is required; one that is also tagged `envDefault:"x"` isn't. An empty variable counts as
// not set.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"strconv"
	"time"

	"github.com/caarlos0/env/v11"
)

// URL is an absolute URL with scheme and host. It is printed without user, password and query.
type URL string

// UnmarshalText rejects what is no absolute URL, without repeating it.
func (u *URL) UnmarshalText(text []byte) error {
	parsed, err := url.Parse(string(text))
	if err != nil || parsed.Scheme == "" || parsed.Host == "" {
		return errors.New("not an absolute URL")
	}
	*u = URL(text)
	return nil
}

// String leaves out what may be secret.
func (u URL) String() string {
	parsed, err := url.Parse(string(u))
	if err != nil {
		return "…"
	}
	return (&url.URL{Scheme: parsed.Scheme, Host: parsed.Host, Path: parsed.Path}).String()
}

// GoString leaves out what may be secret.
func (u URL) GoString() string { return strconv.Quote(u.String()) }

// LogValue leaves out what may be secret.
func (u URL) LogValue() slog.Value { return slog.StringValue(u.String()) }

// Secret is a text that is never printed.
type Secret string

// String hides the secret.
func (Secret) String() string { return "…" }

// GoString hides the secret.
func (Secret) GoString() string { return `"…"` }

// LogValue hides the secret.
func (Secret) LogValue() slog.Value { return slog.StringValue("…") }

// Seconds is a duration given as a number of seconds.
type Seconds time.Duration

// UnmarshalText parses a number that is not negative.
func (s *Seconds) UnmarshalText(text []byte) error {
	seconds, err := strconv.ParseFloat(string(text), 64)
	if err != nil || seconds < 0 {
		return errors.New("not a number of seconds")
	}
	*s = Seconds(seconds * float64(time.Second))
	return nil
}

// Duration converts to a time.Duration.
func (s Seconds) Duration() time.Duration { return time.Duration(s) }

// Read fills a C from the environment, or reports every variable that is missing or malformed.
func Read[C any](environment map[string]string) (C, error) {
	given := maps.Clone(environment)
	maps.DeleteFunc(given, func(_, value string) bool { return value == "" })
	if given == nil {
		given = map[string]string{} // nil would mean the process's own
	}
	return env.ParseAsWithOptions[C](env.Options{Environment: given, RequiredIfNoDef: true})
}

// Variables returns the names of the variables that Read looks up, and whether each is required.
func Variables[C any]() map[string]bool {
	var of C
	fields, err := env.GetFieldParams(&of)
	if err != nil {
		panic(fmt.Sprintf("config: %T: %v", of, err)) // a malformed tag
	}
	names := map[string]bool{}
	for _, field := range fields {
		names[field.Key] = !field.HasDefaultValue
	}
	return names
}
