package events_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	orderspb "git.example.com/acme/shop/gen/orders/v1"

	envelopev1 "git.example.com/acme/shop/gen/envelope/v1"
	"git.example.com/acme/shop/pkg/kafka"
	"git.example.com/acme/shop/services/notifications/internal/adapters/events"
	"git.example.com/acme/shop/services/notifications/internal/app"
	"git.example.com/acme/shop/services/notifications/internal/domain"
	"git.example.com/acme/shop/services/notifications/internal/ports"
)

// world is an inbox that treats every event as new, and records the follow-ups.
type world struct{ followed []ports.Origin }

func (w *world) Receive(context.Context, domain.ID, func(context.Context, ports.OriginTx) error) (bool, error) {
	return true, nil
}

func (w *world) For(context.Context, ports.Origin, func(context.Context, ports.Tx, domain.Notification) error) error {
	return nil
}

func (w *world) Follow(_ context.Context, _ domain.ID, origin ports.Origin) error {
	w.followed = append(w.followed, origin)
	return nil
}

func handler(t *testing.T, w *world) kafka.Handler {
	t.Helper()
	for _, subscription := range events.Subscriptions(app.NewConsumption(w, w)) {
		if subscription.Topic == kafka.Topic("orders") {
			return subscription.Handlers["order.created"]
		}
	}
	t.Fatal("no subscription to orders")
	return nil
}

func envelope(t *testing.T, id, subject string) *envelopev1.Envelope {
	t.Helper()
	payload, err := proto.Marshal(&orderspb.OrderCreated{Subject: &orderspb.Order{
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
	if want := (ports.Origin{Service: "orders", ID: subject}); len(w.followed) != 1 || w.followed[0] != want {
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
