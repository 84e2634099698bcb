// Command notifications is the service's binary. Each deployed process runs one of its subcommands.
package main

import (
	"os"
	"time"

	"git.example.com/acme/shop/pkg/process"
)

func main() { os.Exit(program().Main(os.Args[1:], os.LookupEnv, os.Stdout)) }

func program() process.Program {
	commands := map[string]process.Command{}
	commands["migrate"] = process.Job(migrate)
	commands["consume"] = process.Service(consume)
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
