// Command notifications is the service's binary. Each deployed process runs one of its subcommands.
package main

import (
	"os"
	"time"

	"github.com/caarlos0/env/v11"

	"git.example.com/acme/shop/pkg/process"
)

func main() { os.Exit(program().Main(os.Args[1:], env.ToMap(os.Environ()), os.Stdout)) }

func program() process.Program {
	commands := map[string]process.Command{}
	commands["migrate"] = process.Job(migrate)
	commands["consume"] = process.Service(consume)
	commands["redrive"] = process.Job(redrive)
	commands["work"] = process.Service(work)
	return process.Program{
		Service:  "notifications",
		Admin:    ":9090",
		Drain:    20 * time.Second,
		Commands: commands,

		Extensions: []process.Extension{
			errorsExtension(),
			metricsExtension(),
		},
	}
}
