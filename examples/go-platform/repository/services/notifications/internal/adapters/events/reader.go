// Package events decodes the events of other services.
package events

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

	orderspb "git.example.com/acme/shop/gen/orders/v1"

	envelopev1 "git.example.com/acme/shop/gen/envelope/v1"
	"git.example.com/acme/shop/pkg/kafka"
	"git.example.com/acme/shop/services/notifications/internal/app"
	"git.example.com/acme/shop/services/notifications/internal/domain"
	"git.example.com/acme/shop/services/notifications/internal/ports"
)

// Subscriptions returns the event handlers by topic.
func Subscriptions(consumption *app.Consumption) []kafka.Subscription {
	r := reader{consumption}
	return []kafka.Subscription{
		{Topic: kafka.Topic("orders"), Handlers: map[string]kafka.Handler{"order.created": r.fromOrders}},
	}
}

type reader struct{ consumption *app.Consumption }

// fromOrders handles created events of the service orders.
func (r reader) fromOrders(ctx context.Context, event *envelopev1.Envelope) (fresh bool, err error) {
	var payload orderspb.OrderCreated
	if err := proto.Unmarshal(event.GetPayload(), &payload); err != nil {
		return false, kafka.Permanent(fmt.Errorf("decode the payload: %w", err))
	}
	subject := payload.GetSubject()
	return r.take(ctx, event, "orders", subject.GetId(), domain.Draft{
		UserID: subject.GetUserId(), Reference: subject.GetId(), Amount: subject.GetAmount(), Currency: subject.GetCurrency(),
	})
}

// take validates the ids and runs the use case. Errors that a retry cannot fix are marked as permanent.
func (r reader) take(ctx context.Context, event *envelopev1.Envelope, service, id string, draft domain.Draft) (fresh bool, err error) {
	eventID, err := domain.ParseID(event.GetEventId())
	if err != nil {
		return false, kafka.Permanent(fmt.Errorf("the event's id %q: %w", event.GetEventId(), err))
	}
	subjectID, err := domain.ParseID(id)
	if err != nil {
		return false, kafka.Permanent(fmt.Errorf("the subject's id %q: %w", id, err))
	}
	fresh, err = r.consumption.Take(ctx, eventID, ports.Origin{Service: service, ID: subjectID}, draft)
	if err != nil && app.Hopeless(err) {
		err = kafka.Permanent(err)
	}
	return fresh, err
}
