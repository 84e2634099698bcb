// Package admin serves the health checks and measurements of a process.
//
// It listens on a separate port that is not exposed, and keeps serving while the process drains.
package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// checkTimeout bounds one round of checks. It must be shorter than the probe timeout.
const checkTimeout = 2 * time.Second

// A Check returns an error if a dependency is unhealthy.
type Check func(context.Context) error

// Server serves /startupz, /readyz, /livez and the paths added by Handle.
type Server struct {
	log   *slog.Logger
	mux   *http.ServeMux
	ready atomic.Bool
	// started stays true once the process was ready, also while it drains.
	started atomic.Bool

	mu    sync.Mutex
	needs map[string]Check
	lives map[string]Check
}

// New creates a server that is neither started nor ready.
func New(log *slog.Logger) *Server {
	s := &Server{log: log, mux: http.NewServeMux(), needs: map[string]Check{}, lives: map[string]Check{}}
	s.mux.HandleFunc("GET /startupz", func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, &s.started, nil) })
	s.mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, &s.ready, s.needs) })
	s.mux.HandleFunc("GET /livez", func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, nil, s.lives) })
	return s
}

// Check adds a readiness check. Add only hard dependencies: a process that is not ready gets no work at all.
func (s *Server) Check(name string, check Check) { s.add(s.needs, name, check) }

// Alive adds a liveness check. Add only conditions that a restart fixes.
func (s *Server) Alive(name string, check Check) { s.add(s.lives, name, check) }

func (s *Server) add(to map[string]Check, name string, check Check) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to[name] = check
}

// Handle adds a path.
func (s *Server) Handle(pattern string, handler http.Handler) { s.mux.Handle(pattern, handler) }

// SetReady turns readiness on or off. The first time it is turned on also marks the process as started.
func (s *Server) SetReady(ready bool) {
	s.ready.Store(ready)
	if ready {
		s.started.Store(true)
	}
}

// Handler returns the HTTP handler, for tests.
func (s *Server) Handler() http.Handler { return s.mux }

// Start listens on address. stop closes the server without draining.
func (s *Server) Start(address string) (stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("admin server: %w", err)
	}
	server := &http.Server{
		Handler:           s.mux,
		ReadHeaderTimeout: 5 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       time.Minute,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("admin server", "error", err)
		}
	}()
	return func() {
		_ = server.Close()
		<-done
	}, nil
}

// answer runs the checks concurrently and lists those that failed.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, gate *atomic.Bool, checks map[string]Check) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	failed := []string{}
	if gate != nil && !gate.Load() {
		failed = append(failed, "process")
	}
	s.mu.Lock()
	results := make(chan string, len(checks))
	asked := len(checks)
	for name, check := range checks {
		go func() {
			if err := check(ctx); err != nil {
				s.log.WarnContext(ctx, "check failed", "path", r.URL.Path, "check", name, "error", err)
				results <- name
				return
			}
			results <- ""
		}()
	}
	s.mu.Unlock()
	for range asked {
		if name := <-results; name != "" {
			failed = append(failed, name)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if len(failed) > 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"failed": failed})
}
