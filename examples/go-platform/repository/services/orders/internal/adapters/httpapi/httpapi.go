// Package httpapi is the HTTP adapter. It does not depend on a web framework.
package httpapi

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"time"

	"git.example.com/acme/shop/pkg/httpserver"
	"git.example.com/acme/shop/services/orders/internal/app"
	"git.example.com/acme/shop/services/orders/internal/domain"
)

const (
	defaultLimit = 50
	maximumLimit = 200
)

// Routes returns the service's HTTP routes.
func Routes(service *app.Service) []httpserver.Route {
	h := handler{service}
	return []httpserver.Route{
		{Method: http.MethodPost, Pattern: "/v1/orders", Handle: h.create},
		{Method: http.MethodGet, Pattern: "/v1/orders", Handle: h.list},
		{Method: http.MethodGet, Pattern: "/v1/orders/{id}", Handle: h.get},
	}
}

type handler struct{ service *app.Service }

// draft is the request body.
type draft struct {
	Reference string `json:"reference"`
	Amount    int64  `json:"amount"`
	Currency  string `json:"currency"`
}

// resource is the response body.
type resource struct {
	ID          string     `json:"id"`
	Reference   string     `json:"reference"`
	Amount      int64      `json:"amount"`
	Currency    string     `json:"currency"`
	Status      string     `json:"status"`
	CreatedAt   time.Time  `json:"created_at"`
	ConfirmedAt *time.Time `json:"confirmed_at"`
}

func present(item domain.Order) resource {
	shown := resource{
		ID: string(item.ID), Reference: item.Reference, Amount: item.Amount, Currency: item.Currency,
		Status: string(item.Status), CreatedAt: item.CreatedAt,
	}
	if !item.ConfirmedAt.IsZero() {
		shown.ConfirmedAt = &item.ConfirmedAt
	}
	return shown
}

func (h handler) create(ctx context.Context, r *httpserver.Request) (httpserver.Response, error) {
	user, err := UserID(r)
	if err != nil {
		return httpserver.Response{}, err
	}
	key := r.Header("Idempotency-Key")
	if problem := domain.LabelProblem(key, domain.KeyLimit); problem != "" {
		return httpserver.Response{}, httpserver.NewProblem(http.StatusBadRequest, "the header Idempotency-Key "+problem)
	}
	body, err := httpserver.Decode[draft](r)
	if err != nil {
		return httpserver.Response{}, err
	}
	item, err := h.service.Create(ctx, domain.Draft{
		UserID: user, Reference: body.Reference, Amount: body.Amount, Currency: body.Currency,
	}, key)
	if err != nil {
		return httpserver.Response{}, Problem(err)
	}
	return httpserver.Response{
		Status: http.StatusCreated,
		Header: map[string]string{"Location": "/v1/orders/" + string(item.ID)},
		Body:   present(item),
	}, nil
}

func (h handler) get(ctx context.Context, r *httpserver.Request) (httpserver.Response, error) {
	user, err := UserID(r)
	if err != nil {
		return httpserver.Response{}, err
	}
	id, err := domain.ParseID(r.Path("id"))
	if err != nil {
		return httpserver.Response{}, Problem(err)
	}
	item, err := h.service.Get(ctx, user, id)
	if err != nil {
		return httpserver.Response{}, Problem(err)
	}
	return httpserver.Response{Status: http.StatusOK, Body: present(item)}, nil
}

// page is one page of a list. An empty cursor marks the last page.
type page struct {
	Items      []resource `json:"items"`
	NextCursor string     `json:"next_cursor,omitempty"`
}

func (h handler) list(ctx context.Context, r *httpserver.Request) (httpserver.Response, error) {
	user, err := UserID(r)
	if err != nil {
		return httpserver.Response{}, err
	}
	limit := defaultLimit
	if text := r.Query("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > maximumLimit {
			return httpserver.Response{}, httpserver.NewProblem(http.StatusBadRequest, "limit must be 1 to "+strconv.Itoa(maximumLimit))
		}
	}
	before, err := fromCursor(r.Query("cursor"))
	if err != nil {
		return httpserver.Response{}, httpserver.NewProblem(http.StatusBadRequest, "cursor is not one that was given out")
	}
	items, next, err := h.service.List(ctx, user, before, limit)
	if err != nil {
		return httpserver.Response{}, Problem(err)
	}
	shown := page{Items: make([]resource, 0, len(items)), NextCursor: toCursor(next)}
	for _, item := range items {
		shown.Items = append(shown.Items, present(item))
	}
	return httpserver.Response{Status: http.StatusOK, Body: shown}, nil
}

// A cursor is the last id of the page, encoded so that clients treat it as opaque.
func toCursor(id domain.ID) string { return base64.RawURLEncoding.EncodeToString([]byte(id)) }

func fromCursor(cursor string) (domain.ID, error) {
	if cursor == "" {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return "", err
	}
	return domain.ParseID(string(text))
}

// UserID returns the caller's user id. The header is trusted: the gateway validates the token, sets the header and
// strips what a client sends in it.
func UserID(r *httpserver.Request) (string, error) {
	user := r.Header("X-User-Id")
	if user == "" {
		return "", httpserver.NewProblem(http.StatusUnauthorized, "who asks is not known")
	}
	if problem := domain.LabelProblem(user, domain.UserIDLimit); problem != "" {
		return "", httpserver.NewProblem(http.StatusBadRequest, "the header X-User-Id "+problem)
	}
	return user, nil
}

// Problem maps an application error to problem details. Other errors become a 500 in the server.
func Problem(err error) error {
	if invalid, ok := errors.AsType[*domain.InvalidError](err); ok {
		problem := httpserver.NewProblem(http.StatusUnprocessableEntity, "some fields are wrong")
		problem.Fields = invalid.Fields
		return problem
	}
	switch {
	case errors.Is(err, domain.ErrNotFound):
		return httpserver.NewProblem(http.StatusNotFound, err.Error())
	case errors.Is(err, domain.ErrKeyReused):
		return httpserver.NewProblem(http.StatusUnprocessableEntity, err.Error())
	default:
		return err
	}
}
