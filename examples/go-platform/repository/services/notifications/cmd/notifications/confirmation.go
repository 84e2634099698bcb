package main

import (
	"git.example.com/acme/shop/pkg/config"
	"git.example.com/acme/shop/services/notifications/internal/adapters/peers"
	"git.example.com/acme/shop/services/notifications/internal/adapters/store"
	"git.example.com/acme/shop/services/notifications/internal/app"
)

type confirmationConfig struct {
	Takes config.Seconds `env:"WORK_SECONDS" envDefault:"0"`
	Peers peers.Config
}

// openConfirmation builds the use case that processes events. The caller must call stop.
func openConfirmation(settings confirmationConfig, items *store.Store) (confirmation *app.Confirmation, stop func(), err error) {
	others, err := peers.Open(settings.Peers)
	if err != nil {
		return nil, nil, err
	}
	stop = func() { _ = others.Close() }
	confirmation = &app.Confirmation{
		Inbox: items,
		Peers: others,
		Takes: settings.Takes.Duration(),
	}
	return confirmation, stop, nil
}
