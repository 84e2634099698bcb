// Package tasks sends the service's tasks and carries them out.
package tasks

import (
	"context"

	"git.example.com/acme/shop/pkg/queue"
	"git.example.com/acme/shop/services/notifications/internal/app"
	"git.example.com/acme/shop/services/notifications/internal/domain"
	"git.example.com/acme/shop/services/notifications/internal/ports"
)

// TypeProcess is the task that follows an event of another service.
const TypeProcess = "notification.process"

// Queues in the order of their priority. The service's name is in front: the broker is shared.
var Queues = []string{
	"notifications-default",
}

// Concurrency is how many tasks one worker carries out at the same time.
const Concurrency = 4

// processing is the payload of [TypeProcess]. A change that older workers can't read needs a new [queue.Version].
type processing struct {
	Service string    `json:"service"`
	ID      domain.ID `json:"id"`
}

// Sender leaves what follows an event to a worker.
type Sender struct{ client *queue.Client }

var _ ports.Next = (*Sender)(nil)

// NewSender makes a sender.
func NewSender(client *queue.Client) *Sender { return &Sender{client} }

// Follow sends the task of an event. Its id is the event's, so the same event makes one task.
func (s *Sender) Follow(ctx context.Context, event domain.ID, origin ports.Origin) error {
	_, err := s.client.Send(ctx, queue.Task{
		Type:    TypeProcess,
		ID:      string(event),
		Queue:   Queues[0],
		Payload: processing{Service: origin.Service, ID: origin.ID},
	})
	return err
}

// Handlers are what workers do, by type of task.
func Handlers(confirmation *app.Confirmation) map[string]queue.Handler {
	return map[string]queue.Handler{
		TypeProcess: queue.HandlerOf(func(ctx context.Context, payload processing) error {
			err := confirmation.Confirm(ctx, ports.Origin{Service: payload.Service, ID: payload.ID})
			if err != nil && app.Hopeless(err) {
				err = queue.Permanent(err)
			}
			return err
		}),
	}
}
