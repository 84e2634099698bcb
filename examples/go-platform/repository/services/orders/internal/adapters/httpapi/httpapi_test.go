package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"git.example.com/acme/shop/pkg/httpserver"
	"git.example.com/acme/shop/pkg/postgres/postgrestest"
	"git.example.com/acme/shop/services/orders/internal/adapters/httpapi"
	"git.example.com/acme/shop/services/orders/internal/adapters/store"
	"git.example.com/acme/shop/services/orders/internal/app"
	"git.example.com/acme/shop/services/orders/internal/domain"
	"git.example.com/acme/shop/services/orders/migrations"
)

const good = `{"reference": "a", "amount": 1, "currency": "EUR"}`

// silent discards events.
type silent struct{}

func (silent) Emit(context.Context, pgx.Tx, domain.Event) error { return nil }

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

func service(t *testing.T) []httpserver.Route {
	t.Helper()
	pool := postgrestest.New(t, migrations.Files)
	return httpapi.Routes(app.New(store.New(pool, silent{})))
}

func TestAPI_InvalidRequest_ReturnsClientError(t *testing.T) {
	routes := service(t)
	for _, test := range []struct {
		name         string
		method, path string
		header       map[string]string
		body         string
		status       int
	}{
		{"missing user", http.MethodPost, "/v1/orders", headers("", "1"), good, http.StatusUnauthorized},
		{"missing idempotency key", http.MethodPost, "/v1/orders", headers("me", ""), good, http.StatusBadRequest},
		{"key that is not ASCII", http.MethodPost, "/v1/orders", headers("me", "k\xff"), good, http.StatusBadRequest},
		{"user that is not ASCII", http.MethodPost, "/v1/orders", headers("m\xe9", "1"), good, http.StatusBadRequest},
		{"malformed JSON", http.MethodPost, "/v1/orders", headers("me", "1"), "{", http.StatusBadRequest},
		{"unknown field", http.MethodPost, "/v1/orders", headers("me", "1"), `{"status": "confirmed"}`, http.StatusBadRequest},
		{"empty draft", http.MethodPost, "/v1/orders", headers("me", "1"), `{}`, http.StatusUnprocessableEntity},
		{"key over the limit", http.MethodPost, "/v1/orders", headers("me", strings.Repeat("k", 129)), good, http.StatusBadRequest},
		{"list without user", http.MethodGet, "/v1/orders", nil, "", http.StatusUnauthorized},
		{"page size over the limit", http.MethodGet, "/v1/orders?limit=201", headers("me", ""), "", http.StatusBadRequest},
		{"forged cursor", http.MethodGet, "/v1/orders?cursor=x", headers("me", ""), "", http.StatusBadRequest},
		{"malformed id", http.MethodGet, "/v1/orders/1", headers("me", ""), "", http.StatusNotFound},
	} {
		if status, object := ask(t, routes, test.method, test.path, test.header, test.body); status != test.status {
			t.Errorf("%s: %d %v", test.name, status, object)
		}
	}
	_, object := ask(t, routes, http.MethodPost, "/v1/orders", headers("me", "1"), `{}`)
	if fields, _ := object["fields"].(map[string]any); len(fields) != 3 {
		t.Errorf("invalid fields are %v", object["fields"])
	}
}

func TestAPI_Lifecycle_CreatesGetsAndLists(t *testing.T) {
	routes := service(t)
	status, made := ask(t, routes, http.MethodPost, "/v1/orders", headers("me", "1"), good)
	if status != http.StatusCreated || made["status"] != "pending" || made["confirmed_at"] != nil {
		t.Fatalf("%d %v", status, made)
	}
	id, _ := made["id"].(string)
	if _, again := ask(t, routes, http.MethodPost, "/v1/orders", headers("me", "1"), good); again["id"] != id {
		t.Errorf("a repeated key returned %v", again)
	}
	other := strings.ReplaceAll(good, "1", "2")
	if status, _ := ask(t, routes, http.MethodPost, "/v1/orders", headers("me", "1"), other); status != http.StatusUnprocessableEntity {
		t.Errorf("the same key with another body: %d", status)
	}
	if status, got := ask(t, routes, http.MethodGet, "/v1/orders/"+id, headers("me", ""), ""); status != http.StatusOK || got["id"] != id {
		t.Errorf("%d %v", status, got)
	}
	if status, _ := ask(t, routes, http.MethodGet, "/v1/orders/"+id, headers("you", ""), ""); status != http.StatusNotFound {
		t.Errorf("a resource of another user: %d", status)
	}
	ask(t, routes, http.MethodPost, "/v1/orders", headers("me", "2"), good)
	_, page := ask(t, routes, http.MethodGet, "/v1/orders?limit=1", headers("me", ""), "")
	cursor, _ := page["next_cursor"].(string)
	_, rest := ask(t, routes, http.MethodGet, "/v1/orders?limit=1&cursor="+cursor, headers("me", ""), "")
	if items, _ := rest["items"].([]any); len(items) != 1 || rest["next_cursor"] != nil || cursor == "" {
		t.Errorf("pages are %v and %v", page, rest)
	}
}
