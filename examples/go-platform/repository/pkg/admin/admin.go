// Package admin answers what the platform asks a process: is it started, ready, alive, and how is it doing.
//
// It listens on a port of its own that no route leads to, and keeps answering while the process drains.
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

// checkTimeout bounds a whole round of checks: shorter than the platform's own patience.
const checkTimeout = 2 * time.Second

// A Check finds out whether something works.
type Check func(context.Context) error

// Server answers /startupz, /readyz and /livez, and what was added by Handle.
type Server struct {
	log   *slog.Logger
	mux   *http.ServeMux
	ready atomic.Bool
	// started is ready's high-water mark: what is draining was started.
	started atomic.Bool

	mu    sync.Mutex
	needs map[string]Check
	lives map[string]Check
}

// New makes a server that is neither started nor ready.
func New(log *slog.Logger) *Server {
	s := &Server{log: log, mux: http.NewServeMux(), needs: map[string]Check{}, lives: map[string]Check{}}
	s.mux.HandleFunc("GET /startupz", func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, &s.started, nil) })
	s.mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, &s.ready, s.needs) })
	s.mux.HandleFunc("GET /livez", func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, nil, s.lives) })
	return s
}

// Check makes readiness depend on something. Only what no work can be done without belongs here: a process that is not
// ready gets no work at all.
func (s *Server) Check(name string, check Check) { s.add(s.needs, name, check) }

// Alive makes liveness depend on something that a restart would mend.
func (s *Server) Alive(name string, check Check) { s.add(s.lives, name, check) }

func (s *Server) add(to map[string]Check, name string, check Check) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to[name] = check
}

// Handle answers one more path.
func (s *Server) Handle(pattern string, handler http.Handler) { s.mux.Handle(pattern, handler) }

// SetReady says whether the process takes work; the first time also says that it started.
func (s *Server) SetReady(ready bool) {
	s.ready.Store(ready)
	if ready {
		s.started.Store(true)
	}
}

// Handler is what the server serves.
func (s *Server) Handler() http.Handler { return s.mux }

// Start listens there; stop ends it at once, since nobody waits for its answers.
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

// answer runs the checks side by side and names those that failed.
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
