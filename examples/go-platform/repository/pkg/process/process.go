// Package process runs one command of a service: configuration, logs, traces, probes, signals and a graceful end.
package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	// Sets the garbage collector's soft limit to 90 % of the container's memory, unless GOMEMLIMIT says otherwise.
	_ "github.com/KimMachineGun/automemlimit"

	"git.example.com/acme/shop/pkg/config"
	"git.example.com/acme/shop/pkg/telemetry"
)

// flushTimeout bounds flushing telemetry at the end.
const flushTimeout = 3 * time.Second

// Config holds the settings that all processes have.
type Config struct {
	Environment string     `env:"ENVIRONMENT"`
	LogLevel    slog.Level `env:"LOG_LEVEL" envDefault:"info"`
	Release     string     `env:"RELEASE" envDefault:"unreleased"`
	// Collector is where spans are sent by OTLP; they aren't if it is empty.
	Collector string `env:"OTEL_EXPORTER_OTLP_ENDPOINT" envDefault:""`
}

// Process is what a running command gets.
type Process struct {
	Service     string
	Name        string
	Environment string
	Release     string
	Log         *slog.Logger
	Admin       *Admin
	// Drain bounds the graceful end.
	Drain time.Duration
}

// Ready marks the process as ready for work. Call it once everything is connected.
func (p *Process) Ready() {
	p.Admin.setReady(true)
	p.Log.Info("ready")
}

// A Command is one subcommand of the binary.
type Command struct {
	// Variables are the environment variables that it reads, and whether they are required.
	Variables map[string]bool

	serves  bool
	prepare func(environment map[string]string) (func(context.Context, *Process) error, error)
}

// Service is a command that runs until it is told to stop. On SIGTERM its context is cancelled; it must then accept no more
// work, finish what it has within [Process.Drain], close what it opened and return.
func Service[C any](run func(context.Context, *Process, C) error) Command {
	command := Job(run)
	command.serves = true
	return command
}

// Job is a command that runs to completion.
func Job[C any](run func(context.Context, *Process, C) error) Command {
	return Command{
		Variables: config.Variables[C](),
		prepare: func(environment map[string]string) (func(context.Context, *Process) error, error) {
			settings, err := config.Read[C](environment)
			return func(ctx context.Context, p *Process) error { return run(ctx, p, settings) }, err
		},
	}
}

// An Extension observes every process, such as by measurements or by reporting errors.
type Extension struct {
	Variables map[string]bool
	// Start sets it up; stop, if it isn't nil, flushes it at the end. It may replace the process's logger.
	Start func(p *Process, environment map[string]string) (stop func(context.Context) error, err error)
}

// Program is a service's binary.
type Program struct {
	Service    string
	Admin      string // address of the admin server
	Drain      time.Duration
	Commands   map[string]Command
	Extensions []Extension
}

// Variables returns every variable that some command or extension reads, and whether some of them requires it.
func (program Program) Variables() map[string]bool {
	all := config.Variables[Config]()
	add := func(read map[string]bool) {
		for name, required := range read {
			all[name] = all[name] || required
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

// Main runs the command that the arguments name, and returns the exit code.
func (program Program) Main(arguments []string, environment map[string]string, out io.Writer) int {
	if len(arguments) == 2 && arguments[0] == "probe" {
		if err := probe(arguments[1]); err != nil {
			fmt.Fprintln(out, err)
			return 1
		}
		return 0
	}
	name := strings.Join(arguments, " ")
	command, known := program.Commands[name]
	if !known {
		fmt.Fprintf(out, "usage: %s %s | probe URL\n", program.Service, strings.Join(slices.Sorted(maps.Keys(program.Commands)), " | "))
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := program.run(ctx, name, command, environment, out); err != nil {
		return 1
	}
	return 0
}

// run ends in this order: readiness off, command drained, admin server closed, telemetry flushed.
func (program Program) run(
	told context.Context, name string, command Command, environment map[string]string, out io.Writer,
) (err error) {
	common, problem := config.Read[Config](environment)
	run, worse := command.prepare(environment)
	if err := errors.Join(problem, worse); err != nil {
		fmt.Fprintf(out, "%s %s: %v\n", program.Service, name, err)
		return err
	}
	p := &Process{
		Service: program.Service, Name: name, Environment: common.Environment, Release: common.Release,
		Log: telemetry.NewLogger(out, common.LogLevel, slog.String("service", program.Service),
			slog.String("process", name), slog.String("release", common.Release)),
		Admin: NewAdmin(), Drain: program.Drain,
	}
	flush, err := program.observe(told, p, common, environment)
	defer flush()
	defer func() {
		if err != nil {
			p.Log.Error("failed", "error", err)
		}
	}()
	if err != nil {
		return err
	}
	// The command's context ends only after readiness is off, so that no request is refused while the process still
	// advertises itself.
	ctx, cancel := context.WithCancel(context.WithoutCancel(told))
	defer cancel()
	defer context.AfterFunc(told, func() {
		p.Log.Info("stopping")
		p.Admin.setReady(false)
		cancel()
	})()
	if command.serves {
		stop, err := p.Admin.start(program.Admin)
		if err != nil {
			return err
		}
		defer stop()
	}
	err = run(ctx, p)
	p.Admin.setReady(false)
	return err
}

// observe starts traces and the extensions. flush is never nil.
func (program Program) observe(
	ctx context.Context, p *Process, common Config, environment map[string]string,
) (flush func(), err error) {
	var stops []func(context.Context) error
	flush = func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
		defer cancel()
		for _, stop := range slices.Backward(stops) {
			if err := stop(ctx); err != nil {
				p.Log.Warn("telemetry was not flushed", "error", err)
			}
		}
	}
	stop, err := telemetry.Start(ctx, p.Service, p.Release, p.Environment, common.Collector)
	if err != nil {
		return flush, err
	}
	stops = append(stops, stop)
	for _, extension := range program.Extensions {
		stop, err := extension.Start(p, environment)
		if err != nil {
			return flush, err
		}
		if stop != nil {
			stops = append(stops, stop)
		}
	}
	return flush, nil
}
