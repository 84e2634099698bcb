package process

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Check returns an error if a part of this process doesn't work. It must answer at once, from memory: what other
// processes share, such as a database, is not asked. Its outage would make every replica unready at the same time.
type Check func() error

// Admin serves /startupz, /readyz and /livez on a port that no route leads to, and what Handle adds. It answers until the
// process has drained.
type Admin struct {
	mux http.ServeMux
	// started stays true once the process was ready, also while it drains.
	started, ready atomic.Bool

	mu           sync.Mutex
	needs, lives map[string]Check
}

// NewAdmin creates a server that is neither started nor ready.
func NewAdmin() *Admin {
	a := &Admin{needs: map[string]Check{}, lives: map[string]Check{}}
	a.mux.HandleFunc("GET /startupz", func(w http.ResponseWriter, _ *http.Request) { a.answer(w, a.started.Load(), nil) })
	a.mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { a.answer(w, a.ready.Load(), a.needs) })
	a.mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { a.answer(w, true, a.lives) })
	return a
}

// Check adds a readiness check.
func (a *Admin) Check(name string, check Check) { a.add(a.needs, name, check) }

// Alive adds a liveness check. Add only what a restart fixes.
func (a *Admin) Alive(name string, check Check) { a.add(a.lives, name, check) }

func (a *Admin) add(to map[string]Check, name string, check Check) {
	a.mu.Lock()
	defer a.mu.Unlock()
	to[name] = check
}

// Handle adds a path.
func (a *Admin) Handle(pattern string, handler http.Handler) { a.mux.Handle(pattern, handler) }

// ServeHTTP answers a probe.
func (a *Admin) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

func (a *Admin) setReady(ready bool) {
	a.ready.Store(ready)
	if ready {
		a.started.Store(true)
	}
}

// answer runs the checks and lists those that failed.
func (a *Admin) answer(w http.ResponseWriter, open bool, checks map[string]Check) {
	failed := []string{}
	if !open {
		failed = append(failed, "process")
	}
	a.mu.Lock()
	for name, check := range checks {
		if err := check(); err != nil {
			failed = append(failed, name+": "+err.Error())
		}
	}
	a.mu.Unlock()
	slices.Sort(failed)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if len(failed) > 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"failed": failed})
}

// start listens on address. stop closes the server.
func (a *Admin) start(address string) (stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("admin server: %w", err)
	}
	server := &http.Server{Handler: a, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // ends by stop
	}()
	return func() {
		_ = server.Close()
		<-done
	}, nil
}

// probe asks for an address. It serves for health checks inside the image, which has neither a shell nor curl.
func probe(address string) error {
	client := http.Client{Timeout: 3 * time.Second}
	response, err := client.Get(address)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s", response.Status)
	}
	return nil
}
