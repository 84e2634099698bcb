// Package process runs one command of a service. It sets up configuration, logs, traces, the admin server and signal
// handling, and shuts them down in order.
package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"@{ project.module }@/pkg/admin"
	"@{ project.module }@/pkg/config"
	"@{ project.module }@/pkg/log"
	"@{ project.module }@/pkg/telemetry"
)

// flushTimeout bounds flushing telemetry at exit.
const flushTimeout = 3 * time.Second

// Config holds the settings common to all processes.
type Config struct {
	Environment string `env:"ENVIRONMENT"`
	LogLevel    string `env:"LOG_LEVEL" default:"info"`
	Release     string `env:"RELEASE" default:"unreleased"`
}

// Process is passed to a running command.
type Process struct {
	Service     string
	Name        string
	Environment string
	Release     string
	Log         *slog.Logger
	Admin       *admin.Server
	// Drain bounds the graceful shutdown.
	Drain time.Duration
}

// Ready marks the process as ready for work. Call it once everything is connected.
func (p *Process) Ready() {
	p.Admin.SetReady(true)
	p.Log.Info("ready")
}

// Draining returns a context that outlives ctx by the drain timeout.
func (p *Process) Draining(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), p.Drain)
}

// A Command is one subcommand of the binary.
type Command struct {
	// Variables are the environment variables it reads. They must match the variable contract.
	Variables map[string]config.Variable

	serves  bool
	prepare func(lookup func(string) (string, bool)) (func(context.Context, *Process) error, error)
}

// Service is a long-running command. On SIGTERM its context is cancelled; it must then stop accepting work, drain for
// at most [Process.Drain], close what it opened and return.
func Service[C any](run func(context.Context, *Process, C) error) Command {
	command := Job(run)
	command.serves = true
	return command
}

// Job is a command that runs to completion.
func Job[C any](run func(context.Context, *Process, C) error) Command {
	return Command{
		Variables: config.Variables[C](),
		prepare: func(lookup func(string) (string, bool)) (func(context.Context, *Process) error, error) {
			settings, err := config.Read[C](lookup)
			return func(ctx context.Context, p *Process) error { return run(ctx, p, settings) }, err
		},
	}
}

// An Extension adds observability, such as a span exporter, error reporting or measurements, to every process.
type Extension struct {
	// Variables are the environment variables it reads.
	Variables map[string]config.Variable
	// Start sets it up. Its Stop flushes it and is called last.
	Start func(ctx context.Context, p *Process, lookup func(string) (string, bool)) (Started, error)
}

// Started is a running extension.
type Started struct {
	Log   func(slog.Handler) slog.Handler // optional: wraps the log handler
	Spans []sdktrace.SpanProcessor
	Stop  func(context.Context) error
}

// Program is a service's binary.
type Program struct {
	Service    string
	Admin      string // listen address of the admin server
	Drain      time.Duration
	Commands   map[string]Command
	Extensions []Extension
}

// Variables returns every variable that some command or extension reads.
func (program Program) Variables() map[string]config.Variable {
	all := config.Variables[Config]()
	add := func(read map[string]config.Variable) {
		for name, variable := range read {
			// Required if any of them requires it.
			variable.Required = variable.Required || all[name].Required
			all[name] = variable
		}
	}
	for _, command := range program.Commands {
		add(command.Variables)
	}
	for _, extension := range program.Extensions {
		add(extension.Variables)
	}
	return all
}

// Main runs the command named by the arguments and returns the exit code.
func (program Program) Main(arguments []string, lookup func(string) (string, bool), out io.Writer) int {
	if len(arguments) == 2 && arguments[0] == "probe" {
		return probe(arguments[1], out)
	}
	command, known := program.Commands[strings.Join(arguments, " ")]
	if !known {
		fmt.Fprintf(out, "usage: %s\n", program.usage())
		return 2
	}
	limitMemory()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := program.run(ctx, arguments[0], command, lookup, out); err != nil {
		return 1
	}
	return 0
}

func (program Program) usage() string {
	names := []string{"probe URL"}
	for name := range program.Commands {
		names = append(names, name)
	}
	slices.Sort(names)
	return program.Service + " " + strings.Join(names, " | ")
}

// run shuts down in this order: readiness off, command drained, admin server closed, telemetry flushed.
func (program Program) run(
	told context.Context, name string, command Command, lookup func(string) (string, bool), out io.Writer,
) (err error) {
	common, problem := config.Read[Config](lookup)
	run, worse := command.prepare(lookup)
	if err := errors.Join(problem, worse); err != nil {
		fmt.Fprintf(out, "%s %s: %v\n", program.Service, name, err)
		return err
	}
	logger, err := log.New(out, common.LogLevel,
		slog.String("service", program.Service), slog.String("process", name), slog.String("release", common.Release))
	if err != nil {
		fmt.Fprintf(out, "%s %s: %v\n", program.Service, name, err)
		return err
	}
	p := &Process{
		Service: program.Service, Name: name, Environment: common.Environment, Release: common.Release,
		Log: logger, Admin: admin.New(logger), Drain: program.Drain,
	}
	defer func() {
		if err != nil {
			p.Log.Error("failed", "error", err)
		}
	}()
	flush, err := program.observe(told, p, lookup)
	defer flush()
	if err != nil {
		return err
	}

	// The command's context is cancelled only after readiness is off, so that no request is refused while the process
	// still advertises itself.
	ctx, cancel := context.WithCancel(context.WithoutCancel(told))
	defer cancel()
	defer context.AfterFunc(told, func() {
		p.Log.Info("stopping")
		p.Admin.SetReady(false)
		cancel()
	})()
	if command.serves {
		stop, err := p.Admin.Start(program.Admin)
		if err != nil {
			return err
		}
		defer stop()
	}
	err = run(ctx, p)
	p.Admin.SetReady(false)
	return err
}

// observe starts telemetry and the extensions. flush is never nil.
func (program Program) observe(
	ctx context.Context, p *Process, lookup func(string) (string, bool),
) (flush func(), err error) {
	var stops []func(context.Context) error
	var spans []sdktrace.SpanProcessor
	flush = func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
		defer cancel()
		for _, stop := range slices.Backward(stops) {
			if err := stop(ctx); err != nil {
				p.Log.Warn("telemetry was not flushed", "error", err)
			}
		}
	}
	for _, extension := range program.Extensions {
		started, err := extension.Start(ctx, p, lookup)
		if err != nil {
			return flush, err
		}
		if started.Log != nil {
			p.Log = slog.New(started.Log(p.Log.Handler()))
		}
		spans = append(spans, started.Spans...)
		if started.Stop != nil {
			stops = append(stops, started.Stop)
		}
	}
	stops = append(stops, telemetry.Start(p.Service, p.Release, p.Environment, spans...))
	return flush, nil
}

// memoryLimitFile holds the container's memory limit, in bytes or as "max".
const memoryLimitFile = "/sys/fs/cgroup/memory.max"

// limitMemory sets the garbage collector's soft limit to 90 % of the container's memory, so that it works harder before
// the container is OOM-killed. GOMEMLIMIT takes precedence.
func limitMemory() {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	text, err := os.ReadFile(memoryLimitFile)
	if err != nil {
		return // not in a container, or not Linux
	}
	if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
		debug.SetMemoryLimit(limit / 10 * 9)
	}
}
