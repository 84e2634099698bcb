@% if not unit.params.publishes %@
// Package events decodes the events of other services.
@% endif %@
package events

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

@% for name in params.sources | map("snake") | sort %@
	@{ name | camel }@pb "@{ project.module }@/gen/@{ name }@/v1"
@% endfor %@

	envelopev1 "@{ project.module }@/gen/envelope/v1"
	"@{ project.module }@/pkg/kafka"
	"@{ project.module }@/services/@{ unit.name }@/internal/app"
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
	"@{ project.module }@/services/@{ unit.name }@/internal/ports"
)

// Subscriptions returns the event handlers by topic.
func Subscriptions(consumption *app.Consumption) []kafka.Subscription {
	r := reader{consumption}
	return []kafka.Subscription{
@% for name in params.sources | sort %@
@% set noun = first_of("events.published", name).facts.noun %@
		{Topic: kafka.Topic("@{ name }@"), Handlers: map[string]kafka.Handler{"@{ noun | snake }@.created": r.from@{ name | pascal }@}},
@% endfor %@
	}
}

type reader struct{ consumption *app.Consumption }
@% for name in params.sources | sort %@
@% set noun = first_of("events.published", name).facts.noun %@

// from@{ name | pascal }@ handles created events of the service @{ name }@.
func (r reader) from@{ name | pascal }@(ctx context.Context, event *envelopev1.Envelope) (fresh bool, err error) {
	var payload @{ name | camel }@pb.@{ noun | pascal }@Created
	if err := proto.Unmarshal(event.GetPayload(), &payload); err != nil {
		return false, kafka.Permanent(fmt.Errorf("decode the payload: %w", err))
	}
	subject := payload.GetSubject()
	return r.take(ctx, event, "@{ name }@", subject.GetId()@{ ", domain.Draft{" if unit.params.database else ")" }@
@% if unit.params.database %@
		UserID: subject.GetUserId(), Reference: subject.GetId(), Amount: subject.GetAmount(), Currency: subject.GetCurrency(),
	})
@% endif %@
}
@% endfor %@

// take validates the ids and runs the use case. Errors that a retry cannot fix are marked as permanent.
@% if unit.params.database %@
func (r reader) take(ctx context.Context, event *envelopev1.Envelope, service, id string, draft domain.Draft) (fresh bool, err error) {
@% else %@
func (r reader) take(ctx context.Context, event *envelopev1.Envelope, service, id string) (fresh bool, err error) {
@% endif %@
	eventID, err := domain.ParseID(event.GetEventId())
	if err != nil {
		return false, kafka.Permanent(fmt.Errorf("the event's id %q: %w", event.GetEventId(), err))
	}
	subjectID, err := domain.ParseID(id)
	if err != nil {
		return false, kafka.Permanent(fmt.Errorf("the subject's id %q: %w", id, err))
	}
	fresh, err = r.consumption.Take(ctx, eventID, ports.Origin{Service: service, ID: subjectID}@{ ", draft" if unit.params.database else "" }@)
	if err != nil && app.Hopeless(err) {
		err = kafka.Permanent(err)
	}
	return fresh, err
}
