package httpapi_test

import (
	"net/http"
	"testing"

	"git.example.com/acme/shop/pkg/postgres/postgrestest"
	"git.example.com/acme/shop/services/orders/internal/adapters/httpapi"
	"git.example.com/acme/shop/services/orders/internal/adapters/store"
	"git.example.com/acme/shop/services/orders/internal/app"
	"git.example.com/acme/shop/services/orders/migrations"
)

func TestRuns_StartAndGet_ReturnStartedRun(t *testing.T) {
	kept := store.New(postgrestest.New(t, migrations.Files), silent{})
	routes := append(httpapi.Routes(app.New(kept)), httpapi.Runs(app.NewRuns(kept))...)
	_, made := ask(t, routes, http.MethodPost, "/v1/orders", headers("me", "1"), good)
	id, _ := made["id"].(string)
	target := "/v1/orders/" + id + "/refund"
	if status, _ := ask(t, routes, http.MethodGet, target, headers("me", ""), ""); status != http.StatusNotFound {
		t.Errorf("before it is started: %d", status)
	}
	for range 2 {
		status, run := ask(t, routes, http.MethodPost, target, headers("me", ""), "")
		if status != http.StatusAccepted || run["status"] != "started" || run["ended_at"] != nil {
			t.Errorf("%d %v", status, run)
		}
	}
	if status, run := ask(t, routes, http.MethodGet, target, headers("me", ""), ""); status != http.StatusOK || run["status"] != "started" {
		t.Errorf("%d %v", status, run)
	}
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		if status, _ := ask(t, routes, method, target, headers("", ""), ""); status != http.StatusUnauthorized {
			t.Errorf("%s without user: %d", method, status)
		}
		if status, _ := ask(t, routes, method, target, headers("you", ""), ""); status != http.StatusNotFound {
			t.Errorf("%s by another user: %d", method, status)
		}
		if status, _ := ask(t, routes, method, "/v1/orders/1/refund", headers("me", ""), ""); status != http.StatusNotFound {
			t.Errorf("%s with a malformed id: %d", method, status)
		}
	}
}
