package httpserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
)

// ServeNetHTTP serves with net/http until ctx is cancelled, then shuts down gracefully.
func ServeNetHTTP(ctx context.Context, listener net.Listener, routes []Route, options Options) error {
	s, err := newServer(options)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	for _, route := range routes {
		mux.HandleFunc(route.Method+" "+route.Pattern, s.netHTTP(route))
	}
	standard := &http.Server{
		Handler:           unmatched(mux),
		ReadHeaderTimeout: readTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerLimit,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- standard.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("http server: %w", err)
	case <-ctx.Done():
	}
	draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Drain)
	defer cancel()
	if err := standard.Shutdown(draining); err != nil {
		return fmt.Errorf("http server: requests were cut off: %w", errors.Join(err, standard.Close()))
	}
	return nil
}

// netHTTP adapts a route to net/http.
func (s *server) netHTTP(route Route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			err = NewProblem(http.StatusRequestEntityTooLarge, "the body is too large")
		} else if err != nil {
			err = NewProblem(http.StatusBadRequest, "the body could not be read")
		}
		answer := s.answer(r.Context(), route, &Request{
			Path: r.PathValue, Query: r.URL.Query().Get, Header: r.Header.Get, Body: body,
		}, err)
		write(w, answer)
	}
}

// unmatched answers requests without a route with problem details.
func unmatched(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		verdict := verdict{header: http.Header{}}
		mux.ServeHTTP(&verdict, r)
		problem := NewProblem(verdict.status, "")
		if allow := verdict.header.Get("Allow"); allow != "" {
			problem.Header = map[string]string{"Allow": allow}
		}
		write(w, problem.reply())
	})
}

// verdict records the mux's own 404 or 405 response.
type verdict struct {
	header http.Header
	status int
}

func (v *verdict) Header() http.Header         { return v.header }
func (v *verdict) Write(p []byte) (int, error) { return len(p), nil }
func (v *verdict) WriteHeader(status int)      { v.status = status }

func write(w http.ResponseWriter, answer reply) {
	for name, value := range answer.header {
		w.Header().Set(name, value)
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body) // fails only if the client has disconnected
}
