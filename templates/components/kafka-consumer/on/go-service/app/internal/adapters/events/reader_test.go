@% set source = params.sources | sort | first %@
@% set noun = first_of("events.published", source).facts.noun %@
package events_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	@{ source | camel }@pb "@{ project.module }@/gen/@{ source | snake }@/v1"

	envelopev1 "@{ project.module }@/gen/envelope/v1"
	"@{ project.module }@/pkg/kafka"
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/events"
	"@{ project.module }@/services/@{ unit.name }@/internal/app"
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
	"@{ project.module }@/services/@{ unit.name }@/internal/ports"
)

// world is an inbox that treats every event as new, and records the follow-ups.
type world struct{ followed []ports.Origin }
@% if unit.params.database %@

func (w *world) Receive(context.Context, domain.ID, func(context.Context, ports.OriginTx) error) (bool, error) {
	return true, nil
}

func (w *world) For(context.Context, ports.Origin, func(context.Context, ports.Tx, domain.@{ unit.params.noun | pascal }@) error) error {
	return nil
}
@% endif %@

func (w *world) Follow(_ context.Context, _ domain.ID, origin ports.Origin) error {
	w.followed = append(w.followed, origin)
	return nil
}

func handler(t *testing.T, w *world) kafka.Handler {
	t.Helper()
	for _, subscription := range events.Subscriptions(app.NewConsumption(@{ "w, " if unit.params.database else "" }@w)) {
		if subscription.Topic == kafka.Topic("@{ source }@") {
			return subscription.Handlers["@{ noun | snake }@.created"]
		}
	}
	t.Fatal("no subscription to @{ source }@")
	return nil
}

func envelope(t *testing.T, id, subject string) *envelopev1.Envelope {
	t.Helper()
	payload, err := proto.Marshal(&@{ source | camel }@pb.@{ noun | pascal }@Created{Subject: &@{ source | camel }@pb.@{ noun | pascal }@{
		Id: subject, UserId: "me", Reference: "a", Amount: 1, Currency: "EUR",
	}})
	if err != nil {
		t.Fatal(err)
	}
	return &envelopev1.Envelope{EventId: id, Payload: payload}
}

func TestSubscriptions_CreatedEvent_StartsFollowUp(t *testing.T) {
	w := new(world)
	subject := domain.NewID()
	fresh, err := handler(t, w)(t.Context(), envelope(t, string(domain.NewID()), string(subject)))
	if err != nil || !fresh {
		t.Fatalf("fresh is %t, %v", fresh, err)
	}
	if want := (ports.Origin{Service: "@{ source }@", ID: subject}); len(w.followed) != 1 || w.followed[0] != want {
		t.Errorf("followed %+v, not %+v", w.followed, want)
	}
}

func TestSubscriptions_MalformedEvent_ReturnsPermanentError(t *testing.T) {
	hopeless := kafka.Permanent(errors.New("hopeless"))
	good := string(domain.NewID())
	for name, event := range map[string]*envelopev1.Envelope{
		"payload":    {EventId: good, Payload: []byte("nonsense")},
		"event id":   envelope(t, "nonsense", good),
		"subject id": envelope(t, good, "nonsense"),
	} {
		_, err := handler(t, new(world))(t.Context(), event)
		if !kafka.IsPermanent(err) || !kafka.IsPermanent(hopeless) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConfirmation_Deadline_ReturnsContextError(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	confirmation := &app.Confirmation{Takes: time.Minute}
	if err := confirmation.Confirm(ctx, ports.Origin{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
