package httpapi_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"git.example.com/acme/shop/pkg/httpserver"
	"git.example.com/acme/shop/services/orders/internal/adapters/httpapi"
)

// described returns the documented status codes by method and path.
func described(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../../../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]struct {
			Responses map[string]any `yaml:"responses"`
		} `yaml:"paths"`
	}
	if err := yaml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	answers := map[string][]string{}
	for path, operations := range document.Paths {
		for method, operation := range operations {
			for status := range operation.Responses {
				route := strings.ToUpper(method) + " " + path
				answers[route] = append(answers[route], status)
			}
		}
	}
	return answers
}

// describes fails the test unless the status is documented for the route.
func describes(t *testing.T, route httpserver.Route, status int) {
	t.Helper()
	if !slices.Contains(described(t)[route.Method+" "+route.Pattern], strconv.Itoa(status)) {
		t.Errorf("openapi.yaml: %s %s does not document the status %d", route.Method, route.Pattern, status)
	}
}

func TestOpenAPI_Routes_MatchDocument(t *testing.T) {
	routes := httpapi.Routes(nil)
	routes = append(routes, httpapi.Runs(nil)...)
	undescribed := described(t)
	for _, route := range routes {
		name := route.Method + " " + route.Pattern
		if _, is := undescribed[name]; !is {
			t.Errorf("%s is not in openapi.yaml", name)
		}
		delete(undescribed, name)
	}
	for name := range undescribed {
		t.Errorf("openapi.yaml describes %s, which has no route", name)
	}
}
