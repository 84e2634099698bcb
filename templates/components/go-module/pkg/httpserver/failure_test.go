package httpserver

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
)

// Alerts count what is answered with 5xx, and errors in the log go to the error tracker.
func TestServer_ClientDisconnected_IsNotServerError(t *testing.T) {
	left, leave := context.WithCancel(t.Context())
	leave()
	for _, test := range []struct {
		name   string
		ctx    context.Context
		status int
		failed bool
	}{
		{"the caller went away", left, 499, false},
		{"the handler cancelled work of its own", t.Context(), http.StatusInternalServerError, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			var lines bytes.Buffer
			s, err := newServer(Options{Log: slog.New(slog.NewJSONHandler(&lines, nil))})
			if err != nil {
				t.Fatal(err)
			}
			none := func(string) string { return "" }
			answer := s.answer(test.ctx, Route{
				Method: http.MethodGet, Pattern: "/things",
				Handle: func(context.Context, *Request) (Response, error) {
					return Response{}, fmt.Errorf("find: %w", context.Canceled)
				},
			}, &Request{Path: none, Query: none, Header: none}, nil)
			if answer.status != test.status {
				t.Errorf("answered %d, not %d", answer.status, test.status)
			}
			if failed := strings.Contains(lines.String(), `"level":"ERROR"`); failed != test.failed {
				t.Errorf("logged as an error is %t: %s", failed, lines.String())
			}
		})
	}
}
