@% set path = "/v1/" ~ unit.params.noun | plural | kebab %@
@% set workflow = params.workflows | first | kebab %@
package httpapi_test

import (
	"net/http"
	"testing"

	"@{ project.module }@/pkg/postgres/postgrestest"
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/httpapi"
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/store"
	"@{ project.module }@/services/@{ unit.name }@/internal/app"
	"@{ project.module }@/services/@{ unit.name }@/migrations"
)

func TestRuns_StartAndGet_ReturnStartedRun(t *testing.T) {
	kept := store.New(postgrestest.New(t, migrations.Files)@{ ", silent{}" if unit.params.publishes else "" }@)
	routes := append(httpapi.Routes(app.New(kept)), httpapi.Runs(app.NewRuns(kept))...)
	_, made := ask(t, routes, http.MethodPost, "@{ path }@", headers("me", "1"), good)
	id, _ := made["id"].(string)
	target := "@{ path }@/" + id + "/@{ workflow }@"
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
		if status, _ := ask(t, routes, method, "@{ path }@/1/@{ workflow }@", headers("me", ""), ""); status != http.StatusNotFound {
			t.Errorf("%s with a malformed id: %d", method, status)
		}
	}
}
