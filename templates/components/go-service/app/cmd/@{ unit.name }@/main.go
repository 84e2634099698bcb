// Command @{ unit.name }@ is the service's binary. Each deployed process runs one of its subcommands.
package main

import (
	"os"
	"time"

	"github.com/caarlos0/env/v11"

	"@{ project.module }@/pkg/process"
)

func main() { os.Exit(program().Main(os.Args[1:], env.ToMap(os.Environ()), os.Stdout)) }

func program() process.Program {
	commands := map[string]process.Command{}
@% if params.database %@
	commands["migrate"] = process.Job(migrate)
@% endif %@
@% if params.http or params.grpc %@
	commands["serve"] = process.Service(serve)
@% endif %@
@% if params.publishes %@
	commands["relay"] = process.Service(relay)
@% endif %@
@% if slots.commands %@
@{ slots.commands }@
@% endif %@
	return process.Program{
		Service:  "@{ unit.name }@",
		Admin:    ":@{ endpoints.admin.port }@",
		Drain:    20 * time.Second,
		Commands: commands,
@% if slots.extensions %@

		Extensions: []process.Extension{
@{ slots.extensions }@
		},
@% endif %@
	}
}
