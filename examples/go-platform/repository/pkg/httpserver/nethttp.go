package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
)

// ServeNetHTTP serves with net/http until ctx is cancelled, then finishes the requests in flight.
func ServeNetHTTP(ctx context.Context, listener net.Listener, routes []Route, options Options) error {
	server := &http.Server{
		Handler:           handler(routes, options),
		ReadHeaderTimeout: readTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerLimit,
		ErrorLog:          slog.NewLogLogger(options.Log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("http server: %w", err)
	case <-ctx.Done():
	}
	draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), options.Drain)
	defer cancel()
	if err := server.Shutdown(draining); err != nil {
		return fmt.Errorf("http server: requests were cut off: %w", errors.Join(err, server.Close()))
	}
	return nil
}
