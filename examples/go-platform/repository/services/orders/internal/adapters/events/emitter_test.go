package events

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"git.example.com/acme/shop/services/orders/internal/domain"
)

func TestPayloadOf_KnownEventType_ReturnsMessage(t *testing.T) {
	item, err := domain.NewOrder(domain.Draft{UserID: "me", Reference: "a", Amount: 1, Currency: "EUR"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{
		domain.EventCreated,
		domain.EventConfirmed,
		domain.EventRefundCompleted,
	} {
		payload, err := payloadOf(domain.NewEvent(kind, item, time.Now()))
		if err != nil {
			t.Error(err)
			continue
		}
		if bytes, err := proto.Marshal(payload); err != nil || len(bytes) == 0 {
			t.Errorf("%s: %d bytes, %v", kind, len(bytes), err)
		}
	}
	if _, err := payloadOf(domain.NewEvent("unknown", item, time.Now())); err == nil {
		t.Error("an unknown type has a message")
	}
}
