// Command orders is the service's binary. Each deployed process runs one of its subcommands.
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
	commands["serve"] = process.Service(serve)
	commands["relay"] = process.Service(relay)
	commands["workflows"] = process.Service(workflows)
	return process.Program{
		Service:  "orders",
		Admin:    ":9090",
		Drain:    20 * time.Second,
		Commands: commands,

		Extensions: []process.Extension{
			errorsExtension(),
			metricsExtension(),
		},
	}
}
