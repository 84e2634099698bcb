// Package process runs one of a service's commands: settings, logs, traces, the admin server, signals, and what of all
// that ends first.
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

	"git.example.com/acme/shop/pkg/admin"
	"git.example.com/acme/shop/pkg/config"
	"git.example.com/acme/shop/pkg/log"
	"git.example.com/acme/shop/pkg/telemetry"
)

// flushTimeout bounds how long the last logs and spans may take.
const flushTimeout = 3 * time.Second

// Config is what every process reads.
type Config struct {
	Environment string `env:"ENVIRONMENT"`
	LogLevel    string `env:"LOG_LEVEL" default:"info"`
	Release     string `env:"RELEASE" default:"unreleased"`
}

// Process is what a running command knows about itself.
type Process struct {
	Service     string
	Name        string
	Environment string
	Release     string
	Log         *slog.Logger
	Admin       *admin.Server
	// Drain is how long work may take to finish once the process is told to stop.
	Drain time.Duration
}

// Ready says that everything is connected: from now on the process takes work.
func (p *Process) Ready() {
	p.Admin.SetReady(true)
	p.Log.Info("ready")
}

// Draining outlives ctx by the time that work may take to finish.
func (p *Process) Draining(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), p.Drain)
}

// A Command is one way to run the service.
type Command struct {
	// Variables are what it reads, by name, as the variable contract must have them.
	Variables map[string]config.Variable

	serves  bool
	prepare func(lookup func(string) (string, bool)) (func(context.Context, *Process) error, error)
}

// Service is a command that runs until it is told to stop: its context ends then. It stops taking work, drains for at
// most [Process.Drain], closes what it opened and returns.
func Service[C any](run func(context.Context, *Process, C) error) Command {
	command := Job(run)
	command.serves = true
	return command
}

// Job is a command that ends by itself.
func Job[C any](run func(context.Context, *Process, C) error) Command {
	return Command{
		Variables: config.Variables[C](),
		prepare: func(lookup func(string) (string, bool)) (func(context.Context, *Process) error, error) {
			settings, err := config.Read[C](lookup)
			return func(ctx context.Context, p *Process) error { return run(ctx, p, settings) }, err
		},
	}
}

// An Extension observes every process: where spans, errors and measures go.
type Extension struct {
	// Variables are what it reads.
	Variables map[string]config.Variable
	// Start sets it up; stop flushes it and is called last.
	Start func(ctx context.Context, p *Process, lookup func(string) (string, bool)) (Started, error)
}

// Started is an extension at work.
type Started struct {
	Log   func(slog.Handler) slog.Handler // nil: logs stay as they are
	Spans []sdktrace.SpanProcessor
	Stop  func(context.Context) error
}

// Program is a service's binary.
type Program struct {
	Service    string
	Admin      string // the address of the admin server
	Drain      time.Duration
	Commands   map[string]Command
	Extensions []Extension
}

// Variables is everything that some command or extension reads.
func (program Program) Variables() map[string]config.Variable {
	all := config.Variables[Config]()
	add := func(read map[string]config.Variable) {
		for name, variable := range read {
			// What one process can't do without is required, whatever others say.
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

// Main runs the command that the arguments name and gives the exit code.
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

// run ends what it starts, the last first: readiness off, no more work, drained, closed, flushed.
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

	// The command's context ends only after readiness is off, so that nobody is refused while it is still advertised.
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

// observe starts telemetry and the extensions; flush is never nil.
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

// memoryLimitFile is where a container's limit stands, in bytes or as "max".
const memoryLimitFile = "/sys/fs/cgroup/memory.max"

// limitMemory lets the garbage collector work harder before the container is killed. GOMEMLIMIT has its say first.
func limitMemory() {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	text, err := os.ReadFile(memoryLimitFile)
	if err != nil {
		return // not in a container, or another system
	}
	if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
		debug.SetMemoryLimit(limit / 10 * 9)
	}
}
