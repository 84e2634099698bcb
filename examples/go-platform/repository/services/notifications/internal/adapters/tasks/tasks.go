// Package tasks enqueues and processes the service's tasks.
package tasks

import (
	"context"

	"git.example.com/acme/shop/pkg/queue"
	"git.example.com/acme/shop/services/notifications/internal/app"
	"git.example.com/acme/shop/services/notifications/internal/domain"
	"git.example.com/acme/shop/services/notifications/internal/ports"
)

// TypeProcess is the task that processes an event of another service.
const TypeProcess = "notification.process"

// Queues in priority order. The prefix keeps queues of services apart: they share one broker.
var Queues = []string{
	"notifications-default",
}

// Concurrency is the maximum number of concurrent tasks per worker.
const Concurrency = 4

// processing is the payload of [TypeProcess]. During a rollout, older workers read it, too: a change that they can't read
// needs a new task type.
type processing struct {
	Service string    `json:"service"`
	ID      domain.ID `json:"id"`
}

// Sender enqueues a task for each event.
type Sender struct{ client *queue.Client }

var _ ports.Next = (*Sender)(nil)

// NewSender creates a Sender.
func NewSender(client *queue.Client) *Sender { return &Sender{client} }

// Follow enqueues the event's task. The event id is the task id, so a redelivered event is deduplicated.
func (s *Sender) Follow(ctx context.Context, event domain.ID, origin ports.Origin) error {
	return s.client.Send(ctx, queue.Task{
		Type:    TypeProcess,
		ID:      string(event),
		Queue:   Queues[0],
		Payload: processing{Service: origin.Service, ID: origin.ID},
	})
}

// Handlers returns the task handlers by task type.
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
