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

// A disconnected client must not raise alerts: they count 5xx responses, and logged errors go to the error tracker.
func TestServer_ClientDisconnected_IsNotServerError(t *testing.T) {
	left, leave := context.WithCancel(t.Context())
	leave()
	for _, test := range []struct {
		name   string
		ctx    context.Context
		status int
		failed bool
	}{
		{"client disconnected", left, 499, false},
		{"handler cancelled its own context", t.Context(), http.StatusInternalServerError, true},
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
