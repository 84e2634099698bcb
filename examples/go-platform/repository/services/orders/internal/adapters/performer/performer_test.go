package performer_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"git.example.com/acme/shop/services/orders/internal/adapters/performer"
	"git.example.com/acme/shop/services/orders/internal/domain"
)

func TestPerformer_AmountOverLimit_ReturnsRefused(t *testing.T) {
	p := performer.Performer{Limit: 10}
	if err := p.Perform(t.Context(), "key", domain.Order{Amount: 10}); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	if err := p.Perform(t.Context(), "key", domain.Order{Amount: 11}); !errors.Is(err, domain.ErrRefused) {
		t.Errorf("beyond the limit: %v", err)
	}
	if err := p.Undo(t.Context(), "key"); err != nil {
		t.Error(err)
	}
}

func TestPerformer_CancelledContext_ReturnsContextError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := performer.Performer{Takes: time.Minute}.Perform(ctx, "key", domain.Order{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
