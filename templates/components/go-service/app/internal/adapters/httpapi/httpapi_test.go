@% set path = "/v1/" ~ params.noun | plural | kebab %@
package httpapi_test

import (
@% if params.publishes %@
	"context"
@% endif %@
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
@% if params.database %@
	"strings"
@% endif %@
	"testing"

@% if params.publishes %@
	"github.com/jackc/pgx/v5"

@% endif %@
	"@{ project.module }@/pkg/httpserver"
@% if params.database %@
	"@{ project.module }@/pkg/postgres/postgrestest"
@% endif %@
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/httpapi"
@% if params.database %@
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/store"
@% endif %@
	"@{ project.module }@/services/@{ unit.name }@/internal/app"
@% if params.publishes %@
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
@% endif %@
@% if params.database %@
	"@{ project.module }@/services/@{ unit.name }@/migrations"
@% endif %@
)

const good = `{"reference": "a", "amount": 1, "currency": "EUR"}`

@% if params.publishes %@
// silent discards events.
type silent struct{}

func (silent) Emit(context.Context, pgx.Tx, domain.Event) error { return nil }

@% endif %@
// ask sends a request to the routes and returns the response. It also checks that the status is documented.
func ask(
	t *testing.T, routes []httpserver.Route, method, target string, header map[string]string, body string,
) (status int, object map[string]any) {
	t.Helper()
	mux := http.NewServeMux()
	for _, route := range routes {
		mux.HandleFunc(route.Method+" "+route.Pattern, func(_ http.ResponseWriter, r *http.Request) {
			response, err := route.Handle(r.Context(), &httpserver.Request{
				Path: r.PathValue, Query: r.URL.Query().Get, Header: r.Header.Get, Body: []byte(body),
			})
			if problem, ok := errors.AsType[*httpserver.Problem](err); ok {
				response = httpserver.Response{Status: problem.Status, Body: problem}
			} else if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &object); err != nil {
				t.Fatal(err)
			}
			status = response.Status
			describes(t, route, status)
		})
	}
	request := httptest.NewRequestWithContext(t.Context(), method, target, http.NoBody)
	for name, value := range header {
		request.Header.Set(name, value)
	}
	mux.ServeHTTP(httptest.NewRecorder(), request)
	if status == 0 {
		t.Fatalf("no route for %s %s", method, target)
	}
	return status, object
}

func headers(user, key string) map[string]string {
	return map[string]string{"X-User-Id": user, "Idempotency-Key": key, "Content-Type": "application/json"}
}

@% if params.database %@
func service(t *testing.T) []httpserver.Route {
	t.Helper()
	pool := postgrestest.New(t, migrations.Files)
@% if params.publishes %@
	return httpapi.Routes(app.New(store.New(pool, silent{})))
@% else %@
	return httpapi.Routes(app.New(store.New(pool)))
@% endif %@
}
@% else %@
func service(*testing.T) []httpserver.Route { return httpapi.Routes(app.New()) }
@% endif %@

func TestAPI_InvalidRequest_ReturnsClientError(t *testing.T) {
	routes := service(t)
	for _, test := range []struct {
		name         string
		method, path string
		header       map[string]string
		body         string
		status       int
	}{
		{"missing user", http.MethodPost, "@{ path }@", headers("", "1"), good, http.StatusUnauthorized},
		{"missing idempotency key", http.MethodPost, "@{ path }@", headers("me", ""), good, http.StatusBadRequest},
		{"key that is not ASCII", http.MethodPost, "@{ path }@", headers("me", "k\xff"), good, http.StatusBadRequest},
		{"user that is not ASCII", http.MethodPost, "@{ path }@", headers("m\xe9", "1"), good, http.StatusBadRequest},
		{"malformed JSON", http.MethodPost, "@{ path }@", headers("me", "1"), "{", http.StatusBadRequest},
		{"unknown field", http.MethodPost, "@{ path }@", headers("me", "1"), `{"status": "confirmed"}`, http.StatusBadRequest},
		{"empty draft", http.MethodPost, "@{ path }@", headers("me", "1"), `{}`, http.StatusUnprocessableEntity},
@% if params.database %@
		{"key over the limit", http.MethodPost, "@{ path }@", headers("me", strings.Repeat("k", 129)), good, http.StatusBadRequest},
		{"list without user", http.MethodGet, "@{ path }@", nil, "", http.StatusUnauthorized},
		{"page size over the limit", http.MethodGet, "@{ path }@?limit=201", headers("me", ""), "", http.StatusBadRequest},
		{"forged cursor", http.MethodGet, "@{ path }@?cursor=x", headers("me", ""), "", http.StatusBadRequest},
		{"malformed id", http.MethodGet, "@{ path }@/1", headers("me", ""), "", http.StatusNotFound},
@% endif %@
	} {
		if status, object := ask(t, routes, test.method, test.path, test.header, test.body); status != test.status {
			t.Errorf("%s: %d %v", test.name, status, object)
		}
	}
	_, object := ask(t, routes, http.MethodPost, "@{ path }@", headers("me", "1"), `{}`)
	if fields, _ := object["fields"].(map[string]any); len(fields) != 3 {
		t.Errorf("invalid fields are %v", object["fields"])
	}
}

@% if params.database %@
func TestAPI_Lifecycle_CreatesGetsAndLists(t *testing.T) {
	routes := service(t)
	status, made := ask(t, routes, http.MethodPost, "@{ path }@", headers("me", "1"), good)
	if status != http.StatusCreated || made["status"] != "pending" || made["confirmed_at"] != nil {
		t.Fatalf("%d %v", status, made)
	}
	id, _ := made["id"].(string)
	if _, again := ask(t, routes, http.MethodPost, "@{ path }@", headers("me", "1"), good); again["id"] != id {
		t.Errorf("a repeated key returned %v", again)
	}
	other := strings.ReplaceAll(good, "1", "2")
	if status, _ := ask(t, routes, http.MethodPost, "@{ path }@", headers("me", "1"), other); status != http.StatusUnprocessableEntity {
		t.Errorf("the same key with another body: %d", status)
	}
	if status, got := ask(t, routes, http.MethodGet, "@{ path }@/"+id, headers("me", ""), ""); status != http.StatusOK || got["id"] != id {
		t.Errorf("%d %v", status, got)
	}
	if status, _ := ask(t, routes, http.MethodGet, "@{ path }@/"+id, headers("you", ""), ""); status != http.StatusNotFound {
		t.Errorf("a resource of another user: %d", status)
	}
	ask(t, routes, http.MethodPost, "@{ path }@", headers("me", "2"), good)
	_, page := ask(t, routes, http.MethodGet, "@{ path }@?limit=1", headers("me", ""), "")
	cursor, _ := page["next_cursor"].(string)
	_, rest := ask(t, routes, http.MethodGet, "@{ path }@?limit=1&cursor="+cursor, headers("me", ""), "")
	if items, _ := rest["items"].([]any); len(items) != 1 || rest["next_cursor"] != nil || cursor == "" {
		t.Errorf("pages are %v and %v", page, rest)
	}
}
@% else %@
func TestCreate_ValidDraft_ReturnsAssessed(t *testing.T) {
	status, object := ask(t, service(t), http.MethodPost, "@{ path }@", headers("me", "1"), good)
	if status != http.StatusOK || object["status"] != "assessed" {
		t.Errorf("%d %v", status, object)
	}
}
@% endif %@
