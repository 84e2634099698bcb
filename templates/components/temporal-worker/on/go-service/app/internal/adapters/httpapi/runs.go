package httpapi

import (
	"context"
	"net/http"
	"time"

	"@{ project.module }@/pkg/httpserver"
	"@{ project.module }@/services/@{ unit.name }@/internal/app"
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
)
@% set path = "/v1/" ~ unit.params.noun | plural | kebab ~ "/{id}/" %@

// Runs returns the routes that start workflows and return their state.
func Runs(runs *app.Runs) []httpserver.Route {
	h := runHandler{runs}
	return []httpserver.Route{
@% for workflow in params.workflows %@
		{Method: http.MethodPost, Pattern: "@{ path }@@{ workflow | kebab }@", Handle: h.start(domain.Workflow@{ workflow | pascal }@)},
		{Method: http.MethodGet, Pattern: "@{ path }@@{ workflow | kebab }@", Handle: h.get(domain.Workflow@{ workflow | pascal }@)},
@% endfor %@
	}
}

type runHandler struct{ runs *app.Runs }

// run is the response body.
type run struct {
	Workflow  string     `json:"workflow"`
	Status    string     `json:"status"`
	Reason    string     `json:"reason,omitempty"`
	StartedAt time.Time  `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at"`
}

func (h runHandler) start(workflow string) httpserver.Handler {
	return answer(http.StatusAccepted, workflow, h.runs.Start)
}

func (h runHandler) get(workflow string) httpserver.Handler {
	return answer(http.StatusOK, workflow, h.runs.Get)
}

func answer(
	status int, workflow string,
	ask func(ctx context.Context, userID string, id domain.ID, workflow string) (domain.Run, error),
) httpserver.Handler {
	return func(ctx context.Context, r *httpserver.Request) (httpserver.Response, error) {
		user, err := UserID(r)
		if err != nil {
			return httpserver.Response{}, err
		}
		id, err := domain.ParseID(r.Path("id"))
		if err != nil {
			return httpserver.Response{}, Problem(err)
		}
		found, err := ask(ctx, user, id, workflow)
		if err != nil {
			return httpserver.Response{}, Problem(err)
		}
		shown := run{Workflow: found.Workflow, Status: string(found.Status), Reason: found.Reason, StartedAt: found.StartedAt}
		if !found.EndedAt.IsZero() {
			shown.EndedAt = &found.EndedAt
		}
		return httpserver.Response{Status: status, Body: shown}, nil
	}
}
