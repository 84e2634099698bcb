package httpserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"
)

// ServeFiber serves with Fiber until ctx is cancelled, then finishes the requests in flight. Prefork is off: there are
// replicas instead.
func ServeFiber(ctx context.Context, listener net.Listener, routes []Route, options Options) error {
	app := fiber.New(fiber.Config{
		BodyLimit:      bodyLimit,
		ReadBufferSize: headerLimit,
		ReadTimeout:    readTimeout,
		WriteTimeout:   writeTimeout,
		IdleTimeout:    idleTimeout,
		// Of what doesn't get to a handler, such as a body that is too large.
		ErrorHandler: func(c fiber.Ctx, err error) error {
			status := http.StatusInternalServerError
			if known, ok := errors.AsType[*fiber.Error](err); ok {
				status = known.Code
			}
			return c.Status(status).JSON(NewProblem(status, ""), "application/problem+json")
		},
	})
	served := handler(routes, options)
	app.Use(adaptor.HTTPHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// fasthttp's context ends with the server and not with the client; requests in flight are finished.
		served.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context())))
	})))
	ended := make(chan error, 1)
	go func() { ended <- app.Listener(listener, fiber.ListenConfig{DisableStartupMessage: true}) }()
	select {
	case err := <-ended:
		return fmt.Errorf("http server: %w", err)
	case <-ctx.Done():
	}
	draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), options.Drain)
	defer cancel()
	if err := app.ShutdownWithContext(draining); err != nil {
		return fmt.Errorf("http server: requests were cut off: %w", err)
	}
	return nil
}
