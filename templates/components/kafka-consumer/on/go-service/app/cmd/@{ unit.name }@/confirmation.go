package main

import (
	"@{ project.module }@/pkg/config"
@% if unit.params.calls %@
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/peers"
@% endif %@
@% if unit.params.database %@
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/store"
@% endif %@
	"@{ project.module }@/services/@{ unit.name }@/internal/app"
)

type confirmationConfig struct {
	Takes config.Seconds `env:"WORK_SECONDS" envDefault:"0"`
@% if unit.params.calls %@
	Peers peers.Config
@% endif %@
}

// openConfirmation builds the use case that processes events. The caller must call stop.
func openConfirmation(settings confirmationConfig@{ ", items *store.Store" if unit.params.database else "" }@) (confirmation *app.Confirmation, stop func(), err error) {
@% if unit.params.calls %@
	others, err := peers.Open(settings.Peers)
	if err != nil {
		return nil, nil, err
	}
	stop = func() { _ = others.Close() }
@% else %@
	stop = func() {}
@% endif %@
	confirmation = &app.Confirmation{
@% if unit.params.database %@
		Inbox: items,
@% endif %@
@% if unit.params.calls %@
		Peers: others,
@% endif %@
		Takes: settings.Takes.Duration(),
	}
	return confirmation, stop, nil
}
