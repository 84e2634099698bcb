package httpserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/gofiber/fiber/v3"
)

// ServeFiber serves with Fiber until ctx is cancelled, then shuts down gracefully. Prefork is off: replicas scale
// instead.
func ServeFiber(ctx context.Context, listener net.Listener, routes []Route, options Options) error {
	s, err := newServer(options)
	if err != nil {
		return err
	}
	app := fiber.New(fiber.Config{
		BodyLimit:      bodyLimit,
		ReadBufferSize: headerLimit,
		ReadTimeout:    readTimeout,
		WriteTimeout:   writeTimeout,
		IdleTimeout:    idleTimeout,
		ErrorHandler: func(c fiber.Ctx, err error) error {
			problem := internal
			if known, ok := errors.AsType[*fiber.Error](err); ok {
				problem = NewProblem(known.Code, "")
			}
			return send(c, problem.reply())
		},
	})
	for _, route := range routes {
		pattern := strings.NewReplacer("{", ":", "}", "").Replace(route.Pattern)
		app.Add([]string{route.Method}, pattern, s.fiber(route))
	}
	ended := make(chan error, 1)
	go func() { ended <- app.Listener(listener, fiber.ListenConfig{DisableStartupMessage: true}) }()
	select {
	case err := <-ended:
		return fmt.Errorf("http server: %w", err)
	case <-ctx.Done():
	}
	draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Drain)
	defer cancel()
	if err := app.ShutdownWithContext(draining); err != nil {
		return fmt.Errorf("http server: requests were cut off: %w", err)
	}
	return nil
}

// fiber adapts a route to Fiber. Fiber reuses the buffers of a request, so every string is copied.
func (s *server) fiber(route Route) fiber.Handler {
	return func(c fiber.Ctx) error {
		return send(c, s.answer(c.Context(), route, &Request{
			Path:   func(name string) string { return strings.Clone(c.Params(name)) },
			Query:  func(name string) string { return strings.Clone(c.Query(name)) },
			Header: func(name string) string { return strings.Clone(c.Get(name)) },
			Body:   bytes.Clone(c.Body()),
		}, nil))
	}
}

func send(c fiber.Ctx, answer reply) error {
	for name, value := range answer.header {
		c.Set(name, value)
	}
	c.Set("X-Content-Type-Options", "nosniff")
	return c.Status(answer.status).Send(answer.body)
}
